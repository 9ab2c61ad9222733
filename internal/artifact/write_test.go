package artifact

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWriteFirstAndNext(t *testing.T) {
	roots := newRoots(t)
	plan := write(t, roots, out("a/b.yaml", "1"), out("c", "2"), project("svc/h.go", "3"))
	wantActions(t, plan, map[string]string{"a/b.yaml": "create", "c": "create", "svc/h.go": "create"})
	wantContents(t, roots.Project, map[string]string{
		"observability/a/b.yaml": "1", "observability/c": "2", "svc/h.go": "3",
	})

	next := []File{out("a/b.yaml", "1"), out("d/e", "4"), project("svc/h.go", "33")}
	plan = write(t, roots, next...)
	wantActions(t, plan, map[string]string{"a/b.yaml": "unchanged", "c": "remove", "d/e": "create", "svc/h.go": "update"})
	wantExactly(t, roots, newSet(t, next...))
	for action, want := range map[Action]int{Create: 1, Update: 1, Unchanged: 1, Remove: 1, Keep: 0} {
		if got := plan.Count(action); got != want {
			t.Errorf("Count(%s) = %d, want %d", action, got, want)
		}
	}
}

func TestManifest(t *testing.T) {
	roots := newRoots(t)
	options := opts
	options.Records = map[string][]byte{"model.json": []byte("{}")}
	writeWith(t, roots, options, project("h.go", ""), out("b", "x"), out("a", "x"))
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	const x = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
	const braces = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
	var files []string
	for _, f := range [][3]string{{"out", ".obsboot/model.json", braces}, {"out", "a", x}, {"out", "b", x}, {"project", "h.go", empty}} {
		files = append(files, fmt.Sprintf("    {\n      \"tree\": %q,\n      \"path\": %q,\n      \"sha256\": %q\n    }", f[0], f[1], f[2]))
	}
	want := "{\n  \"format\": 1,\n  \"version\": \"v1.2.3\",\n  \"system\": \"shop\",\n  \"files\": [\n" +
		strings.Join(files, ",\n") + "\n  ]\n}\n"
	if diff := cmp.Diff(want, read(t, roots.Path(Out, manifestPath))); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	if got := read(t, roots.Path(Out, gitignorePath)); got != gitignore {
		t.Errorf(".gitignore is %q", got)
	}
}

// TestWriteAgainTouchesNothing compares times too: the files are dated back, so
// that a second write within the clock's resolution would show.
func TestWriteAgainTouchesNothing(t *testing.T) {
	roots := newRoots(t)
	options := opts
	options.Records = map[string][]byte{"model.json": []byte("{}")}
	files := []File{out("a/b", "1"), project("c", "2")}
	writeWith(t, roots, options, files...)
	old := time.Now().Add(-time.Hour)
	for _, p := range []string{roots.Path(Out, "a/b"), roots.Path(Project, "c"), roots.Path(Out, manifestPath), roots.Path(Out, recordPath("model.json"))} {
		if err := os.Chtimes(p, old, old); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(t, roots.Project)
	plan := writeWith(t, roots, options, files...)
	if plan.Changed() {
		t.Errorf("changed: %v", actions(plan))
	}
	if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
		t.Errorf("a second write changed the disk (-before +after):\n%s", diff)
	}

	// One more file changes; the others keep their times.
	writeWith(t, roots, options, append(files, out("new", "3"))...)
	after := snapshot(t, roots.Project)
	for _, p := range []string{"observability/a/b", "c", "observability/.obsboot/model.json"} {
		if before[p] != after[p] {
			t.Errorf("%s was touched: %s, then %s", p, before[p], after[p])
		}
	}
	if before["observability/.obsboot/manifest.json"] == after["observability/.obsboot/manifest.json"] {
		t.Error("the manifest was not written")
	}
}

func TestPlanWritesNothing(t *testing.T) {
	roots := newRoots(t)
	roots.Project = filepath.Join(roots.Project, "new")
	roots.Out = filepath.Join(roots.Project, "observability")
	set := newSet(t, out("a", "1"), project("b", "2"))
	plan, err := MakePlan(set, roots, opts)
	if err != nil {
		t.Fatal(err)
	}
	wantActions(t, plan, map[string]string{"a": "create", "b": "create"})
	if _, err := os.Lstat(roots.Project); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the plan made a folder: %v", err)
	}

	write(t, roots, set.Files()...)
	put(t, roots.Path(Out, "a"), "edited")
	before := snapshot(t, roots.Project)
	plan, err = MakePlan(newSet(t, out("a", "3"), out("c", "4")), roots, opts)
	if err != nil {
		t.Fatal(err)
	}
	wantActions(t, plan, map[string]string{"a": "refuse: edited by hand", "b": "remove", "c": "create"})
	if !plan.Changed() || len(plan.Conflicts()) != 1 {
		t.Errorf("Changed() = %v, Conflicts() = %v", plan.Changed(), plan.Conflicts())
	}
	if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
		t.Errorf("planning changed the disk (-before +after):\n%s", diff)
	}
}

func TestStale(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("stay", "1"), out("gone/deep/a", "2"), out("gone/deep/b", "3"),
		out("edited/a", "4"), out("shared/a", "5"), out("missing/a", "6"), project("svc/gen/h.go", "7"))
	put(t, roots.Path(Out, "edited/a"), "mine")
	put(t, roots.Path(Out, "shared/mine"), "mine")
	if err := os.RemoveAll(roots.Path(Out, "missing")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(roots.Path(Out, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}

	plan, err := MakePlan(newSet(t, out("stay", "1")), roots, opts)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"stay": "unchanged", "gone/deep/a": "remove", "gone/deep/b": "remove",
		"edited/a": "keep", "shared/a": "remove", "svc/gen/h.go": "remove",
	}
	wantActions(t, plan, want)
	force := opts
	force.Force = true // does not remove edited files
	plan = writeWith(t, roots, force, out("stay", "1"))
	wantActions(t, plan, want)
	wantContents(t, roots.Project, map[string]string{
		"observability/stay": "1", "observability/edited/a": "mine",
		"observability/shared/mine": "mine", "observability/empty": "dir",
	})
	plan = write(t, roots, out("stay", "1"))
	wantActions(t, plan, map[string]string{"stay": "unchanged"})
}

// TestFolderOfMissingFile is what a run leaves that was killed between the
// removal of a file and that of its folder.
func TestFolderOfMissingFile(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a/b/c", "1"))
	if err := os.Remove(roots.Path(Out, "a/b/c")); err != nil {
		t.Fatal(err)
	}
	write(t, roots)
	wantExactly(t, roots, newSet(t))
}

func TestEmptySetKeepsTheRoots(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a/b", "1"), project("c", "2"))
	write(t, roots)
	wantExactly(t, roots, newSet(t))
}

func TestDeletedFileIsCreatedAgain(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a/b", "1"))
	if err := os.RemoveAll(roots.Path(Out, "a")); err != nil {
		t.Fatal(err)
	}
	wantActions(t, write(t, roots, out("a/b", "2")), map[string]string{"a/b": "create"})
	wantExactly(t, roots, newSet(t, out("a/b", "2")))
}

// TestRenamedCase has a hard link stand for a disk that ignores case, where the
// old and the new name are one file.
func TestRenamedCase(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("Foo.md", "1"))
	if err := os.Link(roots.Path(Out, "Foo.md"), roots.Path(Out, "foo.md")); err != nil {
		t.Skipf("this disk ignores case or has no hard links: %v", err)
	}
	wantActions(t, write(t, roots, out("foo.md", "2")), map[string]string{"foo.md": "update"})
	if got := read(t, roots.Path(Out, "foo.md")); got != "2" {
		t.Errorf("foo.md is %q", got)
	}
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	roots := newRoots(t)
	secret := File{Tree: Out, Path: "secret", Content: []byte("1"), Mode: 0o620}
	write(t, roots, secret, out("plain", "1"), out("theirs", "1"))
	if err := os.Chmod(roots.Path(Out, "theirs"), 0o660); err != nil {
		t.Fatal(err)
	}
	secret.Content = []byte("2")
	write(t, roots, secret, out("plain", "2"), out("theirs", "2"))
	for path, want := range map[string]fs.FileMode{"secret": 0o620, "theirs": 0o660} {
		info, err := os.Stat(roots.Path(Out, path))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
	}
}

func TestOutOutsideProject(t *testing.T) {
	dir := t.TempDir()
	roots := Roots{Out: filepath.Join(dir, "o"), Project: filepath.Join(dir, "p")}
	write(t, roots, out("a", "1"), project("a", "2"))
	wantContents(t, dir, map[string]string{"o/a": "1", "p/a": "2"})
}

func TestOutIsProject(t *testing.T) {
	dir := t.TempDir()
	roots := Roots{Out: dir, Project: dir}
	write(t, roots, out("a", "1"), project("b", "2"))
	wantContents(t, dir, map[string]string{"a": "1", "b": "2"})
}

func TestTreesInEachOthersWay(t *testing.T) {
	tests := map[string]struct {
		file File
		want string
	}{
		"same file":  {project("observability/a", "2"), "is generated twice"},
		"same case":  {project("Observability/A", "2"), "are the same file"},
		"folder":     {project("observability", "2"), "is a file, and a folder of"},
		"manifest":   {project("observability/.obsboot/manifest.json", "2"), "is reserved"},
		"bookkeeper": {project("observability/.obsboot", "2"), "is reserved"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			roots := newRoots(t)
			_, err := Write(newSet(t, out("a", "1"), test.file), roots, opts)
			wantError(t, err, test.want)
			wantContents(t, roots.Project, map[string]string{".": "dir"})
		})
	}
}

func TestManyFiles(t *testing.T) {
	roots := newRoots(t)
	var files []File
	for i := range 1000 {
		files = append(files, out(fmt.Sprintf("d%d/e/f%d", i%50, i), fmt.Sprint(i)))
	}
	write(t, roots, files...)
	wantExactly(t, roots, newSet(t, files...))
	write(t, roots, files[:10]...)
	wantExactly(t, roots, newSet(t, files[:10]...))
}

func TestManifestIsJSONOnce(t *testing.T) {
	roots := newRoots(t)
	write(t, roots)
	var m map[string]any
	if err := json.Unmarshal([]byte(read(t, roots.Path(Out, manifestPath))), &m); err != nil {
		t.Fatal(err)
	}
	if files, ok := m["files"].([]any); !ok || len(files) != 0 {
		t.Errorf("files of an empty set are %v, want []", m["files"])
	}
}
