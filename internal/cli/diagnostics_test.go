package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestDiagnostics validates the spec of each archive and compares the whole
// text that a user sees with its file "output".
func TestDiagnostics(t *testing.T) {
	archives, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			inputs, want := unpack(t, archive)
			t.Chdir(inputs)
			var out, errOut bytes.Buffer
			status := Main([]string{"validate"}, strings.NewReader(""), &out, &errOut)
			if strings.Contains(errOut.String(), "error") != (status == 1) {
				t.Errorf("exit status %d does not go with:\n%s", status, errOut.String())
			}
			if *update {
				return // rewritten below, outside of the temporary folder
			}
			if diff := cmp.Diff(want, errOut.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
		if *update {
			rewrite(t, path)
		}
	}
}

// unpack writes an archive's files, but for "output", into a new folder.
func unpack(t *testing.T, archive *txtar.Archive) (folder, output string) {
	folder = t.TempDir()
	for _, file := range archive.Files {
		if file.Name == "output" {
			output = string(file.Data)
			continue
		}
		path := filepath.Join(folder, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder, output
}

func rewrite(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	folder, _ := unpack(t, archive)
	var got string
	t.Run("update", func(t *testing.T) {
		t.Chdir(folder)
		var out, errOut bytes.Buffer
		Main([]string{"validate"}, strings.NewReader(""), &out, &errOut)
		got = errOut.String()
	})
	files := archive.Files[:0]
	for _, file := range archive.Files {
		if file.Name != "output" {
			files = append(files, file)
		}
	}
	archive.Files = append(files, txtar.File{Name: "output", Data: []byte(got)})
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestManyDiagnostics checks that what is not shown is counted.
func TestManyDiagnostics(t *testing.T) {
	t.Chdir(t.TempDir())
	source := "system \"shop\" {}\n" + strings.Repeat("service \"web\" {}\n", maxShown+3)
	if err := os.WriteFile("obsboot.hcl", []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	if status := Main([]string{"validate"}, strings.NewReader(""), &out, &errOut); status != 1 {
		t.Errorf("exit status %d", status)
	}
	got := errOut.String()
	if shown := strings.Count(got, "Error: Duplicate service"); shown != maxShown {
		t.Errorf("%d are shown, want %d", shown, maxShown)
	}
	if want := "2 more are not shown.\n1002 errors.\n"; !strings.HasSuffix(got, want) {
		t.Errorf("the text ends in %q, want %q", got[max(0, len(got)-80):], want)
	}
}
