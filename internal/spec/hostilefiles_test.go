//go:build linux

package spec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/spec/spectest"
)

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name string
		make func(path string) error
		want string
	}{
		{"nothing", func(string) error { return nil }, "no such file or directory"},
		{"folder", func(p string) error { return os.Mkdir(p, 0o700) }, "it has no obsboot.hcl"},
		{"pipe", func(p string) error { return syscall.Mkfifo(p, 0o600) }, "no regular file"},
		{"device", func(p string) error { return os.Symlink("/dev/zero", p) }, "no regular file"},
		{"loop", func(p string) error { return os.Symlink("loop.obsboot.hcl", p) }, "too many levels of symbolic links"},
		{"dangling", func(p string) error { return os.Symlink("gone", p) }, "no such file or directory"},
		{"50MB", func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("# comment\n"), 5_000_000), 0o600) }, "more than 16 MiB"},
		{"sparse", func(p string) error {
			if err := os.WriteFile(p, nil, 0o600); err != nil {
				return err
			}
			return os.Truncate(p, 1<<40)
		}, "more than 16 MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, test.name+".obsboot.hcl")
			if err := test.make(path); err != nil {
				t.Fatal(err)
			}
			if got := toldSoon(t, path, spec.Inputs{}); !strings.HasPrefix(got, "cannot load: ") || !strings.Contains(got, test.want) {
				t.Errorf("got %q want %q", got, test.want)
			}
		})
	}
	t.Run("variables without an end", func(t *testing.T) {
		got := toldSoon(t, write(t, "obsboot.hcl", `system "x" {}`), spec.Inputs{Files: []string{"/dev/zero"}})
		if !strings.Contains(got, "more than 16 MiB") {
			t.Errorf("got %q", got)
		}
	})
}

// toldSoon fails if loading takes long, because it waits for a writer or reads
// without an end.
func toldSoon(t *testing.T, path string, inputs spec.Inputs) string {
	t.Helper()
	done := make(chan string, 1)
	go func() { done <- told(path, inputs) }()
	select {
	case got := <-done:
		return got
	case <-time.After(10 * time.Second):
		t.Fatal("still loading")
		return ""
	}
}

func TestNoPermission(t *testing.T) {
	dir := t.TempDir()
	for parent := dir; parent != os.TempDir() && parent != "/"; parent = filepath.Dir(parent) {
		if err := os.Chmod(parent, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "obsboot.hcl")
	if err := os.WriteFile(path, []byte(`system "x" {}`), 0o000); err != nil {
		t.Fatal(err)
	}
	var env []string
	if os.Getuid() == 0 {
		env = append(env, childUID+"=65534")
	}
	if got := toldByChild(t, path, env...); got != "cannot load: cannot read "+path+": permission denied\n" {
		t.Errorf("got %q", got)
	}
}

func TestOddBytes(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"invalid UTF-8", "system \"x\" {\n  description = \"a\xffb\"\n}\n", "2:19 Not UTF-8\n"},
		{"invalid UTF-8 behind a replacement character", "system \"x\" {\n  description = \"\ufffd\xc3\"\n}\n", "2:19 Not UTF-8\n"},
		{"NUL in a name", "system \"x\x00\" {}\n", "1:8 Invalid name\n"},
		{"BOM", "\ufeffsystem \"x\" {}\n", ""},
		{"CRLF", "system \"x\" {\r\n  description = \"a\"\r\n}\r\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, err := spec.Load(write(t, "obsboot.hcl", test.text), spec.Inputs{})
			if err != nil {
				t.Fatal(err)
			}
			resolve.System(file)
			var got strings.Builder
			for _, d := range file.Scope.Diags.Sorted() {
				fmt.Fprintf(&got, "%d:%d %s\n", d.Subject.Start.Line, d.Subject.Start.Column, d.Summary)
			}
			if got.String() != test.want {
				t.Errorf("got %q want %q", got.String(), test.want)
			}
		})
	}
}

func TestLineEndsDoNotMatter(t *testing.T) {
	text := spectest.Large(2, 7)
	unix := artifacts(t, write(t, "obsboot.hcl", text))
	windows := artifacts(t, write(t, "obsboot.hcl", strings.ReplaceAll(text, "\n", "\r\n")))
	if unix != windows {
		t.Error("CRLF gives other artifacts")
	}
}

// artifacts returns everything that a valid spec gives, as one text.
func artifacts(t *testing.T, path string) string {
	t.Helper()
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	if diags := file.Scope.Diags.Sorted(); diags.HasErrors() {
		t.Fatal(diags)
	}
	set, err := generate.All(sys)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, file := range set.Files() {
		fmt.Fprintf(&b, "-- %s --\n%s", file.Path, file.Content)
	}
	return b.String()
}

// hostileTexts are what breaks out of a quote, a comment, a template, a line.
var hostileTexts = []string{
	`"`, `'`, `\`, "`", "a\nb", "a\r\nb", "a\tb", "${a}", "$", "%{if a}", "{{ .Name }}", "*/", "/*", "//", "#", "|", `\|`, "<script>", "-->", "]]>",
	"😀", "é", "e\u0301", "\u202eabc", "\u200f", "\u2028", "\x00", "\x1b[31m", "..", "../../etc/passwd", "a/b", "CON", "-a", "_a", "1a", "",
	strings.Repeat("a", 10_000), "{x}", "a b", "a;b", "$(x)", "%s%n", "\ufeff", "\ufffd",
}

// TestHostileNamesAreRefused tries them where references, labels, files and
// identifiers are made from names.
func TestHostileNamesAreRefused(t *testing.T) {
	inService := map[string]any{
		"sli":      map[string]any{"objective": 99.9, "availability": map[string]any{}},
		"kpi":      map[string]any{"promql": "vector(1)"},
		"capacity": map[string]any{"promql": "vector(1)", "limit": 1},
		"alert":    map[string]any{"promql": "vector(1)", "summary": "a", "severity": "page"},
		"job":      map[string]any{"every": "1h"},
		"consumer": map[string]any{"queue": "queue.q"},
		"counter":  map[string]any{},
		"gauge":    map[string]any{},
	}
	atTop := map[string]any{
		"system": map[string]any{}, "team": map[string]any{}, "profile": map[string]any{}, "service": map[string]any{},
		"database": map[string]any{"system": "x"}, "cache": map[string]any{"system": "x"}, "queue": map[string]any{"system": "x"}, "external": map[string]any{},
	}
	for _, name := range hostileTexts {
		if name == "CON" || name == "a/b" {
			continue // a word like any other, and a name that instruments may have
		}
		for kind, body := range atTop {
			checkRefused(t, kind, name, map[string]any{kind: map[string]any{name: body}})
		}
		for kind, body := range inService {
			checkRefused(t, kind, name, map[string]any{
				"system": map[string]any{"x": map[string]any{}}, "queue": map[string]any{"q": map[string]any{"system": "x"}},
				"service": map[string]any{"s": map[string]any{"http": map[string]any{}, kind: map[string]any{name: body}}},
			})
		}
	}
}

// checkRefused wants an error at a name.
func checkRefused(t *testing.T, kind, name string, document map[string]any) {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	file, err := spec.Load(write(t, "obsboot.hcl.json", string(text)), spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	resolve.System(file)
	refused := slices.ContainsFunc(file.Scope.Diags.Sorted(), func(d *hcl.Diagnostic) bool {
		var at string
		err := json.Unmarshal(d.Subject.SliceBytes(text), &at)
		return err == nil && at == name && d.Severity == hcl.DiagError && d.Summary == "Invalid name"
	})
	if !refused {
		t.Errorf("%s %.50q is fine: %v", kind, name, file.Scope.Diags.Sorted())
	}
}

// TestHostileDescriptionsAreText puts them where people write what they like,
// and reads the row of the catalog that shows them.
func TestHostileDescriptionsAreText(t *testing.T) {
	for _, text := range hostileTexts {
		// Marks on both sides show that the text did not end early.
		quoted := hclwrite.TokensForValue(cty.StringVal("begin" + text + "end")).Bytes()
		out := artifacts(t, write(t, "obsboot.hcl", fmt.Sprintf(`
			system "x" { description = %[1]s }
			service "web" {
				description = %[1]s
				http {
					route "GET /" { description = %[1]s }
				}
				counter "c" { description = %[1]s }
				sli "s" {
					description = %[1]s
					availability {}
				}
			}`, quoted)))
		bars := map[string]int{"| [web](#web) |": 6, "| route | `GET /` |": 4, "| `c`<br>": 6, "| `s`<br>": 5}
		for line := range strings.Lines(out) {
			for start, want := range bars {
				if !strings.HasPrefix(line, start) || !strings.Contains(line, "begin") {
					continue
				}
				delete(bars, start)
				if got := strings.Count(line, "|") - strings.Count(line, `\|`); got != want || !strings.Contains(line, "end") {
					t.Errorf("%.50q gives a row of %d bars: %.300s", text, got, line)
				}
			}
		}
		if len(bars) > 0 {
			t.Errorf("%.50q leaves no row %v", text, bars)
		}
	}
}

func TestIncludesEnd(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string // a value that begins with -> is a link
		want  string
	}{
		{"link to the folder above", map[string]string{
			"obsboot.hcl": `system "x" { include = ["**/*.part.hcl"] }`, "sub/loop": "->..", "sub/a.part.hcl": `team "a" {}`,
		}, ""},
		{"links in a circle", map[string]string{
			"obsboot.hcl": `system "x" { include = ["*.part.hcl"] }`, "a.part.hcl": "->b.part.hcl", "b.part.hcl": "->a.part.hcl",
		}, "Cannot include\nCannot include\n"},
		{"link out of the project", map[string]string{
			"obsboot.hcl": `system "x" { include = ["a.part.hcl"] }`, "a.part.hcl": "->/etc/hostname",
		}, "Path leaves the project\n"},
		{"cycle", map[string]string{
			"obsboot.hcl": `system "x" { include = ["a.part.hcl"] }`, "a.part.hcl": `system "x" { include = ["b.part.hcl"] }`, "b.part.hcl": `system "x" { include = ["a.part.hcl"] }`,
		}, "Cycle of includes\n"},
		{"itself", map[string]string{"obsboot.hcl": `system "x" { include = ["obsboot.hcl"] }`}, "Cycle of includes\n"},
		{"diamond", map[string]string{
			"obsboot.hcl": `system "x" { include = ["a.part.hcl", "b.part.hcl"] }`,
			"a.part.hcl":  `system "x" { include = ["c.part.hcl"] }`, "b.part.hcl": `system "x" { include = ["c.part.hcl"] }`, "c.part.hcl": `team "c" {}`,
		}, ""},
		{"twice by patterns", map[string]string{"obsboot.hcl": `system "x" { include = ["*.part.hcl", "a.*.hcl"] }`, "a.part.hcl": `team "a" {}`}, ""},
		{"twice by a link", map[string]string{"obsboot.hcl": `system "x" { include = ["*.part.hcl"] }`, "a.part.hcl": `team "a" {}`, "b.part.hcl": "->a.part.hcl"}, "Duplicate team\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range test.files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				err := os.WriteFile(path, []byte(content), 0o600)
				if target, ok := strings.CutPrefix(content, "->"); ok {
					err = os.Remove(path)
					if err == nil {
						err = os.Symlink(target, path)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := toldSoon(t, dir, spec.Inputs{}); got != test.want {
				t.Errorf("got %q want %q", got, test.want)
			}
		})
	}
}
