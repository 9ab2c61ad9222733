package rehearse_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/rehearse"
)

const nativeSpec = `
system "peers" {}

service "api" {
  http {}

  source "prometheus" {
    targets = ["api:8080"]

    http {
      duration = "http_request_duration_seconds"
      native   = true
    }
  }

  sli "latency" {
    objective = 99

    latency {
      threshold      = "500ms"
      count_failures = true
    }
  }
}
`

// nativeSample counts fast and slow requests in the two buckets of schema 0 that
// end at half a second and at one.
func nativeSample(at time.Time, fast, slow int64, float bool) rehearse.Sample {
	whole := &histogram.Histogram{
		Count: uint64(fast + slow), Sum: 0.4*float64(fast) + 0.8*float64(slow),
		PositiveSpans:   []histogram.Span{{Offset: -1, Length: 2}},
		PositiveBuckets: []int64{fast, slow - fast},
	}
	if float {
		return rehearse.Sample{At: at, FloatHistogram: whole.ToFloat(nil)}
	}
	return rehearse.Sample{At: at, Histogram: whole}
}

// TestNativeHistograms has two instances serve requests for two hours, of which
// one is slow, and none for an hour.
func TestNativeHistograms(t *testing.T) {
	for name, float := range map[string]bool{"integer": false, "float": true} {
		t.Run(name, func(t *testing.T) {
			storage := open(t)
			for _, instance := range []string{"a", "b"} {
				var samples []rehearse.Sample
				var fast, slow int64
				for at := midnight; at.Before(midnight.Add(3 * time.Hour)); at = at.Add(scrape) {
					samples = append(samples, nativeSample(at, fast, slow, float))
					if at.Before(midnight.Add(2 * time.Hour)) {
						fast, slow = fast+95, slow+5
					}
				}
				series := labels.FromStrings(model.MetricNameLabel, "http_request_duration_seconds", "job", "api", "instance", instance)
				if err := storage.Append(context.Background(), series, slices.Values(samples)); err != nil {
					t.Fatal(err)
				}
			}
			r := rehearse.New(storage)
			if err := r.Load("api", rulesOf(t, nativeSpec, "latency"), nil); err != nil {
				t.Fatal(err)
			}
			if err := r.Play(context.Background(), midnight.Add(90*time.Minute), midnight.Add(150*time.Minute)); err != nil {
				t.Fatal(err)
			}
			busy, idle := midnight.Add(2*time.Hour), midnight.Add(2*time.Hour+30*time.Minute)
			expect(t, storage, `slo:events:rate{window="5m"}`, busy, 2*100/scrape.Seconds())
			for _, window := range []string{"5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"} {
				expect(t, storage, `slo:errors:ratio{window="`+window+`"}`, busy, 0.05)
			}
			expect(t, storage, `slo:errors:rate{window="5m"}`, idle, 0)
			expect(t, storage, `slo:events:rate{window="5m"}`, idle, 0)
			expect(t, storage, `slo:errors:ratio{window="5m"}`, idle)
			expect(t, storage, `slo:errors:ratio{window="30d"}`, idle, 0.05)
			noNaN(t, storage, idle)
		})
	}
}

// expect compares the values of a query, up to rounding.
func expect(t testing.TB, storage *rehearse.Storage, query string, at time.Time, want ...float64) {
	t.Helper()
	result, err := storage.Query(context.Background(), query, at)
	if err != nil {
		t.Fatal(err)
	}
	if len(result) != len(want) {
		t.Fatalf("%s at %s: got %v, want %v", query, at, result, want)
	}
	for i, sample := range result {
		if math.IsNaN(sample.F) || math.Abs(sample.F-want[i]) > 1e-9 {
			t.Errorf("%s at %s: got %v, want %g", query, at, sample, want[i])
		}
	}
}
