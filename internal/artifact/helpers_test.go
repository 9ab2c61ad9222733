package artifact

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// opts are those of a usual run.
var opts = Options{Version: "v1.2.3", System: "shop"}

func out(path, content string) File {
	return File{Tree: Out, Path: path, Content: []byte(content)}
}

func project(path, content string) File {
	return File{Tree: Project, Path: path, Content: []byte(content)}
}

func newSet(t *testing.T, files ...File) *Set {
	t.Helper()
	set, err := NewSet(files)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// newRoots returns the usual roots: the output folder is inside the project.
func newRoots(t *testing.T) Roots {
	t.Helper()
	dir := t.TempDir()
	return Roots{Out: filepath.Join(dir, "observability"), Project: dir}
}

func write(t *testing.T, roots Roots, files ...File) *Plan {
	t.Helper()
	return writeWith(t, roots, opts, files...)
}

func writeWith(t *testing.T, roots Roots, opts Options, files ...File) *Plan {
	t.Helper()
	plan, err := Write(newSet(t, files...), roots, opts)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// snapshot is everything below a folder, with modes, times and links.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		said := info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			said += " " + info.ModTime().String() + " " + read(t, path)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			said += " -> " + target
		}
		all[filepath.ToSlash(rel)] = said
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// contents are the files below a folder but for our own, and "dir" for every
// folder that is empty.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.Name() == keepDir {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if !e.IsDir() {
			all[filepath.ToSlash(rel)] = read(t, path)
			return nil
		}
		if below, err := os.ReadDir(path); err != nil || len(below) == 0 {
			all[filepath.ToSlash(rel)] = "dir"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wantContents(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Errorf("files below the root (-want +got):\n%s", diff)
	}
}

// wantExactly checks that the trees are what the set says, that the manifest
// lists just that, and that nothing is left over from the writing.
func wantExactly(t *testing.T, roots Roots, set *Set) {
	t.Helper()
	want := map[string]string{}
	listing := []entry{}
	for _, f := range set.Files() {
		rel, err := filepath.Rel(roots.Project, roots.Path(f.Tree, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		want[filepath.ToSlash(rel)] = string(f.Content)
		listing = append(listing, newEntry(f))
	}
	wantContents(t, roots.Project, want)
	m, err := parseManifest([]byte(read(t, roots.Path(Out, manifestPath))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(listing, m.Files); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	names := []string{}
	kept, err := os.ReadDir(roots.Path(Out, keepDir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range kept {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{".gitignore", "lock", "manifest.json"}, names); diff != "" {
		t.Errorf("bookkeeping files (-want +got):\n%s", diff)
	}
}

// actions are the changes of a plan, by path.
func actions(p *Plan) map[string]string {
	all := map[string]string{}
	for _, c := range p.Changes {
		all[c.Path] = strings.TrimSuffix(string(c.Action)+": "+string(c.Conflict), ": ")
	}
	return all
}

func wantActions(t *testing.T, p *Plan, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, actions(p)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
}
