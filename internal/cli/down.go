package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/stack"
)

func downCommand(s *streams) *cobra.Command {
	d := &servers{pipeline: pipeline{streams: s}}
	var volumes, yes bool
	cmd := &cobra.Command{
		Use:   "down [PATH]",
		Short: "Stop the stack",
		Long: `Stop the servers and remove their containers. What they stored stays, unless
--volumes says otherwise; then the command names what is removed and asks.

Exit status: 0 stopped, 1 the answer was no, 2 could not run.`,
		Example: "  obsboot down\n  obsboot down --volumes\n  obsboot down examples/shop --volumes --yes",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.path = pathArgument(args)
			return d.down(cmd.Context(), volumes, yes)
		},
	}
	d.addFlags(cmd)
	cmd.Flags().BoolVar(&volumes, "volumes", false, "also remove what was stored: metrics, logs, traces, silences, Grafana's database")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (d *servers) down(ctx context.Context, volumes, yes bool) error {
	opened, engine, err := d.open(ctx)
	if err != nil {
		return err
	}
	var doomed []string
	if volumes {
		if doomed, err = engine.Volumes(ctx, opened); err != nil {
			return err
		}
		if len(doomed) > 0 && !yes {
			if err := d.confirm(doomed); err != nil {
				return err
			}
		}
	}
	var log bytes.Buffer
	if err := engine.Down(ctx, opened, volumes, &log); err != nil {
		_, _ = io.Copy(d.err, &log) // what Compose said
		return err
	}
	out := d.streams.out
	fmt.Fprintf(out, "%s The stack of %q does not run.", painterFor(out).green("Stopped."), opened.System)
	switch {
	case len(doomed) > 0:
		fmt.Fprintf(out, " Removed %s.", plural(len(doomed), "volume"))
	case !volumes:
		fmt.Fprint(out, " What it stored is kept.")
	}
	fmt.Fprintln(out)
	return nil
}

// confirm names what will be lost and asks.
func (d *servers) confirm(volumes []string) error {
	fmt.Fprintln(d.err, "This removes for good:")
	for _, volume := range volumes {
		fmt.Fprintf(d.err, "  %-32s %s\n", volume, contents(volume))
	}
	fmt.Fprint(d.err, "Remove it? Type yes: ")
	answer, err := bufio.NewReader(d.in).ReadString('\n')
	if strings.TrimSpace(answer) == "yes" {
		return nil
	}
	fmt.Fprintln(d.err)
	if errors.Is(err, io.EOF) && answer == "" {
		return errors.New("nobody answered; with --yes the command does not ask")
	}
	fmt.Fprintln(d.err, "Nothing was removed, and the stack runs as before.")
	return errNo
}

// contents says what a volume holds.
func contents(volume string) string {
	for name, what := range map[string]string{
		stack.Collector: "what the collector has not delivered", stack.Prometheus: "metrics", stack.Alertmanager: "silences and what was notified",
		stack.Loki: "logs", stack.Tempo: "traces", stack.Grafana: "Grafana's users, preferences and own dashboards",
	} {
		if strings.HasSuffix(volume, "_"+name) {
			return what
		}
	}
	return ""
}
