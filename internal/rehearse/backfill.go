package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
)

// Backfill records what Play would record, much faster: it evaluates one rule
// after another, each over the whole time. Alerts are left out. No rule may
// build on one behind it, nor on when it is evaluated in any other way than
// time() does.
func (r *Rehearsal) Backfill(ctx context.Context, from, to time.Time) error {
	for _, g := range r.groups {
		for _, rule := range g.Rules() {
			recording, ok := rule.(*rules.RecordingRule)
			if !ok {
				continue
			}
			if err := r.backfill(ctx, recording, from, to, g.Interval()); err != nil {
				return fmt.Errorf("record %s of %s: %w", rule.Name(), g.Name(), err)
			}
		}
	}
	return nil
}

func (r *Rehearsal) backfill(ctx context.Context, rule *rules.RecordingRule, from, to time.Time, interval time.Duration) error {
	if pinned(rule.Query()) && r.Until == nil {
		return fmt.Errorf("its query looks at the start() or end() of an evaluation")
	}
	for first := r.slot(from, interval); !first.After(to); {
		last := to
		if pinned(rule.Query()) {
			last = earlier(to, r.Until(first))
		}
		matrix, err := r.storage.Range(ctx, rule.Query().String(), first, last, interval)
		if err != nil {
			return err
		}
		for _, series := range relabelled(rule, matrix) {
			if err := r.storage.Append(ctx, series.Metric, points(series, last, interval)); err != nil {
				return err
			}
		}
		first = r.slot(last.Add(time.Nanosecond), interval)
	}
	return nil
}

// relabelled are the series under the names that the rule gives them. Those that
// become one, because each had a time of its own, are joined.
func relabelled(rule *rules.RecordingRule, matrix promql.Matrix) promql.Matrix {
	var out promql.Matrix
	for _, series := range matrix {
		series.Metric = recorded(rule, series.Metric)
		i := slices.IndexFunc(out, func(s promql.Series) bool { return labels.Equal(s.Metric, series.Metric) })
		if i < 0 {
			out = append(out, series)
			continue
		}
		out[i].Floats = slices.Concat(out[i].Floats, series.Floats)
		out[i].Histograms = slices.Concat(out[i].Histograms, series.Histograms)
		slices.SortFunc(out[i].Floats, func(a, b promql.FPoint) int { return cmp.Compare(a.T, b.T) })
		slices.SortFunc(out[i].Histograms, func(a, b promql.HPoint) int { return cmp.Compare(a.T, b.T) })
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// pinned says whether a query means something else over a range than at each of
// its times.
func pinned(query parser.Expr) bool {
	found := false
	parser.Inspect(query, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			found = found || n.StartOrEnd != 0
		case *parser.SubqueryExpr:
			found = found || n.StartOrEnd != 0
		}
		return nil
	})
	return found
}

// recorded gives a series the name and the labels of a rule.
func recorded(rule *rules.RecordingRule, series labels.Labels) labels.Labels {
	b := labels.NewBuilder(series)
	b.Set(model.MetricNameLabel, rule.Name())
	rule.Labels().Range(func(l labels.Label) { b.Set(l.Name, l.Value) })
	return b.Labels()
}

// points are the samples of a series, with an end wherever an evaluation did not
// give it any more.
func points(series promql.Series, to time.Time, interval time.Duration) iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		floats, histograms := series.Floats, series.Histograms
		due := time.Time{}
		for len(floats) > 0 || len(histograms) > 0 {
			var s Sample
			if len(histograms) == 0 || len(floats) > 0 && floats[0].T < histograms[0].T {
				s = Sample{At: time.UnixMilli(floats[0].T), Value: floats[0].F}
				floats = floats[1:]
			} else {
				s = Sample{At: time.UnixMilli(histograms[0].T), FloatHistogram: histograms[0].H}
				histograms = histograms[1:]
			}
			if !due.IsZero() && s.At.After(due) && !yield(Stale(due)) {
				return
			}
			if !yield(s) {
				return
			}
			due = s.At.Add(interval)
		}
		if !due.After(to) {
			yield(Stale(due))
		}
	}
}
