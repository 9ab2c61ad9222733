package everything_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"example.com/everything/everything"
)

// These tests run a service beside a collector in bad weather.

// shop is a service that emits a span, a log record and metrics per request,
// beside those of HTTP.
type shop struct {
	url    string
	client *http.Client
	next   atomic.Int64
	stop   func(context.Context) error
}

func newShop(tb testing.TB, protocol, collector string, options ...everything.Option) *shop {
	tb.Helper()
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://" + collector, "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
		"OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_BLRP_SCHEDULE_DELAY": "50", "OTEL_METRIC_EXPORT_INTERVAL": "100",
		"OTEL_TRACES_EXPORTER": "", "OTEL_METRICS_EXPORTER": "", "OTEL_LOGS_EXPORTER": "",
	} {
		tb.Setenv(name, value)
	}
	stop, err := everything.Setup(tb.Context(), append([]everything.Option{everything.WithLogOutput(nil)}, options...)...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		_ = stop(ctx) // the tests that care have stopped it
	})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /items", func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		ctx, span := everything.StartReserveStock(r.Context(), everything.ReserveStockAttributes{OrderID: id})
		everything.Orders.Add(ctx, 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
		everything.OrderValue.Record(ctx, 17, everything.PaymentMethodCard)
		slog.InfoContext(ctx, "ordered", "order", id)
		span.End(nil)
		w.WriteHeader(http.StatusCreated)
	})
	server := httptest.NewServer(everything.HTTPHandler(mux))
	tb.Cleanup(server.Close)
	return &shop{url: server.URL + "/items?id=", client: server.Client(), stop: stop}
}

// order sends requests from several clients at once, and returns how long each
// took.
func (s *shop) order(tb testing.TB, n int) []time.Duration {
	tb.Helper()
	const clients = 4
	ctx, cancel := context.WithTimeout(tb.Context(), 2*patience)
	defer cancel()
	durations := make([][]time.Duration, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			for range n / clients {
				start := time.Now()
				if err := s.one(ctx); err != nil {
					tb.Error(err)
					return
				}
				durations[i] = append(durations[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	return slices.Concat(durations...)
}

func (s *shop) one(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+strconv.FormatInt(s.next.Add(1), 10), nil)
	if err != nil {
		return err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("the status is %d", response.StatusCode)
	}
	return nil
}

// missing says what of n orders has not come.
func (c *collector) missing(n int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spans) == n && len(c.logs) == n && c.orders == int64(n) && c.values == uint64(n) {
		return ""
	}
	return fmt.Sprintf("%d spans, %d log records, %d orders, %d values of %d", len(c.spans), len(c.logs), c.orders, c.values, n)
}

func (c *collector) await(t *testing.T, n int) {
	t.Helper()
	end := time.Now().Add(patience)
	for c.missing(n) != "" {
		if time.Now().After(end) {
			t.Fatalf("the collector has %s", c.missing(n))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

var outages = map[string]weather{"absent": absent, "broken": broken, "silent": silent}

// TestOutage takes the collector away for less than the queue holds, and
// expects everything in the end.
func TestOutage(t *testing.T) {
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		for name, w := range outages {
			t.Run(protocol+" "+name, func(t *testing.T) {
				t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1000") // of a silent one
				c, address := newCollector(t, protocol)
				p := newProxy(t, address)
				s := newShop(t, protocol, p.address)
				s.order(t, 100)
				c.await(t, 100)
				p.set(w)
				s.order(t, 600)
				time.Sleep(500 * time.Millisecond) // several attempts
				if c.missing(100) != "" {
					t.Fatalf("the collector was not away: it has %s", c.missing(100))
				}
				p.set(fair)
				c.await(t, 700)
				s.order(t, 100)
				if err := s.stop(t.Context()); err != nil {
					t.Error(err)
				}
				if missing := c.missing(800); missing != "" {
					t.Errorf("after the shutdown the collector has %s", missing)
				}
			})
		}
	}
}

// TestBusy has the collector say that it is busy, and then take everything.
func TestBusy(t *testing.T) {
	c, address := newCollector(t, "http/protobuf")
	s := newShop(t, "http/protobuf", address)
	c.answer.Store(http.StatusServiceUnavailable)
	s.order(t, 600)
	time.Sleep(500 * time.Millisecond)
	c.answer.Store(0)
	c.await(t, 600)
}

// TestOutageAtShutdown brings the collector back while the service stops.
func TestOutageAtShutdown(t *testing.T) {
	c, address := newCollector(t, "http/protobuf")
	p := newProxy(t, address)
	s := newShop(t, "http/protobuf", p.address, everything.WithFlushTimeout(patience))
	s.order(t, 100)
	c.await(t, 100)
	p.set(absent)
	s.order(t, 100)
	back := time.AfterFunc(500*time.Millisecond, func() { p.set(fair) })
	defer back.Stop()
	if err := s.stop(context.Background()); err != nil {
		t.Error(err)
	}
	if missing := c.missing(200); missing != "" {
		t.Errorf("after the shutdown the collector has %s", missing)
	}
}

// TestSetupAgain sets up anew while the flush of a shutdown whose deadline has
// passed goes on.
func TestSetupAgain(t *testing.T) {
	_, address := newCollector(t, "http/protobuf")
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://" + address, "OTEL_TRACES_EXPORTER": "", "OTEL_METRICS_EXPORTER": "", "OTEL_LOGS_EXPORTER": "",
	} {
		t.Setenv(name, value)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for range 30 {
		reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(everything.Producer(nil)))
		stop, err := everything.Setup(t.Context(), everything.WithLogOutput(nil), everything.WithMetricReader(reader))
		if err != nil {
			t.Fatal(err)
		}
		go func() { // as a flush that is late
			var data metricdata.ResourceMetrics
			_ = reader.Collect(context.Background(), &data)
		}()
		everything.Orders.Add(t.Context(), 1, everything.PaymentMethodCard, everything.OrdersOutcomePlaced, true)
		_ = stop(over)
	}
}

// TestNobodyThere stops a service that never had a collector: it does not wait
// for one.
func TestNobodyThere(t *testing.T) {
	_, address := newCollector(t, "http/protobuf")
	p := newProxy(t, address)
	p.set(absent)
	s := newShop(t, "http/protobuf", p.address, everything.WithFlushTimeout(time.Hour))
	s.order(t, 100)
	if err := s.stop(context.Background()); err == nil {
		t.Error("nothing could be sent, and the shutdown does not say so")
	}
}

// TestBounded gives a service more to do than its queues hold, in all weathers:
// it answers, its memory stays within bounds, and so do its goroutines. That a
// batch was refused is no reason to keep it.
func TestBounded(t *testing.T) {
	for _, test := range []struct {
		name    string
		weather weather
		answer  int64
	}{
		{"absent", absent, 0}, {"silent", silent, 0}, {"busy", fair, http.StatusServiceUnavailable}, {"refusing", fair, http.StatusBadRequest},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, address := newCollector(t, "http/protobuf")
			p := newProxy(t, address)
			c.answer.Store(test.answer)
			p.set(test.weather)
			var out bytes.Buffer
			start := time.Now()
			s := newShop(t, "http/protobuf", p.address, everything.WithLogOutput(&lines{w: &out}))
			s.order(t, 200)
			before, goroutines := heap(), runtime.NumGoroutine()
			s.order(t, 4000) // two spans and a record each; the queues hold 2048 and 512 more are being sent
			if grown := heap() - before; grown > bound {
				t.Errorf("the heap grew by %d bytes", grown)
			}
			if n := runtime.NumGoroutine(); n > goroutines+20 {
				t.Errorf("there are %d goroutines, where %d were", n, goroutines)
			}
			if n := bytes.Count(out.Bytes(), []byte(`"telemetry failed"`)); n > 1+int(time.Since(start)/time.Minute) {
				t.Errorf("%d errors were logged in %v", n, time.Since(start))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if err := s.stop(ctx); err == nil {
				t.Error("nothing could be sent, and the shutdown does not say so")
			}
		})
	}
}

// bound is what may wait for a collector: 2560 spans and 2560 log records, of
// about 1.5 KB each with what they refer to.
const bound = 8 << 20

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// lines keeps apart what is written at once.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// BenchmarkWeather serves requests, and reports how long most of them took.
func BenchmarkWeather(b *testing.B) {
	for _, test := range []struct {
		name    string
		weather weather
		answer  int64
	}{{"fair", fair, 0}, {"absent", absent, 0}, {"broken", broken, 0}, {"silent", silent, 0}, {"busy", fair, http.StatusServiceUnavailable}} {
		b.Run(test.name, func(b *testing.B) {
			c, address := newCollector(b, "http/protobuf")
			p := newProxy(b, address)
			c.answer.Store(test.answer)
			p.set(test.weather)
			s := newShop(b, "http/protobuf", p.address)
			s.order(b, 400)
			b.ResetTimer()
			durations := s.order(b, max(b.N, 4))
			b.StopTimer()
			slices.Sort(durations)
			for _, percentile := range []int{50, 99} {
				b.ReportMetric(float64(durations[len(durations)*percentile/100].Microseconds()), fmt.Sprintf("p%d-µs", percentile))
			}
		})
	}
}
