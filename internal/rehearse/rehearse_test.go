package rehearse_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/rehearse"
)

// TestPlayAndBackfill records the same either way, gaps included.
func TestPlayAndBackfill(t *testing.T) {
	const file = `
groups:
  - name: pair
    interval: 1m
    labels: {from: group}
    rules:
      - {record: total, expr: "sum(rate(http_requests_total[5m]))"}
      - {record: share, expr: "sum(rate(http_requests_total{code=~'5..'}[5m])) / (sum(total) > 0)", labels: {of: total}}
`
	var seen [2]string
	for i := range seen {
		storage := open(t)
		pause := traffic{rate: func(second float64) float64 {
			if between(second, 900, 1800) {
				return 0
			}
			return 20
		}, failing: steady(0.1)}
		pause.play(t, storage, availability(2), time.Hour, midnight)
		r := rehearse.New(storage)
		r.Offset = offset
		if err := r.Load("pair", []byte(file), nil); err != nil {
			t.Fatal(err)
		}
		record := r.Play
		if i == 1 {
			record = r.Backfill
		}
		if err := record(context.Background(), midnight, midnight.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for at := midnight; at.Before(midnight.Add(time.Hour)); at = at.Add(30 * time.Second) {
			for _, name := range []string{"total", "share"} {
				result, err := storage.Query(context.Background(), name, at)
				if err != nil {
					t.Fatal(err)
				}
				seen[i] += at.Format(time.TimeOnly) + " " + result.String() + "\n"
			}
		}
	}
	if diff := cmp.Diff(seen[0], seen[1]); diff != "" || !strings.Contains(seen[0], `__name__="share", from="group", of="total"} => 0.1`) {
		t.Errorf("-played +backfilled:\n%s", diff)
	}
}

// TestPinned refuses what means something else over a range.
func TestPinned(t *testing.T) {
	r := rehearse.New(open(t))
	if err := r.Load("pinned", []byte(`groups: [{name: g, rules: [{record: a, expr: "sum(b @ end())"}]}]`), nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Backfill(context.Background(), midnight, midnight.Add(time.Hour)); err == nil {
		t.Error("recorded")
	}
}

// TestAlerts follows an alert that waits, fires, is kept firing and resolves.
func TestAlerts(t *testing.T) {
	t.Run("each evaluation", func(t *testing.T) { testAlerts(t, func(r *rehearse.Rehearsal) player { return r.Play }) })
	t.Run("those that matter", func(t *testing.T) { testAlerts(t, func(r *rehearse.Rehearsal) player { return r.Watch }) })
}

type player func(ctx context.Context, from, to time.Time) error

func testAlerts(t *testing.T, play func(*rehearse.Rehearsal) player) {
	const file = `groups: [{name: g, interval: 30s, rules: [{alert: Down, expr: "up == 0", for: 1m, keep_firing_for: 2m, annotations: {text: "{{ $labels.job }}"}}]}]`
	storage := open(t)
	var up []rehearse.Sample
	for minute := range 20 {
		value := 1.0
		if minute >= 5 && minute < 10 {
			value = 0
		}
		up = append(up, rehearse.Sample{At: midnight.Add(time.Duration(minute) * time.Minute), Value: value})
	}
	if err := storage.Append(context.Background(), labels.FromStrings(model.MetricNameLabel, "up", "job", "api"), slices.Values(up)); err != nil {
		t.Fatal(err)
	}
	r := rehearse.New(storage)
	if err := r.Load("up", []byte(file), nil); err != nil {
		t.Fatal(err)
	}
	if err := play(r)(context.Background(), midnight, midnight.Add(19*time.Minute)); err != nil {
		t.Fatal(err)
	}
	got := r.Alerts()
	if len(got) != 1 {
		t.Fatal(got)
	}
	minute := func(at time.Time) float64 { return at.Sub(midnight).Minutes() }
	if minute(got[0].Active) != 5 || minute(got[0].Fired) != 6 || minute(got[0].Resolved) != 12 || got[0].Annotations.Get("text") != "api" {
		t.Errorf("got %+v", got[0])
	}
}
