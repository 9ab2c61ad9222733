package incident

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/slo"
	"github.com/obsboot/obsboot/internal/traffic"
)

// Matrix is how the alerts of an SLO answer to any share of bad events, under
// traffic that is the same at all hours.
type Matrix struct {
	SLO       string   `json:"slo"`
	Objective string   `json:"objective"`
	Window    string   `json:"window"`
	Seed      uint64   `json:"seed"`
	Alerts    []Column `json:"alerts"`
	Rows      []Row    `json:"rows"`
}

// Column is an alert.
type Column struct {
	Severity  string  `json:"severity"`
	Window    string  `json:"window"`
	Threshold float64 `json:"threshold"` // share of bad events
}

// Row is an incident that goes on until every alert that can fire has.
type Row struct {
	Bad   float64 `json:"bad"` // share of all events
	Cells []*Cell `json:"cells"`
}

// Cell is what became of an alert; null: it did not fire.
type Cell struct {
	FiresAfter    float64  `json:"fires_after"`    // seconds after the beginning
	BudgetUsed    Share    `json:"budget_used"`    // by then
	ResolvesAfter *float64 `json:"resolves_after"` // seconds after the end of the incident
}

// quiet is how long there is no incident before one of a matrix.
const quiet = time.Hour

// RunMatrix plays incidents from just above the objective to everything.
func RunMatrix(ctx context.Context, p Plan) (*Matrix, error) {
	if _, ok := traffic.Incident(p.Target.Service, p.Target.SLI, 1); !ok {
		return nil, fmt.Errorf("no traffic can make the events of %s bad, because obsboot does not know what its queries read", p.Target)
	}
	sli := p.Target.SLI
	out := &Matrix{SLO: p.Target.String(), Objective: sli.Objective.String(), Window: sli.Window.String(), Seed: p.Traffic.Seed}
	var columns []slo.Alert
	for _, a := range slo.Alerts {
		if a.Severity == model.Page && sli.Alerting.Page || a.Severity == model.Ticket && sli.Alerting.Ticket {
			columns = append(columns, a)
			out.Alerts = append(out.Alerts, Column{string(a.Severity), model.FormatDuration(a.Long), a.ErrorPercent(sli.Objective, sli.Window.Duration()) / 100})
		}
	}
	shares := sharesOf(p.Target.allowed())
	out.Rows = make([]Row, len(shares))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, share := range shares {
		work.Go(func() (err error) {
			out.Rows[i], err = p.row(ctx, share, columns)
			return err
		})
	}
	return out, work.Wait()
}

// sharesOf are the shares of bad events that are tried: multiples of what is
// allowed, and round numbers up to everything.
func sharesOf(allowed float64) []float64 {
	all := []float64{0.1, 0.2, 0.5, 1}
	for _, times := range []float64{1.25, 2, 3.5, 7, 16, 40} {
		all = append(all, times*allowed)
	}
	slices.Sort(all)
	var out []float64
	for _, share := range all {
		if share > 1.2*allowed && share <= 1 && (len(out) == 0 || share > 1.2*out[len(out)-1]) {
			out = append(out, share)
		}
	}
	return out
}

// row plays one incident.
func (p Plan) row(ctx context.Context, share float64, columns []slo.Alert) (Row, error) {
	out := Row{Bad: share, Cells: make([]*Cell, len(columns))}
	fault, _ := traffic.Incident(p.Target.Service, p.Target.SLI, share)
	fault.After, fault.For = quiet, p.lasts(share)
	p.Traffic.Faults, p.Traffic.Pattern = []traffic.Fault{fault}, traffic.Steady
	p.Over = fault.After + fault.For + 8*time.Hour // the slowest short window is six hours long
	groups, err := readRules(p.Rules)
	if err != nil {
		return out, err
	}
	c := &course{Target: p.Target, plan: &p}
	defer c.close()
	if err := c.play(ctx, of(groups, p.Target)); err != nil {
		return out, fmt.Errorf("rehearse %s: %w", p.Target, err)
	}
	o := &Outcome{start: fault.After}
	o.measure(ctx, c)
	for _, e := range c.alerts {
		a := o.fired(ctx, c, c, e).alert
		i := slices.IndexFunc(columns, func(column slo.Alert) bool { return a.Window == model.FormatDuration(column.Long) })
		if a.Alert != naming.AlertBurnRate || i < 0 || a.FiresAfter < 0 {
			continue
		}
		if out.Cells[i] == nil {
			out.Cells[i] = &Cell{FiresAfter: a.FiresAfter, BudgetUsed: a.BudgetUsed}
		}
		out.Cells[i].ResolvesAfter = nil // of an alert that fires more than once the last end counts
		if a.ResolvesAfter != nil {
			after := *a.ResolvesAfter - fault.For.Seconds()
			out.Cells[i].ResolvesAfter = &after
		}
	}
	return out, nil
}

// lasts is how long an incident goes on until all alerts that can fire have; the
// long windows lag by an hour.
func (p *Plan) lasts(share float64) time.Duration {
	window := p.Target.SLI.Window.Duration()
	longest := 30 * time.Minute
	for _, a := range slo.Alerts {
		if a.ErrorPercent(p.Target.SLI.Objective, window)/100 < share {
			after := time.Duration(float64(a.FiresAfter(p.Target.SLI.Objective, window)) / share)
			if a.Long >= day {
				after += 65 * time.Minute
			}
			longest = max(longest, after*11/10+5*time.Minute)
		}
	}
	return longest.Truncate(time.Minute)
}
