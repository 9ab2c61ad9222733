package everything_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// collector takes OTLP over both protocols and keeps what the tests ask for.
type collector struct {
	coltrace.UnimplementedTraceServiceServer
	mu     sync.Mutex
	spans  map[string]int // by the attribute order.id, how often they came
	logs   map[string]int
	orders int64 // the last value of the counter
	values uint64
	// when those values were read
	ordersAt, valuesAt uint64

	answer atomic.Int64 // HTTP status; 0: take it
}

type (
	logsCollector struct {
		collogs.UnimplementedLogsServiceServer
		*collector
	}
	metricsCollector struct {
		colmetrics.UnimplementedMetricsServiceServer
		*collector
	}
)

// newCollector listens for OTLP/HTTP, or OTLP/gRPC.
func newCollector(tb testing.TB, protocol string) (c *collector, address string) {
	tb.Helper()
	c = &collector{spans: map[string]int{}, logs: map[string]int{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	if protocol == "grpc" {
		server := grpc.NewServer()
		coltrace.RegisterTraceServiceServer(server, c)
		collogs.RegisterLogsServiceServer(server, logsCollector{collector: c})
		colmetrics.RegisterMetricsServiceServer(server, metricsCollector{collector: c})
		go func() { _ = server.Serve(listener) }()
		tb.Cleanup(server.Stop)
	} else {
		server := &http.Server{Handler: c, ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(listener) }()
		tb.Cleanup(func() { _ = server.Close() })
	}
	return c, listener.Addr().String()
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if status := int(c.answer.Load()); status != 0 {
		w.WriteHeader(status)
		return
	}
	switch r.URL.Path {
	case "/v1/traces":
		request := &coltrace.ExportTraceServiceRequest{}
		err = proto.Unmarshal(body, request)
		_, _ = c.Export(r.Context(), request)
	case "/v1/logs":
		request := &collogs.ExportLogsServiceRequest{}
		err = proto.Unmarshal(body, request)
		_, _ = logsCollector{collector: c}.Export(r.Context(), request)
	case "/v1/metrics":
		request := &colmetrics.ExportMetricsServiceRequest{}
		err = proto.Unmarshal(body, request)
		_, _ = metricsCollector{collector: c}.Export(r.Context(), request)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
	}
}

func (c *collector) Export(_ context.Context, request *coltrace.ExportTraceServiceRequest) (*coltrace.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				for _, a := range span.Attributes {
					if a.Key == "order.id" {
						c.spans[a.Value.GetStringValue()]++
					}
				}
			}
		}
	}
	return &coltrace.ExportTraceServiceResponse{}, nil
}

func (c logsCollector) Export(_ context.Context, request *collogs.ExportLogsServiceRequest) (*collogs.ExportLogsServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range request.ResourceLogs {
		for _, scope := range resource.ScopeLogs {
			for _, record := range scope.LogRecords {
				for _, a := range record.Attributes {
					if a.Key == "order" {
						c.logs[a.Value.GetStringValue()]++
					}
				}
			}
		}
	}
	return &collogs.ExportLogsServiceResponse{}, nil
}

func (c metricsCollector) Export(_ context.Context, request *colmetrics.ExportMetricsServiceRequest) (*colmetrics.ExportMetricsServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range request.ResourceMetrics {
		for _, scope := range resource.ScopeMetrics {
			for _, m := range scope.Metrics {
				c.take(m)
			}
		}
	}
	return &colmetrics.ExportMetricsServiceResponse{}, nil
}

// take keeps the newest values: an export that was given up may arrive after the
// one that followed it.
func (c metricsCollector) take(m *metrics.Metric) {
	switch m.Name {
	case "orders":
		var sum int64
		var at uint64
		for _, p := range m.GetSum().DataPoints {
			sum, at = sum+p.GetAsInt(), p.TimeUnixNano
		}
		if at >= c.ordersAt {
			c.orders, c.ordersAt = sum, at
		}
	case "order.value":
		var count, at uint64
		for _, p := range m.GetHistogram().DataPoints {
			count, at = count+p.Count, p.TimeUnixNano
		}
		if at >= c.valuesAt {
			c.values, c.valuesAt = count, at
		}
	}
}

// weather is what a proxy does with connections.
type weather int32

const (
	fair   weather = iota // passes them on
	absent                // nobody listens
	broken                // ends them
	silent                // takes what comes and never answers
)

// proxy stands between a service and its collector.
type proxy struct {
	tb      testing.TB
	address string
	to      string
	weather atomic.Int32

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
}

func newProxy(tb testing.TB, to string) *proxy {
	tb.Helper()
	p := &proxy{tb: tb, to: to, conns: map[net.Conn]bool{}}
	p.listen("127.0.0.1:0")
	tb.Cleanup(p.leave)
	return p
}

func (p *proxy) listen(address string) {
	listener, err := net.Listen("tcp", address)
	for end := time.Now().Add(patience); err != nil && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		listener, err = net.Listen("tcp", address) // its port may be in use for a moment
	}
	if err != nil {
		p.tb.Fatal(err)
	}
	p.mu.Lock()
	p.listener, p.address = listener, listener.Addr().String()
	p.mu.Unlock()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
}

// set changes the weather, also for connections that there are.
func (p *proxy) set(w weather) {
	p.weather.Store(int32(w))
	p.leave()
	if w != absent {
		p.listen(p.address)
	}
}

// leave ends all connections, and listens no more.
func (p *proxy) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.listener.Close()
	for conn := range p.conns {
		_ = conn.Close()
	}
	clear(p.conns)
}

func (p *proxy) keep(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[conn] = true
}

func (p *proxy) serve(conn net.Conn) {
	p.keep(conn)
	defer func() { _ = conn.Close() }()
	switch weather(p.weather.Load()) {
	case fair:
		up, err := net.Dial("tcp", p.to)
		if err != nil {
			return
		}
		p.keep(up)
		defer func() { _ = up.Close() }()
		go func() {
			_, _ = io.Copy(up, conn)
			_ = up.Close()
		}()
		_, _ = io.Copy(conn, up)
	case silent:
		_, _ = io.Copy(io.Discard, conn)
	}
}
