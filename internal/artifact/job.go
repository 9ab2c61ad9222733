package artifact

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
)

// job is a plan with all that is needed to carry it out.
type job struct {
	disk   *disk
	ledger *ledger
	opts   Options
	plan   *Plan

	files   []File  // to create or update
	records []File  // the same, of the records
	remove  []entry // stale files
	gone    []entry // stale files that are no longer there
	listing []entry // what the manifest will list
	carried []entry // files as a killed run left them, to be known until this run is done

	targets map[entry]bool           // paths of the set and the records
	seen    map[string][]fs.FileInfo // what stands at targets, by folded base name
}

func newJob(d *disk, set *Set, opts Options) (*job, error) {
	if err := checkTogether(set, d.roots); err != nil {
		return nil, err
	}
	records, err := recordFiles(opts.Records)
	if err != nil {
		return nil, err
	}
	ledger, err := readLedger(d)
	if err != nil {
		return nil, err
	}
	j := &job{
		disk: d, ledger: ledger, opts: opts, plan: &Plan{},
		targets: map[entry]bool{}, seen: map[string][]fs.FileInfo{},
	}
	for _, f := range set.files {
		if err := j.judge(f, false); err != nil {
			return nil, err
		}
	}
	for _, f := range records {
		if err := j.judge(f, true); err != nil {
			return nil, err
		}
	}
	if err := j.judgeStale(); err != nil {
		return nil, err
	}
	j.plan.sort()
	return j, nil
}

func recordFiles(records map[string][]byte) ([]File, error) {
	var files []File
	for _, name := range slices.Sorted(maps.Keys(records)) {
		if err := checkRecord(name); err != nil {
			return nil, err
		}
		files = append(files, File{Tree: Out, Path: recordPath(name), Content: records[name]})
	}
	return files, nil
}

// judge decides what happens to one file of the set, or one record.
func (j *job) judge(f File, record bool) error {
	at, err := j.disk.look(f.Tree, f.Path)
	if err != nil {
		return err
	}
	e := newEntry(f)
	j.listing = append(j.listing, e)
	j.targets[entry{Tree: f.Tree, Path: f.Path}] = true
	j.notice(e, at)

	c := Change{Tree: f.Tree, Path: f.Path}
	c.Action, c.Conflict = j.decide(e, at)
	switch {
	case record && c.Conflict.forcible():
		c.Action, c.Conflict = Update, ""
	case j.opts.Force && c.Conflict.forcible():
		c.Action = Update
	}
	j.plan.Changes = append(j.plan.Changes, c)
	if c.Action != Create && c.Action != Update {
		return nil
	}
	if f.Mode == 0 && at.kind == regular {
		f.Mode = at.info.Mode().Perm()
	}
	if record {
		j.records = append(j.records, f)
	} else {
		j.files = append(j.files, f)
	}
	return nil
}

// decide compares the wanted file with what stands at its path.
func (j *job) decide(want entry, at found) (Action, Conflict) {
	switch at.kind {
	case absent:
		return Create, ""
	case symlink:
		return Refuse, Symlink
	case special:
		return Refuse, Special
	case blocked:
		return Refuse, Blocked
	}
	have := entry{want.Tree, want.Path, at.sum}
	switch {
	case have == want:
		return Unchanged, ""
	case j.ledger.wrote(have):
		return Update, ""
	case j.ledger.lists(want):
		return Refuse, Edited
	}
	return Refuse, Foreign
}

// notice remembers what stands at a path: for aliased, and for the runs that
// come after this one is killed.
func (j *job) notice(e entry, at found) {
	if at.kind != regular {
		return
	}
	base := fold(path.Base(e.Path))
	j.seen[base] = append(j.seen[base], at.info)
	j.carry(e, at)
}

// carry keeps a file known that only the pending list of a killed run names,
// since that list is about to be replaced.
func (j *job) carry(e entry, at found) {
	e.Sum = at.sum
	if at.kind == regular && j.ledger.pending != nil && j.ledger.wrote(e) {
		j.carried = append(j.carried, e)
	}
}

// judgeStale decides what happens to files that we wrote and that are no
// longer generated.
func (j *job) judgeStale() error {
	done := map[entry]bool{}
	for _, e := range j.ledger.entries() {
		id := entry{Tree: e.Tree, Path: e.Path}
		if done[id] || j.targets[id] {
			continue
		}
		done[id] = true
		at, err := j.disk.look(e.Tree, e.Path)
		if err != nil {
			return err
		}
		e.Sum = at.sum
		j.carry(e, at)
		c := Change{Tree: e.Tree, Path: e.Path, Action: Keep}
		switch {
		case at.kind == absent:
			j.gone = append(j.gone, e)
			continue
		case j.aliased(e, at):
			continue
		case at.kind == regular && j.ledger.wrote(e):
			c.Action = Remove
			j.remove = append(j.remove, e)
		}
		j.plan.Changes = append(j.plan.Changes, c)
	}
	return nil
}

// aliased reports whether a stale path is only another name of a file that is
// generated: on a disk that ignores case, or through a linked folder.
func (j *job) aliased(e entry, at found) bool {
	return slices.ContainsFunc(j.seen[fold(path.Base(e.Path))], func(info fs.FileInfo) bool {
		return os.SameFile(info, at.info)
	})
}

// manifest returns the bytes of the manifest to write.
func (j *job) manifest() ([]byte, error) {
	return manifest{Version: j.opts.Version, System: j.opts.System, Files: j.listing}.render()
}

// pending returns the bytes of the list of what this run is about to write.
func (j *job) pending() ([]byte, error) {
	m := manifest{Version: j.opts.Version, System: j.opts.System, Files: slices.Clone(j.carried)}
	for _, f := range slices.Concat(j.files, j.records) {
		m.Files = append(m.Files, newEntry(f))
	}
	return m.render()
}
