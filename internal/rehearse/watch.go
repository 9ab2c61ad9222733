package rehearse

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/rules"
)

// Watch evaluates the alerts as Play would, but leaves out the evaluations that
// cannot change anything: those at which no condition of a group holds, nor held
// until shortly before. What the alerts look at must be there already.
func (r *Rehearsal) Watch(ctx context.Context, from, to time.Time) error {
	for _, g := range r.groups {
		due := map[int64]bool{}
		for _, alert := range g.AlertingRules() {
			if err := r.holds(ctx, g, alert, from, to, due); err != nil {
				return fmt.Errorf("watch %s of %s: %w", alert.Name(), g.Name(), err)
			}
		}
		for at := r.slot(from, g.Interval()); !at.After(to); at = at.Add(g.Interval()) {
			if !due[at.UnixMilli()] {
				continue
			}
			if err := r.eval(ctx, g, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// holds notes the evaluations at which the condition of an alert holds, and
// those after them that it takes to resolve.
func (r *Rehearsal) holds(ctx context.Context, g *rules.Group, alert *rules.AlertingRule, from, to time.Time, due map[int64]bool) error {
	interval := g.Interval()
	first := r.slot(from, interval)
	if pinned(alert.Query()) {
		for at := first; !at.After(to); at = at.Add(interval) {
			due[at.UnixMilli()] = true
		}
		return nil
	}
	matrix, err := r.storage.Range(ctx, alert.Query().String(), first, to, interval)
	if err != nil {
		return err
	}
	for _, series := range matrix {
		for _, point := range series.Floats {
			for after := time.Duration(0); after <= alert.KeepFiringFor()+interval; after += interval {
				due[point.T+after.Milliseconds()] = true
			}
		}
	}
	return nil
}
