package everything_test

import (
	"math"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// all collects every metric of a reader, by scope and name.
func all(t *testing.T, reader sdkmetric.Reader) map[string]metricdata.Aggregation {
	t.Helper()
	var data metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	return flat(&data)
}

func flat(data *metricdata.ResourceMetrics) map[string]metricdata.Aggregation {
	metrics := map[string]metricdata.Aggregation{}
	for _, scope := range data.ScopeMetrics {
		prefix := ""
		if scope.Scope.Name == "hand" {
			prefix = "hand/"
		}
		for _, m := range scope.Metrics {
			metrics[prefix+m.Name] = m.Data
		}
	}
	return metrics
}

// pairs are the metrics to compare.
var pairs = map[string]string{
	"orders": "hand/hand.orders", "energy": "hand/hand.energy", "sessions": "hand/hand.sessions",
	"order.value": "hand/hand.order.value", "payload": "hand/payload", "fan.out": "hand/fan.out", "lookups": "hand/hand.lookups",
	"balance": "hand/hand.balance", "wait": "hand/wait", "backlog": "hand/hand.backlog", "temperature": "hand/hand.temperature",
	"step.duration": "hand/step.duration",
}

func compare(t *testing.T, metrics map[string]metricdata.Aggregation) {
	t.Helper()
	for helper, hand := range pairs {
		switch want := metrics[hand].(type) {
		case metricdata.Sum[int64]:
			compareSums(t, helper, metrics[helper].(metricdata.Sum[int64]), want)
		case metricdata.Sum[float64]:
			compareSums(t, helper, metrics[helper].(metricdata.Sum[float64]), want)
		case metricdata.Gauge[int64]:
			compareGauges(t, helper, metrics[helper].(metricdata.Gauge[int64]), want)
		case metricdata.Gauge[float64]:
			compareGauges(t, helper, metrics[helper].(metricdata.Gauge[float64]), want)
		case metricdata.Histogram[float64]:
			compareHistograms(t, helper, metrics[helper].(metricdata.Histogram[float64]), want)
		case metricdata.ExponentialHistogram[float64]:
			compareExponentials(t, helper, metrics[helper].(metricdata.ExponentialHistogram[float64]), want)
		default:
			t.Errorf("%s is %T", hand, want)
		}
	}
}

func compareSums[N int64 | float64](t *testing.T, name string, got, want metricdata.Sum[N]) {
	t.Helper()
	if got.Temporality != want.Temporality || got.IsMonotonic != want.IsMonotonic {
		t.Errorf("%s is %v, monotonic %t; want %v, %t", name, got.Temporality, got.IsMonotonic, want.Temporality, want.IsMonotonic)
	}
	points := map[attribute.Distinct]N{}
	for _, p := range got.DataPoints {
		points[p.Attributes.Equivalent()] = p.Value
	}
	for _, p := range want.DataPoints {
		if value := points[p.Attributes.Equivalent()]; value != p.Value {
			t.Errorf("%s %v is %v, want %v", name, p.Attributes.ToSlice(), value, p.Value)
		}
		delete(points, p.Attributes.Equivalent())
	}
	for _, value := range points {
		if value != 0 { // those of zero are there from the start
			t.Errorf("%s has a series that the SDK does not have, of %v", name, value)
		}
	}
}

func compareGauges[N int64 | float64](t *testing.T, name string, got, want metricdata.Gauge[N]) {
	t.Helper()
	points := map[attribute.Distinct]N{}
	for _, p := range got.DataPoints {
		points[p.Attributes.Equivalent()] = p.Value
	}
	for _, p := range want.DataPoints {
		if value, ok := points[p.Attributes.Equivalent()]; !ok || value != p.Value {
			t.Errorf("%s %v is %v, want %v", name, p.Attributes.ToSlice(), value, p.Value)
		}
	}
	if len(got.DataPoints) != len(want.DataPoints) {
		t.Errorf("%s has %d series, want %d", name, len(got.DataPoints), len(want.DataPoints))
	}
}

func compareHistograms(t *testing.T, name string, got, want metricdata.Histogram[float64]) {
	t.Helper()
	got.DataPoints = slices.DeleteFunc(slices.Clone(got.DataPoints), func(p metricdata.HistogramDataPoint[float64]) bool { return p.Count == 0 }) // there from the start
	if got.Temporality != want.Temporality || len(got.DataPoints) != len(want.DataPoints) {
		t.Errorf("%s: %v, %d points; want %v, %d", name, got.Temporality, len(got.DataPoints), want.Temporality, len(want.DataPoints))
	}
	for _, p := range want.DataPoints {
		i := slices.IndexFunc(got.DataPoints, func(q metricdata.HistogramDataPoint[float64]) bool { return q.Attributes.Equals(&p.Attributes) })
		if i < 0 {
			t.Errorf("%s %v is missing", name, p.Attributes.ToSlice())
			continue
		}
		q := got.DataPoints[i]
		if q.Count != p.Count || q.Sum != p.Sum || !slices.Equal(q.Bounds, p.Bounds) || !slices.Equal(q.BucketCounts, p.BucketCounts) {
			t.Errorf("%s %v: count %d, sum %v, buckets %v; want %d, %v, %v", name, p.Attributes.ToSlice(), q.Count, q.Sum, q.BucketCounts, p.Count, p.Sum, p.BucketCounts)
		}
	}
}

func compareExponentials(t *testing.T, name string, got, want metricdata.ExponentialHistogram[float64]) {
	t.Helper()
	if got.Temporality != want.Temporality || len(got.DataPoints) != len(want.DataPoints) {
		t.Errorf("%s: %v, %d points; want %v, %d", name, got.Temporality, len(got.DataPoints), want.Temporality, len(want.DataPoints))
	}
	for _, p := range want.DataPoints {
		i := slices.IndexFunc(got.DataPoints, func(q metricdata.ExponentialHistogramDataPoint[float64]) bool {
			return q.Attributes.Equals(&p.Attributes)
		})
		if i < 0 {
			t.Errorf("%s %v is missing", name, p.Attributes.ToSlice())
			continue
		}
		q := got.DataPoints[i]
		if q.Count != p.Count || !near(q.Sum, p.Sum) || q.ZeroCount != p.ZeroCount || q.Scale != p.Scale ||
			!sameBuckets(q.PositiveBucket, p.PositiveBucket) || !sameBuckets(q.NegativeBucket, p.NegativeBucket) {
			t.Errorf("%s %v:\n%+v\nwant\n%+v", name, p.Attributes.ToSlice(), q, p)
		}
	}
}

// near allows for sums that were made in another order.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }

func sameBuckets(a, b metricdata.ExponentialBucket) bool {
	return a.Offset == b.Offset && slices.Equal(a.Counts, b.Counts)
}
