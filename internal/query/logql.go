package query

import "fmt"

// maxLogQL is one less than the size from which on Loki refuses a query.
const maxLogQL = 128<<10 - 1

// LogQL is what a valid LogQL query says.
type LogQL struct {
	// Metric is whether the result is series; else it is log lines.
	Metric bool
	// Selectors has the matchers of every stream selector, in the order of
	// the text. Groupings are those of aggregations and binary operations.
	Selectors [][]Matcher
	Groupings []Grouping
}

// ParseLogQL checks a LogQL query as of Loki 3.7, including what Loki finds
// only when it evaluates: regular expressions, templates, patterns and IP
// ranges. It returns either what the query says or what is wrong with it,
// sorted by position. After the first error of syntax it reads no further.
func ParseLogQL(text string) (*LogQL, []Error) {
	if errs := checkSize(text, maxLogQL); errs != nil {
		return nil, errs
	}
	p := logQLParser{tokens: logQLTokens(text)}
	if p.peek().kind == tokenEOF {
		return nil, emptyQuery(text)
	}
	result := p.expression(0)
	if p.peek().kind != tokenEOF {
		p.unexpectedAfter()
	}
	if len(p.errs) > 0 {
		return nil, tidy(text, p.errs)
	}
	p.out.Metric = result.kind != logLines
	return &p.out, nil
}

// resultKind is what part of a query evaluates to.
type resultKind int

const (
	logLines resultKind = iota
	series
	literal // a number, which set operators do not take
)

// part is a piece of the query that has been read.
type part struct {
	kind       resultKind
	start, end int
}

// logQLParser is a recursive descent parser. After an error of syntax it sees
// only the end of the text, so that every loop and rule comes to its end.
type logQLParser struct {
	tokens []token
	pos    int
	depth  int
	dead   bool
	errs   []Error
	out    LogQL
}

func (p *logQLParser) peek() token { return p.peekAt(0) }

func (p *logQLParser) peekAt(ahead int) token {
	last := p.tokens[len(p.tokens)-1]
	if p.dead {
		return token{start: last.end, end: last.end}
	}
	if p.pos+ahead >= len(p.tokens) {
		return last
	}
	return p.tokens[p.pos+ahead]
}

func (p *logQLParser) next() token {
	t := p.peek()
	if t.kind != tokenEOF && t.kind != tokenError {
		p.pos++
	}
	return t
}

// end is where the last token that was read ends.
func (p *logQLParser) end() int {
	if p.pos == 0 {
		return 0
	}
	return p.tokens[p.pos-1].end
}

func (p *logQLParser) at(kind tokenKind, texts ...string) bool {
	t := p.peek()
	if t.kind != kind {
		return false
	}
	for _, text := range texts {
		if t.text == text {
			return true
		}
	}
	return len(texts) == 0
}

func (p *logQLParser) accept(kind tokenKind, texts ...string) bool {
	if !p.at(kind, texts...) {
		return false
	}
	p.next()
	return true
}

// expect reads a token of the kind; expected says which in an error.
func (p *logQLParser) expect(kind tokenKind, expected string) token {
	if !p.at(kind) {
		p.unexpected(expected, "")
		return p.peek()
	}
	return p.next()
}

func (p *logQLParser) expectPunct(text string) token {
	if !p.at(tokenPunct, text) {
		p.unexpected(fmt.Sprintf("%q", text), "")
		return p.peek()
	}
	return p.next()
}

// expectClose reads the parenthesis that closes the open one.
func (p *logQLParser) expectClose(open token) {
	if p.at(tokenEOF) {
		p.fail(open, "unclosed left parenthesis", "")
		return
	}
	if p.at(tokenRange) {
		p.unexpectedAfter()
		return
	}
	p.expectPunct(")")
}

// report adds an error that does not keep the parser from going on.
func (p *logQLParser) report(start, end int, message, hint string) {
	if !p.dead {
		p.errs = append(p.errs, Error{Start: start, End: end, Message: message, Hint: hint})
	}
}

// fail adds an error at a token and stops the parser.
func (p *logQLParser) fail(at token, message, hint string) {
	p.report(at.start, at.end, message, hint)
	p.dead = true
}

// unexpected fails at the next token.
func (p *logQLParser) unexpected(expected, hint string) {
	t := p.peek()
	switch {
	case t.kind == tokenError:
		p.fail(t, t.text, "")
	case expected == "":
		p.fail(t, "unexpected "+t.describe(), hint)
	default:
		p.fail(t, "unexpected "+t.describe()+", expected "+expected, hint)
	}
}

// unexpectedAfter fails at a token after which the query could have ended.
func (p *logQLParser) unexpectedAfter() {
	hint := ""
	switch t := p.peek(); {
	case t.kind == tokenRange:
		hint = "a range goes after a stream selector, inside a function such as rate(…)"
	case t.kind == tokenPunct && t.text == "=":
		hint = "compare values with =="
	}
	p.unexpected("", hint)
}

// enter counts nesting and refuses too much of it; leave undoes it.
func (p *logQLParser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.peek(), tooDeepMessage, "")
	}
}

func (p *logQLParser) leave() { p.depth-- }

func (t token) describe() string {
	switch t.kind {
	case tokenEOF:
		return "end of query"
	case tokenIdent:
		return fmt.Sprintf("name %q", t.text)
	case tokenKeyword:
		return fmt.Sprintf("keyword %q", t.text)
	case tokenFunction:
		return fmt.Sprintf("function %q", t.text)
	case tokenString:
		return "string"
	case tokenNumber:
		return "number " + t.text
	case tokenDuration:
		return "duration " + t.text
	case tokenBytes:
		return "size " + t.text
	case tokenFlag:
		return "flag " + t.text
	case tokenRange:
		return "range [" + t.text + "]"
	}
	return fmt.Sprintf("%q", t.text)
}
