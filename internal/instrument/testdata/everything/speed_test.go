package everything_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"example.com/everything/everything"
)

// These benchmarks put the helpers beside what one would write by hand: with
// the same SDK, the same attributes and a real reader, in one run.

// nowhere takes spans and drops them.
type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                             { return nil }

// start runs the telemetry without a collector until the test ends.
func start(tb testing.TB, options ...everything.Option) *sdkmetric.ManualReader {
	tb.Helper()
	for _, signal := range []string{"TRACES", "METRICS", "LOGS"} {
		tb.Setenv("OTEL_"+signal+"_EXPORTER", "none")
	}
	reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(everything.Producer(nil)))
	shutdown, err := everything.Setup(tb.Context(), append([]everything.Option{
		everything.WithMetricReader(reader), everything.WithLogOutput(io.Discard),
	}, options...)...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := shutdown(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return reader
}

var handAttributes = []attribute.KeyValue{
	attribute.String("payment.method", "card"), attribute.String("outcome", "placed"), attribute.Bool("new.customer", true),
}

func handCounter(tb testing.TB) metric.Int64Counter {
	counter, err := otel.Meter("hand").Int64Counter("hand.orders", metric.WithUnit("{order}"))
	if err != nil {
		tb.Fatal(err)
	}
	return counter
}

func handHistogram(tb testing.TB) metric.Float64Histogram {
	histogram, err := otel.Meter("hand").Float64Histogram("hand.value", metric.WithUnit("EUR"),
		metric.WithExplicitBucketBoundaries(5, 10, 25, 50, 100, 250, 500, 1000))
	if err != nil {
		tb.Fatal(err)
	}
	return histogram
}

func BenchmarkCounter(b *testing.B) {
	start(b)
	ctx := b.Context()
	b.Run("helper", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			everything.Orders.Add(ctx, 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
		}
	})
	hand := handCounter(b)
	b.Run("WithAttributes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			hand.Add(ctx, 1, metric.WithAttributes(attribute.String("payment.method", "card"),
				attribute.String("outcome", "placed"), attribute.Bool("new.customer", true)))
		}
	})
	b.Run("prebuilt", func(b *testing.B) {
		options := []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(handAttributes...))}
		b.ReportAllocs()
		for b.Loop() {
			hand.Add(ctx, 1, options...)
		}
	})
	b.Run("client_golang", func(b *testing.B) {
		counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "orders"}, []string{"method", "outcome", "new"}).
			WithLabelValues("card", "placed", "true")
		b.ReportAllocs()
		for b.Loop() {
			counter.Add(1)
		}
	})
}

func BenchmarkCounterBy8(b *testing.B) {
	start(b)
	ctx := b.Context()
	hand := handCounter(b)
	options := []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(handAttributes...))}
	for name, add := range map[string]func(){
		"helper": func() {
			everything.Orders.Add(ctx, 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
		},
		"prebuilt": func() { hand.Add(ctx, 1, options...) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetParallelism(max(1, 8/runtime.GOMAXPROCS(0))) // times the processors
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					add()
				}
			})
		})
	}
}

func BenchmarkOpenCounter(b *testing.B) {
	start(b)
	ctx := b.Context()
	b.Run("helper", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			everything.Lookups.Add(ctx, 1, "tenant-17", everything.LookupsOutcomeHit)
		}
	})
	hand := handCounter(b)
	b.Run("WithAttributes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			hand.Add(ctx, 1, metric.WithAttributes(attribute.String("tenant", "tenant-17"), attribute.String("outcome", "hit")))
		}
	})
}

func BenchmarkHistogram(b *testing.B) {
	start(b)
	benchmarkHistogram(b.Context(), b)
	b.Run("client_golang", func(b *testing.B) {
		histogram := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "value", Buckets: []float64{5, 10, 25, 50, 100, 250, 500, 1000}}, []string{"method"}).
			WithLabelValues("card")
		b.ReportAllocs()
		for b.Loop() {
			histogram.Observe(42)
		}
	})
}

// BenchmarkHistogramSampled records within a span that is sampled, so that
// exemplars are kept.
func BenchmarkHistogramSampled(b *testing.B) {
	start(b)
	benchmarkHistogram(sampled(b.Context()), b)
}

func sampled(ctx context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
}

func benchmarkHistogram(ctx context.Context, b *testing.B) {
	b.Run("helper", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			everything.OrderValue.Record(ctx, 42, everything.PaymentMethodCard)
		}
	})
	hand := handHistogram(b)
	b.Run("prebuilt", func(b *testing.B) {
		options := []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(attribute.String("payment.method", "card")))}
		b.ReportAllocs()
		for b.Loop() {
			hand.Record(ctx, 42, options...)
		}
	})
	b.Run("native", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			everything.Payload.Record(ctx, 42, everything.PayloadOutcomeSent)
		}
	})
}

// BenchmarkOff is all of it before Setup, and with the SDK disabled; bare is a
// handler that is not wrapped.
func BenchmarkOff(b *testing.B) {
	b.Run("before", benchmarkOff)
	b.Run("disabled", func(b *testing.B) {
		b.Setenv("OTEL_SDK_DISABLED", "true")
		if _, err := everything.Setup(b.Context(), everything.WithLogOutput(nil)); err != nil {
			b.Fatal(err)
		}
		benchmarkOff(b)
	})
}

func benchmarkOff(b *testing.B) {
	ctx := b.Context()
	m := &nats.Msg{}
	var bare http.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	handler := everything.HTTPHandler(bare)
	request := httptest.NewRequest(http.MethodGet, "/items", nil)
	for _, bench := range []struct {
		name string
		call func()
	}{
		{"counter", func() {
			everything.Orders.Add(ctx, 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
		}},
		{"open", func() { everything.Lookups.Add(ctx, 1, "tenant-17", everything.LookupsOutcomeHit) }},
		{"gauge", func() { everything.Backlog.Set(ctx, 1) }},
		{"histogram", func() { everything.OrderValue.Record(ctx, 42, everything.PaymentMethodCard) }},
		{"span", func() {
			_, span := everything.StartReserveStock(ctx, everything.ReserveStockAttributes{OrderID: "17", OrderLines: 3})
			span.End(nil)
		}},
		{"event", func() { everything.LogOrderRejected(ctx, "17", everything.OrderRejectedReasonOutOfStock, 3, true) }},
		{"job", func() { _ = everything.RunSweep(ctx, func(context.Context) error { return nil }) }},
		{"message", func() { _ = everything.ProcessShipping(ctx, m, func(context.Context, *nats.Msg) error { return nil }) }},
		{"bare", func() { bare.ServeHTTP(nil, request) }},
		{"handler", func() { handler.ServeHTTP(nil, request) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bench.call()
			}
		})
	}
}

// BenchmarkMessage processes a message in the trace of its producer.
func BenchmarkMessage(b *testing.B) {
	for name, sampler := range map[string]sdktrace.Sampler{"sampled": sdktrace.AlwaysSample(), "unsampled": sdktrace.NeverSample()} {
		b.Run(name, func(b *testing.B) {
			start(b, everything.WithSampler(sampler), everything.WithSpanProcessor(sdktrace.NewBatchSpanProcessor(nowhere{})))
			ctx, m := b.Context(), &nats.Msg{Subject: "orders.paid", Header: nats.Header{"traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}}
			b.ReportAllocs()
			for b.Loop() {
				_ = everything.ProcessShipping(ctx, m, func(context.Context, *nats.Msg) error { return nil })
			}
		})
	}
}

// BenchmarkHTTPServer serves a request through the standard library's mux; bare
// is the mux alone.
func BenchmarkHTTPServer(b *testing.B) {
	for name, sampler := range map[string]sdktrace.Sampler{"sampled": sdktrace.AlwaysSample(), "unsampled": sdktrace.NeverSample()} {
		b.Run(name, func(b *testing.B) {
			start(b, everything.WithSampler(sampler), everything.WithSpanProcessor(sdktrace.NewBatchSpanProcessor(nowhere{})))
			mux := http.NewServeMux()
			mux.HandleFunc("GET /items/{id}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })
			b.Run("helper", func(b *testing.B) { serve(b, everything.HTTPHandler(mux)) })
			b.Run("otelhttp", func(b *testing.B) { serve(b, otelhttp.NewHandler(mux, "items")) })
			b.Run("bare", func(b *testing.B) { serve(b, mux) })
		})
	}
}

func serve(b *testing.B, handler http.Handler) {
	request := httptest.NewRequest(http.MethodGet, "http://shop.example:8080/items/17", nil)
	request.Header.Set("User-Agent", "benchmark/1.0")
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, request)
	}
}

// discard is a response writer without a cost of its own.
type discard struct{ header http.Header }

func (w *discard) Header() http.Header         { return w.header }
func (w *discard) Write(p []byte) (int, error) { return len(p), nil }
func (w *discard) WriteHeader(int)             {}
