package rehearse_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/obsboot/obsboot/internal/rehearse"
)

// What the rules of an SLO are held to; docs/benchmarks.md has the figures.
const (
	maxSamples     = 10_000 // a minute, with 50 series
	maxSamplesMany = 3 * maxSamples
	maxSeries      = 20
	maxError       = 0.003 // of the ratio over 30 days
)

// asked is when the bench and the tests look back at 30 days: at no full hour.
var asked = midnight.Add(30*24*time.Hour + 23*time.Hour + 26*time.Minute + offset)

const played = 31 * 24 * time.Hour

// TestAccuracy compares the ratio over 30 days with what happened. The
// benchmark does with all traffics.
func TestAccuracy(t *testing.T) {
	all := traffics()
	for _, test := range []struct {
		objective objective
		traffic   traffic
	}{
		{objectives[0], all[1]},
		{objectives[0], all[5]},
		{objectives[0], all[7]},
		{objectives[1], all[3]},
		{objectives[1], all[4]},
	} {
		t.Run(test.objective.name+", "+test.traffic.name, func(t *testing.T) {
			storage := open(t)
			sources := test.objective.sources(1)
			sources = slices.DeleteFunc(sources, func(s source) bool { return s.good+s.bad < 0.5 }) // the rare codes
			happened := test.traffic.play(t, storage, sources, played, asked.AddDate(0, 0, -30))
			ours.record(t, storage, test.objective.name, asked)
			checkAccuracy(t, happened, ours.measured(t, storage, test.objective.name, asked))
			noNaN(t, storage, asked)
		})
	}
}

func checkAccuracy(t testing.TB, happened truth, measured float64) {
	t.Helper()
	if off := math.Abs(measured - happened.ratio()); math.IsNaN(off) || off > maxError*happened.ratio() {
		t.Errorf("measured %g, but it was %g", measured, happened.ratio())
	}
}

func noNaN(t testing.TB, storage *rehearse.Storage, at time.Time) {
	t.Helper()
	result, err := storage.Query(context.Background(), `{__name__=~"slo:.*"}`, at)
	if err != nil || len(result) < 10 {
		t.Fatalf("%v %v", result, err)
	}
	for _, s := range result {
		if math.IsNaN(s.F) {
			t.Errorf("%s is NaN", s.Metric)
		}
	}
}

// TestCost counts what one evaluation reads, with as many samples as there are
// after a month.
func TestCost(t *testing.T) {
	for _, o := range objectives {
		t.Run(o.name, func(t *testing.T) {
			few, many := costOf(t, o, 50), costOf(t, o, 500)
			t.Logf("%.0f samples a minute with 50 series, %.0f with 500, %d series", few.samples, many.samples, few.series)
			if few.samples > maxSamples || many.samples > maxSamplesMany {
				t.Errorf("%.0f samples a minute with 50 series and %.0f with 500", few.samples, many.samples)
			}
			if few.series > maxSeries || few.series < 19 {
				t.Errorf("%d series", few.series)
			}
		})
	}
}

// costOf plays two hours, and lets the tiles of a month be there already.
func costOf(t *testing.T, o objective, series int) price {
	storage := open(t)
	traffics()[0].play(t, storage, o.sources(series/o.perInstance), 2*time.Hour, midnight)
	end := midnight.Add(2*time.Hour - time.Minute + offset)
	for _, name := range []string{"slo:events:rate", "slo:errors:rate"} {
		var tiles []rehearse.Sample
		for at := end.AddDate(0, 0, -31); at.Before(end); at = at.Add(time.Hour) {
			tiles = append(tiles, rehearse.Sample{At: at, Value: 1})
		}
		ls := labels.FromStrings(model.MetricNameLabel, name, "service", "api", "slo", o.name, "window", "1h")
		if err := storage.Append(context.Background(), ls, slices.Values(tiles)); err != nil {
			t.Fatal(err)
		}
	}
	rates := func(r rulefmt.Rule) bool { return strings.HasSuffix(r.Record, ":rate") && r.Labels["window"] != "1h" }
	if err := ours.load(t, storage, o.name, rates).Backfill(context.Background(), midnight, end.Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	r := ours.load(t, storage, o.name, nil)
	if err := r.Eval(context.Background(), end); err != nil {
		t.Fatal(err)
	}
	return perMinute(r.Costs())
}

// TestReaction has our rules and sloth's watch the same outages. Ours page no
// later and resolve no later.
func TestReaction(t *testing.T) {
	late := []time.Duration{49 * time.Second, 14 * time.Second} // moments at which little decides
	for i, o := range objectives {
		t.Run(o.name, func(t *testing.T) {
			storage := open(t)
			out := outage{start: midnight.Add(quietBefore + late[i]), length: 40 * time.Minute, share: 1}
			out.play(t, storage, o.sources(1))
			checkReaction(t, ours.react(t, storage, o.name, out), sloth.react(t, storage, o.name, out))
		})
	}
}

func checkReaction(t testing.TB, got, theirs reaction) {
	t.Helper()
	if got.page > theirs.page || got.resolved > theirs.resolved {
		t.Errorf("pages %s after the start and resolves %s after the end, sloth's %s and %s", got.page, got.resolved, theirs.page, theirs.resolved)
	}
}
