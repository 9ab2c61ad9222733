package artifact

import (
	"errors"
	"io/fs"
	"path"
)

// sweep removes what a killed run left: temporary files, and the folders that
// it made for them.
func (j *job) sweep() error {
	if j.ledger.pending == nil {
		return nil
	}
	ours := []entry{{Tree: Out, Path: gitignorePath}, {Tree: Out, Path: manifestPath}}
	for _, e := range append(ours, j.ledger.pending.Files...) {
		root := j.disk.root(e.Tree)
		temp := tempPath(e.Path)
		if _, err := root.Lstat(temp); err == nil {
			if err := root.Remove(temp); err != nil {
				return j.disk.pathError("remove the temporary file", e.Tree, temp, err)
			}
		}
		j.disk.prune(e.Tree, e.Path)
	}
	return nil
}

// announce lists what is to be written, in a file that lasts until the end.
func (j *job) announce() error {
	list, err := j.pending()
	if err != nil {
		return err
	}
	s := &stage{disk: j.disk}
	err = s.prepare([]File{{Tree: Out, Path: pendingPath, Content: list}}, nil)
	if err == nil {
		err = s.commit(1)
	}
	if err != nil {
		return errors.Join(err, s.undo())
	}
	return nil
}

// withdraw removes the list of a run that wrote nothing. If an earlier run was
// killed the list stays, for it carries the files of that run.
func (j *job) withdraw() error {
	if len(j.carried) > 0 {
		return nil
	}
	return j.finish()
}

// finish removes the list of what was to be written.
func (j *job) finish() error {
	for _, p := range []string{tempPath(pendingPath), pendingPath} {
		if err := j.disk.out.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return j.disk.pathError("remove", Out, p, err)
		}
	}
	return nil
}

// prune removes the empty folders that a file stood in, but not the root.
func (d *disk) prune(tree Tree, p string) {
	root := d.root(tree)
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if info, err := root.Lstat(dir); err == nil && !info.IsDir() {
			return // a link to a folder is not ours
		}
		if err := root.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return // not empty
		}
	}
}
