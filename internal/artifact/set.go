package artifact

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Set is every output file of a run, sorted by tree and path, no path twice.
type Set struct{ files []File }

// NewSet joins the files of all generators. It refuses paths that are not
// relative, clean and usable on every operating system, paths that cannot
// stand beside each other, and the names that this package keeps for itself.
// The set takes over the contents: do not change them afterwards.
func NewSet(files ...[]File) (*Set, error) {
	set := &Set{files: slices.Concat(files...)}
	slices.SortStableFunc(set.files, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Tree, b.Tree), cmp.Compare(a.Path, b.Path))
	})
	var errs []error
	places := map[Tree][]place{}
	for _, f := range set.files {
		if err := checkFile(f); err != nil {
			errs = append(errs, err)
			continue
		}
		places[f.Tree] = append(places[f.Tree], place{key: fold(f.Path), name: f.Path})
	}
	for _, tree := range []Tree{Out, Project} {
		errs = append(errs, checkPlaces(places[tree])...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("collect the generated files: %w", err)
	}
	return set, nil
}

// Files returns the files, sorted by tree and path.
func (s *Set) Files() []File { return slices.Clone(s.files) }

func checkFile(f File) error {
	if err := checkEntry(f.Tree, f.Path); err != nil {
		return err
	}
	if f.Tree == Out && isBookkeeping(f.Path) {
		return fmt.Errorf("path %q is reserved: the folder %s holds the manifest", f.Path, keepDir)
	}
	if f.Mode&^fs.ModePerm != 0 {
		return fmt.Errorf("file %q has mode %v: only permission bits can be set", f.Path, f.Mode)
	}
	return nil
}
