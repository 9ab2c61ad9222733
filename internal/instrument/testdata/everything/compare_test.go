package everything_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
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
	balance  metric.Float64UpDownCounter
	wait     metric.Float64Histogram
	backlog  metric.Int64Gauge
	rooms    metric.Float64Gauge
	steps    metric.Float64Histogram
}

func newHand(t *testing.T) hand {
	t.Helper()
	meter := otel.Meter("hand")
	var h hand
	var errs [12]error
	h.orders, errs[0] = meter.Int64Counter("hand.orders")
	h.energy, errs[1] = meter.Float64Counter("hand.energy")
	h.sessions, errs[2] = meter.Int64UpDownCounter("hand.sessions")
	h.value, errs[3] = meter.Float64Histogram("hand.order.value", metric.WithExplicitBucketBoundaries(5, 10, 25, 50, 100, 250, 500, 1000))
	h.payload, errs[4] = meter.Float64Histogram("payload") // its view makes it exponential
	h.fanOut, errs[6] = meter.Float64Histogram("fan.out")
	h.lookups, errs[5] = meter.Int64Counter("hand.lookups")
	h.balance, errs[7] = meter.Float64UpDownCounter("hand.balance")
	h.wait, errs[8] = meter.Float64Histogram("wait") // its view gives it the buckets
	h.backlog, errs[9] = meter.Int64Gauge("hand.backlog")
	h.rooms, errs[10] = meter.Float64Gauge("hand.temperature")
	h.steps, errs[11] = meter.Float64Histogram("step.duration")
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

		h.loadMore(ctx, random, seed)
	}
}

// loadMore sets gauges, each series of which has one goroutine, whose last value
// is known, and records what load does not.
func (h hand) loadMore(ctx context.Context, random *rand.Rand, seed uint64) {
	account, change := string(rune('a'+random.IntN(3))), float64(random.IntN(9)-4)/4
	everything.Balance.Add(ctx, change, account)
	h.balance.Add(ctx, change, metric.WithAttributes(attribute.String("account", account)))

	queue, waited := fmt.Sprint("queue ", random.IntN(10)), float64(random.IntN(40_000))/4
	everything.Wait.Record(ctx, waited, queue)
	h.wait.Record(ctx, waited, metric.WithAttributes(attribute.String("queue", queue)))

	took := time.Duration(random.IntN(64)) * time.Second / 64
	everything.StepDuration.RecordDuration(ctx, took, everything.StepReserve)
	h.steps.Record(ctx, took.Seconds(), metric.WithAttributes(attribute.String("step", "reserve")))

	if seed == 0 {
		n := random.Int64N(100)
		everything.Backlog.Set(ctx, n)
		h.backlog.Record(ctx, n)
	}
	if room := float64(seed); seed < 4 {
		degrees, inside := 40*random.Float64(), random.IntN(2) == 0
		everything.Temperature.Set(ctx, degrees, room, inside)
		h.rooms.Record(ctx, degrees, metric.WithAttributes(attribute.Float64("room", room), attribute.Bool("type", inside)))
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

// span is the time that a point is of.
type span struct{ start, end time.Time }

func spansOf(data metricdata.Aggregation) []span {
	var spans []span
	switch data := data.(type) {
	case metricdata.Sum[int64]:
		spans = pointSpans(data.DataPoints)
	case metricdata.Sum[float64]:
		spans = pointSpans(data.DataPoints)
	case metricdata.Gauge[int64]:
		spans = pointSpans(data.DataPoints)
	case metricdata.Gauge[float64]:
		spans = pointSpans(data.DataPoints)
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			spans = append(spans, span{p.StartTime, p.Time})
		}
	case metricdata.ExponentialHistogram[float64]:
		for _, p := range data.DataPoints {
			spans = append(spans, span{p.StartTime, p.Time})
		}
	}
	return spans
}

func pointSpans[N int64 | float64](points []metricdata.DataPoint[N]) []span {
	var spans []span
	for _, p := range points {
		spans = append(spans, span{p.StartTime, p.Time})
	}
	return spans
}

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
		for name := range pairs {
			spans := spansOf(exporter.last[name])
			if len(spans) == 0 {
				t.Errorf("%s has no series", name)
			}
			for _, p := range spans {
				if p.start.Before(before) || p.start.After(after) || !p.start.After(lastStart) || p.end.Before(after) {
					t.Errorf("a series of %s from %v to %v, of a run that started between %v and %v", name, p.start, p.end, before, after)
				}
			}
		}
		lastStart = before
	}
}
