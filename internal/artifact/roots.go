package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// disk gives access to files below the two roots, and to no others: an
// [os.Root] follows neither ".." nor links out of its folder.
type disk struct {
	roots        Roots
	out, project *os.Root // nil: the folder does not exist
}

// openDisk opens the roots that exist.
func openDisk(roots Roots) (*disk, error) {
	if roots.Out == "" || roots.Project == "" {
		return nil, errors.New("open the roots: the output folder and the project folder must both be named")
	}
	d := &disk{roots: roots}
	var err error
	if d.project, err = openRoot(os.OpenRoot, roots.Project); err != nil {
		return nil, fmt.Errorf("open the project folder %s: %w", roots.Project, err)
	}
	if d.out, err = d.openOut(); err != nil {
		d.close()
		return nil, fmt.Errorf("open the output folder %s: %w", roots.Out, err)
	}
	return d, nil
}

// createDisk opens the roots, and makes those that do not exist.
func createDisk(roots Roots) (*disk, error) {
	d, err := openDisk(roots)
	if err != nil || d.out != nil && d.project != nil {
		return d, err
	}
	defer d.close()
	if err := os.MkdirAll(roots.Project, 0o755); err != nil {
		return nil, fmt.Errorf("create the project folder: %w", err)
	}
	// openDisk has seen that no link leads from the project to outside.
	if err := os.MkdirAll(roots.Out, 0o755); err != nil {
		return nil, fmt.Errorf("create the output folder: %w", err)
	}
	return openDisk(roots)
}

// openOut goes through the project if the output folder is named as a part of
// it, so that a link cannot lead out.
func (d *disk) openOut() (*os.Root, error) {
	rel, inside, err := d.roots.outInProject()
	if err != nil {
		return nil, err
	}
	if !inside {
		return openRoot(os.OpenRoot, d.roots.Out)
	}
	if d.project == nil {
		return nil, nil
	}
	if link := brokenLink(d.project, filepath.ToSlash(rel)); link != "" {
		return nil, fmt.Errorf("%s is a symbolic link that leads to nothing or out of the project, or is absolute: name the folder that is meant, or remove the link",
			d.roots.Path(Project, link))
	}
	return openRoot(d.project.OpenRoot, rel)
}

// outInProject returns the path from the project to the output folder, and
// whether the latter is named as a part of the former.
func (r Roots) outInProject() (rel string, inside bool, err error) {
	project, err := filepath.Abs(r.Project)
	if err != nil {
		return "", false, err
	}
	out, err := filepath.Abs(r.Out)
	if err != nil {
		return "", false, err
	}
	rel, err = filepath.Rel(project, out)
	return rel, err == nil && filepath.IsLocal(rel), nil
}

func openRoot(open func(string) (*os.Root, error), name string) (*os.Root, error) {
	root, err := open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return root, err
}

// brokenLink returns the first part of path that is a link which the root does
// not follow, or which leads to nothing.
func brokenLink(root *os.Root, path string) string {
	for _, p := range append(parents(path), path) {
		info, err := root.Lstat(p)
		if err != nil {
			return ""
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		if _, err := root.Stat(p); err != nil {
			return p
		}
	}
	return ""
}

// parents returns the folders of a slash path, outermost first.
func parents(path string) []string {
	var dirs []string
	for i, c := range path {
		if c == '/' {
			dirs = append(dirs, path[:i])
		}
	}
	return dirs
}

func (d *disk) root(tree Tree) *os.Root {
	if tree == Project {
		return d.project
	}
	return d.out
}

func (d *disk) close() {
	for _, root := range []*os.Root{d.out, d.project} {
		if root != nil {
			_ = root.Close() // nothing was written through it
		}
	}
}

// physical resolves the links in the part of a folder's path that exists, so
// that two names of one folder can be compared.
func physical(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	rest := ""
	for {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			return filepath.ToSlash(filepath.Join(real, rest)), nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || parent == dir {
			return "", err
		}
		dir, rest = parent, filepath.Join(filepath.Base(dir), rest)
	}
}

// checkTogether finds files of one tree that are in the way of files of the
// other, which a set cannot know: the trees may overlap.
func checkTogether(set *Set, roots Roots) error {
	out, err := physical(roots.Out)
	if err != nil {
		return fmt.Errorf("resolve the output folder %s: %w", roots.Out, err)
	}
	project, err := physical(roots.Project)
	if err != nil {
		return fmt.Errorf("resolve the project folder %s: %w", roots.Project, err)
	}
	base := map[Tree]string{Out: out, Project: project}
	var places []place
	var errs []error
	for _, f := range set.files {
		p := place{fold(base[f.Tree] + "/" + f.Path), roots.Path(f.Tree, f.Path)}
		if strings.HasPrefix(p.key+"/", fold(out)+"/"+keepDir+"/") {
			errs = append(errs, fmt.Errorf("path %q is reserved: the folder holds the manifest", p.name))
		}
		places = append(places, p)
	}
	if err := errors.Join(append(errs, checkPlaces(places)...)...); err != nil {
		return fmt.Errorf("join the output folder and the project: %w", err)
	}
	return nil
}

// pathError names a file in an error.
func (d *disk) pathError(verb string, tree Tree, p string, err error) error {
	return fmt.Errorf("%s %s: %w", verb, d.roots.Path(tree, p), err)
}
