package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// TestTemplateRange finds a mark inside evaluated strings and expects its place
// in the source, over escapes, interpolations and heredocs.
func TestTemplateRange(t *testing.T) {
	const mark = "MARK"
	for name, test := range map[string]struct {
		source       string
		line, column int
	}{
		"plain":                {`a = "one MARK two"`, 1, 10},
		"first":                {`a = "MARK"`, 1, 6},
		"behind escapes":       {`a = "\"\\\t\u00e9\U0001F600 MARK"`, 1, 29},
		"behind wide letters":  {`a = "é😀 MARK"`, 1, 9},
		"behind a literal ${":  {`a = "$${x} %%{y} MARK"`, 1, 18},
		"behind a value":       {`a = "${"long value"} MARK"`, 1, 22},
		"inside a value":       {`a = "x ${"a MARK b"} y"`, 1, 10},
		"between values":       {`a = "${1}${2} MARK ${3}"`, 1, 15},
		"wrapped":              {`a = "${"MARK"}"`, 1, 8},
		"heredoc":              {"a = <<E\none\n  MARK\nE\n", 3, 3},
		"indented heredoc":     {"a = <<-E\n    one\n      MARK\n    E\n", 3, 7},
		"heredoc with a value": {"a = <<-E\n    one ${1}\n    ${2} MARK\n    E\n", 3, 10},
	} {
		t.Run(name, func(t *testing.T) {
			template := templateOf(t, test.source)
			at := strings.Index(template.Text, mark)
			if at < 0 {
				t.Fatalf("no mark in %q", template.Text)
			}
			got := template.Range(at, at+len(mark))
			if got.Start.Line != test.line || got.Start.Column != test.column {
				t.Errorf("%q: mark at %d:%d, want %d:%d", test.source, got.Start.Line, got.Start.Column, test.line, test.column)
			}
			if found := string(got.SliceBytes([]byte(test.source))); !strings.Contains(found, mark) {
				t.Errorf("%q: the range holds %q", test.source, found)
			}
		})
	}
}

// TestTemplateEnds checks ranges at the ends of the text, where something is
// missing.
func TestTemplateEnds(t *testing.T) {
	template := templateOf(t, `a = "sum(x"`)
	for _, offsets := range [][2]int{{0, 0}, {5, 5}, {5, 9}, {9, 20}, {0, 5}} {
		got := template.Range(offsets[0], offsets[1])
		if got.Start.Byte < 4 || got.End.Byte > 11 || got.End.Byte < got.Start.Byte {
			t.Errorf("offsets %v are at %v", offsets, got)
		}
	}
}

func templateOf(t *testing.T, source string) *Template {
	t.Helper()
	path := filepath.Join(t.TempDir(), "obsboot.hcl")
	if err := os.WriteFile(path, []byte("locals {\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := Load(path, Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	attrs := parseAttributes(t, source)
	scope := file.Scope.With(map[string]cty.Value{}, nil)
	scope.sources = map[string][]byte{"test.hcl": []byte(source)}
	template, ok := scope.Template(attrs["a"])
	if !ok {
		t.Fatal(file.Scope.Diags.Sorted())
	}
	return template
}
