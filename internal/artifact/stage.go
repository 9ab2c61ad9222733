package artifact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
)

// stage writes files in two steps: all temporary files, then all renames.
type stage struct {
	disk   *disk
	writes []File         // in the order of their renames; those that have a temporary file
	dirs   []File         // folders made on the way; no content
	there  map[entry]bool // folders that exist
	done   int            // how many are renamed
}

// prepare writes the temporary files. Only of the manifest does it make sure
// that the bytes are on the disk: doing so for each file takes too long.
func (s *stage) prepare(files, records []File) error {
	for _, f := range slices.Concat(files, records) {
		if err := s.makeDirs(f.Tree, f.Path); err != nil {
			return err
		}
		if err := s.writeTemp(f, f.Tree == Out && f.Path == manifestPath); err != nil {
			return s.disk.pathError("write", f.Tree, f.Path, err)
		}
	}
	return nil
}

func (s *stage) makeDirs(tree Tree, p string) error {
	root, dir := s.disk.root(tree), entry{Tree: tree, Path: path.Dir(p)}
	if s.there[dir] {
		return nil
	}
	if s.there == nil {
		s.there = map[entry]bool{}
	}
	s.there[dir] = true
	if info, err := root.Stat(dir.Path); err == nil && info.IsDir() {
		return nil
	}
	for _, dir := range parents(p) {
		err := root.Mkdir(dir, 0o755)
		switch {
		case err == nil:
			s.dirs = append(s.dirs, File{Tree: tree, Path: dir})
		case !errors.Is(err, fs.ErrExist):
			return s.disk.pathError("create the folder", tree, dir, err)
		}
	}
	return nil
}

// writeTemp writes the bytes of a file beside its target.
func (s *stage) writeTemp(f File, sync bool) error {
	mode := f.Mode
	if mode == 0 {
		mode = 0o644
	}
	root, temp := s.disk.root(f.Tree), tempPath(f.Path)
	const fresh = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	out, err := root.OpenFile(temp, fresh, mode)
	if errors.Is(err, fs.ErrExist) {
		// A file of this name is left from a killed run. It is not written to:
		// it may be a link.
		if err := root.Remove(temp); err != nil {
			return err
		}
		out, err = root.OpenFile(temp, fresh, mode)
	}
	if err != nil {
		return err
	}
	s.writes = append(s.writes, f)
	if f.Mode != 0 {
		err = out.Chmod(mode)
	}
	if err == nil {
		_, err = out.Write(f.Content)
	}
	if err == nil && sync {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// commit renames temporary files until the first n have their names.
func (s *stage) commit(n int) error {
	for ; s.done < n; s.done++ {
		f := s.writes[s.done]
		if err := s.disk.root(f.Tree).Rename(tempPath(f.Path), f.Path); err != nil {
			return s.disk.pathError("replace", f.Tree, f.Path, err)
		}
	}
	return nil
}

// undo removes the temporary files that are left, and the folders made for
// them.
func (s *stage) undo() error {
	var errs []error
	for _, f := range s.writes[s.done:] {
		if err := s.disk.root(f.Tree).Remove(tempPath(f.Path)); err != nil {
			errs = append(errs, fmt.Errorf("remove the temporary file: %w", err))
		}
	}
	for _, dir := range slices.Backward(s.dirs) {
		_ = s.disk.root(dir.Tree).Remove(dir.Path) // stays if a file is in it
	}
	return errors.Join(errs...)
}
