package spec

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Limits of one file. The parsers that read it recurse, and a stack that
// overflows ends the process, so what is nested deeper is refused unread. They
// also take some hundred bytes for each token, and write a number with a large
// exponent out in full. No spec that a person writes comes near.
const (
	maxFileSize  = 16 << 20 // bytes
	maxTokens    = 4 << 20  // in one file
	maxDepth     = 100      // of brackets, braces, quotes, templates
	maxOperators = 1000     // in one expression
	maxParts     = 10000    // of one text, which the parser joins in quadratic time
	maxType      = 10000    // bytes of a variable's type
	maxNumber    = 400      // digits, and exponent; a 64-bit number has 308
)

// guardNative finds what native syntax must not have before it is parsed.
func guardNative(source []byte, filename string) hcl.Diagnostics {
	if diags := guardSize(source, filename); diags.HasErrors() || !suspicious(source) {
		return diags
	}
	tokens, _ := hclsyntax.LexConfig(source, filename, hcl.InitialPos)
	return guardTokens(tokens)
}

// guardSize refuses a file with too many tokens, by a count that takes every
// word of a text for one.
func guardSize(source []byte, filename string) hcl.Diagnostics {
	count, inWord := 0, false
	for i, c := range source {
		if c >= utf8.RuneSelf && !utf8.RuneStart(c) {
			continue
		}
		word := c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if c != ' ' && c != '\t' && (!word || !inWord) {
			count++
		}
		if inWord = word; count > maxTokens {
			return refuse(byteRange(source, filename, i), "Too much for one file", "A spec file has at most %d words and signs. Split it into several *.obsboot.hcl files.", maxTokens)
		}
	}
	return nil
}

// level is what stands between two brackets, or at the top of a file.
type level struct {
	open      hclsyntax.TokenType // TokenNil at the top
	loop      bool                // { for ... }, in which a line's end separates nothing
	operators int                 // since an expression began
	parts     int                 // of a text
}

// separatedBy reports whether a token ends the expressions of the level.
func (l *level) separatedBy(token hclsyntax.TokenType) bool {
	switch l.open {
	case hclsyntax.TokenNil:
		return token == hclsyntax.TokenNewline
	case hclsyntax.TokenOBrace:
		return token == hclsyntax.TokenComma || token == hclsyntax.TokenNewline && !l.loop
	case hclsyntax.TokenOParen, hclsyntax.TokenOBrack:
		return token == hclsyntax.TokenComma
	}
	return false
}

func guardTokens(tokens hclsyntax.Tokens) hcl.Diagnostics {
	levels := []level{{open: hclsyntax.TokenNil}}
	for i, token := range tokens {
		top := &levels[len(levels)-1]
		kind := token.Type
		if kind == hclsyntax.TokenComment && bytes.HasSuffix(token.Bytes, []byte("\n")) {
			kind = hclsyntax.TokenNewline
		}
		switch {
		case top.separatedBy(kind):
			top.operators = 0
		case chains[kind]:
			top.operators++
		case literals[kind]:
			top.parts++
		case kind == hclsyntax.TokenNumberLit && hugeNumber(token.Bytes):
			return hugeNumberAt(token.Range)
		}
		if top.operators > maxOperators {
			return refuse(token.Range, "Expression too long", "An expression has at most %d operators. Use locals to give parts a name.", maxOperators)
		}
		if top.parts > maxParts {
			return refuse(token.Range, "Text too long", "A text has at most %d lines, and as many signs $ and %%. Put it into a file of its own, and a link to it here.", maxParts)
		}
		switch {
		case opens[kind]:
			levels = append(levels, level{open: kind, loop: isLoop(tokens[i+1:])})
		case closes[kind]:
			levels = levels[:max(len(levels)-1, 1)]
		}
		if len(levels)-1 > maxDepth {
			return refuse(token.Range, "Nested too deeply", "Brackets, blocks and templates nest at most %d levels deep. Use locals to give parts a name.", maxDepth)
		}
	}
	return nil
}

func isLoop(tokens hclsyntax.Tokens) bool {
	for _, token := range tokens {
		if token.Type != hclsyntax.TokenNewline && token.Type != hclsyntax.TokenComment {
			return token.Type == hclsyntax.TokenIdent && string(token.Bytes) == "for"
		}
	}
	return false
}

func set(types ...hclsyntax.TokenType) map[hclsyntax.TokenType]bool {
	out := map[hclsyntax.TokenType]bool{}
	for _, t := range types {
		out[t] = true
	}
	return out
}

var (
	opens = set(hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp,
		hclsyntax.TokenTemplateControl, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc)
	closes = set(hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd,
		hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc)
	literals = set(hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit, hclsyntax.TokenQuotedNewline)
	// chains make an expression longer that is nested in the parser's eyes: an
	// index such as x[1][2][3], and %{if} with what stands behind it, too.
	chains = set(hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
		hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenEqualOp,
		hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq, hclsyntax.TokenGreaterThan,
		hclsyntax.TokenGreaterThanEq, hclsyntax.TokenDoubleColon, hclsyntax.TokenOBrack, hclsyntax.TokenTemplateControl)
)

// hugeNumber reports whether a number is beyond what anybody measures.
func hugeNumber(text []byte) bool {
	if i := bytes.LastIndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(string(text[i+1:]))
		return errors.Is(err, strconv.ErrRange) || max(exponent, -exponent) > maxNumber || len(text) > maxNumber
	}
	return len(text) > maxNumber
}

func hugeNumberAt(at hcl.Range) hcl.Diagnostics {
	return refuse(at, "Number out of range", "A number has at most %d digits, and an exponent of at most %d.", maxNumber, maxNumber)
}

func byteRange(source []byte, filename string, offset int) hcl.Range {
	start := advance(hcl.InitialPos, source[:offset])
	return hcl.Range{Filename: filename, Start: start, End: advance(start, source[offset:min(offset+1, len(source))])}
}

func refuse(at hcl.Range, summary, detail string, args ...any) hcl.Diagnostics {
	var d Diags
	d.Error(at, summary, detail, args...)
	return d.list
}

// Guard reports what makes native HCL unsafe to parse. Whoever parses without
// Parse asks it first.
func Guard(source []byte, filename string) hcl.Diagnostics { return guardNative(source, filename) }
