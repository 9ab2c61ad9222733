package artifact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Action is what a write does with a file.
type Action string

// The actions.
const (
	Create    Action = "create"
	Update    Action = "update"
	Unchanged Action = "unchanged"
	Remove    Action = "remove" // we wrote it, and it is no longer generated
	Keep      Action = "keep"   // the same, but edited by hand since: it stays, and is no longer ours
	Refuse    Action = "refuse" // in conflict: nothing at all is written
)

// Conflict is why a file cannot be written without losing something.
type Conflict string

// The conflicts.
const (
	Edited  Conflict = "edited by hand"
	Foreign Conflict = "not written by obsboot"
	Symlink Conflict = "a symbolic link"
	Special Conflict = "a folder or device, where a file is to be written"
	Blocked Conflict = "below something that is not a folder, or a link that leads out"
)

// forcible reports whether Options.Force overcomes the conflict.
func (c Conflict) forcible() bool { return c == Edited || c == Foreign || c == Symlink }

// Change is what a write does with one file.
type Change struct {
	Tree   Tree
	Path   string
	Action Action
	// Conflict is set if Action is Refuse, or if it is Update because of
	// Options.Force: then it says what is overwritten.
	Conflict Conflict
}

// Plan says what a write does, or did.
type Plan struct {
	Changes []Change // every file and record, sorted by tree and path
}

// Changed reports whether the files on disk differ from the set. The manifest
// does not count: a newer obsboot that generates the same files changes nothing.
func (p *Plan) Changed() bool { return p.Count(Unchanged) < len(p.Changes) }

// Count returns how many files have the action.
func (p *Plan) Count(a Action) int {
	n := 0
	for _, c := range p.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}

// Conflicts returns the files that stop a write.
func (p *Plan) Conflicts() []Change {
	var refused []Change
	for _, c := range p.Changes {
		if c.Action == Refuse {
			refused = append(refused, c)
		}
	}
	return refused
}

func (p *Plan) sort() {
	slices.SortFunc(p.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Tree, b.Tree), cmp.Compare(a.Path, b.Path))
	})
}

// ConflictError says that nothing was written, and which files are the reason.
type ConflictError struct {
	Roots     Roots
	Conflicts []Change
}

func (e *ConflictError) Error() string {
	var b strings.Builder
	b.WriteString("nothing was written, because these files would be lost or cannot be replaced:\n")
	force, stuck := false, false
	for _, c := range e.Conflicts {
		fmt.Fprintf(&b, "  %s: %s\n", e.Roots.Path(c.Tree, c.Path), c.Conflict)
		force = force || c.Conflict.forcible()
		stuck = stuck || !c.Conflict.forcible()
	}
	switch {
	case force && stuck:
		b.WriteString("move them away; --force overwrites only files that were edited by hand, not written by obsboot, or symbolic links")
	case force:
		b.WriteString("put the changes into the spec and move the files away, or overwrite them with --force")
	default:
		b.WriteString("move what is in the way; --force does not replace it")
	}
	return b.String()
}

// MakePlan says what [Write] would do. It writes nothing and takes no lock, so
// that it may see the middle of a write which is under way.
func MakePlan(set *Set, roots Roots, opts Options) (*Plan, error) {
	d, err := openDisk(roots)
	if err != nil {
		return nil, err
	}
	defer d.close()
	j, err := newJob(d, set, opts)
	if err != nil {
		return nil, err
	}
	return j.plan, nil
}
