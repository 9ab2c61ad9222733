package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/stack"
)

func statusCommand(s *streams) *cobra.Command {
	t := &servers{pipeline: pipeline{streams: s}}
	cmd := &cobra.Command{
		Use:   "status [PATH]",
		Short: "Say how each server of the stack does",
		Long: `Ask each server whether it does its work, not only whether its container runs.

Exit status: 0 all are ready, 1 some are not, 2 could not run.`,
		Example: "  obsboot status\n  obsboot status --json | jq '.[] | select(.ready | not)'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.path = pathArgument(args)
			return t.status(cmd.Context())
		},
	}
	t.addFlags(cmd)
	cmd.Flags().BoolVar(&t.json, "json", false, "print the result as JSON on stdout")
	return cmd
}

func (t *servers) status(ctx context.Context) error {
	opened, engine, err := t.open(ctx)
	if err != nil {
		return err
	}
	all, err := engine.Status(ctx, opened)
	if err != nil {
		return err
	}
	if t.json {
		err = writeJSON(t.streams.out, all)
	} else {
		t.printStatus(all)
	}
	if err == nil && slices.ContainsFunc(all, func(s stack.Status) bool { return !s.Ready }) {
		return errNo
	}
	return err
}

func (t *servers) printStatus(all []stack.Status) {
	out := t.streams.out
	p := painterFor(out)
	for _, s := range all {
		switch {
		case s.Ready:
			fmt.Fprintf(out, "  %-24s %s      %s\n", s.Title, p.green("ready"), s.URL)
		case s.State == stack.Absent:
			fmt.Fprintf(out, "  %-24s does not run\n", s.Title)
		default:
			fmt.Fprintf(out, "  %-24s %s  %s, %s\n", s.Title, p.red("not ready"), s.State, s.Why)
		}
	}
}
