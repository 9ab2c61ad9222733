//go:build linux || darwin

package artifact

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The test binary runs itself as another process: OBSBOOT_ARTIFACT_CHILD names
// what to do.
const childVar = "OBSBOOT_ARTIFACT_CHILD"

func TestMain(m *testing.M) {
	child, ok := os.LookupEnv(childVar)
	if !ok {
		os.Exit(m.Run())
	}
	if err := runChild(child, os.Args[1:]); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	os.Exit(0)
}

func runChild(what string, args []string) error {
	roots := Roots{Out: args[0], Project: args[1]}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	switch what {
	case "loop": // writes versions until it is killed
		fmt.Println("ready")
		for ; ; n++ {
			if err := writeBig(roots, n); err != nil {
				return err
			}
		}
	case "five": // writes its version five times
		for range 5 {
			if err := writeBig(roots, n); err != nil {
				return err
			}
		}
		return nil
	case "limit": // cannot write files of more than n bytes
		signal.Ignore(syscall.SIGXFSZ)
		limit := syscall.Rlimit{Cur: uint64(n), Max: uint64(n)}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		return writeBig(roots, 1)
	case "nobody": // gives up the rights of root, which may write everywhere
		if os.Getuid() == 0 {
			if err := syscall.Setuid(nobody); err != nil {
				return err
			}
		}
		return writeBig(roots, 1)
	}
	return fmt.Errorf("unknown child %q", what)
}

const nobody = 65534

func command(t *testing.T, what string, roots Roots, n int) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, roots.Out, roots.Project, strconv.Itoa(n))
	cmd.Env = append(os.Environ(), childVar+"="+what)
	return cmd
}

// big are the files of version n: large enough to be torn, and named so that
// versions have some of them in common.
func big(n int) (*Set, error) {
	var files []File
	for i := range 24 {
		path := fmt.Sprintf("d%d/f%d", i%5, i)
		switch {
		case i%4 == 0:
			path = fmt.Sprintf("v%d/f%d", n%3, i)
		case i%4 == 1 && n%2 == 0:
			continue
		}
		f := File{Tree: Out, Path: path, Content: bigContent(n)}
		if i%6 == 2 {
			f.Tree, f.Path = Project, "svc/"+path
		}
		files = append(files, f)
	}
	return NewSet(files)
}

// bigContent has a length that changes with the version.
func bigContent(n int) []byte {
	line := fmt.Appendf(nil, "version %d\n", n)
	return bytes.Repeat(line, 4000+n%7*500)
}

func writeBig(roots Roots, n int) error {
	set, err := big(n)
	if err != nil {
		return err
	}
	_, err = Write(set, roots, Options{Version: strconv.Itoa(n)})
	return err
}

// TestTwoWriters has two processes write their own versions at the same time.
func TestTwoWriters(t *testing.T) {
	for range 8 {
		roots := newRoots(t)
		var outputs [2]bytes.Buffer
		var cmds [2]*exec.Cmd
		for i := range cmds {
			cmds[i] = command(t, "five", roots, i+1)
			cmds[i].Stdout, cmds[i].Stderr = &outputs[i], &outputs[i]
			if err := cmds[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		for i, cmd := range cmds {
			if err := cmd.Wait(); err != nil {
				t.Errorf("writer %d: %v\n%s", i+1, err, outputs[i].String())
			}
		}
		m, err := parseManifest([]byte(read(t, roots.Path(Out, manifestPath))))
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(m.Version)
		if err != nil {
			t.Fatal(err)
		}
		set, err := big(n)
		if err != nil {
			t.Fatal(err)
		}
		wantExactly(t, roots, set)
	}
}

// TestKilledWriter kills a process that writes one version after the other.
// Every second time the next one starts from what the killed one left, with
// another spec.
func TestKilledWriter(t *testing.T) {
	const rounds = 60
	roots := newRoots(t)
	hits := 0
	for round := range rounds {
		killWriter(t, roots, round*1000, time.Duration(rand.IntN(30_000))*time.Microsecond)
		hits += checkWhole(t, roots)
		if round%2 == 0 {
			continue
		}
		n := round*1000 + 999
		if err := writeBig(roots, n); err != nil {
			t.Fatalf("round %d: write after the kill: %v", round, err)
		}
		set, err := big(n)
		if err != nil {
			t.Fatal(err)
		}
		wantExactly(t, roots, set)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	if hits == 0 {
		t.Errorf("none of %d kills hit a writer at work", rounds)
	}
	t.Logf("%d of %d kills hit a writer at work", hits, rounds)
}

func killWriter(t *testing.T, roots Roots, n int, after time.Duration) {
	t.Helper()
	cmd := command(t, "loop", roots, n)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	lines.Scan()
	time.Sleep(after)
	_ = cmd.Process.Kill() // it may have failed by itself, which its output says
	for lines.Scan() {
		t.Errorf("the writer says: %s", lines.Text())
	}
	_ = cmd.Wait() // it was killed
}

// checkWhole checks that every file is wholly of one version. It returns 1 if
// the writer was at work when it was killed.
func checkWhole(t *testing.T, roots Roots) int {
	t.Helper()
	err := filepath.WalkDir(roots.Project, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, tempSuffix) || strings.Contains(path, keepDir) {
			return err
		}
		got := read(t, path)
		first, _, _ := strings.Cut(strings.TrimPrefix(got, "version "), "\n")
		n, err := strconv.Atoi(first)
		if err != nil || got != string(bigContent(n)) {
			t.Errorf("%s is torn: %d bytes of version %q", path, len(got), first)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(roots.Path(Out, pendingPath)); err != nil {
		return 0
	}
	return 1
}

// TestNoSpace has the disk end in the middle of a file, and before that in the
// list of what is to be written.
func TestNoSpace(t *testing.T) {
	for name, test := range map[string]struct {
		limit int
		want  string
	}{
		"a file":      {20_000, "write "},
		"the pending": {100, pendingPath},
	} {
		t.Run(name, func(t *testing.T) {
			roots := newRoots(t)
			write(t, roots, out("d1/f1", "old"), out("stale", "old"))
			wantUnharmed(t, roots, func() string {
				output, err := command(t, "limit", roots, test.limit).Output()
				if err == nil {
					t.Fatal("the writer did not fail")
				}
				return string(output)
			}, test.want, syscall.EFBIG.Error())
			if err := writeBig(roots, 1); err != nil {
				t.Errorf("write with enough space: %v", err)
			}
		})
	}
}

// TestNoPermission has one folder that may not be written to.
func TestNoPermission(t *testing.T) {
	roots := newRoots(t)
	write(t, roots, out("d1/f1", "old"), out("stale", "old"))
	closed := roots.Path(Project, "svc")
	if err := os.Mkdir(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		giveTo(t, roots, nobody)
	}
	wantUnharmed(t, roots, func() string {
		output, err := command(t, "nobody", roots, 0).Output()
		if err == nil {
			t.Fatal("the writer did not fail")
		}
		return string(output)
	}, closed, syscall.EACCES.Error())
}

// giveTo makes a user the owner of the roots, and lets them get there.
func giveTo(t *testing.T, roots Roots, uid int) {
	t.Helper()
	if err := os.Chmod(filepath.Dir(roots.Project), 0o755); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(roots.Project, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, uid, uid)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantUnharmed checks that a failing write says why and leaves all as it was.
func wantUnharmed(t *testing.T, roots Roots, run func() string, says ...string) {
	t.Helper()
	before := snapshot(t, roots.Project)
	output := run()
	for _, part := range says {
		if !strings.Contains(output, part) {
			t.Errorf("the writer says %q, without %q", output, part)
		}
	}
	if diff := cmp.Diff(before, snapshot(t, roots.Project)); diff != "" {
		t.Errorf("the failed write changed the disk (-before +after):\n%s", diff)
	}
}
