package artifact

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lock waits until no other run writes below the output folder.
func (d *disk) lock() (unlock func(), err error) {
	if err := d.out.Mkdir(keepDir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, d.pathError("create", Out, keepDir, err)
	}
	if err := d.checkKeepDir(); err != nil {
		return nil, err
	}
	// The lock is opened by name, so that it must be no link.
	if info, err := d.out.Lstat(lockPath); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("lock the output folder: %s is not a regular file: remove it", d.roots.Path(Out, lockPath))
	}
	unlock, err = lockedfile.MutexAt(d.roots.Path(Out, lockPath)).Lock()
	if err != nil {
		return nil, fmt.Errorf("lock the output folder: %w", err)
	}
	return unlock, nil
}

// checkKeepDir makes sure that the bookkeeping folder is no link or file.
func (d *disk) checkKeepDir() error {
	info, err := d.out.Lstat(keepDir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		err = errors.New("it is not a folder: move it away")
	}
	return d.pathError("open", Out, keepDir, err)
}

func hasBookkeeping(roots Roots) bool {
	d, err := openDisk(roots)
	if err != nil {
		return false
	}
	defer d.close()
	at, err := d.look(Out, keepDir)
	return err == nil && at.kind != absent
}
