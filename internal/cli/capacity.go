package cli

import (
	"bytes"
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/standing"
)

// capacityStatus is what the flags of capacity say.
type capacityStatus struct {
	pipeline
	prometheus, html string
}

func capacityCommand(s *streams) *cobra.Command {
	o := &capacityStatus{pipeline: pipeline{streams: s}}
	cmd := &cobra.Command{
		Use:   "capacity [PATH]",
		Short: "Say what is near its limit: use, peak, headroom, when it is full",
		Long: `Ask a running Prometheus for each capacity that the spec declares: its use now, its
peak of seven days, the headroom that the peak leaves, and the date on which it is full
by the trend of the last day; and for each service what is nearest to its limit.

Exit status: 0 whatever the numbers are, 1 the spec is invalid, 2 could not run.`,
		Example: "  obsboot capacity\n  obsboot capacity --html bottlenecks.html\n  obsboot capacity --json | jq '.capacities[] | select(.headroom < 0.2)'",
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
	f.StringVar(&o.html, "html", "", "write the map as a page into a `file`")
	return cmd
}

func (o *capacityStatus) run(ctx context.Context) error {
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
	found, err := standing.Capacities(ctx, client, sys)
	if err != nil {
		return err
	}
	if o.html != "" {
		var b bytes.Buffer
		if err := found.WriteHTML(&b); err != nil {
			return err
		}
		if err := os.WriteFile(o.html, b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if o.json {
		return writeJSON(o.streams.out, found)
	}
	return found.WriteText(o.streams.out)
}
