package cli

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/detect"
	"github.com/obsboot/obsboot/internal/scaffold"
	"github.com/obsboot/obsboot/internal/spec"
)

// specName is the file that init writes.
const specName = "obsboot.hcl"

// initialization is a run of init.
type initialization struct {
	pipeline
	ask        *form // nil: nobody can be asked
	yes, force bool
	extra      []string // --service
	only       []string // --only
	choices    scaffold.Choices
	overwrite  bool // generated files in the way may go: a person said so
}

func initCommand(s *streams) *cobra.Command {
	i := &initialization{pipeline: pipeline{streams: s}}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Look at a repository, propose a spec, and generate everything",
		Long: `Look at the Go code, .proto and OpenAPI files of a repository (default: the current
folder), propose a spec with SLOs and the reasons for them, write it to obsboot.hcl,
generate what follows from it, and show the lines of code to add.

On a terminal init asks before it writes. Without one, or with --yes, it takes what it
found and what the flags say. Code is read, not run, and nothing is sent anywhere.

A file that is there already is never overwritten unasked: without a terminal init
names it, writes nothing and exits with 1. --force overwrites the spec, and only that.

Exit status: 0 done; 1 a file is in the way, or the answer was no; 2 could not run.`,
		Example: "  obsboot init\n  obsboot init --yes --team web --availability 99.5 --latency 300ms\n" +
			"  obsboot init new-project --yes --service checkout=http --service worker=consumer",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			i.path = pathArgument(args)
			return i.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&i.yes, "yes", "y", false, "ask nothing: take what was found and what the flags say")
	flags.BoolVar(&i.force, "force", false, "overwrite obsboot.hcl")
	flags.StringVar(&i.choices.System, "name", "", "name of the system (default: the module's, or the folder's)")
	flags.StringVar(&i.choices.Team, "team", "", "name of the team that owns the services and is told of alerts")
	flags.StringArrayVar(&i.extra, "service", nil, "add a service that the code does not show: `name=kind`, the kind being http, grpc, consumer or job; may be repeated")
	flags.StringArrayVar(&i.only, "only", nil, "take only this one of the services that were found, by `name`; may be repeated")
	flags.Float64Var(&i.choices.Availability, "availability", scaffold.DefaultAvailability, "`percent` of requests that must not fail")
	flags.StringVar(&i.choices.Latency, "latency", scaffold.DefaultLatency, "`duration` in which 99 % of HTTP requests are to be answered")
	return cmd
}

func (i *initialization) run(ctx context.Context) error {
	if err := i.checkFlags(); err != nil {
		return err
	}
	if terminal := terminalOf(i.in); terminal != nil && !i.yes {
		i.ask = newForm(ctx, terminal, i.err)
		defer i.ask.close()
	}
	if i.ask == nil && !i.yes {
		return errors.New("nothing can be asked here, because stdin is no terminal; take what is found with --yes, and see obsboot init --help for the rest")
	}
	if err := i.mayWriteSpec(); err != nil {
		return err
	}
	found, err := i.look()
	if err != nil {
		return err
	}
	if err := i.choose(found); err != nil {
		return err
	}
	plan := scaffold.Propose(found, i.choices)
	text, err := plan.Spec()
	if err != nil {
		return err
	}
	set, err := i.try(text)
	if err != nil {
		return err
	}
	if err := i.writeSpec(text); err != nil {
		return err
	}
	fmt.Fprintf(i.streams.out, "%s %s.\n", painterFor(i.streams.out).green("Wrote"), i.specPath())
	p := i.pipeline
	if err := p.generate(i.overwrite, false); err != nil {
		return err
	}
	i.printNext(plan, set)
	return nil
}

func (i *initialization) specPath() string { return filepath.Join(i.path, specName) }

func (i *initialization) checkFlags() error {
	if a := i.choices.Availability; a < scaffold.LeastAvailability || a > scaffold.MostAvailability || math.Round(a*1000)/1000 != a {
		return fmt.Errorf("--availability is a percentage from %v to %v with three decimals at most, such as 99.9; it is %v", scaffold.LeastAvailability, scaffold.MostAvailability, a)
	}
	if d, err := time.ParseDuration(i.choices.Latency); err != nil || d < time.Millisecond || d > time.Minute {
		return fmt.Errorf("--latency is a duration from 1ms to 1m, such as 250ms; it is %q", i.choices.Latency)
	}
	for flag, name := range map[string]string{"--name": i.choices.System, "--team": i.choices.Team} {
		if err := checkBlockName(name); name != "" && err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
	}
	for _, text := range i.extra {
		extra, err := parseExtra(text)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(i.choices.Extra, func(e scaffold.Extra) bool { return e.Name == extra.Name }) {
			return fmt.Errorf("--service: there are two services %q", extra.Name)
		}
		i.choices.Extra = append(i.choices.Extra, extra)
	}
	return nil
}

func parseExtra(text string) (scaffold.Extra, error) {
	name, kind, ok := strings.Cut(text, "=")
	if !ok || !slices.Contains(scaffold.Kinds, kind) {
		return scaffold.Extra{}, fmt.Errorf("--service is a name and one of %s, such as checkout=http; it is %q", strings.Join(scaffold.Kinds, ", "), text)
	}
	if err := checkBlockName(name); err != nil {
		return scaffold.Extra{}, fmt.Errorf("--service: %w", err)
	}
	return scaffold.Extra{Name: name, Kind: kind}, nil
}

// checkBlockName says what is wrong with the name of a block. An empty one is wrong.
func checkBlockName(name string) error {
	if name == "" || detect.Identifier(name) != name {
		return fmt.Errorf("%q is no name: a small letter, then small letters, digits and single \"-\", 63 at most", name)
	}
	return nil
}

// mayWriteSpec refuses, or asks, when there is a spec.
func (i *initialization) mayWriteSpec() error {
	entries, err := os.ReadDir(i.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it will be made
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", i.path, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case name == specName && entry.Type().IsRegular():
			if err := i.mayReplaceSpec(); err != nil {
				return err
			}
		case name == specName:
			return i.refuse("%s is not a file. Nothing was written.", i.specPath())
		case spec.IsSpecFile(name) && !entry.IsDir():
			return i.refuse("%s exists already, and would be one spec with %s. Nothing was written. Add what is missing to it, or move it away.", filepath.Join(i.path, name), specName)
		}
	}
	return nil
}

func (i *initialization) mayReplaceSpec() error {
	if i.force {
		return nil
	}
	if i.ask != nil {
		return i.ask.confirm(i.specPath()+" exists already.", "Overwrite it?")
	}
	return i.refuse("%s exists already. Nothing was written. --force overwrites it.", i.specPath())
}

// refuse prints why the answer is no.
func (i *initialization) refuse(format string, args ...any) error {
	fmt.Fprintf(i.err, "%s %s\n", painterFor(i.err).red("Error:"), fmt.Sprintf(format, args...))
	return errNo
}

// look reads the repository and says what was found in it.
func (i *initialization) look() (*detect.Repository, error) {
	var files fs.FS = embed.FS{} // nothing
	if root, err := os.OpenRoot(i.path); err == nil {
		defer func() { _ = root.Close() }()
		files = root.FS()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look at %s: %w", i.path, err)
	}
	found, err := detect.Read(files, detect.DefaultLimits)
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", i.path, err)
	}
	if len(found.Services) == 0 {
		fmt.Fprintln(i.err, "No services were found.")
	} else {
		fmt.Fprintf(i.err, "Found %s:\n", plural(len(found.Services), "service"))
	}
	for _, s := range found.Services {
		fmt.Fprintf(i.err, "  %s: %s\n", s.Name, visible(scaffold.Facts(s, found)))
	}
	for _, note := range found.Notes {
		place := ""
		if note.At.File != "" {
			place = visible(note.At.String()) + ": "
		}
		fmt.Fprintf(i.err, "%s %s%s\n", painterFor(i.err).yellow("Note:"), place, visible(note.Text))
	}
	return found, nil
}

// choose fills in what no flag says: by asking, or with what was found.
func (i *initialization) choose(found *detect.Repository) error {
	c := &i.choices
	c.System = cmp.Or(c.System, found.Name, folderName(i.path), "app")
	for _, name := range i.only {
		if !slices.ContainsFunc(found.Services, func(s *detect.Service) bool { return s.Name == name }) {
			return fmt.Errorf("--only %s: no such service was found", name)
		}
	}
	for _, s := range found.Services {
		if len(i.only) == 0 || slices.Contains(i.only, s.Name) {
			c.Services = append(c.Services, s.Name)
		}
	}
	for _, extra := range c.Extra {
		if slices.Contains(c.Services, extra.Name) {
			return fmt.Errorf("--service %s: the code has a service of this name; leave the flag out", extra.Name)
		}
	}
	if i.ask != nil {
		return i.ask.choices(c, found)
	}
	if len(c.Services) == 0 && len(c.Extra) == 0 {
		c.Extra = []scaffold.Extra{{Name: c.System, Kind: "http"}}
		fmt.Fprintf(i.err, "Assuming one service %q that serves HTTP. --service name=kind says otherwise.\n", c.System)
	}
	return nil
}

func folderName(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	return detect.Identifier(filepath.Base(absolute))
}

// try generates from a spec that is not yet there, and refuses, or asks, when a file
// is in the way.
func (i *initialization) try(text []byte) (*artifact.Set, error) {
	folder, err := os.MkdirTemp("", "obsboot-init-*")
	if err != nil {
		return nil, fmt.Errorf("check the spec: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := os.WriteFile(filepath.Join(folder, specName), text, 0o600); err != nil {
		return nil, fmt.Errorf("check the spec: %w", err)
	}
	trial := pipeline{streams: i.streams, path: folder}
	sys, r, err := trial.load()
	if err != nil {
		return nil, err
	}
	if sys == nil {
		r.writeText(i.err)
		return nil, errors.New("the proposed spec is invalid, which is a mistake of obsboot; nothing was written")
	}
	set, err := trial.render(sys)
	if err != nil {
		return nil, err
	}
	opts, err := options(sys, false)
	if err != nil {
		return nil, err
	}
	plan, err := artifact.MakePlan(set, i.roots(), opts)
	if err != nil {
		return nil, err
	}
	return set, i.mayReplace(plan.Conflicts())
}

func (i *initialization) mayReplace(conflicts []artifact.Change) error {
	if len(conflicts) == 0 {
		return nil
	}
	var list strings.Builder
	for _, change := range conflicts {
		fmt.Fprintf(&list, "  %s: %s\n", i.shown(change), change.Conflict)
	}
	if i.ask != nil {
		if err := i.ask.confirm("Files are in the way:\n"+strings.TrimSuffix(list.String(), "\n"), "Overwrite these files?"); err != nil {
			return err
		}
		i.overwrite = true
		return nil
	}
	return i.refuse("files are in the way. Nothing was written. Move them away, or write the spec yourself and give instrument another dir.\n%s", strings.TrimSuffix(list.String(), "\n"))
}

// writeSpec writes the spec: over a file only if that was allowed.
func (i *initialization) writeSpec(text []byte) error {
	if err := os.MkdirAll(i.path, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", i.specPath(), err)
	}
	file, err := os.OpenFile(i.specPath(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return replaceFile(i.specPath(), text)
	}
	if err != nil {
		return fmt.Errorf("write the spec: %w", err)
	}
	_, err = bytes.NewReader(text).WriteTo(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", i.specPath(), err)
	}
	return nil
}
