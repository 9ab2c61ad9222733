package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/text/width"
)

// maxShown is how many diagnostics a person is shown; nobody reads on.
const maxShown = 1000

// writeText prints the diagnostics for a person: what is wrong, where, the
// source line with a mark under the place, and what to do. A last line counts.
func (r *report) writeText(w io.Writer) {
	if len(r.Diagnostics) == 0 {
		return
	}
	p := painterFor(w)
	shown := r.Diagnostics[:min(len(r.Diagnostics), maxShown)]
	for _, d := range shown {
		r.writeDiagnostic(w, p, d)
	}
	if more := len(r.Diagnostics) - len(shown); more > 0 {
		fmt.Fprintf(w, "%d more are not shown.\n", more)
	}
	errors, warnings := r.counts()
	var parts []string
	if errors > 0 {
		parts = append(parts, plural(errors, "error"))
	}
	if warnings > 0 {
		parts = append(parts, plural(warnings, "warning"))
	}
	fmt.Fprintf(w, "%s.\n", strings.Join(parts, ", "))
}

func (r *report) counts() (errors, warnings int) {
	for _, d := range r.Diagnostics {
		if d.Severity == hcl.DiagError {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (r *report) writeDiagnostic(w io.Writer, p painter, d *hcl.Diagnostic) {
	word := p.red("Error:")
	if d.Severity != hcl.DiagError {
		word = p.yellow("Warning:")
	}
	fmt.Fprintf(w, "%s %s\n", word, p.bold(visible(d.Summary)))
	if d.Subject != nil && d.Subject.Filename != "" {
		at := d.Subject
		fmt.Fprintf(w, "  --> %s:%d:%d\n", visible(at.Filename), at.Start.Line, at.Start.Column)
		if s, ok := r.snippet(at); ok {
			number := fmt.Sprint(at.Start.Line)
			margin := strings.Repeat(" ", len(number))
			fmt.Fprintf(w, "%s |\n%s | %s\n%s | %s\n", margin, number, s.code, margin, p.red(s.marks))
		}
	}
	if d.Detail != "" {
		fmt.Fprintf(w, "%s\n", visible(d.Detail))
	}
	fmt.Fprintln(w)
}

// snippet is a source line and the marks under a part of it.
type snippet struct {
	code, marks string
}

// Of a long line a window is shown.
const (
	maxLine    = 160 // runes
	beforeMark = 60  // runes of a long line before the mark
)

func (r *report) snippet(at *hcl.Range) (snippet, bool) {
	source, ok := r.Sources[at.Filename]
	if !ok || at.Start.Byte > len(source) {
		return snippet{}, false
	}
	lineStart := strings.LastIndexByte(string(source[:at.Start.Byte]), '\n') + 1
	lineEnd := len(source)
	if i := strings.IndexByte(string(source[at.Start.Byte:]), '\n'); i >= 0 {
		lineEnd = at.Start.Byte + i
	}
	end := min(max(at.End.Byte, at.Start.Byte), lineEnd)
	before := []rune(string(source[lineStart:at.Start.Byte]))
	marked := []rune(string(source[at.Start.Byte:end]))
	after := []rune(strings.TrimSuffix(string(source[end:lineEnd]), "\r"))

	lead, tail := "", ""
	if len(before)+len(marked)+len(after) > maxLine {
		if len(before) > beforeMark {
			before, lead = before[len(before)-beforeMark:], "..."
		}
		if room := maxLine - len(before); len(marked) > room {
			marked, after, tail = marked[:room], nil, "..."
		} else if room -= len(marked); len(after) > room {
			after, tail = after[:room], "..."
		}
	}
	code := lead + visible(string(before)) + visible(string(marked)) + visible(string(after)) + tail
	pad := strings.Repeat(" ", len(lead)) + blank(visible(string(before)))
	return snippet{code: code, marks: pad + strings.Repeat("^", max(columns(visible(string(marked))), 1))}, true
}

// visible replaces what a terminal would obey instead of show: control
// characters and marks that turn the direction of text. Line ends and tabs of
// running text stay.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// blank returns white space as wide as a text.
func blank(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", runeColumns(r)))
	}
	return b.String()
}

func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// jsonReport is the form of `terraform validate -json`, which editors and CI
// systems read.
type jsonReport struct {
	FormatVersion string           `json:"format_version"`
	Valid         bool             `json:"valid"`
	ErrorCount    int              `json:"error_count"`
	WarningCount  int              `json:"warning_count"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
}

type jsonDiagnostic struct {
	Severity string       `json:"severity"`
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail"`
	Range    *jsonRange   `json:"range,omitempty"`
	Snippet  *jsonSnippet `json:"snippet,omitempty"`
}

type jsonRange struct {
	Filename string  `json:"filename"`
	Start    jsonPos `json:"start"`
	End      jsonPos `json:"end"`
}

type jsonPos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

type jsonSnippet struct {
	Code      string `json:"code"`
	StartLine int    `json:"start_line"`
}

// writeJSON prints the diagnostics as one object and returns errNo if the spec
// is invalid.
func (r *report) writeJSON(w io.Writer) error {
	out := jsonReport{FormatVersion: "1.0", Diagnostics: []jsonDiagnostic{}}
	out.ErrorCount, out.WarningCount = r.counts()
	out.Valid = out.ErrorCount == 0
	for _, d := range r.Diagnostics {
		j := jsonDiagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail}
		if d.Severity != hcl.DiagError {
			j.Severity = "warning"
		}
		if at := d.Subject; at != nil {
			j.Range = &jsonRange{at.Filename, jsonPos(at.Start), jsonPos(at.End)}
			if s, ok := r.snippet(at); ok {
				j.Snippet = &jsonSnippet{Code: s.code, StartLine: at.Start.Line}
			}
		}
		out.Diagnostics = append(out.Diagnostics, j)
	}
	if err := writeJSON(w, out); err != nil {
		return err
	}
	if !out.Valid {
		return errNo
	}
	return nil
}

// writeJSON prints a value as indented JSON.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
