package generate

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"
	"unicode"

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
	"fenced":  markdownBlock,
	"shell":   shellWord,
	"matcher": matcherText,
	"trim":    strings.TrimSpace,
	"join":    strings.Join,
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
	text = oneLine(text)
	marker := listMarker(text)
	var b strings.Builder
	for i, r := range text {
		if i == marker || strings.ContainsRune("\\`*_{}[]<>#|~$&@!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// listMarker returns the offset of the sign with which a text would start a
// list, or underline what stands above it; -1 if there is none.
func listMarker(text string) int {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	switch rest := text[digits:]; {
	case rest == "":
		return -1
	case digits == 0 && strings.ContainsRune("+-=", rune(rest[0])):
		return 0
	case digits > 0 && strings.ContainsRune(".)", rune(rest[0])) && (len(rest) == 1 || rest[1] == ' '):
		return digits
	}
	return -1
}

// oneLine folds white space and drops what would turn or break a line.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return -1 // marks that turn the direction of what follows
		case unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp):
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
