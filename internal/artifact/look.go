package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// kind is what stands at a path.
type kind int

const (
	absent kind = iota
	regular
	symlink
	special // a folder, a device, a socket
	blocked // nothing can: a part of the path is no folder, or leads out
)

type found struct {
	kind kind
	info fs.FileInfo // nil if absent or blocked
	sum  string      // of a regular file
}

// look says what stands at a path. It follows no link at the path's end.
func (d *disk) look(tree Tree, path string) (found, error) {
	root := d.root(tree)
	if root == nil {
		return found{}, nil
	}
	info, err := root.Lstat(path)
	if err != nil {
		return d.lookAbove(tree, path, err)
	}
	at := found{info: info}
	switch {
	case info.Mode().IsRegular():
		at.kind = regular
		at.sum, err = sumFile(root, path)
	case info.Mode()&fs.ModeSymlink != 0:
		at.kind = symlink
	default:
		at.kind = special
	}
	if errors.Is(err, fs.ErrNotExist) { // gone since, when looking without the lock
		return found{}, nil
	}
	if err != nil {
		return found{}, fmt.Errorf("read %s: %w", d.roots.Path(tree, path), err)
	}
	return at, nil
}

// lookAbove finds out why there is nothing to see at a path.
func (d *disk) lookAbove(tree Tree, path string, cause error) (found, error) {
	root := d.root(tree)
	for _, dir := range parents(path) {
		if info, err := root.Stat(dir); err == nil && info.IsDir() {
			continue
		}
		_, err := root.Lstat(dir)
		if err == nil {
			return found{kind: blocked}, nil
		}
		cause = err
		break
	}
	if errors.Is(cause, fs.ErrNotExist) {
		return found{}, nil
	}
	return found{}, fmt.Errorf("look at %s: %w", d.roots.Path(tree, path), cause)
}

func sumFile(root *os.Root, path string) (string, error) {
	f, err := root.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
