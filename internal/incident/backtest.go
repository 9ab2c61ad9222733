package incident

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/standing"
)

// History answers for a real server: a Client of package standing, or what is
// kept of its answers.
type History interface {
	Range(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]standing.Point, error)
	Cost(ctx context.Context, query string) (int64, error)
}

// Past is an SLO to be judged by real history.
type Past struct {
	Target      Target
	Rules       []File
	From, To    time.Time
	Concurrency int                   // queries at once
	Progress    func(done, total int) // nil: nobody looks
}

// Review is what the rules of an SLO would have said.
type Review struct {
	SLO       string      `json:"slo"`
	Objective string      `json:"objective"`
	Window    string      `json:"window"`
	From      time.Time   `json:"from"`
	To        time.Time   `json:"to"`
	Events    float64     `json:"events"`
	Bad       float64     `json:"bad"`
	Good      Share       `json:"good"`        // of all events of the time
	Budget    Share       `json:"budget_left"` // of the window, at its end
	Covered   Share       `json:"covered"`     // of the time there is data of
	Alerts    []PastAlert `json:"alerts"`
	Missing   []string    `json:"missing"`            // queries that gave nothing at all
	Samples   float64     `json:"samples_per_minute"` // that the rules would read on the server
}

// PastAlert is one that would have fired.
type PastAlert struct {
	Alert    string     `json:"alert"`
	Severity string     `json:"severity"`
	Window   string     `json:"window,omitempty"`
	Fires    time.Time  `json:"fires"`
	Resolves *time.Time `json:"resolves"` // null: it would still fire
	Lasts    float64    `json:"lasts"`    // seconds
}

// chunk is how much of the past one query asks for.
const chunk = 6 * time.Hour

// part is a series that the rules would have recorded, by a query over the past.
type part struct {
	series labels.Labels
	query  string
	step   time.Duration
	points []standing.Point
}

// Backtest asks a server for the two rates that all rules of an SLO are made of,
// a few hours at a time, and evaluates the rules on them here.
func Backtest(ctx context.Context, h History, p Past) (*Review, error) {
	if p.Target.SLI.Kind == model.Logs {
		return nil, fmt.Errorf("%s counts log records, which Loki's ruler has not recorded before it has the rules; backtest another SLO", p.Target)
	}
	groups, err := readRules(p.Rules)
	if err != nil {
		return nil, err
	}
	parts := p.parts()
	if err := p.fetch(ctx, h, parts); err != nil {
		return nil, err
	}
	out := &Review{
		SLO: p.Target.String(), Objective: p.Target.SLI.Objective.String(), Window: p.Target.SLI.Window.String(),
		From: p.From, To: p.To, Alerts: []PastAlert{}, Missing: []string{},
	}
	for _, of := range parts {
		if len(of.points) == 0 {
			out.Missing = append(out.Missing, of.query)
		}
		cost, err := h.Cost(ctx, of.query)
		if err != nil {
			return nil, err
		}
		out.Samples += float64(cost) * float64(time.Minute) / float64(of.step)
	}
	return out, p.judge(ctx, of(groups, p.Target), parts, out)
}

// parts are the pairs of rates, and whether an instance lived.
func (p *Past) parts() []*part {
	series := func(name string, window time.Duration) labels.Labels {
		return labels.FromStrings("__name__", name, "service", p.Target.Service.Name, "slo", p.Target.SLI.Name, "window", model.FormatDuration(window))
	}
	var out []*part
	for _, base := range []struct{ window, over, step time.Duration }{{5 * time.Minute, 5 * time.Minute, interval}, {time.Hour, time.Hour + step, time.Hour}} {
		if p.Target.SLI.Kind == model.Slices {
			base.over = base.window
		}
		rates := query.SLIRates(p.Target.Service, p.Target.SLI, base.over, "")
		out = append(out,
			&part{series: series(naming.SLOTotal, base.window), query: rates.Total, step: base.step},
			&part{series: series(naming.SLOErrors, base.window), query: rates.Errors, step: base.step})
	}
	name := "target_info"
	if p.Target.Service.Source != nil {
		name = "up"
	}
	alive := labels.FromStrings("__name__", name, "job", p.Target.Service.Job)
	return append(out, &part{series: alive, query: "max(" + query.Alive(p.Target.Service) + ") > bool 0", step: interval})
}

// fetch asks for all parts, with few queries at once.
func (p *Past) fetch(ctx context.Context, h History, parts []*part) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(max(1, p.Concurrency))
	chunks := int((p.To.Sub(p.From) + chunk - 1) / chunk)
	results := make([][][]standing.Point, len(parts))
	finished := make(chan struct{}, len(parts)*chunks)
	for i, of := range parts {
		results[i] = make([][]standing.Point, chunks)
		for j := range chunks {
			work.Go(func() (err error) {
				from := p.From.Add(time.Duration(j) * chunk)
				to := from.Add(chunk - of.step)
				if to.After(p.To) {
					to = p.To
				}
				results[i][j], err = h.Range(ctx, of.query, from, to, of.step)
				finished <- struct{}{}
				if p.Progress != nil && err == nil {
					p.Progress(len(finished), len(parts)*chunks)
				}
				return err
			})
		}
	}
	err := work.Wait()
	for i := range parts {
		parts[i].points = slices.Concat(results[i]...)
	}
	return err
}

// judge evaluates the rules on what was fetched.
func (p *Past) judge(ctx context.Context, groups []rulefmt.RuleGroup, parts []*part, out *Review) error {
	c := &course{Target: p.Target, plan: &Plan{}}
	defer c.close()
	if err := c.open(); err != nil {
		return err
	}
	for _, of := range parts {
		err := c.storage.Append(ctx, of.series, func(yield func(rehearse.Sample) bool) {
			for _, s := range of.points {
				if !yield(rehearse.Sample{At: s.At, Value: s.Value}) {
					return
				}
			}
		})
		if err != nil {
			return err
		}
	}
	fetched := func(r rulefmt.Rule) bool {
		return strings.HasSuffix(r.Record, ":rate") && r.Labels["window"] != "30m"
	}
	r, err := c.load(groups, func(r rulefmt.Rule) bool { return recording(r) && !fetched(r) })
	if err != nil {
		return err
	}
	r.Offset = 0 // as the points were asked for
	if err := r.Backfill(ctx, p.From, p.To); err != nil {
		return err
	}
	if r, err = c.load(groups, alerting); err != nil {
		return err
	}
	r.Offset = 0
	if err := r.Watch(ctx, p.From.Add(time.Hour), p.To); err != nil {
		return err
	}
	for _, e := range r.Alerts() {
		out.Alerts = append(out.Alerts, pastAlert(e, p.To))
	}
	out.sum(parts)
	out.Budget = Share(c.value(ctx, c.recorded(naming.SLOBudget, ""), p.To))
	return nil
}

func pastAlert(e rehearse.Episode, to time.Time) PastAlert {
	a := PastAlert{Alert: e.Labels.Get(labels.AlertName), Severity: e.Labels.Get("severity"), Window: e.Labels.Get("window"), Fires: e.Fired.UTC()}
	if a.Alert == naming.AlertMissingData {
		a.Window = "" // of the series that is missing
	}
	end := to
	if !e.Resolved.IsZero() {
		end = e.Resolved.UTC()
		a.Resolves = &end
	}
	a.Lasts = end.Sub(e.Fired).Seconds()
	return a
}

// sum counts the events of the time, from the hourly rates.
func (r *Review) sum(parts []*part) {
	total := func(of *part) (sum float64) {
		for _, s := range of.points {
			if !math.IsNaN(s.Value) {
				sum += s.Value * time.Hour.Seconds()
			}
		}
		return sum
	}
	r.Events, r.Bad = total(parts[2]), total(parts[3])
	r.Good = Share(1 - r.Bad/r.Events)
	r.Covered = Share(min(1, float64(len(parts[2].points))/r.To.Sub(r.From).Hours()))
}

// WriteText prints the review for a person.
func (r *Review) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %% over %s, from %s to %s\n\n", r.SLO, r.Objective, r.Window, r.From.UTC().Format(time.DateTime), r.To.UTC().Format(time.DateTime))
	for _, text := range r.Missing {
		fmt.Fprintf(&b, "Nothing in all this time: %s\n", text)
	}
	fmt.Fprintf(&b, "Of %.0f events %.0f were bad: %s good. At the end %s of the budget are left. There is data of %s of the time.\n",
		r.Events, r.Bad, exact(r.Good), percent(r.Budget), percent(r.Covered))
	fmt.Fprintf(&b, "The rules would read %.0f samples a minute on this server.\n\n", r.Samples)
	if len(r.Alerts) == 0 {
		b.WriteString("No alert would have fired.\n")
	}
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, a := range r.Alerts {
		end := "for " + model.FormatDuration(time.Duration(a.Lasts)*time.Second)
		if a.Resolves == nil {
			end = "and still does"
		}
		fmt.Fprintf(table, "%s\t%s\t%s %s\t%s\n", a.Fires.Format(time.DateTime), a.Severity, a.Alert, a.Window, end)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// exact writes a share with the digits that objectives have.
func exact(s Share) string {
	if math.IsNaN(float64(s)) {
		return "an unknown share"
	}
	return fmt.Sprintf("%.6g %%", 100*float64(s))
}
