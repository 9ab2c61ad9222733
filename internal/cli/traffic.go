package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
	"github.com/obsboot/obsboot/internal/traffic/send"
)

// trafficRun is a run of obsboot traffic.
type trafficRun struct {
	pipeline
	endpoint      string
	rate          float64
	faults        []string
	length, past  string
	seed          uint64
	steady        bool
	losing        bool
	reported      time.Time
	reportedFirst bool
}

func trafficCommand(s *streams) *cobra.Command {
	t := &trafficRun{pipeline: pipeline{streams: s}}
	cmd := &cobra.Command{
		Use:   "traffic [PATH]",
		Short: "Send telemetry for everything that the spec declares, as the services would",
		Long: `Send traces, metrics and logs over OTLP for every service of the spec, before there is
any code: requests run through the services as their calls say, and through queues and
databases, with logs in their traces and exemplars that lead to them. So dashboards
live, and alerts can be rehearsed.

A fault is TARGET:WHAT[,WHAT][,after=TIME][,for=TIME][,ramp=TIME]. The target is a
service, one of its operations (payments/POST /charges), a database, cache, queue or
external. It shows in who calls the target. WHAT is:

  errors=30%    that share of the requests fails
  slow=10%      that share takes longer than any threshold
  latency=3x    all durations are three times as long
  rate=5x       five times as many requests arrive (services only)
  outage        nothing answers, and a service sends nothing

Times count from the start of the traffic, which --backfill moves into the past.

Services with a source are scraped by Prometheus, so nothing is sent for them.

Exit status: 0 all was sent, 1 the spec is invalid or some was lost, 2 could not run.`,
		Example: `  obsboot traffic
  obsboot traffic --fault 'payments:errors=30%,after=2m,for=5m'
  obsboot traffic --endpoint localhost:4317 --rate 50 --for 10m --backfill 2h`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.path = pathArgument(args)
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return t.run(ctx)
		},
	}
	t.addSpecFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&t.endpoint, "endpoint", defaultEndpoint(), "`URL` of the receiver: http://host:4318, https://, grpc://host:4317 or grpcs://; by default OTEL_EXPORTER_OTLP_ENDPOINT")
	flags.Float64Var(&t.rate, "rate", 10, "`requests` per second that enter the system, averaged over a day")
	flags.BoolVar(&t.steady, "steady", false, "the same traffic at all times, instead of a daily pattern")
	flags.StringArrayVar(&t.faults, "fault", nil, "`what` goes wrong, such as 'payments:errors=30%,after=2m,for=5m'; may be repeated")
	flags.StringVar(&t.length, "for", "", "`how long` traffic is sent, such as 10m; by default until it is interrupted")
	flags.StringVar(&t.past, "backfill", "", "send the traffic of this `time` before now first, such as 2h")
	flags.Uint64Var(&t.seed, "seed", 1, "the same `number` gives the same traffic")
	return cmd
}

func defaultEndpoint() string {
	if endpoint := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"); endpoint != "" {
		return endpoint
	}
	return "http://localhost:4318"
}

func (t *trafficRun) run(ctx context.Context) error {
	sys, err := t.mustLoad()
	if err != nil {
		return err
	}
	options, length, err := t.options()
	if err != nil {
		return err
	}
	m, err := traffic.New(sys, options)
	if err != nil {
		return err
	}
	exporter, err := send.Dial(t.endpoint)
	if err != nil {
		return err
	}
	defer exporter.Close() //nolint:errcheck // everything was sent, or is lost
	t.announce(sys)
	sender := send.New(sys, m, exporter, t.rate, send.Options{
		Seed: t.seed, Start: options.Start, For: length, Now: time.Now, Wait: wait, Report: t.report, //nolint:forbidigo // traffic is sent now
	})
	sent, err := sender.Run(ctx)
	if errors.Is(err, send.ErrNobodyListens) {
		return fmt.Errorf("nobody listens at %s; start the stack with \"obsboot up\" or \"obsboot dev\", or say where with --endpoint", t.endpoint)
	}
	if err != nil {
		return err
	}
	return t.conclude(sent)
}

// options reads the flags.
func (t *trafficRun) options() (options traffic.Options, length time.Duration, err error) {
	if !(t.rate > 0 && t.rate <= 1e6) {
		return options, 0, fmt.Errorf("--rate %g: write how many requests per second there are, up to a million", t.rate)
	}
	options = traffic.Options{Seed: t.seed, Rate: t.rate, Start: time.Now()} //nolint:forbidigo // traffic is sent now
	if t.steady {
		options.Pattern = traffic.Steady
	}
	for _, text := range t.faults {
		fault, err := traffic.ParseFault(text)
		if err != nil {
			return options, 0, err
		}
		options.Faults = append(options.Faults, fault)
	}
	if t.length != "" {
		if length, err = model.ParseDuration(t.length); err != nil || length == 0 {
			return options, 0, fmt.Errorf("--for %s: write how long, such as 10m", t.length)
		}
	}
	if t.past != "" {
		past, err := model.ParseDuration(t.past)
		if err != nil {
			return options, 0, fmt.Errorf("--backfill: %w", err)
		}
		options.Start = options.Start.Add(-past)
		if length > 0 {
			length += past
		}
	}
	return options, length, nil
}

// wait is a pause that ends with the context.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (t *trafficRun) announce(sys *model.System) {
	fmt.Fprintf(t.err, "Sending the traffic of %q to %s, %g requests per second.\n", sys.Name, t.endpoint, t.rate)
	for i := range sys.Services {
		if s := &sys.Services[i]; s.Source != nil {
			fmt.Fprintf(t.err, "  %s is scraped by Prometheus; nothing is sent for it.\n", s.Name)
		}
	}
}

// reportEvery is how often progress is told of.
const reportEvery = time.Minute

// report tells of progress each minute, of backfilling more often, and of what
// is lost when that begins and ends.
func (t *trafficRun) report(p send.Progress) {
	if losing := p.Err != nil; losing != t.losing {
		if losing {
			fmt.Fprintf(t.err, "  lost: %s\n", p.Err)
		} else {
			fmt.Fprintln(t.err, "  all is taken again")
		}
		t.losing = losing
	}
	if !t.reportedFirst || p.At.Sub(t.reported) >= reportEvery && p.Behind < reportEvery || p.At.Sub(t.reported) >= 30*reportEvery {
		t.reportedFirst, t.reported = true, p.At
		if p.Requests > 0 {
			fmt.Fprintf(t.err, "  %s  %s\n", p.At.Format(time.TimeOnly), amounts(p))
		}
	}
}

func amounts(p send.Progress) string {
	return fmt.Sprintf("%d spans, %d log records, %d data points", p.Spans, p.Records, p.Points)
}

func (t *trafficRun) conclude(p send.Progress) error {
	fmt.Fprintf(t.streams.out, "Sent %s.\n", amounts(p))
	if p.Lost > 0 {
		fmt.Fprintf(t.err, "%s %d exports failed, the last: %s\n", painterFor(t.err).red("Lost:"), p.Lost, p.LastError)
		return errNo
	}
	return nil
}
