package generate

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/templates"
)

// pages are the Markdown templates. A template that does not parse is a fault
// of the build.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"text":    markdownText,
	"code":    markdownCode,
	"codes":   markdownCodes,
	"mermaid": mermaidText,
}).ParseFS(templates.FS, "*.md.tmpl"))

// page renders a template into a file of the output folder.
func page(path string, data any) ([]artifact.File, error) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, path+".tmpl", data); err != nil {
		return nil, fmt.Errorf("render %s: %w", path, err)
	}
	return []artifact.File{{Tree: artifact.Out, Path: path, Content: b.Bytes()}}, nil
}

// markdownText shows a text of the spec as it is, in one line: nothing in it is
// markup, and it does not end a table's cell.
func markdownText(text string) string {
	var b strings.Builder
	for i, r := range oneLine(text) {
		if strings.ContainsRune("\\`*_{}[]<>#|~$&@!", r) || i == 0 && strings.ContainsRune("+-=", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// oneLine folds white space and drops what would turn or break a line.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069':
			return -1 // marks that turn the direction of what follows
		case r < ' ' || r == '\u007f' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// markdownCode shows a name in a code span, whatever backticks it holds. In a
// table a bar is escaped even there.
func markdownCode(text string) string {
	text = strings.ReplaceAll(oneLine(text), "|", "\\|")
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

func markdownCodes(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = markdownCode(name)
	}
	return strings.Join(out, ", ")
}

// mermaidText quotes a text for a label of a Mermaid diagram.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range oneLine(text) {
		if strings.ContainsRune("\"#&<>\\`;", r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
