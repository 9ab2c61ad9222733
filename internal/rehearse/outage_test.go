package rehearse_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/obsboot/obsboot/internal/rehearse"
)

// outage is a time in which a share of all requests is bad.
type outage struct {
	start      time.Time
	length     time.Duration
	share      float64
	background float64 // the share of bad requests before and after
}

// before and after an outage there is traffic: as much as the alerts look at.
const (
	quietBefore = 6*time.Hour + 40*time.Minute
	quietAfter  = 40 * time.Minute
)

func (o outage) end() time.Time { return o.start.Add(o.length) }

// play appends 20 requests a second, spread evenly over time, so that nothing
// but the moments of scrapes and evaluations makes a difference.
func (o outage) play(t testing.TB, storage *rehearse.Storage, sources []source) {
	t.Helper()
	const rate = 20
	for _, src := range sources {
		phase := time.Duration(src.instance) * 7919 * time.Millisecond % scrape
		for _, s := range src.series {
			var samples []rehearse.Sample
			for at := midnight.Add(phase); at.Before(o.end().Add(quietAfter)); at = at.Add(scrape) {
				passed := at.Sub(midnight).Seconds()
				during := min(max(at.Sub(o.start), 0), o.length).Seconds()
				bad := during*o.share + (passed-during)*o.background
				count := 0.0
				if s.good {
					count += src.good * (passed - bad)
				}
				if s.bad {
					count += src.bad * bad
				}
				samples = append(samples, rehearse.Sample{At: at, Value: math.Floor(rate * count)})
			}
			if err := storage.Append(context.Background(), s.labels, slices.Values(samples)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// reaction is how long after the start of an outage the first page comes, and
// how long after its end the last one is resolved.
type reaction struct{ page, resolved time.Duration }

// react has rules watch an outage. What they record does not depend on what
// they alert on, so it is there before.
func (c contender) react(t testing.TB, storage *rehearse.Storage, objective string, o outage) reaction {
	t.Helper()
	short := func(r rulefmt.Rule) bool {
		window := r.Labels["window"] + r.Labels["sloth_window"]
		return window != "1d" && window != "3d" && window != "30d"
	}
	end := o.end().Add(quietAfter)
	if err := c.load(t, storage, objective, short).Backfill(context.Background(), midnight, end); err != nil {
		t.Fatal(err)
	}
	pages := c.load(t, storage, objective, func(r rulefmt.Rule) bool {
		return r.Alert != "" && (r.Labels["severity"] == "page" || r.Labels["sloth_severity"] == "page")
	})
	if err := pages.Play(context.Background(), midnight.Add(time.Hour), end); err != nil {
		t.Fatal(err)
	}
	episodes := pages.Alerts()
	if len(episodes) == 0 || episodes[0].Fired.Before(o.start) {
		t.Fatalf("%s: no page, or one before the outage: %v", c.name, episodes)
	}
	got := reaction{page: episodes[0].Fired.Sub(o.start)}
	for _, e := range episodes {
		if e.Resolved.IsZero() {
			t.Fatalf("%s: %s still fires", c.name, e.Labels)
		}
		got.resolved = max(got.resolved, e.Resolved.Sub(o.end()))
	}
	return got
}
