package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/incident"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
)

// rehearsal is what the flags of rehearse say.
type rehearsal struct {
	*pipeline
	slo                 string
	errors, latency     string
	outage              bool
	after, length, ramp string
	faults              []string
	over, restarts      string
	rate                float64
	seed                uint64
	html, compare       string
	matrix              bool
}

func rehearseCommand(s *streams) *cobra.Command {
	r := &rehearsal{pipeline: &pipeline{streams: s}}
	cmd := &cobra.Command{
		Use:   "rehearse [PATH] --slo SERVICE/SLI",
		Short: "Play an incident against the rules, offline: what fires, who is told, what it costs",
		Long: `Play an incident against the generated rules, offline: traffic like the spec's
services would make, with faults, evaluated by Prometheus's own engine and rules in
accelerated time. It says when each alert fires and resolves, who is told, and how much
of the error budget is gone by then. The same seed gives the same result.

Exit status: 0 it was played, 1 the spec is invalid, 2 could not run.`,
		Example: `  obsboot rehearse --slo payments/availability --errors 30% --after 2h --for 30m
  obsboot rehearse --slo checkout/latency --latency 3x --ramp 20m --html incident.html
  obsboot rehearse --slo payments/availability --fault errors=5%,after=1h,for=2h --fault outage,after=5h,for=10m
  obsboot rehearse --slo payments/availability --matrix
  obsboot rehearse --slo payments/availability --outage --compare old/payments.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.path = pathArgument(args)
			return r.run(cmd.Context())
		},
	}
	r.addSpecFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&r.slo, "slo", "", "the SLO to rehearse: `SERVICE/SLI`")
	f.StringVar(&r.errors, "errors", "", "this `share` of the SLO's events is bad: failed or, for a latency SLO, too slow")
	f.StringVar(&r.latency, "latency", "", "everything takes this `factor` of the usual time, such as 3x")
	f.BoolVar(&r.outage, "outage", false, "the service is gone: it answers nothing and sends no telemetry")
	f.StringVar(&r.after, "after", "2h", "the `time` from the beginning, at midnight, to the incident")
	f.StringVar(&r.length, "for", "30m", "how `long` the incident lasts")
	f.StringVar(&r.ramp, "ramp", "0s", "how `long` it takes to build up")
	f.StringArrayVar(&r.faults, "fault", nil, "another `fault`, as [TARGET:]errors=5%,after=1h,for=2h; may be repeated. TARGET is the SLO's service or anything else of the spec")
	f.StringVar(&r.over, "over", "", "how `long` to watch; by default a day, or longer if the incident needs it")
	f.Float64Var(&r.rate, "rate", 100, "requests per second that enter the system, averaged over a day")
	f.StringVar(&r.restarts, "restarts", "0s", "how `long` an instance lives on average; 0s: forever")
	f.Uint64Var(&r.seed, "seed", 1, "the same seed gives the same traffic")
	f.BoolVar(&r.json, "json", false, "print the outcome as JSON on stdout")
	f.StringVar(&r.html, "html", "", "write the outcome as a page with plots into a `file`")
	f.BoolVar(&r.matrix, "matrix", false, "play incidents from just above the objective to everything")
	f.StringVar(&r.compare, "compare", "", "play the same incident against another `file` of rules")
	cmd.MarkFlagsMutuallyExclusive("matrix", "compare")
	_ = cmd.MarkFlagRequired("slo") // the flag exists
	return cmd
}

func (r *rehearsal) run(ctx context.Context) error {
	sys, err := r.mustLoad()
	if err != nil || sys == nil {
		return err
	}
	plan, err := r.plan(sys)
	if err != nil {
		return err
	}
	played, err := r.play(ctx, plan)
	if err != nil {
		return err
	}
	if r.html != "" {
		if err := r.writePage(played); err != nil {
			return err
		}
	}
	if r.json {
		return writeJSON(r.streams.out, played)
	}
	return played.WriteText(r.streams.out)
}

// played is what came of it.
type played interface {
	WriteText(w io.Writer) error
	WriteHTML(w io.Writer) error
}

func (r *rehearsal) play(ctx context.Context, plan *incident.Plan) (played, error) {
	switch {
	case r.matrix:
		return incident.RunMatrix(ctx, *plan)
	case r.compare != "":
		content, err := os.ReadFile(r.compare)
		if err != nil {
			return nil, err
		}
		return incident.Compare(ctx, *plan, incident.File{Name: r.compare, Content: content})
	}
	return incident.Run(ctx, *plan)
}

// writePage renders the whole page before it touches the file.
func (r *rehearsal) writePage(p played) error {
	var b bytes.Buffer
	if err := p.WriteHTML(&b); err != nil {
		return err
	}
	return os.WriteFile(r.html, b.Bytes(), 0o644)
}

// plan is what is to be rehearsed.
func (r *rehearsal) plan(sys *model.System) (*incident.Plan, error) {
	plan, err := r.rendered(sys)
	if err != nil {
		return nil, err
	}
	plan.Traffic = traffic.Options{Seed: r.seed, Rate: r.rate}
	if r.rate <= 0 || r.rate > 1e6 {
		return nil, fmt.Errorf("--rate %g: give between 0 and a million requests per second", r.rate)
	}
	if plan.Traffic.Restarts, err = duration("restarts", r.restarts); err != nil {
		return nil, err
	}
	if r.matrix && (r.errors != "" || r.latency != "" || r.outage || len(r.faults) > 0) {
		return nil, fmt.Errorf("--matrix plays incidents of its own; leave out --errors, --latency, --outage and --fault")
	}
	if plan.Traffic.Faults, err = r.incidents(plan.Target); err != nil {
		return nil, err
	}
	plan.Over, err = r.length24(plan.Traffic.Faults)
	return plan, err
}

// rendered is a plan with the SLO and the files that would be generated.
func (r *rehearsal) rendered(sys *model.System) (*incident.Plan, error) {
	target, err := incident.Find(sys, r.slo)
	if err != nil {
		return nil, err
	}
	set, err := r.render(sys)
	if err != nil {
		return nil, err
	}
	plan := &incident.Plan{System: sys, Target: target}
	for _, f := range set.Files() {
		switch {
		case f.Tree == artifact.Out && strings.HasPrefix(f.Path, "prometheus/rules/"):
			plan.Rules = append(plan.Rules, incident.File{Name: filepath.Base(f.Path), Content: f.Content})
		case f.Tree == artifact.Out && f.Path == "alertmanager/alertmanager.yaml":
			plan.Alertmanager = f.Content
		}
	}
	return plan, nil
}

// incidents are the faults that the flags ask for.
func (r *rehearsal) incidents(target incident.Target) ([]traffic.Fault, error) {
	var out []traffic.Fault
	own := "service." + target.Service.Name
	for _, text := range r.faults {
		if !strings.Contains(text, ":") {
			text = own + ":" + text
		}
		f, err := traffic.ParseFault(text)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	if r.errors == "" && r.latency == "" && !r.outage {
		if len(out) == 0 && !r.matrix {
			return nil, fmt.Errorf("nothing goes wrong: add --errors 30%%, --latency 3x, --outage or --fault")
		}
		return out, nil
	}
	f, err := r.incident(target, own)
	if err != nil {
		return nil, err
	}
	return append([]traffic.Fault{f}, out...), nil
}

// incident is the fault of --errors, --latency and --outage.
func (r *rehearsal) incident(target incident.Target, own string) (traffic.Fault, error) {
	words := []string{"after=" + r.after, "for=" + r.length, "ramp=" + r.ramp}
	if r.errors != "" {
		words = append(words, "errors="+r.errors)
	}
	if r.latency != "" {
		words = append(words, "latency="+r.latency)
	}
	if r.outage {
		words = append(words, "outage")
	}
	f, err := traffic.ParseFault(own + ":" + strings.Join(words, ","))
	if err != nil {
		return f, err
	}
	if f.For == 0 {
		return f, fmt.Errorf("--for %s: an incident has to last", r.length)
	}
	if r.errors != "" {
		share, ok := traffic.Incident(target.Service, target.SLI, f.Errors)
		if !ok {
			return f, fmt.Errorf("no traffic can make the events of %s bad, because obsboot does not know what its queries read; rehearse another SLO of the service, or declare the metrics that it counts", target)
		}
		f.Target, f.Errors, f.Slow = share.Target, share.Errors, share.Slow
	}
	return f, nil
}

const (
	maxOver = 92 * 24 * time.Hour
	settle  = 7 * time.Hour // after an incident, so that its alerts resolve
)

// length24 is how long to watch.
func (r *rehearsal) length24(faults []traffic.Fault) (time.Duration, error) {
	over := 24 * time.Hour
	for _, f := range faults {
		over = max(over, (f.After + f.For + settle).Truncate(time.Minute))
	}
	if r.over == "" {
		return min(over, maxOver), nil
	}
	given, err := duration("over", r.over)
	if err != nil {
		return 0, err
	}
	for _, f := range faults {
		if f.After >= given {
			return 0, fmt.Errorf("--over %s ends before an incident begins, after %s", r.over, model.FormatDuration(f.After))
		}
	}
	if given < time.Hour || given > maxOver {
		return 0, fmt.Errorf("--over %s: watch for an hour to %s", r.over, model.FormatDuration(maxOver))
	}
	return given.Truncate(time.Minute), nil
}

// duration reads one of a flag.
func duration(flag, text string) (time.Duration, error) {
	d, err := model.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("--%s: %w", flag, err)
	}
	return d, nil
}
