package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/incident"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/standing"
)

// backtest is what the flags of backtest say.
type backtest struct {
	*rehearsal
	prometheus, keep  string
	days, concurrency int
}

func backtestCommand(s *streams) *cobra.Command {
	o := &backtest{rehearsal: &rehearsal{pipeline: &pipeline{streams: s}}}
	cmd := &cobra.Command{
		Use:   "backtest [PATH] --slo SERVICE/SLI --prometheus URL",
		Short: "Judge an SLO of the spec by real history, before it is merged",
		Long: `Judge an SLO of the spec by what a Prometheus remembers: what the ratio and the budget
were, which alerts would have fired and for how long, which series there are not, and
what the rules would cost that server.

The server is asked for the SLO's two rates only, six hours at a time and few queries at
once; the rules are evaluated here. Answers are kept, so that a run that was stopped
goes on where it was.

Exit status: 0 it was judged, 1 the spec is invalid, 2 could not run.`,
		Example: "  obsboot backtest --slo payments/availability --prometheus https://prometheus.example.com --days 30",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path = pathArgument(args)
			return o.run(cmd.Context())
		},
	}
	o.addSpecFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.slo, "slo", "", "the SLO to judge: `SERVICE/SLI`")
	f.StringVar(&o.prometheus, "prometheus", "", "the `URL` of the Prometheus; by default that of the spec's stack")
	f.IntVar(&o.days, "days", 30, "how many `days` to look back")
	f.IntVar(&o.concurrency, "concurrency", 2, "how many queries the server gets at once")
	f.StringVar(&o.keep, "keep", "", "the `folder` that answers are kept in; by default in your user's cache")
	f.BoolVar(&o.json, "json", false, "print the result as JSON on stdout")
	_ = cmd.MarkFlagRequired("slo") // the flag exists
	return cmd
}

func (o *backtest) run(ctx context.Context) error {
	switch {
	case o.days < 1 || o.days > 92:
		return fmt.Errorf("--days %d: look back between 1 and 92 days", o.days)
	case o.concurrency < 1 || o.concurrency > 16:
		return fmt.Errorf("--concurrency %d: give between 1 and 16", o.concurrency)
	}
	sys, err := o.mustLoad()
	if err != nil || sys == nil {
		return err
	}
	past, err := o.past(sys)
	if err != nil {
		return err
	}
	if o.prometheus == "" {
		o.prometheus = sys.Stack.URLs.Prometheus
	}
	client, err := standing.New(o.prometheus)
	if err != nil {
		return err
	}
	now, err := client.Now(ctx)
	if err != nil {
		return err
	}
	if o.keep == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("find a place for answers; name one with --keep: %w", err)
		}
		o.keep = filepath.Join(cache, "obsboot", "backtest")
	}
	past.To = now.Truncate(time.Minute)
	past.From = now.Add(-time.Duration(o.days) * 24 * time.Hour).Truncate(6 * time.Hour)
	review, err := incident.Backtest(ctx, &incident.Kept{History: client, Address: o.prometheus, Folder: o.keep, Now: now}, *past)
	if err != nil {
		return fmt.Errorf("%w; what was answered is kept, run it again to go on", err)
	}
	if o.json {
		return writeJSON(o.streams.out, review)
	}
	return review.WriteText(o.streams.out)
}

// past is what is to be judged.
func (o *backtest) past(sys *model.System) (*incident.Past, error) {
	plan, err := o.rendered(sys)
	if err != nil {
		return nil, err
	}
	past := &incident.Past{Target: plan.Target, Rules: plan.Rules, Concurrency: o.concurrency}
	if painterFor(o.err).enabled {
		past.Progress = func(done, total int) { fmt.Fprintf(o.err, "\r%d of %d answers", done, total) }
	}
	return past, nil
}
