package artifact

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// version returns a set in which every run's files overlap with the others'.
func version(t *testing.T, n int) *Set {
	t.Helper()
	var files []File
	for i := range 6 {
		if (i+n)%3 == 0 {
			continue
		}
		files = append(files, out(fmt.Sprintf("d%d/v%d/f%d", i%2, (i+n)%4, i), fmt.Sprintf("version %d", n)))
	}
	return newSet(t, append(files, out("always", fmt.Sprintf("version %d", n)), project("svc/h.go", fmt.Sprintf("version %d", n)))...)
}

// stopAfter runs a write that ends, without any undoing, after so many steps.
// It returns false if the write has no more steps than that.
func stopAfter(t *testing.T, set *Set, roots Roots, steps int) bool {
	t.Helper()
	step := func(err error) bool {
		if err != nil {
			t.Fatal(err)
		}
		steps--
		return steps < 0
	}
	d, err := createDisk(roots)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	unlock, err := d.lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	j, err := newJob(d, set, opts)
	if step(err) || step(refuse(j.plan, roots)) || step(j.sweep()) || step(j.announce()) {
		return true
	}
	listing, err := j.manifest()
	if err != nil {
		t.Fatal(err)
	}
	records, err := j.bookkeeping()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{disk: d}
	for _, f := range append(append(j.files, records...), File{Tree: Out, Path: manifestPath, Content: listing}) {
		if step(s.prepare([]File{f}, nil)) {
			return true
		}
	}
	for i := range j.files {
		if step(s.commit(i + 1)) {
			return true
		}
	}
	return step(j.commit(s, len(j.files))) || step(j.finish())
}

// TestStoppedAnywhere ends a write after each of its steps, then a second one
// of another spec after every fourth of its own, and then writes a third.
func TestStoppedAnywhere(t *testing.T) {
	const most = 100 // more steps than there are
	for first := range most {
		var more bool
		for second := first % 4; second < most; second += 4 {
			roots := newRoots(t)
			write(t, roots, version(t, 0).Files()...)
			more = stopAfter(t, version(t, 1), roots, first)
			again := stopAfter(t, version(t, 2), roots, second)
			third := version(t, 3)
			write(t, roots, third.Files()...)
			wantExactly(t, roots, third)
			if t.Failed() {
				t.Fatalf("after %d and %d steps", first, second)
			}
			if !again {
				break
			}
		}
		if !more {
			if first < 15 {
				t.Fatalf("a write has only %d steps", first)
			}
			return
		}
	}
	t.Fatal("a write has more steps than the test takes")
}

// TestStoppedAndTakenBack writes what was there before the stopped write, so
// that there is nothing to do but to clear up.
func TestStoppedAndTakenBack(t *testing.T) {
	for steps := range 100 {
		roots := newRoots(t)
		write(t, roots, version(t, 0).Files()...)
		more := stopAfter(t, version(t, 1), roots, steps)
		write(t, roots, version(t, 0).Files()...)
		wantExactly(t, roots, version(t, 0))
		if !more {
			return
		}
	}
	t.Fatal("a write has more steps than the test takes")
}

// TestStoppedInTheList: the list of what is to be written was itself not
// complete.
func TestStoppedInTheList(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, version(t, 0).Files()...)
	put(t, roots.Path(Out, tempPath(pendingPath)), `{"format"`)
	write(t, roots, version(t, 0).Files()...)
	wantExactly(t, roots, version(t, 0))
}

// TestEditAfterStop: what a person did since is still theirs.
func TestEditAfterStop(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, version(t, 0).Files()...)
	for steps := range 8 {
		stopAfter(t, version(t, 1), roots, steps)
	}
	put(t, roots.Path(Out, "always"), "mine")
	before := snapshot(t, roots.Project)
	_, err := Write(version(t, 2), roots, opts)
	wantError(t, err, "always: edited by hand")
	if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
		t.Errorf("a conflict changed the disk (-before +after):\n%s", diff)
	}
}
