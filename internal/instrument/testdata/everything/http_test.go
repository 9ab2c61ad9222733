package everything_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"example.com/everything/everything"
)

// traced runs the telemetry and keeps its spans.
func traced(t *testing.T) (*sdkmetric.ManualReader, *tracetest.SpanRecorder) {
	spans := tracetest.NewSpanRecorder()
	return start(t, everything.WithSpanProcessor(spans), everything.WithSampler(sdktrace.AlwaysSample())), spans
}

func histogramPoints(t *testing.T, reader sdkmetric.Reader, name string) []metricdata.HistogramDataPoint[float64] {
	t.Helper()
	histogram, _ := all(t, reader)[name].(metricdata.Histogram[float64]) // without points there is no metric
	return histogram.DataPoints
}

// durations counts requests by their attributes, as "key=value ..." in order.
func durations(t *testing.T, reader sdkmetric.Reader, name string) map[string]uint64 {
	t.Helper()
	counts := map[string]uint64{}
	for _, p := range histogramPoints(t, reader, name) {
		if p.Count > 0 {
			counts[p.Attributes.Encoded(attribute.DefaultEncoder())] += p.Count
		}
	}
	return counts
}

func TestHTTPServer(t *testing.T) {
	for _, test := range []struct {
		name           string
		method, target string
		handler        http.HandlerFunc
		metric         string // attributes of the duration
		span           string
		status         codes.Code
	}{
		{
			"a route", "GET", "/items/17", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hi") },
			"http.request.method=GET,http.response.status_code=200,http.route=/items/{id},network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"GET /items/{id}", codes.Unset,
		},
		{
			"the caller's fault", "GET", "/items/17", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
			"http.request.method=GET,http.response.status_code=404,http.route=/items/{id},network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"GET /items/{id}", codes.Unset,
		},
		{
			"our fault", "GET", "/items/17", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
			"error.type=503,http.request.method=GET,http.response.status_code=503,http.route=/items/{id},network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"GET /items/{id}", codes.Error,
		},
		{
			"an early hint is no answer", "GET", "/items/17", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(201) },
			"http.request.method=GET,http.response.status_code=201,http.route=/items/{id},network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"GET /items/{id}", codes.Unset,
		},
		{
			"no route", "GET", "/nowhere/17", nil,
			"http.request.method=GET,http.response.status_code=404,network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"GET", codes.Unset,
		},
		{
			"an unknown method", "BREW", "/items/17", nil,
			"http.request.method=_OTHER,http.response.status_code=405,network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"HTTP", codes.Unset,
		},
		{
			"a route by name", "GET", "/items/17", func(_ http.ResponseWriter, r *http.Request) { everything.SetHTTPRoute(r.Context(), "/named") },
			"http.request.method=GET,http.response.status_code=200,http.route=/named,network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"GET /named", codes.Unset,
		},
		{
			"a panic", "GET", "/items/17", func(http.ResponseWriter, *http.Request) { panic("oops") },
			"error.type=panic,http.request.method=GET,http.response.status_code=500,http.route=/items/{id},network.protocol.name=http,network.protocol.version=1.1,url.scheme=http",
			"GET /items/{id}", codes.Error,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			reader, spans := traced(t)
			mux := http.NewServeMux()
			if test.handler != nil {
				mux.HandleFunc("GET /items/{id}", test.handler)
			} else {
				mux.HandleFunc("GET /items/{id}", http.NotFound)
			}
			func() {
				defer func() { _ = recover() }()
				everything.HTTPHandler(mux).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(test.method, test.target, nil))
			}()
			if got := durations(t, reader, "http.server.request.duration"); len(got) != 1 || got[test.metric] != 1 {
				t.Errorf("durations %v, want %s", got, test.metric)
			}
			ended := spans.Ended()
			if len(ended) != 1 || ended[0].Name() != test.span || ended[0].Status().Code != test.status || ended[0].SpanKind() != trace.SpanKindServer {
				t.Errorf("spans %v, want %q with status %v", ended, test.span, test.status)
			}
			for _, p := range all(t, reader)["http.server.active_requests"].(metricdata.Sum[int64]).DataPoints {
				if p.Value != 0 {
					t.Errorf("%d requests are active still", p.Value)
				}
			}
		})
	}
}

func TestHTTPPanicIsPassedOn(t *testing.T) {
	_, spans := traced(t)
	for _, value := range []any{"oops", http.ErrAbortHandler, errors.New("broken")} {
		got := func() (got any) {
			defer func() { got = recover() }()
			everything.HTTPHandler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(value) })).
				ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
			return nil
		}()
		if got != value {
			t.Errorf("the panic %v became %v", value, got)
		}
	}
	ended := spans.Ended()
	if len(ended) != 3 {
		t.Fatalf("%d spans", len(ended))
	}
	for i, events := range []int{1, 0, 1} { // to abort is no error of the code
		if got := len(ended[i].Events()); got != events {
			t.Errorf("span %d has %d events, want %d", i, got, events)
		}
	}
}

// TestHTTPPropagation follows a trace from a client through a real server.
func TestHTTPPropagation(t *testing.T) {
	reader, spans := traced(t)
	var inHandler trace.SpanContext
	server := httptest.NewServer(everything.HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inHandler = trace.SpanContextFromContext(r.Context())
		_, _ = io.Copy(w, r.Body)
	})))
	defer server.Close()
	client := &http.Client{Transport: everything.HTTPTransport(nil)}
	ctx, root := everything.StartTick(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/a?token=secret", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "hello" {
		t.Fatalf("%q %v", body, err)
	}
	_ = response.Body.Close()
	root.End(nil)
	if request.Header.Get("Traceparent") != "" {
		t.Error("the caller's request was changed")
	}
	server.Close() // waits for the server's span
	kinds := map[trace.SpanKind]sdktrace.ReadOnlySpan{}
	for _, span := range spans.Ended() {
		kinds[span.SpanKind()] = span
	}
	tick, call, served := kinds[trace.SpanKindInternal], kinds[trace.SpanKindClient], kinds[trace.SpanKindServer]
	if call.Parent().SpanID() != tick.SpanContext().SpanID() || served.Parent().SpanID() != call.SpanContext().SpanID() {
		t.Errorf("the spans are not each other's children: %v", kinds)
	}
	if inHandler.SpanID() != served.SpanContext().SpanID() {
		t.Error("the handler runs in another span")
	}
	for _, a := range call.Attributes() {
		if strings.Contains(a.Value.String(), "secret") {
			t.Errorf("the span tells a secret: %v", a)
		}
	}
	sizes := all(t, reader)["http.server.request.body.size"].(metricdata.Histogram[float64])
	sum := 0.0
	for _, p := range sizes.DataPoints {
		sum += p.Sum
	}
	if sum != 5 {
		t.Errorf("%v bytes were received", sum)
	}
}

func TestHTTPClientError(t *testing.T) {
	reader, spans := traced(t)
	broken := errors.New("broken")
	transport := everything.HTTPTransport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, broken }))
	request := httptest.NewRequest(http.MethodGet, "https://api.example/x", nil)
	if _, err := transport.RoundTrip(request); !errors.Is(err, broken) { //nolint:bodyclose // there is none
		t.Errorf("the error is %v", err)
	}
	want := "error.type=*errors.errorString,http.request.method=GET,network.protocol.name=http,server.address=api.example,server.port=443,url.scheme=https"
	if got := durations(t, reader, "http.client.request.duration"); got[want] != 1 {
		t.Errorf("durations %v, want %s", got, want)
	}
	if ended := spans.Ended(); len(ended) != 1 || ended[0].Status().Code != codes.Error {
		t.Errorf("spans %v", ended)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestHTTPWriter uses what a real server's writer can do through the helper's.
func TestHTTPWriter(t *testing.T) {
	traced(t)
	server := httptest.NewServer(everything.HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/stream":
			_, _ = io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
		case "/file":
			if _, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("from")); err != nil {
				t.Error(err)
			}
		case "/raw":
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nraw")
			_ = conn.Close()
		}
	})))
	defer server.Close()
	for path, want := range map[string]string{"/stream": "a", "/file": "from", "/raw": "raw"} {
		response, err := http.Get(server.URL + path) //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || string(body) != want {
			t.Errorf("%s gave %q, %v", path, body, err)
		}
	}
}

// TestHTTPBounded asks for more routes than there may be series.
func TestHTTPBounded(t *testing.T) {
	reader, _ := traced(t)
	handler := everything.HTTPHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		everything.SetHTTPRoute(r.Context(), r.URL.Path)
	}))
	const requests = 3000
	for i := range requests {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/"+strings.Repeat("x", i), nil))
	}
	counts, total := durations(t, reader, "http.server.request.duration"), uint64(0)
	for _, n := range counts {
		total += n
	}
	if len(counts) > 2000 || total != requests || counts["otel.metric.overflow=true"] == 0 {
		t.Errorf("%d series of %d requests, %d in the overflow", len(counts), total, counts["otel.metric.overflow=true"])
	}
}

func TestJob(t *testing.T) {
	reader, spans := traced(t)
	broken := errors.New("broken")
	if err := everything.RunSweep(t.Context(), func(context.Context) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	if _, ok := all(t, reader)["job.last_success.time"]; ok {
		t.Error("a failed run is a success")
	}
	if err := everything.RunSweep(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Error(err)
	}
	value := func() (value any) {
		defer func() { value = recover() }()
		return everything.RunSweep(t.Context(), func(context.Context) error { panic("oops") })
	}()
	if value != "oops" {
		t.Errorf("the panic became %v", value)
	}
	got := durations(t, reader, "job.run.duration")
	for _, want := range []string{"job.name=sweep", "error.type=*errors.errorString,job.name=sweep", "error.type=panic,job.name=sweep"} {
		if got[want] != 1 {
			t.Errorf("durations %v, want %s", got, want)
		}
	}
	if data := all(t, reader)["job.last_success.time"].(metricdata.Gauge[float64]); len(data.DataPoints) != 1 || data.DataPoints[0].Value < 1e9 {
		t.Errorf("last success %v", data)
	}
	if len(spans.Ended()) != 3 {
		t.Errorf("%d spans", len(spans.Ended()))
	}
}
