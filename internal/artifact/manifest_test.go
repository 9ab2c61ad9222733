package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnreadableBookkeeping(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	listing := func(path, sum string) string {
		return fmt.Sprintf(`{"format": 1, "files": [{"tree": "out", "path": %q, "sha256": %q}]}`, path, sum)
	}
	tests := map[string]struct{ content, want string }{
		"empty":        {"", "unexpected end of JSON input"},
		"cut off":      {`{"format": 1, "fil`, "unexpected end of JSON input"},
		"merge":        {"<<<<<<< HEAD\n{}\n", "invalid character '<'"},
		"other JSON":   {"[]", "cannot unmarshal array"},
		"no format":    {"{}", "no format number"},
		"newer format": {`{"format": 2, "version": "v9", "files": {"other": "shape"}}`, `it was written by version "v9": use that version or a later one`},
		"path up":      {listing("../x", sum), `path "../x" is not a clean`},
		"path to lock": {listing(".obsboot/lock", sum), "reserved name"},
		"path deep":    {listing(".obsboot/a/b", sum), "not a plain file name"},
		"path of dir":  {listing(".obsboot", sum), "is reserved"},
		"hash":         {listing("x", "abc"), `path "x" has no valid sha256`},
		"tree":         {`{"format": 1, "files": [{"path": "x", "sha256": "` + sum + `"}]}`, "unknown tree"},
	}
	for name, test := range tests {
		for place, advice := range map[string]string{manifestPath: manifestAdvice, pendingPath: pendingAdvice} {
			t.Run(name+"/"+place, func(t *testing.T) {
				roots := newRoots(t)
				write(t, roots, out("a", "1"))
				put(t, roots.Path(Out, place), test.content)
				before := snapshot(t, roots.Project)
				_, err := Write(newSet(t, out("a", "2")), roots, opts)
				wantError(t, err, "read "+roots.Path(Out, place), test.want)
				if name != "newer format" {
					wantError(t, err, advice)
				}
				_, err = MakePlan(newSet(t, out("a", "2")), roots, opts)
				wantError(t, err, test.want)
				if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
					t.Errorf("the failed write changed the disk (-before +after):\n%s", diff)
				}
			})
		}
	}
}

func TestManifestIsAFolder(t *testing.T) {
	roots := newRoots(t)
	put(t, roots.Path(Out, manifestPath+"/x"), "")
	_, err := Write(newSet(t, out("a", "1")), roots, opts)
	wantError(t, err, "read "+roots.Path(Out, manifestPath), "is a directory")
}

func TestIgnoreFileIsAFolder(t *testing.T) {
	roots := newRoots(t)
	put(t, roots.Path(Out, gitignorePath+"/x"), "")
	_, err := Write(newSet(t, out("a", "1")), roots, opts)
	wantError(t, err, "write "+roots.Path(Out, gitignorePath), "move it away")
	if _, err := os.Lstat(roots.Path(Out, "a")); err == nil {
		t.Error("a was written")
	}
}

func TestLostManifest(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a", "1"), out("b", "1"))
	if err := os.Remove(roots.Path(Out, manifestPath)); err != nil {
		t.Fatal(err)
	}
	_, err := Write(newSet(t, out("a", "2"), out("b", "1")), roots, opts)
	wantError(t, err, "a: not written by obsboot")
	write(t, roots, out("a", "1"), out("b", "1"))
	wantExactly(t, roots, newSet(t, out("a", "1"), out("b", "1")))
}

func TestNewVersionIsNoChange(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("a", "1"))
	newer := Options{Version: "v2", System: "shop"}
	if plan := writeWith(t, roots, newer, out("a", "1")); plan.Changed() {
		t.Errorf("changed: %v", actions(plan))
	}
	if got := read(t, roots.Path(Out, manifestPath)); !strings.Contains(got, `"version": "v2"`) {
		t.Errorf("the manifest is %s", got)
	}
}

func TestRecords(t *testing.T) {
	roots := newRoots(t)
	if _, err := ReadRecord(roots, "model.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before the first run: %v", err)
	}
	with := func(records map[string][]byte) Options { return Options{Records: records} }
	one := with(map[string][]byte{"model.json": []byte("1"), "b.json": []byte("b")})
	plan := writeWith(t, roots, one)
	wantActions(t, plan, map[string]string{".obsboot/model.json": "create", ".obsboot/b.json": "create"})
	if got, err := ReadRecord(roots, "model.json"); err != nil || string(got) != "1" {
		t.Errorf("ReadRecord = %q, %v", got, err)
	}

	put(t, roots.Path(Out, ".obsboot/model.json"), "edited")
	_, err := ReadRecord(roots, "model.json")
	wantError(t, err, "not what obsboot wrote")
	plan = writeWith(t, roots, one)
	wantActions(t, plan, map[string]string{".obsboot/model.json": "update", ".obsboot/b.json": "unchanged"})
	if got, err := ReadRecord(roots, "model.json"); err != nil || string(got) != "1" {
		t.Errorf("ReadRecord after repair = %q, %v", got, err)
	}

	plan = writeWith(t, roots, with(map[string][]byte{"model.json": []byte("2")}))
	wantActions(t, plan, map[string]string{".obsboot/model.json": "update", ".obsboot/b.json": "remove"})
	if _, err := ReadRecord(roots, "b.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a removed record: %v", err)
	}
}

func TestRecordNames(t *testing.T) {
	for _, name := range []string{"", "a/b", "../x", "manifest.json", "MANIFEST.json", "pending.json", "lock", ".gitignore", `a\b`, "x.obsboot-tmp"} {
		roots := newRoots(t)
		_, err := Write(newSet(t), roots, Options{Records: map[string][]byte{name: nil}})
		if err == nil {
			t.Errorf("record %q is accepted", name)
		}
		if _, err := ReadRecord(roots, name); err == nil {
			t.Errorf("record %q is read", name)
		}
		wantContents(t, roots.Project, map[string]string{".": "dir"})
	}
}
