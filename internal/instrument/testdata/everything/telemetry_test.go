package everything_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"

	"example.com/everything/everything"
)

func sums(data metricdata.Aggregation) map[string]int64 {
	out := map[string]int64{}
	if data, ok := data.(metricdata.Sum[int64]); ok {
		for _, p := range data.DataPoints {
			out[p.Attributes.Encoded(attribute.DefaultEncoder())] = p.Value
		}
	}
	return out
}

// TestFromStart checks which series are there before anything happens.
func TestFromStart(t *testing.T) {
	metrics := all(t, start(t))
	if got := sums(metrics["orders"]); len(got) != 3*4*2 {
		t.Errorf("orders has %d series: %v", len(got), got)
	}
	if got := metrics["step.duration"].(metricdata.Histogram[float64]).DataPoints; len(got) != 2 {
		t.Errorf("an SLI counts step.duration, which has %d series", len(got))
	}
	routes := metrics["http.server.request.duration"].(metricdata.Histogram[float64]).DataPoints
	if len(routes) != 3 || !slices.Contains(routes[0].Bounds, 0.333) {
		t.Errorf("requests have %d series of %v", len(routes), routes)
	}
	if got := metrics["job.run.duration"].(metricdata.Histogram[float64]).DataPoints; len(got) != 1 {
		t.Errorf("runs have %d series", len(got))
	}
	if got := sums(metrics["obsboot.telemetry.errors"]); len(got) != 1 {
		t.Errorf("errors: %v", got)
	}
	if _, ok := metrics["backlog"]; ok {
		t.Error("a gauge has a value that nobody set")
	}
}

func TestWrongValues(t *testing.T) {
	reader := start(t)
	ctx := t.Context()
	everything.Orders.Add(ctx, 1, 0, 200, true)
	everything.Orders.Add(ctx, -5, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		everything.Energy.Add(ctx, bad)
		everything.Balance.Add(ctx, bad, "a")
		everything.OrderValue.Record(ctx, bad, everything.PaymentMethodCard)
		everything.Payload.Record(ctx, bad, everything.PayloadOutcomeSent)
		everything.Temperature.Set(ctx, 1, bad, true)
	}
	metrics := all(t, reader)
	orders := sums(metrics["orders"])
	if orders["new.customer=true,outcome=_other,payment.method=_other"] != 1 || orders["new.customer=true,outcome=placed,payment.method=card"] != 0 {
		t.Errorf("orders: %v", orders)
	}
	for _, p := range metrics["energy"].(metricdata.Sum[float64]).DataPoints {
		if p.Value != 0 {
			t.Errorf("energy is %v", p.Value)
		}
	}
	for _, p := range metrics["temperature"].(metricdata.Gauge[float64]).DataPoints {
		if value, _ := p.Attributes.Value("room"); value.AsString() != "_other" {
			t.Errorf("a room is %v", value.String())
		}
	}
}

// TestCapped gives an open attribute more values than it may have, from many
// goroutines.
func TestCapped(t *testing.T) {
	reader := start(t)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range 200 {
				everything.Lookups.Add(t.Context(), 1, fmt.Sprint(i), everything.LookupsOutcomeHit)
			}
		})
	}
	wg.Wait()
	everything.Lookups.Add(t.Context(), 1, strings.Repeat("x", 10_000), everything.LookupsOutcomeMiss)
	metrics := all(t, reader)
	var total int64
	lookups := sums(metrics["lookups"])
	for _, n := range lookups {
		total += n
	}
	if len(lookups) != 52 || total != goroutines*200+1 {
		t.Errorf("%d series of %d lookups, want 52 of %d", len(lookups), total, goroutines*200+1)
	}
	other := lookups["outcome=hit,tenant=_other"]
	if above := sums(metrics["obsboot.attribute.overflow"])["attribute=tenant,metric=lookups"]; other != goroutines*150 || above != other+1 {
		t.Errorf("%d lookups in the overflow, %d counted; want %d and one more", other, above, goroutines*150)
	}
}

// TestStrangeValues checks that no value can break an export: OTLP takes UTF-8
// only, and a value must not keep a whole request in memory.
func TestStrangeValues(t *testing.T) {
	reader := start(t)
	everything.Lookups.Add(t.Context(), 1, "a\xffb", everything.LookupsOutcomeHit)
	everything.Lookups.Add(t.Context(), 1, "a\xffb", everything.LookupsOutcomeHit)
	everything.Lookups.Add(t.Context(), 1, strings.Repeat("ü", 200), everything.LookupsOutcomeHit)
	lookups := sums(all(t, reader)["lookups"])
	if lookups["outcome=hit,tenant=a\uFFFDb"] != 2 || len(lookups) != 2 {
		t.Errorf("lookups: %v", lookups)
	}
	for key := range lookups {
		if len(key) > 300 {
			t.Errorf("a value has %d bytes", len(key))
		}
	}
}

// TestExemplars records in a sampled span and in one that is not.
func TestExemplars(t *testing.T) {
	for filter, want := range map[string]int{"": 1, "trace_based": 1, "always_off": 0} {
		t.Run(filter, func(t *testing.T) {
			t.Setenv("OTEL_METRICS_EXEMPLAR_FILTER", filter)
			reader := start(t)
			everything.OrderValue.Record(t.Context(), 1, everything.PaymentMethodCard)
			for range 3 {
				everything.OrderValue.Record(sampled(t.Context()), 42, everything.PaymentMethodCard)
				everything.Payload.Record(sampled(t.Context()), 42, everything.PayloadOutcomeSent)
			}
			metrics := all(t, reader)
			var exemplars []metricdata.Exemplar[float64]
			for _, p := range metrics["order.value"].(metricdata.Histogram[float64]).DataPoints {
				exemplars = append(exemplars, p.Exemplars...)
			}
			if len(exemplars) != want || want == 1 && (exemplars[0].Value != 42 || exemplars[0].TraceID[0] != 1 || exemplars[0].SpanID[0] != 2) {
				t.Errorf("exemplars: %v", exemplars)
			}
			if got := metrics["payload"].(metricdata.ExponentialHistogram[float64]).DataPoints[0].Exemplars; len(got) != want {
				t.Errorf("exemplars of a native histogram: %v", got)
			}
			for _, p := range all(t, reader)["order.value"].(metricdata.Histogram[float64]).DataPoints {
				if len(p.Exemplars) > 0 {
					t.Errorf("exemplars are sent twice: %v", p.Exemplars)
				}
			}
		})
	}
}

// TestViews checks what becomes of the instruments of other packages.
func TestViews(t *testing.T) {
	reader := start(t)
	for _, name := range []string{"http.server.request.duration", "rpc.server.call.duration", "db.client.operation.duration", "payload"} {
		h, err := otel.Meter("hand").Float64Histogram(name, metric.WithUnit("s"))
		if err != nil {
			t.Fatal(err)
		}
		h.Record(t.Context(), 0.1, metric.WithAttributes(attribute.String("server.address", "any"), attribute.Int("server.port", 1), attribute.String("x", "y")))
	}
	metrics := all(t, reader)
	for name, bounds := range map[string]float64{"http.server.request.duration": 0.333, "rpc.server.call.duration": 0.075, "db.client.operation.duration": 0.001} {
		p := metrics["hand/"+name].(metricdata.Histogram[float64]).DataPoints[0]
		if !slices.Contains(p.Bounds, bounds) {
			t.Errorf("%s has the bounds %v", name, p.Bounds)
		}
		if _, has := p.Attributes.Value("server.address"); has == strings.Contains(name, ".server.") {
			t.Errorf("%s has the attributes %v", name, p.Attributes.ToSlice())
		}
	}
	if _, ok := metrics["hand/payload"].(metricdata.ExponentialHistogram[float64]); !ok {
		t.Errorf("payload is %T", metrics["hand/payload"])
	}
}

func TestResource(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=prod,service.instance.id=one")
	reader := start(t, everything.WithVersion("1.2.3"), everything.WithAttributes(attribute.String("k", "v")))
	var data metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[attribute.Key]string{
		"service.name": "all", "service.namespace": "everything", "service.version": "1.2.3", "service.instance.id": "one",
		"deployment.environment.name": "prod", "telemetry.sdk.language": "go", "k": "v",
	} {
		if got, _ := data.Resource.Set().Value(key); got.AsString() != want {
			t.Errorf("%s is %q, want %q", key, got.AsString(), want)
		}
	}
	if !strings.HasSuffix(data.Resource.SchemaURL(), "/1.43.0") {
		t.Errorf("the schema is %q", data.Resource.SchemaURL())
	}
}

func TestSetupRefuses(t *testing.T) {
	for name, value := range map[string]string{
		"OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "udp",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			shutdown, err := everything.Setup(t.Context(), everything.WithLogOutput(nil))
			if err == nil || !strings.Contains(err.Error(), value) {
				t.Errorf("the error is %v", err)
			}
			if err := shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	start(t)
	if _, err := everything.Setup(t.Context()); err == nil {
		t.Error("it was set up twice")
	}
}

func TestDisabled(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	var out bytes.Buffer
	shutdown, err := everything.Setup(t.Context(), everything.WithLogOutput(&out))
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := everything.StartTick(t.Context())
	if span.IsRecording() || trace.SpanContextFromContext(ctx).IsValid() {
		t.Error("a span records")
	}
	slog.InfoContext(ctx, "hello")
	if !strings.Contains(out.String(), `"msg":"hello"`) {
		t.Errorf("the log is %q", out.String())
	}
	if err := shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestOffAllocates checks that nothing is allocated before Setup.
func TestOffAllocates(t *testing.T) {
	ctx := t.Context()
	allocations := testing.AllocsPerRun(100, func() {
		everything.Orders.Add(ctx, 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
		everything.Lookups.Add(ctx, 1, "a", everything.LookupsOutcomeHit)
		everything.OrderValue.Record(ctx, 1, everything.PaymentMethodCard)
		everything.LogOrderRejected(ctx, "1", everything.OrderRejectedReasonOutOfStock, 3, true)
		_, span := everything.StartReserveStock(ctx, everything.ReserveStockAttributes{OrderID: "1"})
		span.End(nil)
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// TestOnAllocates checks what the hot path allocates.
func TestOnAllocates(t *testing.T) {
	start(t)
	ctx, inSpan := t.Context(), sampled(t.Context())
	for name, call := range map[string]func(){
		"counter": func() {
			everything.Orders.Add(ctx, 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
		},
		"open counter":         func() { everything.Lookups.Add(ctx, 1, "a", everything.LookupsOutcomeHit) },
		"histogram":            func() { everything.OrderValue.Record(ctx, 1, everything.PaymentMethodCard) },
		"histogram in a span":  func() { everything.OrderValue.Record(inSpan, 1, everything.PaymentMethodCard) },
		"open histogram":       func() { everything.Wait.Record(ctx, 1, "a") },
		"native histogram":     func() { everything.Payload.Record(ctx, 1, everything.PayloadOutcomeSent) },
		"gauge":                func() { everything.Backlog.Set(ctx, 1) },
		"value above its cap":  func() { everything.Balance.Add(ctx, 1, "d") },
		"number and a boolean": func() { everything.Temperature.Set(ctx, 1, 17, true) },
	} {
		for _, account := range []string{"a", "b", "c"} {
			everything.Balance.Add(ctx, 1, account)
		}
		if allocations := testing.AllocsPerRun(100, call); allocations != 0 {
			t.Errorf("%s: %v allocations", name, allocations)
		}
	}
}

// logged runs the telemetry and returns what is logged as JSON.
func logged(t *testing.T) *bytes.Buffer {
	var out bytes.Buffer
	start(t, everything.WithLogOutput(&out))
	return &out
}

func records(t *testing.T, out *bytes.Buffer) []map[string]any {
	t.Helper()
	var records []map[string]any
	for line := range strings.Lines(out.String()) {
		record := map[string]any{}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		records = append(records, record)
	}
	return records
}

func TestSlog(t *testing.T) {
	out := logged(t)
	if err := slogtest.TestHandler(slog.Default().Handler(), func() []map[string]any { return records(t, out) }); err != nil {
		t.Error(err)
	}
}

func TestLogsKnowTheirTrace(t *testing.T) {
	out := logged(t)
	ctx := sampled(t.Context())
	slog.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").InfoContext(ctx, "hello", "c", 3)
	everything.LogOrderRejected(ctx, "17", everything.OrderRejectedReasonOutOfStock, 3, true)
	slog.Debug("too low")
	got := records(t, out)
	if len(got) != 2 {
		t.Fatalf("records %v", got)
	}
	for _, record := range got {
		if record["trace_id"] != "01000000000000000000000000000000" || record["span_id"] != "0200000000000000" {
			t.Errorf("the record %v has no trace", record)
		}
	}
	if want := `{"b":2,"h":{"c":3}}`; got[0]["a"] != 1.0 || fmt.Sprint(got[0]["g"]) != "map[b:2 h:map[c:3]]" {
		t.Errorf("the record is %v, want a=1 and g=%s", got[0], want)
	}
	if got[1]["msg"] != "order.rejected" || got[1]["level"] != "WARN" || got[1]["reason"] != "out_of_stock" || got[1]["lines"] != 3.0 {
		t.Errorf("the event is %v", got[1])
	}
}

// TestErrors reports many errors of the telemetry: all are counted, one is
// logged.
func TestErrors(t *testing.T) {
	var out bytes.Buffer
	reader := start(t, everything.WithLogOutput(&out))
	for range 100 {
		otel.Handle(errors.New("no connection"))
	}
	if got := records(t, &out); len(got) != 1 || got[0]["error"] != "no connection" {
		t.Errorf("the log is %v", got)
	}
	if got := sums(all(t, reader)["obsboot.telemetry.errors"])[""]; got != 100 {
		t.Errorf("%d errors were counted", got)
	}
}

// hanging is an exporter that never answers.
type hanging struct{ keeper }

func (*hanging) Export(ctx context.Context, _ *metricdata.ResourceMetrics) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestShutdownHasADeadline stops with an exporter that hangs.
func TestShutdownHasADeadline(t *testing.T) {
	for _, signal := range []string{"TRACES", "METRICS", "LOGS"} {
		t.Setenv("OTEL_"+signal+"_EXPORTER", "none")
	}
	shutdown, err := everything.Setup(t.Context(), everything.WithLogOutput(nil), everything.WithFlushTimeout(50*time.Millisecond),
		everything.WithMetricReader(sdkmetric.NewPeriodicReader(&hanging{})))
	if err != nil {
		t.Fatal(err)
	}
	if err := shutdown(context.Background()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	everything.Orders.Add(t.Context(), 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true) // must not fail
}

func TestSpanDone(t *testing.T) {
	_, spans := traced(t)
	work := func(fail error, value any) (err error) {
		_, span := everything.StartTick(t.Context())
		defer span.Done(&err)
		if value != nil {
			panic(value)
		}
		return fail
	}
	_ = work(nil, nil)
	_ = work(errors.New("broken"), nil)
	value := func() (value any) {
		defer func() { value = recover() }()
		return work(nil, "oops")
	}()
	if value != "oops" {
		t.Errorf("the panic became %v", value)
	}
	var got []string
	for _, span := range spans.Ended() {
		got = append(got, span.Status().Code.String()+" "+span.Status().Description)
	}
	if want := []string{"Unset ", "Error broken", "Error panic"}; !slices.Equal(got, want) {
		t.Errorf("spans %q, want %q", got, want)
	}
}

func TestParse(t *testing.T) {
	if got := everything.ParsePaymentMethod("paypal"); got != everything.PaymentMethodPaypal || got.String() != "paypal" {
		t.Errorf("paypal is %v", got)
	}
	if got := everything.ParsePaymentMethod("cash"); got != 0 || got.String() != "_other" {
		t.Errorf("cash is %v", got)
	}
}
