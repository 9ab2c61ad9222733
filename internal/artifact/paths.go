package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
)

const (
	keepDir       = ".obsboot"
	manifestPath  = keepDir + "/manifest.json"
	pendingPath   = keepDir + "/pending.json"
	lockPath      = keepDir + "/lock"
	gitignorePath = keepDir + "/.gitignore"

	tempSuffix = ".obsboot-tmp"
)

// tempPath is where the new bytes of a file wait for their rename. It is the
// same in every run, so that the next run finds what a killed one left.
func tempPath(p string) string {
	return path.Join(path.Dir(p), "."+path.Base(p)+tempSuffix)
}

// isBookkeeping reports whether a path of the output tree is in our folder.
func isBookkeeping(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return fold(first) == keepDir
}

// checkEntry checks the tree and path of a file, from a generator or a manifest.
func checkEntry(tree Tree, p string) error {
	if tree != Out && tree != Project {
		return fmt.Errorf("path %q is in an unknown tree %q", p, tree)
	}
	return checkPath(p)
}

func checkPath(p string) error {
	switch {
	case p == "" || p == ".":
		return errors.New("path is empty")
	case strings.ContainsFunc(p, notPortable):
		return fmt.Errorf("path %q has a backslash, a colon or a control character, which not every system accepts", p)
	case !fs.ValidPath(p):
		return fmt.Errorf("path %q is not a clean relative path with slashes", p)
	case strings.HasSuffix(fold(p), tempSuffix):
		return fmt.Errorf("path %q is reserved: names ending in %s are temporary files", p, tempSuffix)
	}
	return nil
}

func notPortable(r rune) bool { return r == '\\' || r == ':' || unicode.IsControl(r) }

// checkRecord checks the name of a bookkeeping file.
func checkRecord(name string) error {
	if err := checkPath(name); err != nil {
		return err
	}
	if strings.Contains(name, "/") {
		return fmt.Errorf("record %q is not a plain file name", name)
	}
	switch recordPath(fold(name)) {
	case manifestPath, pendingPath, lockPath, gitignorePath:
		return fmt.Errorf("record %q has a reserved name", name)
	}
	return nil
}

func recordPath(name string) string { return keepDir + "/" + name }

// fold maps strings that differ in case only to the same string. Two such
// paths are one file on the usual file systems of macOS and Windows.
func fold(s string) string { return strings.Map(foldRune, s) }

// foldRune returns the lower case of ASCII letters, and else the smallest of
// the runes that are equal under case folding.
func foldRune(r rune) rune {
	low := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		low = min(low, next)
	}
	if low <= unicode.MaxASCII {
		return unicode.ToLower(low)
	}
	return low
}

// place is where a file will stand: a folded key to compare by, and the name
// to call it.
type place struct{ key, name string }

// checkPlaces finds files that cannot stand beside each other.
func checkPlaces(places []place) []error {
	var errs []error
	names := make(map[string]string, len(places))
	for _, p := range places {
		other, taken := names[p.key]
		switch {
		case !taken:
			names[p.key] = p.name
		case other == p.name:
			errs = append(errs, fmt.Errorf("path %q is generated twice", p.name))
		default:
			errs = append(errs, fmt.Errorf("paths %q and %q are the same file on systems that ignore case", other, p.name))
		}
	}
	for _, p := range places {
		for dir := path.Dir(p.key); dir != "." && dir != "/"; dir = path.Dir(dir) {
			if file, taken := names[dir]; taken {
				errs = append(errs, fmt.Errorf("path %q is a file, and a folder of %q", file, p.name))
			}
		}
	}
	return errs
}
