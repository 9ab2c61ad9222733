package incident_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/incident"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/standing"
	"github.com/obsboot/obsboot/internal/traffic"
)

// remembers is a Prometheus with the traffic of a plan. After some answers it
// goes away.
type remembers struct {
	storage *rehearse.Storage
	left    atomic.Int64
	asked   atomic.Int64
}

func (r *remembers) Range(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]standing.Point, error) {
	r.asked.Add(1)
	if r.left.Add(-1) < 0 {
		return nil, errors.New("gone away")
	}
	matrix, err := r.storage.Range(ctx, query, from, to, step)
	var out []standing.Point
	for _, series := range matrix {
		for _, p := range series.Floats {
			out = append(out, standing.Point{At: time.UnixMilli(p.T), Value: p.F})
		}
	}
	return out, err
}

func (r *remembers) Cost(context.Context, string) (int64, error) { return 20, nil }

// history is that of two days, of which an hour and a half goes wrong.
func history(t *testing.T, p incident.Plan) *remembers {
	t.Helper()
	storage, err := rehearse.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = storage.Close() })
	p.Traffic.Start = incident.Midnight
	m, err := traffic.New(p.System, p.Traffic)
	if err != nil {
		t.Fatal(err)
	}
	span := traffic.Span{From: incident.Midnight, To: incident.Midnight.Add(48 * time.Hour), Step: 30 * time.Second}
	for series, samples := range m.Series(span, nil) {
		name := series.Get("__name__")
		if name != "target_info" && !strings.HasPrefix(name, "http_server_request_duration_seconds_count") {
			continue
		}
		var all []rehearse.Sample
		for s := range samples {
			all = append(all, rehearse.Sample(s))
		}
		if err := storage.Append(context.Background(), series, slices.Values(all)); err != nil {
			t.Fatal(err)
		}
	}
	return &remembers{storage: storage}
}

func TestBacktest(t *testing.T) {
	p := planOf(t, api, "api/availability", "api:errors=10%,after=26h,for=90m")
	server := history(t, p)
	past := incident.Past{Target: p.Target, Rules: p.Rules, From: incident.Midnight, To: incident.Midnight.Add(47 * time.Hour), Concurrency: 2}
	kept := &incident.Kept{History: server, Address: "x", Folder: t.TempDir(), Now: past.To.Add(24 * time.Hour)}

	// A server that goes away costs nothing but the rest.
	server.left.Store(7)
	if _, err := incident.Backtest(context.Background(), kept, past); err == nil || !strings.Contains(err.Error(), "gone away") {
		t.Fatalf("%v", err)
	}
	server.left.Store(math.MaxInt64)
	server.asked.Store(0)
	got, err := incident.Backtest(context.Background(), kept, past)
	if err != nil {
		t.Fatal(err)
	}
	// One that was on its way when the other failed may be lost.
	if all, asked := int64(5*8), server.asked.Load(); asked < all-7 || asked > all-6 {
		t.Errorf("asked %d times, want %d", asked, all-7)
	}

	// 100 requests a second; 10 % of 90 minutes, and a fifth of a thousandth of the rest.
	events := 100 * 47 * 3600.0
	bad := 0.1*100*5400 + 0.0002*events
	if math.Abs(got.Events-events) > 0.03*events || math.Abs(got.Bad-bad) > 0.05*bad || len(got.Missing) != 0 {
		t.Errorf("%+v, want %g of %g", got, bad, events)
	}
	if want := 2*20 + 2*20/60.0 + 20; math.Abs(got.Samples-want) > 1e-6 {
		t.Errorf("%g samples a minute, want %g", got.Samples, want)
	}
	begins := incident.Midnight.Add(26 * time.Hour)
	for window, after := range map[string]time.Duration{"1h": 9 * time.Minute, "6h": 22 * time.Minute} {
		i := slices.IndexFunc(got.Alerts, func(a incident.PastAlert) bool { return a.Window == window && a.Severity == "page" })
		if i < 0 {
			t.Fatalf("no page over %s in %+v", window, got.Alerts)
		}
		a := got.Alerts[i]
		if late := a.Fires.Sub(begins) - after; late < -2*time.Minute || late > 8*time.Minute || a.Resolves == nil || a.Lasts < 3600 {
			t.Errorf("%+v", a)
		}
	}
}

// TestBacktestWithoutSeries names what there is not.
func TestBacktestWithoutSeries(t *testing.T) {
	p := planOf(t, api, "api/availability")
	storage, err := rehearse.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = storage.Close() })
	server := &remembers{storage: storage}
	server.left.Store(math.MaxInt64)
	got, err := incident.Backtest(context.Background(), server, incident.Past{Target: p.Target, Rules: p.Rules, From: incident.Midnight, To: incident.Midnight.Add(6 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := got.WriteText(&b); err != nil || len(got.Missing) != 5 || !strings.Contains(b.String(), "Nothing in all this time: sum(rate(http_server_request_duration_seconds_count") {
		t.Errorf("%v %s", err, b.String())
	}
}
