package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/prometheus/util/strutil"
)

type tokenKind int

const (
	tokenEOF tokenKind = iota
	tokenError
	tokenPunct    // text is the operator or bracket
	tokenIdent    // text is the name
	tokenKeyword  // text is the word in lower case
	tokenFunction // text is the name in lower case; a parenthesis follows
	tokenString   // text is the value
	tokenNumber
	tokenDuration
	tokenBytes
	tokenFlag
	tokenRange // text is the duration in brackets
)

type token struct {
	kind       tokenKind
	text       string
	start, end int
}

// punctuation, longest first.
var logQLPunctuation = []string{
	"!=", "!>", "!~", "<=", "==", "=~", ">=", "|=", "|>", "|~",
	"%", "(", ")", "*", "+", ",", "-", "/", "<", "=", ">", "^", "{", "|", "}",
}

// logQLTokens splits the text. The last token is tokenEOF, or tokenError with
// the message as its text.
func logQLTokens(text string) []token {
	l := logQLLexer{text: strings.TrimPrefix(text, "\uFEFF")}
	l.shift = len(text) - len(l.text)
	var tokens []token
	for {
		l.skip()
		t := token{start: l.pos, end: l.pos}
		if l.pos < len(l.text) {
			t = l.next()
		}
		t.start, t.end = t.start+l.shift, t.end+l.shift
		tokens = append(tokens, t)
		if t.kind == tokenEOF || t.kind == tokenError {
			return tokens
		}
		l.pos = t.end - l.shift
	}
}

type logQLLexer struct {
	text  string
	pos   int
	shift int // of a byte order mark before the text
}

// skip passes space and comments, which start with # or are as in Go.
func (l *logQLLexer) skip() {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			l.pos++
		case rest[0] == '#' || strings.HasPrefix(rest, "//"):
			l.skipTo("\n")
		case strings.HasPrefix(rest, "/*") && strings.Contains(rest, "*/"):
			l.skipTo("*/")
		default:
			return
		}
	}
}

func (l *logQLLexer) skipTo(end string) {
	if i := strings.Index(l.text[l.pos:], end); i >= 0 {
		l.pos += i + len(end)
		return
	}
	l.pos = len(l.text)
}

func (l *logQLLexer) next() token {
	rest := l.text[l.pos:]
	switch r, _ := utf8.DecodeRuneInString(rest); {
	case r == '"' || r == '`':
		return l.quoted(rest)
	case r == '[':
		return l.bracket(rest)
	case isDigit(r) || r == '.' && len(rest) > 1 && isDigit(rune(rest[1])):
		return l.number(rest)
	case r == '_' || unicode.IsLetter(r):
		return l.word(rest)
	case r == '-':
		return l.minus(rest)
	case strings.HasPrefix(rest, "/*"):
		return l.fail(2, "the comment has no end")
	case r == 0:
		return l.fail(1, "unexpected NUL character")
	}
	for _, p := range logQLPunctuation {
		if strings.HasPrefix(rest, p) {
			return l.token(tokenPunct, len(p), p)
		}
	}
	r, size := utf8.DecodeRuneInString(rest)
	if r == '\'' {
		return l.fail(size, `strings are quoted with " or `+"`")
	}
	return l.fail(size, fmt.Sprintf("unexpected character: %q", r))
}

func (l *logQLLexer) token(kind tokenKind, size int, text string) token {
	return token{kind: kind, text: text, start: l.pos, end: l.pos + size}
}

func (l *logQLLexer) fail(size int, message string) token {
	return l.token(tokenError, size, message)
}

func (l *logQLLexer) quoted(rest string) token {
	end := closingQuote(rest)
	if end < 0 {
		return l.fail(1, "the string has no closing quote")
	}
	literal := rest[:end+1]
	value, err := strutil.Unquote(literal)
	switch {
	case err != nil:
		return l.fail(len(literal), "the string has an invalid escape sequence")
	case strings.Contains(literal, "\x00"):
		return l.fail(len(literal), "the string has a NUL character")
	}
	return l.token(tokenString, len(literal), value)
}

// closingQuote returns the index of the quote that ends the literal, or -1.
func closingQuote(literal string) int {
	if literal[0] == '`' {
		if i := strings.IndexByte(literal[1:], '`'); i >= 0 {
			return i + 1
		}
		return -1
	}
	for i := 1; i < len(literal); i++ {
		switch literal[i] {
		case '\\':
			i++
		case '\n':
			return -1
		case literal[0]:
			return i
		}
	}
	return -1
}

// bracket reads a range, of which Loki allows nothing but the duration.
func (l *logQLLexer) bracket(rest string) token {
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return l.fail(1, "the range has no closing bracket")
	}
	inner := rest[1:end]
	if !isPrometheusDuration(inner) {
		return l.fail(end+1, "a range is a duration in brackets, such as [5m]")
	}
	return l.token(tokenRange, end+1, inner)
}

func (l *logQLLexer) word(rest string) token {
	size := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if size < 0 {
		size = len(rest)
	}
	name := rest[:size]
	lower := strings.ToLower(name)
	switch {
	case isFunctionName(lower):
		if callFollows(rest[size:]) {
			return l.token(tokenFunction, size, lower)
		}
	case slices.Contains(logQLKeywords, lower):
		return l.token(tokenKeyword, size, lower)
	}
	return l.token(tokenIdent, size, name)
}

func isFunctionName(name string) bool {
	_, isRange := rangeFunctions[name]
	_, isVector := vectorFunctions[name]
	return isRange || isVector || slices.Contains(otherFunctions, name)
}

// callFollows tells a function from a label of its name: a parenthesis
// follows, or by or without and a parenthesis.
func callFollows(rest string) bool {
	rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	for _, word := range []string{"by", "without"} {
		if len(rest) >= len(word) && strings.EqualFold(rest[:len(word)], word) {
			rest = strings.TrimLeftFunc(rest[len(word):], unicode.IsSpace)
			break
		}
	}
	return strings.HasPrefix(rest, "(")
}

// minus reads a parser flag, a negative duration or the operator.
func (l *logQLLexer) minus(rest string) token {
	if strings.HasPrefix(rest, "--") {
		flag := rest
		if end := strings.IndexFunc(rest, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) }); end >= 0 {
			flag = rest[:end]
		}
		if flag == "--strict" || flag == "--keep-empty" {
			return l.token(tokenFlag, len(flag), flag)
		}
		if len(flag) > 2 {
			return l.fail(len(flag), "unknown flag "+flag+", expected --strict or --keep-empty")
		}
	}
	if size := durationLength(rest, 1); size > 0 {
		return l.token(tokenDuration, size, rest[:size])
	}
	return l.token(tokenPunct, 1, "-")
}
