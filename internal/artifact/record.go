package artifact

import (
	"fmt"
	"io/fs"
)

// ReadRecord returns a record that an earlier run wrote, if it is as that run
// left it. The error wraps [fs.ErrNotExist] if there is none.
func ReadRecord(roots Roots, name string) ([]byte, error) {
	if err := checkRecord(name); err != nil {
		return nil, err
	}
	d, err := openDisk(roots)
	if err != nil {
		return nil, err
	}
	defer d.close()
	ledger, err := readLedger(d)
	if err != nil {
		return nil, err
	}
	p := recordPath(name)
	if d.out == nil {
		return nil, d.pathError("read", Out, p, fs.ErrNotExist)
	}
	data, err := d.out.ReadFile(p)
	if err != nil {
		return nil, d.pathError("read", Out, p, err)
	}
	if !ledger.wrote(newEntry(File{Tree: Out, Path: p, Content: data})) {
		return nil, fmt.Errorf("read %s: it is not what obsboot wrote: generate again to restore it", d.roots.Path(Out, p))
	}
	return data, nil
}
