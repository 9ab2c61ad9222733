package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/standing"
)

// sloStatus is what the flags of slo say.
type sloStatus struct {
	pipeline
	prometheus string
	watch      bool
	every      string
	failOnBurn bool
}

func sloCommand(s *streams) *cobra.Command {
	o := &sloStatus{pipeline: pipeline{streams: s}}
	cmd := &cobra.Command{
		Use:   "slo [PATH]",
		Short: "Say how each SLO stands: ratio, budget left, burn, when it runs out",
		Long: `Ask a running Prometheus how each SLO of the spec stands: the share of good events
in its window, what is left of the error budget, how fast it burns over an hour, when it
runs out at that rate, and how much of the window there is data of. The most dangerous
come first.

Exit status: 0 whatever the numbers are, 1 the spec is invalid or, with --fail-on-burn, a
burn-rate alert fires or a budget is gone, 2 could not run.`,
		Example: "  obsboot slo\n  obsboot slo --prometheus https://prometheus.example.com --watch\n  obsboot slo --fail-on-burn && deploy\n  obsboot slo --json | jq '.[] | select(.budget_left < 0.5)'",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path = pathArgument(args)
			return o.run(cmd.Context())
		},
	}
	o.addSpecFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.prometheus, "prometheus", "", "the `URL` of the Prometheus; by default that of the spec's stack")
	f.BoolVar(&o.json, "json", false, "print the result as JSON on stdout")
	f.BoolVar(&o.watch, "watch", false, "print it again and again")
	f.StringVar(&o.every, "every", "30s", "how `often`, with --watch")
	f.BoolVar(&o.failOnBurn, "fail-on-burn", false, "exit with 1 if a burn-rate alert fires or a budget is gone")
	cmd.MarkFlagsMutuallyExclusive("watch", "fail-on-burn")
	return cmd
}

func (o *sloStatus) run(ctx context.Context) error {
	sys, err := o.mustLoad()
	if err != nil || sys == nil {
		return err
	}
	if o.prometheus == "" {
		o.prometheus = sys.Stack.URLs.Prometheus
	}
	client, err := standing.New(o.prometheus)
	if err != nil {
		return err
	}
	every, err := duration("every", o.every)
	if err != nil {
		return err
	}
	if every < time.Second {
		return fmt.Errorf("--every %s: give a second or more", o.every)
	}
	for first := true; ; first = false {
		err := o.once(ctx, client, sys)
		if !o.watch || first && err != nil {
			return err
		}
		if err != nil { // a server that goes away may come back
			fmt.Fprintln(o.err, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// once asks and prints. While it watches, a table on a terminal takes the place
// of the one before.
func (o *sloStatus) once(ctx context.Context, client *standing.Client, sys *model.System) error {
	slos, err := standing.SLOs(ctx, client, sys)
	if err != nil {
		return err
	}
	if o.watch && !o.json && painterFor(o.streams.out).enabled {
		fmt.Fprint(o.streams.out, "\x1b[H\x1b[2J")
	}
	if o.json {
		err = writeJSON(o.streams.out, slos)
	} else {
		err = standing.WriteText(o.streams.out, slos)
	}
	if err == nil && o.failOnBurn && slices.ContainsFunc(slos, func(s standing.SLO) bool { return s.Burning() }) {
		return errNo
	}
	return err
}
