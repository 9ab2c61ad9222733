package artifact

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// format is the version of the manifest's own shape.
const format = 1

// manifest lists files by hash: those that the last run wrote, or in
// pending.json those that a run is about to write.
type manifest struct {
	Format  int     `json:"format"`
	Version string  `json:"version"`
	System  string  `json:"system,omitempty"`
	Files   []entry `json:"files"`
}

type entry struct {
	Tree Tree   `json:"tree"`
	Path string `json:"path"`
	Sum  string `json:"sha256"`
}

func newEntry(f File) entry {
	sum := sha256.Sum256(f.Content)
	return entry{f.Tree, f.Path, hex.EncodeToString(sum[:])}
}

// render gives the bytes of a manifest: sorted, indented, newline at the end.
func (m manifest) render() ([]byte, error) {
	m.Format = format
	m.Files = append([]entry{}, m.Files...) // not null if empty
	slices.SortFunc(m.Files, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.Tree, b.Tree), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Sum, b.Sum))
	})
	m.Files = slices.Compact(m.Files)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("render the manifest: %w", err)
	}
	return buf.Bytes(), nil
}

// parseManifest reads a manifest or a pending list.
func parseManifest(data []byte) (manifest, error) {
	// The format comes first: the rest of a newer one may not fit our struct.
	var head struct {
		Format  int    `json:"format"`
		Version string `json:"version"`
	}
	var m manifest
	if err := json.Unmarshal(data, &head); err != nil {
		return m, err
	}
	if head.Format > format {
		return m, &formatError{head.Format, head.Version}
	}
	if head.Format < 1 {
		return m, errors.New("it has no format number")
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, err
	}
	for _, e := range m.Files {
		if err := checkListed(e); err != nil {
			return m, err
		}
	}
	return m, nil
}

func checkListed(e entry) error {
	if err := checkEntry(e.Tree, e.Path); err != nil {
		return err
	}
	if sum, err := hex.DecodeString(e.Sum); err != nil || len(sum) != sha256.Size {
		return fmt.Errorf("path %q has no valid sha256", e.Path)
	}
	if e.Tree == Out && isBookkeeping(e.Path) {
		if len(e.Path) <= len(keepDir) {
			return fmt.Errorf("path %q is reserved", e.Path)
		}
		return checkRecord(e.Path[len(keepDir)+1:])
	}
	return nil
}

type formatError struct {
	format  int
	version string
}

func (e *formatError) Error() string {
	return fmt.Sprintf("format %d is newer than this obsboot reads (%d); it was written by version %q: use that version or a later one",
		e.format, format, e.version)
}

// ledger is what the bookkeeping on disk says about files that are ours.
type ledger struct {
	manifest, pending *manifest // nil: there is none
	raw               []byte    // the manifest as it stands on disk

	sums   map[entry]bool // hashes that are ours; paths folded
	listed map[entry]bool // paths that are ours, without hash; paths folded
}

// Advice for a bookkeeping file that cannot be read.
const (
	manifestAdvice = "restore it from version control; or delete it, and the next run treats files that differ from the spec as not written by obsboot"
	pendingAdvice  = "it was left by a run that did not finish; delete it, and the next run may report files of that run as edited by hand"
)

func readLedger(d *disk) (*ledger, error) {
	l := &ledger{sums: map[entry]bool{}, listed: map[entry]bool{}}
	if d.out == nil {
		return l, nil
	}
	err := d.checkKeepDir()
	if err != nil {
		return nil, err
	}
	if l.manifest, l.raw, err = d.readList(manifestPath, manifestAdvice); err != nil {
		return nil, err
	}
	if l.pending, _, err = d.readList(pendingPath, pendingAdvice); err != nil {
		return nil, err
	}
	for _, e := range l.entries() {
		e.Path = fold(e.Path)
		l.sums[e] = true
		e.Sum = ""
		l.listed[e] = true
	}
	return l, nil
}

func (d *disk) readList(path, advice string) (*manifest, []byte, error) {
	data, err := d.out.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", d.roots.Path(Out, path), err)
	}
	m, err := parseManifest(data)
	if newer, ok := errors.AsType[*formatError](err); ok {
		return nil, nil, fmt.Errorf("read %s: %w", d.roots.Path(Out, path), newer)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w; %s", d.roots.Path(Out, path), err, advice)
	}
	return &m, data, nil
}

// entries are all that the manifest and the pending list name.
func (l *ledger) entries() []entry {
	var all []entry
	for _, m := range []*manifest{l.manifest, l.pending} {
		if m != nil {
			all = append(all, m.Files...)
		}
	}
	return all
}

// wrote reports whether the bytes of e are what we left at its path.
func (l *ledger) wrote(e entry) bool {
	e.Path = fold(e.Path)
	return l.sums[e]
}

// lists reports whether the path of e was ours, whatever stands there now.
func (l *ledger) lists(e entry) bool {
	return l.listed[entry{Tree: e.Tree, Path: fold(e.Path)}]
}
