package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func validateCommand(s *streams) *cobra.Command {
	p := &pipeline{streams: s}
	cmd := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "Check a spec",
		Long: `Check a spec: a file, or a folder whose obsboot.hcl and *.obsboot.hcl files are
merged (default: the current folder). All problems are reported in one run, each
with its place and what to do about it.

Exit status: 0 valid (there may be warnings), 1 invalid, 2 could not run.`,
		Example: "  obsboot validate\n  obsboot validate examples/shop --var environment=prod\n  obsboot validate --json | jq '.diagnostics[].summary'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			p.path = pathArgument(args)
			sys, r, err := p.load()
			if err != nil {
				return err
			}
			if p.json {
				return r.writeJSON(s.out)
			}
			r.writeText(s.err)
			if sys == nil {
				return errNo
			}
			fmt.Fprintf(s.out, "%s %s\n", painterFor(s.out).green("Valid."), summary(sys))
			return nil
		},
	}
	p.addSpecFlags(cmd)
	cmd.Flags().BoolVar(&p.json, "json", false, "print the diagnostics as JSON on stdout")
	return cmd
}
