package traffic_test

import (
	"context"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/traffic"
)

// noon is a Thursday's.
var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// load reads a spec.
func load(t testing.TB, path string) *model.System {
	t.Helper()
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	for _, d := range file.Scope.Diags.Sorted() {
		if d.Severity == hcl.DiagError {
			t.Fatal(d)
		}
	}
	return sys
}

func shop(t testing.TB) *model.System { return load(t, "../../examples/shop") }

// parse reads the text of a spec.
func parse(t testing.TB, source string) *model.System {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "obsboot.hcl"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return load(t, folder)
}

func newModel(t testing.TB, sys *model.System, options traffic.Options) *traffic.Model {
	t.Helper()
	m, err := traffic.New(sys, options)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fault parses one.
func fault(t testing.TB, text string) traffic.Fault {
	t.Helper()
	f, err := traffic.ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// stored puts series into a storage.
func stored(t testing.TB, series iter.Seq2[labels.Labels, iter.Seq[traffic.Sample]]) *rehearse.Storage {
	t.Helper()
	storage, err := rehearse.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = storage.Close() })
	for ls, samples := range series {
		err := storage.Append(context.Background(), ls, func(yield func(rehearse.Sample) bool) {
			for s := range samples {
				if !yield(rehearse.Sample(s)) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return storage
}

// value is what a query gives, in one series.
func value(t testing.TB, storage *rehearse.Storage, query string, at time.Time) float64 {
	t.Helper()
	v, err := storage.Query(context.Background(), query, at)
	if err != nil {
		t.Fatal(err)
	}
	if len(v) != 1 {
		t.Fatalf("%s: %d series: %v", query, len(v), v)
	}
	return v[0].F
}

// hours are series of the shop from noon on.
func hours(t testing.TB, n int, options traffic.Options) *rehearse.Storage {
	t.Helper()
	options.Start = noon
	m := newModel(t, shop(t), options)
	return stored(t, m.Series(span(n), nil))
}

func span(hours int) traffic.Span {
	return traffic.Span{From: noon, To: noon.Add(time.Duration(hours) * time.Hour), Step: 15 * time.Second}
}

// TestHealthy has every SLI of the shop in its objective.
func TestHealthy(t *testing.T) {
	storage := hours(t, 1, traffic.Options{Seed: 3, Rate: 50})
	sys := shop(t)
	for i := range sys.Services {
		s := &sys.Services[i]
		for j := range s.SLIs {
			sli := &s.SLIs[j]
			rates := query.SLIRates(s, sli, 45*time.Minute, "")
			if total := value(t, storage, rates.Total, noon.Add(time.Hour)); total <= 0 {
				t.Errorf("%s/%s has no traffic", s.Name, sli.Name)
			}
			bad := value(t, storage, fmt.Sprintf("(%s) / (%s)", rates.Errors, rates.Total), noon.Add(time.Hour))
			if budget := 1 - float64(sli.Objective)/1e8; bad > budget/2 {
				t.Errorf("%s/%s: %.5f are bad, the budget is %.5f", s.Name, sli.Name, bad, budget)
			}
		}
	}
}

// near compares a value with what is expected, as a share of it.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*want {
		t.Errorf("%s is %.4g, want %.4g", what, got, want)
	}
}

// TestFaultShowsInCallers has the half of what payments serves fail.
func TestFaultShowsInCallers(t *testing.T) {
	storage := hours(t, 1, traffic.Options{Seed: 4, Rate: 50, Faults: []traffic.Fault{fault(t, "payments:errors=50%,after=10m,for=20m")}})
	ratio := func(metric, job, bad string, at time.Duration) float64 {
		return value(t, storage, fmt.Sprintf(`(sum(rate(%[1]s{job="shop/%[2]s",%[3]s}[10m])) or vector(0)) / sum(rate(%[1]s{job="shop/%[2]s"}[10m]))`, metric, job, bad), noon.Add(at))
	}
	const server, rpc = "http_server_request_duration_seconds_count", "rpc_server_call_duration_seconds_count"
	bad := `http_response_status_code=~"5.."`
	near(t, "payments during the fault", ratio(server, "payments", bad, 25*time.Minute), 0.495, 0.05)
	near(t, "checkout during the fault", ratio(rpc, "checkout", `rpc_response_status_code="UNAVAILABLE"`, 25*time.Minute), 0.485, 0.05)
	near(t, "POST /checkout during the fault", ratio(server, "storefront", `http_route="/checkout",`+bad, 25*time.Minute)/ratio(server, "storefront", `http_route="/checkout"`, 25*time.Minute), 0.48, 0.1)
	for _, at := range []time.Duration{10 * time.Minute, 45 * time.Minute} {
		if got := ratio(server, "payments", bad, at); got > 0.01 {
			t.Errorf("payments after %s: %.4f of the requests fail", at, got)
		}
	}
}

// TestOutage takes payments away.
func TestOutage(t *testing.T) {
	storage := hours(t, 1, traffic.Options{Seed: 5, Faults: []traffic.Fault{fault(t, "payments:outage,after=10m,for=20m")}})
	for at, want := range map[time.Duration]int{9 * time.Minute: 2, 28 * time.Minute: 0, 40 * time.Minute: 2} {
		v, err := storage.Query(context.Background(), `target_info{job="shop/payments"}`, noon.Add(at))
		if err != nil || len(v) != want {
			t.Errorf("after %s there are %d instances of payments, want %d: %v", at, len(v), want, err)
		}
	}
	near(t, "refused calls", value(t, storage, `sum(rate(http_client_request_duration_seconds_count{job="shop/checkout",error_type="*net.OpError"}[5m])) / sum(rate(http_client_request_duration_seconds_count{job="shop/checkout",server_address="payments"}[5m]))`, noon.Add(25*time.Minute)), 1, 0.01)
}

// TestSameSeed has the same samples, whatever else is wanted.
func TestSameSeed(t *testing.T) {
	const query = `sum(rate(http_server_request_duration_seconds_bucket{job="shop/payments",le="1"}[5m]))`
	want, err := traffic.ReadBy(query)
	if err != nil {
		t.Fatal(err)
	}
	read := func(seed uint64, want func(labels.Labels) bool) (out []string) {
		m := newModel(t, shop(t), traffic.Options{Seed: seed, Start: noon, Restarts: time.Hour, Faults: []traffic.Fault{fault(t, "payments:latency=3x,ramp=5m")}})
		filter, _ := traffic.ReadBy(query)
		for ls, samples := range m.Series(span(1), want) {
			if filter(ls) {
				for s := range samples {
					out = append(out, fmt.Sprint(ls, s.At, s.Value))
				}
			}
		}
		return out
	}
	all, some, other := read(1, nil), read(1, want), read(2, want)
	if diff := cmp.Diff(all, some); diff != "" || len(all) < 1000 {
		t.Errorf("%d samples; alone the series is another:\n%s", len(all), diff)
	}
	if slices.Equal(some, other) {
		t.Error("another seed gives the same traffic")
	}
}
