package instrument_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/instrument"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

var update = flag.Bool("update", false, "rewrite the packages of testdata")

// everything is a module of its own, whose package has every feature. make test
// compiles it, and compares it with the SDK at work.
const everything = "testdata/everything"

func generated(t *testing.T, folder string) []artifact.File {
	t.Helper()
	file, err := spec.Load(folder, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	if diags := file.Scope.Diags.Sorted(); diags.HasErrors() {
		t.Fatal(diags)
	}
	files, err := instrument.Go(sys)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestGolden(t *testing.T) {
	want := map[string]string{}
	have, err := filepath.Glob(everything + "/everything/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range have {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(everything, path)
		want[filepath.ToSlash(name)] = string(content)
	}
	got := map[string]string{}
	for _, f := range generated(t, everything) {
		got[f.Path] = string(f.Content)
	}
	if *update {
		rewrite(t, want, got)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func rewrite(t *testing.T, old, files map[string]string) {
	t.Helper()
	for name := range old {
		if err := os.Remove(filepath.Join(everything, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		path := filepath.Join(everything, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFormatted checks what the generator does not format: files of fixed text.
func TestFormatted(t *testing.T) {
	for _, f := range generated(t, everything) {
		formatted, err := format.Source(f.Content)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(formatted), string(f.Content)); diff != "" {
			t.Errorf("%s (-formatted +generated):\n%s", f.Path, diff)
		}
	}
}

// TestMarked checks that tools know the files for generated ones.
func TestMarked(t *testing.T) {
	marker := regexp.MustCompile(`^// Code generated .* DO NOT EDIT\.\n`)
	for _, f := range generated(t, everything) {
		if !marker.Match(f.Content) {
			t.Errorf("%s starts with %q", f.Path, bytes.SplitN(f.Content, []byte("\n"), 2)[0])
		}
	}
}

// TestReserved checks that resolve keeps signals from the names that a package
// has whatever the spec says: those of a service without signals.
func TestReserved(t *testing.T) {
	folder := t.TempDir()
	source := `system "s" {}
service "bare" {
  calls = [external.e]
  uses  = [queue.k]
  http {}
  instrument "go" {}
}
external "e" { protocol = "http" }
queue "k" { system = "kafka" }
`
	if err := os.WriteFile(filepath.Join(folder, "obsboot.hcl"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range generated(t, folder) {
		if strings.HasSuffix(f.Path, "_test.go") {
			continue
		}
		for _, name := range exported(t, f.Content) {
			if !naming.GoReserved(name) {
				t.Errorf("%s declares %s, which naming does not reserve", f.Path, name)
			}
		}
	}
}

// exported lists the exported identifiers of a file, without methods.
func exported(t *testing.T, source []byte) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				names = append(names, specNames(s)...)
			}
		}
	}
	var out []string
	for _, name := range names {
		if ast.IsExported(name) {
			out = append(out, name)
		}
	}
	return out
}

func specNames(s ast.Spec) []string {
	var names []string
	switch s := s.(type) {
	case *ast.TypeSpec:
		names = append(names, s.Name.Name)
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names = append(names, n.Name)
		}
	}
	return names
}
