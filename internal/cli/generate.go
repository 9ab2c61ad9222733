package cli

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/diff"
	"github.com/obsboot/obsboot/internal/model"
)

func generateCommand(s *streams) *cobra.Command {
	p := &pipeline{streams: s}
	var check, force, tidy bool
	cmd := &cobra.Command{
		Use:   "generate [PATH]",
		Short: "Write everything that follows from a spec",
		Long: `Write what follows from a spec into observability/ beside it, and each service's
helpers into its instrument.dir. The same spec gives the same bytes on any machine.

Files that do not change are not touched. A file that a person edited, or that
obsboot did not write, stops the command before anything is written. Files that
are no longer generated are removed, unless they were edited.

The modules that helpers need are printed if a go.mod lacks them. With --tidy they
are added to it, at the versions that the helpers are tested with, and Go loads
them; what else is in go.mod stays as it is.

Exit status: 0 done, or with --check nothing would change; 1 the spec is invalid,
a file is in the way, with --check something would change, or with --tidy Go could not
load the modules; 2 could not run.`,
		Example: "  obsboot generate\n  obsboot generate --check\n  obsboot generate --tidy\n  obsboot generate examples/shop --out /tmp/shop --var environment=prod",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			p.path = pathArgument(args)
			if check {
				return p.checkDrift()
			}
			return p.generate(force, tidy)
		},
	}
	p.addSpecFlags(cmd)
	cmd.Flags().StringVar(&p.out, "out", "", "write into this `folder` instead of observability/ beside the spec")
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; name what would change and exit with 1 if anything would")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite files that were edited by hand or not written by obsboot")
	cmd.Flags().BoolVar(&tidy, "tidy", false, "add the modules that the helpers need to the go.mod that they belong to")
	cmd.MarkFlagsMutuallyExclusive("check", "force")
	cmd.MarkFlagsMutuallyExclusive("check", "tidy")
	return cmd
}

// modelRecord is the name of the last resolved model, beside the manifest.
const modelRecord = "model.json"

func options(sys *model.System, force bool) (artifact.Options, error) {
	record, err := diff.Encode(sys)
	if err != nil {
		return artifact.Options{}, err
	}
	return artifact.Options{Version: version(), System: sys.Name, Records: map[string][]byte{modelRecord: record}, Force: force}, nil
}

func (p *pipeline) generate(force, tidy bool) error {
	sys, err := p.mustLoad()
	if err != nil {
		return err
	}
	set, err := p.render(sys)
	if err != nil {
		return err
	}
	opts, err := options(sys, force)
	if err != nil {
		return err
	}
	plan, err := artifact.Write(set, p.roots(), opts)
	var conflict *artifact.ConflictError
	if errors.As(err, &conflict) {
		fmt.Fprintf(p.err, "%s %s\n", painterFor(p.err).red("Error:"), conflict)
		return errNo
	}
	if err != nil {
		return err
	}
	p.printPlan(plan)
	fmt.Fprintf(p.streams.out, "%s %s.\n", painterFor(p.streams.out).green("Generated"), planSummary(plan))
	return p.goModules(set, tidy)
}

// verbs tell what was done with a file.
var verbs = map[artifact.Action]string{
	artifact.Create: "created", artifact.Update: "updated", artifact.Remove: "removed",
	artifact.Keep: "kept, edited by hand", artifact.Refuse: "in the way",
}

// Above maxListed changes, those of a folder are one line if they are more than
// maxInFolder and of one kind.
const (
	maxListed   = 15
	maxInFolder = 3
)

// folderChanges are the changes of one kind in one folder.
type folderChanges struct{ folder, verb string }

// printPlan lists what changes: each file, or of many files their folders.
func (p *pipeline) printPlan(plan *artifact.Plan) {
	total, counts := 0, map[folderChanges]int{}
	of := func(change artifact.Change) folderChanges {
		return folderChanges{path.Dir(p.shown(change)), verbs[change.Action]}
	}
	for _, change := range plan.Changes {
		if key := of(change); key.verb != "" && !isRecord(change) {
			total++
			counts[key]++
		}
	}
	for _, change := range plan.Changes {
		key := of(change)
		summed := total > maxListed && counts[key] > maxInFolder && change.Action != artifact.Keep && change.Action != artifact.Refuse
		switch {
		case key.verb == "" || isRecord(change) || counts[key] == 0:
		case summed:
			fmt.Fprintf(p.streams.out, "  %s/: %d %s\n", key.folder, counts[key], key.verb)
			counts[key] = 0
		default:
			fmt.Fprintf(p.streams.out, "  %s: %s\n", p.shown(change), key.verb)
		}
	}
}

// isRecord reports whether a change is to obsboot's own bookkeeping.
func isRecord(c artifact.Change) bool {
	return c.Tree == artifact.Out && strings.HasPrefix(c.Path, ".obsboot/")
}

// shown returns a changed file's path as the user would name it.
func (p *pipeline) shown(change artifact.Change) string {
	return filepath.ToSlash(p.roots().Path(change.Tree, change.Path))
}

// ownFiles counts the artifacts of a plan, without the bookkeeping.
func ownFiles(plan *artifact.Plan) int {
	n := 0
	for _, change := range plan.Changes {
		if !isRecord(change) {
			n++
		}
	}
	return n
}

func planSummary(plan *artifact.Plan) string {
	counts := map[artifact.Action]int{}
	for _, change := range plan.Changes {
		if !isRecord(change) {
			counts[change.Action]++
		}
	}
	parts := []string{plural(ownFiles(plan)-counts[artifact.Remove]-counts[artifact.Keep], "file")}
	for _, action := range []artifact.Action{artifact.Create, artifact.Update, artifact.Remove, artifact.Keep, artifact.Unchanged} {
		if n := counts[action]; n > 0 {
			word := verbs[action]
			if action == artifact.Unchanged {
				word = "unchanged"
			}
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	return parts[0] + ": " + strings.Join(parts[1:], ", ")
}

// checkDrift says whether generate would change anything.
func (p *pipeline) checkDrift() error {
	sys, err := p.mustLoad()
	if err != nil {
		return err
	}
	plan, err := p.plan(sys)
	if err != nil {
		return err
	}
	if !plan.Changed() {
		fmt.Fprintf(p.streams.out, "%s %s.\n", painterFor(p.streams.out).green("Up to date:"), plural(ownFiles(plan), "file"))
		return nil
	}
	for _, change := range plan.Changes {
		if word := driftWord(change); word != "" {
			fmt.Fprintf(p.streams.out, "  %s: %s\n", p.shown(change), word)
		}
	}
	fmt.Fprintf(p.err, "%s What is generated differs from the spec. Run: obsboot generate%s\n", painterFor(p.err).red("Drift:"), p.again())
	return errNo
}

func driftWord(c artifact.Change) string {
	switch c.Action {
	case artifact.Create:
		return "missing"
	case artifact.Update:
		return "out of date"
	case artifact.Remove:
		return "no longer generated"
	case artifact.Keep:
		return "no longer generated, edited by hand"
	case artifact.Refuse:
		return string(c.Conflict)
	}
	return ""
}

// again repeats the arguments of this run for a command that the user is told
// to run.
func (p *pipeline) again() string {
	var b strings.Builder
	if p.path != "." {
		b.WriteString(" " + p.path)
	}
	if p.out != "" {
		b.WriteString(" --out " + p.out)
	}
	for _, value := range p.inputs.Values {
		b.WriteString(" --var " + value)
	}
	for _, file := range p.inputs.Files {
		b.WriteString(" --var-file " + file)
	}
	return b.String()
}

// plan compares what the model gives with the disk.
func (p *pipeline) plan(sys *model.System) (*artifact.Plan, error) {
	set, err := p.render(sys)
	if err != nil {
		return nil, err
	}
	opts, err := options(sys, false)
	if err != nil {
		return nil, err
	}
	return artifact.MakePlan(set, p.roots(), opts)
}

// projectFolder is the folder of a spec, given the PATH argument.
func projectFolder(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}
