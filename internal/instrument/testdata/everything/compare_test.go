package everything_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"example.com/everything/everything"
)

// These tests record the same measurements with the helpers and with the SDK's
// own instruments, from many goroutines and while somebody reads, and compare
// what comes out.

const (
	goroutines = 8
	rounds     = 2000
)

// hand is the SDK's instruments with the same attributes and buckets.
type hand struct {
	orders   metric.Int64Counter
	energy   metric.Float64Counter
	sessions metric.Int64UpDownCounter
	value    metric.Float64Histogram
	payload  metric.Float64Histogram
	fanOut   metric.Float64Histogram
	lookups  metric.Int64Counter
}

func newHand(t *testing.T) hand {
	t.Helper()
	meter := otel.Meter("hand")
	var h hand
	var errs [7]error
	h.orders, errs[0] = meter.Int64Counter("hand.orders")
	h.energy, errs[1] = meter.Float64Counter("hand.energy")
	h.sessions, errs[2] = meter.Int64UpDownCounter("hand.sessions")
	h.value, errs[3] = meter.Float64Histogram("hand.order.value", metric.WithExplicitBucketBoundaries(5, 10, 25, 50, 100, 250, 500, 1000))
	h.payload, errs[4] = meter.Float64Histogram("payload") // its view makes it exponential
	h.fanOut, errs[6] = meter.Float64Histogram("fan.out")
	h.lookups, errs[5] = meter.Int64Counter("hand.lookups")
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return h
}

var (
	methods  = []everything.PaymentMethod{everything.PaymentMethodCard, everything.PaymentMethodPaypal, everything.PaymentMethodInvoice}
	outcomes = []everything.OrdersOutcome{everything.OrdersOutcomePlaced, everything.OrdersOutcomeOutOfStock, everything.OrdersOutcomePaymentRefused, everything.OrdersOutcomeFailed}
	sizes    = []everything.PayloadOutcome{everything.PayloadOutcomeSent, everything.PayloadOutcomeDropped}
)

// load records at random, the same on both sides.
func (h hand) load(ctx context.Context, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for range rounds {
		method, outcome, fresh := methods[random.IntN(3)], outcomes[random.IntN(4)], random.IntN(2) == 0
		n := random.Int64N(5)
		everything.Orders.Add(ctx, n, method, outcome, fresh)
		h.orders.Add(ctx, n, metric.WithAttributes(attribute.String("payment.method", method.String()), attribute.String("outcome", outcome.String()), attribute.Bool("new.customer", fresh)))

		quarter := float64(random.IntN(8)) / 4 // sums of quarters are exact in any order
		everything.Energy.Add(ctx, quarter)
		h.energy.Add(ctx, quarter)

		change := random.Int64N(7) - 3
		everything.Sessions.Add(ctx, change)
		h.sessions.Add(ctx, change)

		value := float64(random.IntN(5000)) / 4 // often on a bound
		everything.OrderValue.Record(ctx, value, method)
		h.value.Record(ctx, value, metric.WithAttributes(attribute.String("payment.method", method.String())))

		size := sizes[random.IntN(2)]
		bytes := math.Ldexp(float64(random.IntN(64)-16), random.IntN(20))
		everything.Payload.Record(ctx, bytes, size)
		h.payload.Record(ctx, bytes, metric.WithAttributes(attribute.String("outcome", size.String())))

		wide := math.Ldexp(float64(1+random.IntN(8)), random.IntN(2040)-1050) // all that a float64 holds
		everything.FanOut.Record(ctx, wide, "a")
		h.fanOut.Record(ctx, wide, metric.WithAttributes(attribute.String("tenant", "a")))

		tenant := fmt.Sprint("tenant ", random.IntN(50))
		everything.Lookups.Add(ctx, 1, tenant, everything.LookupsOutcomeHit)
		h.lookups.Add(ctx, 1, metric.WithAttributes(attribute.String("tenant", tenant), attribute.String("outcome", "hit")))
	}
}

// loadAll loads from many goroutines at once.
func (h hand) loadAll(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() { h.load(ctx, uint64(i)) })
	}
	wg.Wait()
}

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
}

func compare(t *testing.T, metrics map[string]metricdata.Aggregation) {
	t.Helper()
	for helper, hand := range pairs {
		switch want := metrics[hand].(type) {
		case metricdata.Sum[int64]:
			compareSums(t, helper, metrics[helper].(metricdata.Sum[int64]), want)
		case metricdata.Sum[float64]:
			compareSums(t, helper, metrics[helper].(metricdata.Sum[float64]), want)
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

func compareHistograms(t *testing.T, name string, got, want metricdata.Histogram[float64]) {
	t.Helper()
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

func TestSameAsSDK(t *testing.T) {
	reader := start(t)
	h := newHand(t)
	ctx, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	reading.Go(func() {
		for ctx.Err() == nil {
			var data metricdata.ResourceMetrics
			if err := reader.Collect(t.Context(), &data); err != nil {
				t.Error(err)
			}
		}
	})
	h.loadAll(t.Context())
	cancel()
	reading.Wait()
	compare(t, all(t, reader))
}

// TestDelta reads in deltas while it records, and compares their sums.
func TestDelta(t *testing.T) {
	reader := sdkmetric.NewManualReader(sdkmetric.WithTemporalitySelector(sdkmetric.DeltaTemporalitySelector),
		sdkmetric.WithProducer(everything.Producer(sdkmetric.DeltaTemporalitySelector)))
	cumulative := start(t, everything.WithMetricReader(reader))
	h := newHand(t)
	done := make(chan struct{})
	go func() {
		h.loadAll(t.Context())
		close(done)
	}()
	var orders int64
	var value float64
	var count, native uint64
	last := time.Time{}
	for more := true; more; {
		select {
		case <-done:
			more = false
		default:
		}
		metrics := all(t, reader)
		for _, p := range metrics["orders"].(metricdata.Sum[int64]).DataPoints {
			orders += p.Value
			if p.StartTime.Before(last) || !p.StartTime.Before(p.Time) {
				t.Fatalf("an interval from %v to %v comes after %v", p.StartTime, p.Time, last)
			}
		}
		for _, p := range metrics["order.value"].(metricdata.Histogram[float64]).DataPoints {
			value, count = value+p.Sum, count+p.Count
		}
		if data, ok := metrics["payload"].(metricdata.ExponentialHistogram[float64]); ok {
			for _, p := range data.DataPoints {
				native += p.Count
				if buckets(p.PositiveBucket)+buckets(p.NegativeBucket)+p.ZeroCount != p.Count {
					t.Fatalf("the buckets of %+v do not add up", p)
				}
			}
		}
		last = metrics["orders"].(metricdata.Sum[int64]).DataPoints[0].Time
	}
	metrics := all(t, cumulative)
	var wantOrders int64
	for _, p := range metrics["hand/hand.orders"].(metricdata.Sum[int64]).DataPoints {
		wantOrders += p.Value
	}
	var wantValue float64
	for _, p := range metrics["hand/hand.order.value"].(metricdata.Histogram[float64]).DataPoints {
		wantValue += p.Sum
	}
	if total := uint64(goroutines * rounds); orders != wantOrders || value != wantValue || count != total || native != total {
		t.Errorf("%d orders, %v in %d values, %d payloads; want %d, %v in %d, %d", orders, value, count, native, wantOrders, wantValue, total, total)
	}
}

func buckets(b metricdata.ExponentialBucket) uint64 {
	var sum uint64
	for _, n := range b.Counts {
		sum += n
	}
	return sum
}

// keeper is an exporter that keeps what it was given last.
type keeper struct {
	mu   sync.Mutex
	last map[string]metricdata.Aggregation
}

func (*keeper) Temporality(sdkmetric.InstrumentKind) metricdata.Temporality {
	return metricdata.CumulativeTemporality
}

func (*keeper) Aggregation(kind sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(kind)
}

func (k *keeper) Export(_ context.Context, data *metricdata.ResourceMetrics) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last = flat(data)
	return nil
}

func (*keeper) ForceFlush(context.Context) error { return nil }
func (*keeper) Shutdown(context.Context) error   { return nil }

// TestNothingLost records until the moment of the shutdown, several times in one
// process, and expects all of it, and nothing of the run before.
func TestNothingLost(t *testing.T) {
	for _, signal := range []string{"TRACES", "METRICS", "LOGS"} {
		t.Setenv("OTEL_"+signal+"_EXPORTER", "none")
	}
	var lastStart time.Time
	for range 3 {
		exporter := &keeper{}
		before := time.Now()
		shutdown, err := everything.Setup(t.Context(), everything.WithLogOutput(nil), everything.WithMetricReader(
			sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithInterval(time.Hour), sdkmetric.WithProducer(everything.Producer(nil)))))
		if err != nil {
			t.Fatal(err)
		}
		after := time.Now()
		newHand(t).loadAll(t.Context())
		if err := shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		compare(t, exporter.last)
		for _, p := range exporter.last["orders"].(metricdata.Sum[int64]).DataPoints {
			if p.StartTime.Before(before) || p.StartTime.After(after) || !p.StartTime.After(lastStart) || p.Time.Before(after) {
				t.Errorf("a series from %v to %v, of a run that started between %v and %v", p.StartTime, p.Time, before, after)
			}
		}
		lastStart = before
	}
}
