// Package artifact puts generated files on disk: the last stage of the path
// from a spec to its output.
//
// In comes a [Set], every output file in memory, and the [Roots] it belongs
// below. Out come the files, a manifest of what was written, and a [Plan] that
// says what was done with each; [MakePlan] gives the plan alone.
//
// Writing is safe to rerun. Unchanged files are not touched. A file that a
// person edited or that somebody else wrote is never overwritten unless told
// to, and one such file stops the whole run before anything is written. Files
// that are no longer generated are removed. A run killed at any point leaves
// every file old or new, and the next run picks up from there. See [Write].
//
// The package knows nothing of what is in the files: it imports the standard
// library and lockedfile, and must not import the model, the generators or HCL.
package artifact

import (
	"io/fs"
	"path/filepath"
)

// Tree says below which root a file stands.
type Tree string

// The two trees.
const (
	Out     Tree = "out"     // the output folder
	Project Tree = "project" // the folder of the spec, for helpers that live with a service's code
)

// File is one output file in memory.
type File struct {
	Tree    Tree
	Path    string // relative to the root of Tree, clean, with slashes
	Content []byte
	// Mode has permission bits only. It is set when a file is created or
	// updated, but does not by itself make a file differ. 0 stands for 0644
	// less the umask, or when a file is updated for the mode that it has.
	Mode fs.FileMode
}

// Roots are the folders of the two trees, as paths of the operating system.
// Out may stand inside Project or elsewhere.
type Roots struct{ Out, Project string }

// Path returns the path of a file of tree as the operating system writes it.
func (r Roots) Path(tree Tree, path string) string {
	if tree == Project {
		return filepath.Join(r.Project, filepath.FromSlash(path))
	}
	return filepath.Join(r.Out, filepath.FromSlash(path))
}

// Options are shared by [MakePlan] and [Write], so that a plan shows what a
// write with the same options does.
type Options struct {
	Version string // of obsboot, for the manifest
	System  string // the name of the system, for the manifest

	// Records are bookkeeping files by name, kept beside the manifest and read
	// again by ReadRecord. They are never in conflict: a change made to one by
	// hand is overwritten.
	Records map[string][]byte

	// Force overwrites files that were edited by hand or written by somebody
	// else, and puts regular files in place of symbolic links. It does not
	// replace folders and devices, and does not remove edited files.
	Force bool
}
