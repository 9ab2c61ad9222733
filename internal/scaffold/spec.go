package scaffold

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/obsboot/obsboot/templates"
)

var specTemplate = template.Must(template.New("obsboot.hcl.tmpl").Funcs(template.FuncMap{
	"quote": quote, "list": list, "comment": comment,
}).ParseFS(templates.FS, "obsboot.hcl.tmpl"))

// page is what the template of a spec gets.
type page struct {
	*Plan
	Origin string
}

// Spec writes the plan as a spec, in the format of obsboot fmt.
func (p *Plan) Spec() ([]byte, error) {
	origin := "what was asked of it"
	if p.Found {
		origin = "the code"
	}
	var b bytes.Buffer
	if err := specTemplate.Execute(&b, page{p, origin}); err != nil {
		return nil, fmt.Errorf("write the spec: %w", err)
	}
	// A block begins without the blank line that parts its blocks.
	return hclwrite.Format(bytes.ReplaceAll(b.Bytes(), []byte("{\n\n"), []byte("{\n"))), nil
}

// quote writes a text as a string of HCL.
func quote(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}

// list writes texts as a list: in a line if they are few, else each in its own.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quote(text)
	}
	if line := strings.Join(quoted, ", "); len(texts) <= 3 && len(line) < 70 {
		return "[" + line + "]"
	}
	return "[\n" + strings.Join(quoted, ",\n") + ",\n]"
}

// width is where comments wrap.
const width = 96

// comment writes a text as a comment of HCL, a word at a time, so that nothing in it
// ends the comment.
func comment(indent, text string) string {
	var b strings.Builder
	line := indent + "#"
	for _, word := range strings.Fields(printable(text)) {
		if len(line)+1+len(word) > width && line != indent+"#" {
			b.WriteString(line + "\n")
			line = indent + "#"
		}
		line += " " + word
	}
	return b.String() + line
}

// printable replaces what a terminal or an editor would obey instead of show.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ', r >= 0x7f && r <= 0x9f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
			return '\uFFFD'
		}
		return r
	}, text)
}
