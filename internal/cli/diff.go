package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/diff"
	"github.com/obsboot/obsboot/internal/model"
)

func diffCommand(s *streams) *cobra.Command {
	p := &pipeline{streams: s}
	var markdown bool
	cmd := &cobra.Command{
		Use:   "diff [PATH]",
		Short: "Say what changed in the spec since the last generate",
		Long: `Say what changed in the spec since the last generate, in its own terms: an
objective that became stricter, an alert that was added, an attribute that was
removed and what used it. Changes that break queries are marked.

Exit status: 0 whether or not anything changed, 1 the spec is invalid, 2 could not
run. To fail on a difference use: obsboot generate --check`,
		Example: "  obsboot diff\n  obsboot diff --markdown >> \"$GITHUB_STEP_SUMMARY\"\n  obsboot diff --json | jq '.changes[] | select(.breaking)'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			p.path = pathArgument(args)
			return p.diff(markdown)
		},
	}
	p.addSpecFlags(cmd)
	cmd.Flags().StringVar(&p.out, "out", "", "the `folder` that was generated into, if not observability/ beside the spec")
	cmd.Flags().BoolVar(&p.json, "json", false, "print the changes as JSON on stdout")
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print the changes as Markdown on stdout, for a pull request")
	cmd.MarkFlagsMutuallyExclusive("json", "markdown")
	return cmd
}

func (p *pipeline) diff(markdown bool) error {
	sys, err := p.mustLoad()
	if err != nil {
		return err
	}
	old, err := p.lastModel()
	if err != nil {
		return err
	}
	plan, err := p.plan(sys)
	if err != nil {
		return err
	}
	result := diff.Result{First: old == nil, Changes: diff.Compare(old, sys), Files: p.files(plan)}
	switch {
	case p.json:
		return writeJSON(p.streams.out, result)
	case markdown:
		_, err = fmt.Fprint(p.streams.out, result.Markdown())
	default:
		_, err = fmt.Fprint(p.streams.out, result.Text())
	}
	return err
}

// lastModel returns what was generated from last, or nil.
func (p *pipeline) lastModel() (*model.System, error) {
	record, err := artifact.ReadRecord(p.roots(), modelRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return diff.Decode(record)
}

func (p *pipeline) files(plan *artifact.Plan) []diff.File {
	files := []diff.File{}
	for _, change := range plan.Changes {
		if change.Action != artifact.Unchanged && !isRecord(change) {
			files = append(files, diff.File{Path: p.shown(change), Action: string(change.Action)})
		}
	}
	return files
}
