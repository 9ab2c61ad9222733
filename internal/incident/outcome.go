package incident

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/slo"
)

// Outcome is what came of a rehearsal. Times are seconds since the incident
// began.
type Outcome struct {
	SLO       string         `json:"slo"`
	Objective string         `json:"objective"` // in percent
	Window    string         `json:"window"`
	Seed      uint64         `json:"seed"`
	Incident  Happened       `json:"incident"`
	Alerts    []*Alert       `json:"alerts"`
	Told      []Notification `json:"notifications"`
	Users     Users          `json:"users"`
	Budget    Budget         `json:"budget"`
	Other     *Other         `json:"compared_with,omitempty"`

	start, over time.Duration // since the beginning
	curves      []curve
	budget      []float64 // left, at each minute
}

// Happened is the incident.
type Happened struct {
	Faults   []string `json:"faults"`
	Begins   float64  `json:"begins"`   // seconds after the rehearsal began
	Duration float64  `json:"duration"` // seconds
}

// Alert is one that fired.
type Alert struct {
	Alert    string `json:"alert"`
	Severity string `json:"severity"`
	SLO      string `json:"slo"`
	Window   string `json:"window,omitempty"`
	Team     string `json:"team,omitempty"`
	Summary  string `json:"summary,omitempty"`
	// FiresAfter and ResolvesAfter count from the beginning of the incident. An
	// alert that still fires at the end has no ResolvesAfter.
	FiresAfter    float64  `json:"fires_after"`
	ResolvesAfter *float64 `json:"resolves_after"`
	// BudgetUsed is the share of the whole budget that the incident had used when
	// the alert fired, and BudgetLeft what is left then of what there was.
	BudgetUsed Share    `json:"budget_used"`
	BudgetLeft Share    `json:"budget_left"`
	Notifies   []string `json:"notifies"`
	Muted      bool     `json:"muted"` // nobody was ever told
}

// Users is what they saw.
type Users struct {
	Events float64 `json:"events"`
	Bad    float64 `json:"bad"`
}

// Budget is what is left of the error budget, 0 to 1 or below.
type Budget struct {
	Before Share `json:"before"`
	Used   Share `json:"used"`
	After  Share `json:"after"`
}

// Share is a part of something; NaN, where nobody knows, is null in JSON.
type Share float64

// MarshalJSON writes a number or null.
func (s Share) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(s)) || math.IsInf(float64(s), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(s))
}

// curve is the ratio of a window at each minute, against what its alert fires at.
type curve struct {
	Window    string
	Severity  string // of the alert whose long window it is
	Threshold float64
	Values    []float64 // NaN: none
}

func (p *Plan) outcome(ctx context.Context, courses []*course, t *tower) (*Outcome, error) {
	own := courses[0]
	out := &Outcome{
		SLO: p.Target.String(), Objective: p.Target.SLI.Objective.String(), Window: p.Target.SLI.Window.String(), Seed: p.Traffic.Seed,
		Alerts: []*Alert{}, Told: []Notification{}, start: p.starts(), over: p.Over,
		Incident: Happened{Begins: p.starts().Seconds(), Duration: (p.ends() - p.starts()).Seconds()},
	}
	for _, f := range p.Traffic.Faults {
		out.Incident.Faults = append(out.Incident.Faults, Describe(f))
	}
	out.measure(ctx, own)
	var all []*firing
	for _, c := range courses {
		for _, e := range c.alerts {
			f := out.fired(ctx, c, own, e)
			out.Alerts = append(out.Alerts, f.alert)
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b *firing) int { return cmp.Compare(a.from, b.from) })
	sortAlerts(out.Alerts)
	for _, n := range t.told(all, p.Over) {
		n.After = (n.at - out.start).Seconds()
		out.Told = append(out.Told, n)
	}
	for _, a := range out.Alerts {
		a.Muted = len(a.Notifies) == 0
	}
	if err := out.draw(ctx, own); err != nil {
		return nil, err
	}
	return out, nil
}

// measure says what users saw and what it cost.
func (o *Outcome) measure(ctx context.Context, own *course) {
	from := Midnight.Add(own.plan.starts())
	to := Midnight.Add(own.plan.ends() + step) // the last of it arrives with the next sample
	o.Users.Events, o.Users.Bad = own.between(ctx, from, to)
	o.Budget.Used = Share(o.Users.Bad / (own.inWindow(ctx, from) * own.allowed()))
	o.Budget.Before = Share(own.value(ctx, own.recorded(naming.SLOBudget, ""), from))
	o.Budget.After = o.Budget.Before - o.Budget.Used
}

// fired makes an alert of an episode.
func (o *Outcome) fired(ctx context.Context, c, own *course, e rehearse.Episode) *firing {
	ls := e.Labels
	f := &firing{labels: ls.Map(), from: e.Fired.Sub(Midnight), to: math.MaxInt64}
	a := &Alert{
		Alert: ls.Get(labels.AlertName), Severity: severity(ls), SLO: c.String(), Window: ls.Get("window"), Team: ls.Get("team"),
		Summary: e.Annotations.Get("summary"), FiresAfter: (f.from - o.start).Seconds(), Notifies: []string{},
	}
	f.name = strings.Join(slices.DeleteFunc([]string{a.SLO, a.Alert, a.Window, a.Severity}, func(s string) bool { return s == "" }), " ")
	if !e.Resolved.IsZero() {
		f.to = e.Resolved.Sub(Midnight)
		after := (f.to - o.start).Seconds()
		a.ResolvesAfter = &after
	}
	_, bad := own.between(ctx, Midnight.Add(o.start), e.Fired)
	a.BudgetUsed = Share(bad / (own.inWindow(ctx, Midnight.Add(o.start)) * own.allowed()))
	a.BudgetLeft = o.Budget.Before - a.BudgetUsed
	f.alert = a
	return f
}

// severity is that of an alert; other generators have labels of their own.
func severity(ls labels.Labels) string {
	found := ls.Get("severity")
	ls.Range(func(l labels.Label) {
		if found == "" && strings.HasSuffix(l.Name, "severity") {
			found = l.Value
		}
	})
	return found
}

func sortAlerts(alerts []*Alert) {
	slices.SortStableFunc(alerts, func(a, b *Alert) int { return cmp.Compare(a.FiresAfter, b.FiresAfter) })
}

// draw samples what plots show.
func (o *Outcome) draw(ctx context.Context, own *course) error {
	for _, a := range slo.Alerts {
		c := curve{Window: model.FormatDuration(a.Long), Severity: string(a.Severity), Threshold: a.ErrorPercent(own.SLI.Objective, own.SLI.Window.Duration()) / 100}
		var err error
		if c.Values, err = own.minutes(ctx, own.recorded(naming.SLORatio, c.Window)); err != nil {
			return err
		}
		o.curves = append(o.curves, c)
	}
	var err error
	o.budget, err = own.minutes(ctx, own.recorded(naming.SLOBudget, ""))
	return err
}

// minutes are the values of a query at each minute.
func (c *course) minutes(ctx context.Context, text string) ([]float64, error) {
	out := make([]float64, int(c.plan.Over/interval)+1)
	for i := range out {
		out[i] = math.NaN()
	}
	matrix, err := c.storage.Range(ctx, text, Midnight, c.plan.end(), interval)
	if err != nil {
		return nil, fmt.Errorf("plot %s: %w", text, err)
	}
	for _, series := range matrix {
		for _, p := range series.Floats {
			out[time.UnixMilli(p.T).Sub(Midnight)/interval] = p.F
		}
	}
	return out, nil
}
