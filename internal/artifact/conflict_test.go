package artifact

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestConflicts has one file in the way of each kind, beside a file that could
// be written and a stale one. Nothing at all may happen.
func TestConflicts(t *testing.T) {
	tests := map[string]struct {
		put   func(t *testing.T, roots Roots)
		path  string
		want  Conflict
		force bool // whether Force gets over it
	}{
		"edited":  {func(t *testing.T, r Roots) { put(t, r.Path(Out, "old"), "mine") }, "old", Edited, true},
		"foreign": {func(t *testing.T, r Roots) { put(t, r.Path(Out, "d/new"), "mine") }, "d/new", Foreign, true},
		"symlink to a file": {func(t *testing.T, r Roots) {
			put(t, r.Path(Project, "elsewhere"), "new")
			link(t, filepath.Join("..", "..", "elsewhere"), r.Path(Out, "d/new"))
		}, "d/new", Symlink, true},
		"symlink to nothing":   {func(t *testing.T, r Roots) { link(t, "nothing", r.Path(Out, "d/new")) }, "d/new", Symlink, true},
		"folder":               {func(t *testing.T, r Roots) { put(t, r.Path(Out, "d/new/mine"), "mine") }, "d/new", Special, false},
		"parent is a file":     {func(t *testing.T, r Roots) { put(t, r.Path(Out, "d"), "mine") }, "d/new", Blocked, false},
		"parent leads out":     {func(t *testing.T, r Roots) { link(t, t.TempDir(), r.Path(Out, "d")) }, "d/new", Blocked, false},
		"parent leads up":      {func(t *testing.T, r Roots) { link(t, "..", r.Path(Out, "d")) }, "d/new", Blocked, false},
		"parent leads nowhere": {func(t *testing.T, r Roots) { link(t, "nothing", r.Path(Out, "d")) }, "d/new", Blocked, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			roots := newRoots(t)
			write(t, roots, out("old", "old"), out("stale", "stale"))
			test.put(t, roots)
			set := newSet(t, out("a", "a"), out("d/new", "new"), out("old", "changed"), project("z", "z"))
			before := snapshot(t, roots.Project)
			plan, err := Write(set, roots, opts)
			conflict, ok := errors.AsType[*ConflictError](err)
			if !ok {
				t.Fatalf("error %v, want a conflict", err)
			}
			want := []Change{{Out, test.path, Refuse, test.want}}
			if diff := cmp.Diff(want, conflict.Conflicts); diff != "" {
				t.Errorf("conflicts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, plan.Conflicts()); diff != "" {
				t.Errorf("conflicts of the plan (-want +got):\n%s", diff)
			}
			wantError(t, err, roots.Path(Out, test.path)+": "+string(test.want), "--force")
			if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
				t.Errorf("a conflict changed the disk (-before +after):\n%s", diff)
			}

			force := opts
			force.Force = true
			plan, err = Write(set, roots, force)
			if !test.force {
				if _, ok := errors.AsType[*ConflictError](err); !ok {
					t.Errorf("with Force: error %v, want a conflict", err)
				}
				if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
					t.Errorf("a conflict with Force changed the disk (-before +after):\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, want := actions(plan)[test.path], "update: "+string(test.want); got != want {
				t.Errorf("with Force: %s, want %s", got, want)
			}
			wantForced(t, roots, set)
		})
	}
}

// wantForced checks that a file replaced what was at its path, and that a link
// was not followed.
func wantForced(t *testing.T, roots Roots, set *Set) {
	t.Helper()
	for _, f := range set.Files() {
		info, err := os.Lstat(roots.Path(f.Tree, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, roots.Path(f.Tree, f.Path)); !info.Mode().IsRegular() || got != string(f.Content) {
			t.Errorf("%s is %v %q, want %q", f.Path, info.Mode(), got, f.Content)
		}
	}
	if _, err := os.Lstat(roots.Path(Out, "stale")); err == nil {
		t.Error("the stale file was not removed")
	}
}

func TestEveryConflictIsNamed(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a", "1"))
	put(t, roots.Path(Out, "a"), "mine")
	put(t, roots.Path(Project, "b"), "mine")
	put(t, roots.Path(Out, "c/x"), "mine")
	_, err := Write(newSet(t, out("a", "2"), project("b", "2"), out("c", "2")), roots, opts)
	want := "nothing was written, because these files would be lost or cannot be replaced:\n" +
		"  " + roots.Path(Out, "a") + ": edited by hand\n" +
		"  " + roots.Path(Out, "c") + ": a folder or device, where a file is to be written\n" +
		"  " + roots.Path(Project, "b") + ": not written by obsboot\n" +
		"move them away; --force overwrites only files that were edited by hand, not written by obsboot, or symbolic links"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestSameBytesAreNoConflict(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a", "1"))
	put(t, roots.Path(Out, "a"), "2")
	put(t, roots.Path(Out, "b"), "2")
	files := []File{out("a", "2"), out("b", "2")}
	wantActions(t, write(t, roots, files...), map[string]string{"a": "unchanged", "b": "unchanged"})
	wantExactly(t, roots, newSet(t, files...)) // and from now on both are ours
	write(t, roots, out("a", "3"), out("b", "3"))
}

// TestFirstConflictLeavesNothing: not even the lock and its folder.
func TestFirstConflictLeavesNothing(t *testing.T) {
	roots := newRoots(t)
	put(t, roots.Path(Project, "h.go"), "mine")
	before := snapshot(t, roots.Project)
	_, err := Write(newSet(t, out("a", "1"), project("h.go", "2")), roots, opts)
	wantError(t, err, "h.go: not written by obsboot")
	if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
		t.Errorf("a conflict changed the disk (-before +after):\n%s", diff)
	}
}

func TestStaleLinkIsKept(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a", "1"), out("d/b", "1"))
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(roots.Path(Out, "d"), moved); err != nil {
		t.Fatal(err)
	}
	link(t, moved, roots.Path(Out, "d"))
	if err := os.Remove(roots.Path(Out, "a")); err != nil {
		t.Fatal(err)
	}
	link(t, filepath.Join(moved, "b"), roots.Path(Out, "a"))
	wantActions(t, write(t, roots), map[string]string{"a": "keep", "d/b": "keep"})
	if got := read(t, filepath.Join(moved, "b")); got != "1" {
		t.Errorf("the file behind the link is %q", got)
	}
}

// TestMovedFolderWithLink: the old name of a folder leads to the new one, so
// that the stale path is the file just written.
func TestMovedFolderWithLink(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("old/x", "1"))
	if err := os.Rename(roots.Path(Out, "old"), roots.Path(Out, "new")); err != nil {
		t.Fatal(err)
	}
	link(t, "new", roots.Path(Out, "old"))
	wantActions(t, write(t, roots, out("new/x", "1")), map[string]string{"new/x": "unchanged"})
	if got := read(t, roots.Path(Out, "new/x")); got != "1" {
		t.Errorf("new/x is %q", got)
	}
}

func TestLinkInsideTheRootIsFollowed(t *testing.T) {
	roots := newRoots(t)
	put(t, roots.Path(Project, "real/keep"), "")
	link(t, "real", roots.Path(Project, "svc"))
	write(t, roots, project("svc/gen/h.go", "1"))
	if got := read(t, roots.Path(Project, "real/gen/h.go")); got != "1" {
		t.Errorf("h.go is %q", got)
	}
	write(t, roots)
	if info, err := os.Lstat(roots.Path(Project, "svc")); err != nil || info.Mode().IsRegular() {
		t.Errorf("the link is gone: %v", err)
	}
}

func TestRootIsALink(t *testing.T) {
	tests := map[string]struct{ target, want string }{
		"out":     {"/", "symbolic link"},
		"up":      {"..", "symbolic link"},
		"nowhere": {"nothing", "symbolic link"},
		"inside":  {"real", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			roots := Roots{Out: filepath.Join(dir, "p/link/o"), Project: filepath.Join(dir, "p")}
			put(t, filepath.Join(dir, "p/real/keep"), "")
			link(t, test.target, filepath.Join(dir, "p/link"))
			before := snapshot(t, dir)
			_, err := Write(newSet(t, out("a", "1")), roots, opts)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if got := read(t, filepath.Join(dir, "p/real/o/a")); got != "1" {
					t.Errorf("a is %q", got)
				}
				return
			}
			wantError(t, err, filepath.Join(dir, "p/link"), test.want)
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Errorf("the refused write changed the disk (-before +after):\n%s", diff)
			}
		})
	}
}

// TestRootOutsideMayBeALink: who names another place by a link means it.
func TestRootOutsideMayBeALink(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "real/keep"), "")
	link(t, "real", filepath.Join(dir, "o"))
	write(t, Roots{Out: filepath.Join(dir, "o"), Project: filepath.Join(dir, "p")}, out("a", "1"))
	if got := read(t, filepath.Join(dir, "real/a")); got != "1" {
		t.Errorf("a is %q", got)
	}
}

func TestRootIsAFile(t *testing.T) {
	roots := newRoots(t)
	put(t, roots.Out, "mine")
	_, err := Write(newSet(t, out("a", "1")), roots, opts)
	wantError(t, err, "open the output folder "+roots.Out)
	_, err = Write(newSet(t), Roots{Out: roots.Out}, opts)
	wantError(t, err, "must both be named")
}

func TestBookkeepingFolderIsALink(t *testing.T) {
	tests := map[string]struct{ place, target, want string }{
		"folder":        {keepDir, "/", "is not a folder"},
		"folder inside": {keepDir, "real", "is not a folder"},
		"lock":          {lockPath, "/", "is not a regular file"},
		"lock inside":   {lockPath, "../real/lock", "is not a regular file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			roots := newRoots(t)
			put(t, roots.Path(Out, "real/keep"), "")
			link(t, test.target, roots.Path(Out, test.place))
			before := snapshot(t, roots.Project)
			_, err := Write(newSet(t, out("a", "1")), roots, opts)
			wantError(t, err, roots.Path(Out, test.place), test.want)
			if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
				t.Errorf("the refused write changed the disk (-before +after):\n%s", diff)
			}
		})
	}
}

// TestLeftoverTemporaryIsALink: it is replaced, not written through.
func TestLeftoverTemporaryIsALink(t *testing.T) {
	roots := newRoots(t)
	put(t, roots.Path(Project, "mine"), "mine")
	link(t, filepath.Join("..", "mine"), roots.Path(Out, tempPath("a")))
	write(t, roots, out("a", "1"))
	wantContents(t, roots.Project, map[string]string{"mine": "mine", "observability/a": "1"})
}

func TestTemporaryNameIsBesideTheTarget(t *testing.T) {
	for path, want := range map[string]string{"a/b.yaml": "a/.b.yaml.obsboot-tmp", "b": ".b.obsboot-tmp"} {
		if got := tempPath(path); got != want {
			t.Errorf("tempPath(%s) = %s, want %s", path, got, want)
		}
	}
}
