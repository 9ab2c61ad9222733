package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// gitignore keeps what is of this machine and moment out of version control.
const gitignore = "lock\npending.json\n*" + tempSuffix + "\n"

// Write makes the disk equal to the set. If a file is in the way it writes
// nothing, and returns a [*ConflictError] beside the plan.
//
// The order lets a run be killed at any point. First comes a list of what is
// to be written, so that the next run knows those files as ours. Then all new
// bytes go to temporary files beside their targets: a full disk or a lack of
// permission shows here, and is undone. Then they are renamed, stale files are
// removed, and the records and the manifest follow the same way. Writers wait
// for each other.
func Write(set *Set, roots Roots, opts Options) (*Plan, error) {
	if plan, err := refuseFirst(set, roots, opts); err != nil {
		return plan, err
	}
	d, err := createDisk(roots)
	if err != nil {
		return nil, err
	}
	defer d.close()
	unlock, err := d.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	j, err := newJob(d, set, opts)
	if err != nil {
		return nil, err
	}
	if err := refuse(j.plan, roots); err != nil {
		return j.plan, err
	}
	return j.plan, j.run()
}

// refuseFirst finds the conflicts of a first run, so that it leaves nothing
// behind, not even the lock. It needs no lock itself: every writer makes the
// bookkeeping folder before it touches a file, and no writer removes it.
func refuseFirst(set *Set, roots Roots, opts Options) (*Plan, error) {
	if hasBookkeeping(roots) {
		return nil, nil
	}
	plan, err := MakePlan(set, roots, opts)
	if err == nil {
		err = refuse(plan, roots)
	}
	if hasBookkeeping(roots) { // another writer came first
		return nil, nil
	}
	return plan, err
}

func refuse(plan *Plan, roots Roots) error {
	if conflicts := plan.Conflicts(); len(conflicts) > 0 {
		return &ConflictError{roots, conflicts}
	}
	return nil
}

// run carries out a plan that has no conflicts.
func (j *job) run() error {
	listing, err := j.manifest()
	if err != nil {
		return err
	}
	records, err := j.bookkeeping()
	if err != nil {
		return err
	}
	idle := len(j.files)+len(j.remove)+len(records) == 0 && bytes.Equal(listing, j.ledger.raw)
	if idle && j.ledger.pending == nil {
		return j.finish()
	}
	if err := j.sweep(); err != nil {
		return err
	}
	if err := j.announce(); err != nil {
		return err
	}
	records = append(records, File{Tree: Out, Path: manifestPath, Content: listing})
	s := &stage{disk: j.disk}
	if err := s.prepare(j.files, records); err != nil {
		return errors.Join(err, s.undo(), j.withdraw())
	}
	if err := j.commit(s, len(j.files)); err != nil {
		return fmt.Errorf("%w; some files are written and some are not: run again to finish", errors.Join(err, s.undo()))
	}
	return j.finish()
}

// commit renames the files, removes the stale ones, and renames the rest:
// records, then the manifest.
func (j *job) commit(s *stage, files int) error {
	if err := s.commit(files); err != nil {
		return err
	}
	for _, e := range j.remove {
		if err := j.disk.root(e.Tree).Remove(e.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return j.disk.pathError("remove", e.Tree, e.Path, err)
		}
	}
	// A killed run may have removed files and not yet their folders.
	for _, e := range slices.Concat(j.remove, j.gone) {
		j.disk.prune(e.Tree, e.Path)
	}
	return s.commit(len(s.writes))
}

// bookkeeping returns the records to write and our own ignore file.
func (j *job) bookkeeping() ([]File, error) {
	at, err := j.disk.look(Out, gitignorePath)
	if err != nil {
		return nil, err
	}
	if at.kind == special {
		return nil, j.disk.pathError("write", Out, gitignorePath, errors.New("a folder or device is in its place: move it away"))
	}
	f := File{Tree: Out, Path: gitignorePath, Content: []byte(gitignore)}
	if at.kind == regular && at.sum == newEntry(f).Sum {
		return j.records, nil
	}
	return append(j.records, f), nil
}
