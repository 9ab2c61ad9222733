package spec

import (
	"strings"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v15/textseg"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Template is the text of a string, and where each part of it was written, so
// that a fault inside the text points into the spec.
type Template struct {
	Text  string
	whole hcl.Range
	parts []part
}

// part is a run of the text: a literal, whose bytes map to bytes of the
// source, or the result of an expression, which maps to it as a whole.
type part struct {
	start, end int // in the text
	at         hcl.Range
	offsets    []int // literals: for each byte of the text its offset in the source
	source     []byte
}

// Template evaluates a string part by part.
func (s *Scope) Template(a *hcl.Attribute) (*Template, bool) {
	text, ok := s.Text(a)
	if !ok {
		return nil, false
	}
	t := &Template{Text: text, whole: a.Expr.Range()}
	at := 0
	for _, expr := range templateParts(a.Expr) {
		value, diags := expr.Value(s.ctx)
		if diags.HasErrors() || !value.IsWhollyKnown() || value.IsNull() {
			return t, true // reported by Text already
		}
		fragment, ok := asString(value)
		if !ok || !strings.HasPrefix(text[at:], fragment) {
			return t, true
		}
		t.parts = append(t.parts, s.part(expr, at, fragment))
		at += len(fragment)
	}
	return t, true
}

func templateParts(expr hcl.Expression) []hclsyntax.Expression {
	switch expr := expr.(type) {
	case *hclsyntax.TemplateExpr:
		return expr.Parts
	case *hclsyntax.TemplateWrapExpr:
		return []hclsyntax.Expression{expr.Wrapped}
	}
	return nil
}

func (s *Scope) part(expr hclsyntax.Expression, at int, fragment string) part {
	p := part{start: at, end: at + len(fragment), at: expr.Range()}
	literal, ok := expr.(*hclsyntax.LiteralValueExpr)
	if !ok || literal.Val.Type() != cty.String || !p.at.CanSliceBytes(s.sources[p.at.Filename]) {
		return p
	}
	p.source = p.at.SliceBytes(s.sources[p.at.Filename])
	p.offsets = literalOffsets(fragment, p.source)
	return p
}

// literalOffsets walks a literal's text and its source side by side, over
// escapes (\n, \u1234, $${) and over indentation that a heredoc strips. It
// returns nil if they do not match.
func literalOffsets(text string, source []byte) []int {
	offsets := make([]int, 0, len(text))
	at := 0
	for len(offsets) < len(text) {
		if at >= len(source) {
			return nil
		}
		next := text[len(offsets)]
		size, width := 1, 1 // bytes of source, bytes of text
		switch {
		case source[at] == '\\' && at+1 < len(source):
			size, width = escape(source[at:])
		case (source[at] == '$' || source[at] == '%') && strings.HasPrefix(string(source[at+1:min(at+3, len(source))]), string(source[at])+"{"):
			size = 2
		case source[at] != next && (source[at] == ' ' || source[at] == '\t' || source[at] == '\r'):
			at++
			continue
		case source[at] != next:
			return nil
		}
		for range min(width, len(text)-len(offsets)) {
			offsets = append(offsets, at)
		}
		at += size
	}
	return offsets
}

func escape(source []byte) (size, width int) {
	digits := map[byte]int{'u': 4, 'U': 8}[source[1]]
	if digits == 0 || len(source) < 2+digits {
		return 2, 1
	}
	var r rune
	for _, c := range source[2 : 2+digits] {
		r = r<<4 | rune(strings.IndexByte("0123456789abcdef", c|0x20)&15)
	}
	return 2 + digits, max(utf8.RuneLen(r), 1)
}

// Range returns the place in the spec of the text between two byte offsets.
func (t *Template) Range(start, end int) hcl.Range {
	from, okFrom := t.position(start, false)
	to, okTo := t.position(end, true)
	if !okFrom || !okTo || to.Byte < from.Byte {
		return t.whole
	}
	return hcl.Range{Filename: t.whole.Filename, Start: from, End: to}
}

// position finds a byte of the text in the source. As an end it is behind the
// byte before it, so that it does not run into the next part.
func (t *Template) position(offset int, asEnd bool) (hcl.Pos, bool) {
	for _, p := range t.parts {
		inside := offset >= p.start && offset < p.end
		if asEnd {
			inside = offset > p.start && offset <= p.end
		}
		switch {
		case !inside:
		case p.offsets == nil && asEnd:
			return p.at.End, true
		case p.offsets == nil:
			return p.at.Start, true
		case offset == p.end:
			return advance(p.at.Start, p.source), true
		default:
			return advance(p.at.Start, p.source[:p.offsets[offset-p.start]]), true
		}
	}
	if n := len(t.parts); n > 0 && offset >= t.parts[n-1].end && !asEnd { // behind the last byte
		return t.position(offset, true)
	}
	return hcl.Pos{}, false
}

// advance moves a position over bytes, counting lines and columns as the scanner
// of the HCL library does: a column for each grapheme, a line for each \n and
// \r\n.
func advance(from hcl.Pos, over []byte) hcl.Pos {
	for len(over) > 0 {
		size, grapheme, err := textseg.ScanGraphemeClusters(over, true)
		if err != nil || size == 0 {
			break
		}
		from.Byte += size
		from.Column++
		if last := grapheme[len(grapheme)-1]; last == '\n' {
			from.Line, from.Column = from.Line+1, 1
		}
		over = over[size:]
	}
	return from
}
