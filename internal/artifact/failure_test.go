package artifact

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// failing is a set of which a write fails late: the temporary name of its last
// file is longer than file systems allow, while the name itself is not.
func failing(t *testing.T) (set *Set, name string) {
	t.Helper()
	name = strings.Repeat("z", 250)
	return newSet(t, out("a", "2"), out("deep/new/b", "2"), project("svc/h.go", "2"), project("y/"+name, "2")), name
}

func TestFailureLeavesTheTreeAsItWas(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a", "1"), out("stale", "1"))
	before := snapshot(t, roots.Project)
	set, name := failing(t)
	_, err := Write(set, roots, opts)
	wantError(t, err, "write "+filepath.Join(roots.Project, "y", name)+": ")
	after := snapshot(t, roots.Project)
	for _, dir := range []string{".", "observability", "observability/.obsboot"} { // their times
		delete(before, dir)
		delete(after, dir)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the failed write changed the disk (-before +after):\n%s", diff)
	}
}

func TestFailureOfTheFirstRun(t *testing.T) {
	roots := newRoots(t)
	set, _ := failing(t)
	if _, err := Write(set, roots, opts); err == nil {
		t.Fatal("no error")
	}
	got := snapshot(t, roots.Project)
	for _, p := range []string{".", "observability", "observability/.obsboot", "observability/.obsboot/lock"} {
		delete(got, p)
	}
	if len(got) > 0 {
		t.Errorf("left over: %v", got)
	}
}

// TestFailureAfterKill: the files of the killed run are still known afterwards.
func TestFailureAfterKill(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, version(t, 0).Files()...)
	if !stopAfter(t, version(t, 1), roots, 14) {
		t.Fatal("the write was not stopped")
	}
	if got := read(t, roots.Path(Out, "always")); got != "version 1" {
		t.Fatalf("the stopped write left %q", got)
	}
	set, _ := failing(t)
	if _, err := Write(set, roots, opts); err == nil {
		t.Fatal("no error")
	}
	write(t, roots, version(t, 2).Files()...)
	wantExactly(t, roots, version(t, 2))
}

// TestFailureInTheMiddle has a folder appear at a target after the plan was
// made. Some files are new by then; the next run finishes.
func TestFailureInTheMiddle(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a", "1"), out("b", "1"), out("stale", "1"))
	set := newSet(t, out("a", "2"), out("b", "2"), out("new/c", "2"))
	d, err := openDisk(roots)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	j, err := newJob(d, set, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(roots.Path(Out, "b")); err != nil {
		t.Fatal(err)
	}
	put(t, roots.Path(Out, "b/mine"), "mine")
	wantError(t, j.run(), "replace "+roots.Path(Out, "b"), "run again")
	wantContents(t, roots.Out, map[string]string{"a": "2", "b/mine": "mine", "stale": "1"})

	_, err = Write(set, roots, opts)
	wantError(t, err, "b: "+string(Special))
	if err := os.RemoveAll(roots.Path(Out, "b")); err != nil {
		t.Fatal(err)
	}
	write(t, roots, set.Files()...)
	wantExactly(t, roots, set)
}
