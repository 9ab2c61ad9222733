package send_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
	"github.com/obsboot/obsboot/internal/traffic/send"
)

// receiver takes OTLP and keeps it.
type receiver struct {
	mu      sync.Mutex
	traces  []ptrace.Traces
	metrics []pmetric.Metrics
	logs    []plog.Logs
	refuse  bool
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.refuse:
		http.Error(w, "full", http.StatusServiceUnavailable)
		return
	case request.URL.Path == "/v1/traces":
		in := ptraceotlp.NewExportRequest()
		err = errors.Join(err, in.UnmarshalProto(body))
		r.traces = append(r.traces, in.Traces())
	case request.URL.Path == "/v1/metrics":
		in := pmetricotlp.NewExportRequest()
		err = errors.Join(err, in.UnmarshalProto(body))
		r.metrics = append(r.metrics, in.Metrics())
	case request.URL.Path == "/v1/logs":
		in := plogotlp.NewExportRequest()
		err = errors.Join(err, in.UnmarshalProto(body))
		r.logs = append(r.logs, in.Logs())
	default:
		http.NotFound(w, request)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// clock goes as fast as it is waited for.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                          { return c.now }
func (c *clock) Wait(_ context.Context, d time.Duration) { c.now = c.now.Add(d) }

// run sends traffic of a time to an endpoint.
func run(t *testing.T, sys *model.System, endpoint string, length time.Duration, change func(*send.Options), faults ...string) send.Progress {
	t.Helper()
	options := traffic.Options{Seed: 7, Rate: 10, Start: noon}
	for _, text := range faults {
		f, err := traffic.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		options.Faults = append(options.Faults, f)
	}
	m, err := traffic.New(sys, options)
	if err != nil {
		t.Fatal(err)
	}
	exporter, err := send.Dial(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	defer exporter.Close() //nolint:errcheck // the test is over
	c := &clock{noon}
	o := send.Options{Seed: 7, Start: noon, For: length, Now: c.Now, Wait: c.Wait}
	if change != nil {
		change(&o)
	}
	p, err := send.New(sys, m, exporter, 10, o).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// span is what a test looks at of a span.
type span struct {
	ptrace.Span
	service string
}

func (r *receiver) spans() map[pcommon.SpanID]span {
	out := map[pcommon.SpanID]span{}
	for _, traces := range r.traces {
		for _, resource := range traces.ResourceSpans().All() {
			name, _ := resource.Resource().Attributes().Get("service.name")
			for _, scope := range resource.ScopeSpans().All() {
				for _, s := range scope.Spans().All() {
					out[s.SpanID()] = span{s, name.Str()}
				}
			}
		}
	}
	return out
}

// TestSentHangsTogether looks at two minutes of the shop in which payments fail.
func TestSentHangsTogether(t *testing.T) {
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	p := run(t, load(t, "../../../examples/shop"), server.URL, 2*time.Minute, nil, "payments:errors=50%")
	spans := r.spans()
	if p.Lost > 0 || p.Spans != len(spans) || p.Spans < 2000 {
		t.Fatalf("sent %+v, received %d spans", p, len(spans))
	}
	checkParents(t, spans)
	checkWholeTrace(t, spans)
	checkLogs(t, r, spans)
	checkExemplars(t, r, spans)
}

// checkParents has each child in its parent's trace and, unless a queue is
// between, time; and each failed client span of a call over HTTP say so.
func checkParents(t *testing.T, spans map[pcommon.SpanID]span) {
	t.Helper()
	for _, s := range spans {
		if s.ParentSpanID().IsEmpty() {
			continue
		}
		parent, ok := spans[s.ParentSpanID()]
		if !ok || parent.TraceID() != s.TraceID() {
			t.Fatalf("%s of %s has a parent that is not there", s.Name(), s.service)
		}
		isQueued := s.Kind() == ptrace.SpanKindConsumer
		if !isQueued && (s.StartTimestamp() < parent.StartTimestamp() || s.EndTimestamp() > parent.EndTimestamp()) {
			t.Fatalf("%s of %s is not within %s of %s", s.Name(), s.service, parent.Name(), parent.service)
		}
		isCalled := s.Kind() == ptrace.SpanKindServer && parent.Kind() == ptrace.SpanKindClient
		isSent := isQueued && parent.Kind() == ptrace.SpanKindProducer
		if parent.service != s.service && !isCalled && !isSent {
			t.Fatalf("%s of %s follows %s of %s", s.Name(), s.service, parent.Name(), parent.service)
		}
		if s.Kind() == ptrace.SpanKindServer && s.Status().Code() == ptrace.StatusCodeError && parent.Status().Code() != ptrace.StatusCodeError {
			t.Fatalf("%s of %s failed, and %s does not know", s.Name(), s.service, parent.Name())
		}
	}
}

// checkWholeTrace looks for traces that reach all services, and for failures
// that reach the first.
func checkWholeTrace(t *testing.T, spans map[pcommon.SpanID]span) {
	t.Helper()
	services, failed := map[pcommon.TraceID]map[string]bool{}, map[string]int{}
	for _, s := range spans {
		if services[s.TraceID()] == nil {
			services[s.TraceID()] = map[string]bool{}
		}
		services[s.TraceID()][s.service] = true
		if s.Kind() == ptrace.SpanKindServer && s.Status().Code() == ptrace.StatusCodeError {
			failed[s.service]++
		}
	}
	whole := 0
	for _, of := range services {
		if len(of) == 4 {
			whole++
		}
	}
	if whole < 10 || failed["payments"] < 50 || failed["storefront"] != failed["payments"] || failed["checkout"] != failed["payments"] {
		t.Errorf("%d traces span all services; failed are %v", whole, failed)
	}
}

func checkLogs(t *testing.T, r *receiver, spans map[pcommon.SpanID]span) {
	t.Helper()
	events, failures := 0, 0
	for _, logs := range r.logs {
		for _, resource := range logs.ResourceLogs().All() {
			name, _ := resource.Resource().Attributes().Get("service.name")
			for _, record := range resource.ScopeLogs().At(0).LogRecords().All() {
				s, ok := spans[record.SpanID()]
				if !ok || s.TraceID() != record.TraceID() || s.service != name.Str() {
					t.Fatalf("a record of %s is not in a span of it: %s", name.Str(), record.Body().Str())
				}
				if record.EventName() == "order.rejected" && record.SeverityNumber() == plog.SeverityNumberWarn {
					events++
				}
				if record.SeverityNumber() == plog.SeverityNumberError {
					failures++
				}
			}
		}
	}
	if events == 0 || failures == 0 {
		t.Errorf("there are %d events and %d errors", events, failures)
	}
}

func checkExemplars(t *testing.T, r *receiver, spans map[pcommon.SpanID]span) {
	t.Helper()
	found := 0
	for _, metrics := range r.metrics {
		for _, resource := range metrics.ResourceMetrics().All() {
			name, _ := resource.Resource().Attributes().Get("service.name")
			for _, m := range resource.ScopeMetrics().At(0).Metrics().All() {
				if m.Name() != "http.server.request.duration" {
					continue
				}
				for _, point := range m.Histogram().DataPoints().All() {
					for _, e := range point.Exemplars().All() {
						s, ok := spans[e.SpanID()]
						took := time.Duration(s.EndTimestamp() - s.StartTimestamp()).Seconds()
						if !ok || s.service != name.Str() || s.TraceID() != e.TraceID() || e.DoubleValue() != took {
							t.Fatalf("an exemplar of %s is of a span that is not there", name.Str())
						}
						found++
					}
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("there are %d exemplars", found)
	}
}

// TestCountsMatchSpans has the histogram count what the spans are.
func TestCountsMatchSpans(t *testing.T) {
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	run(t, load(t, "../../../examples/shop"), server.URL, time.Minute, nil)
	served := uint64(0)
	for _, s := range r.spans() {
		if s.Kind() == ptrace.SpanKindServer && s.service == "payments" {
			served++
		}
	}
	counted := uint64(0)
	last := r.metrics[len(r.metrics)-1]
	for _, resource := range last.ResourceMetrics().All() {
		if name, _ := resource.Resource().Attributes().Get("service.name"); name.Str() != "payments" {
			continue
		}
		for _, m := range resource.ScopeMetrics().At(0).Metrics().All() {
			if m.Name() == "http.server.request.duration" {
				for _, point := range m.Histogram().DataPoints().All() {
					counted += point.Count()
				}
			}
		}
	}
	if counted != served || counted == 0 {
		t.Errorf("%d requests are counted, %d have spans", counted, served)
	}
}

// TestReceiverThatGoesAway loses what is sent meanwhile, and goes on.
func TestReceiverThatGoesAway(t *testing.T) {
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	intervals := 0
	var lost, taken bool
	p := run(t, load(t, "../../../examples/shop"), server.URL, 2*time.Minute, func(o *send.Options) {
		o.Report = func(p send.Progress) {
			intervals++
			r.mu.Lock()
			defer r.mu.Unlock()
			r.refuse = intervals == 3 || intervals == 4
			lost = lost || p.Err != nil
			taken = lost && p.Err == nil
		}
	})
	if p.Lost == 0 || p.LastError == nil || !lost || !taken || p.Err != nil {
		t.Errorf("after an outage: %+v", p)
	}
}

// TestGRPC sends to a server of gRPC.
func TestGRPC(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, r := grpc.NewServer(), &rpcReceiver{}
	ptraceotlp.RegisterGRPCServer(server, &rpcTraces{r: r})
	pmetricotlp.RegisterGRPCServer(server, &rpcMetrics{r: r})
	plogotlp.RegisterGRPCServer(server, &rpcLogs{r: r})
	go server.Serve(listener) //nolint:errcheck // it ends with the test
	defer server.Stop()
	p := run(t, load(t, "../../../examples/shop"), "grpc://"+listener.Addr().String(), 30*time.Second, nil)
	if p.Lost > 0 || p.Spans != r.spans || p.Points != r.points || p.Records != r.records || p.Spans == 0 {
		t.Errorf("sent %+v, received %+v", p, r)
	}
}

type rpcReceiver struct{ spans, points, records int }

type rpcTraces struct {
	ptraceotlp.UnimplementedGRPCServer
	r *rpcReceiver
}

func (s *rpcTraces) Export(_ context.Context, in ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	s.r.spans += in.Traces().SpanCount()
	return ptraceotlp.NewExportResponse(), nil
}

type rpcMetrics struct {
	pmetricotlp.UnimplementedGRPCServer
	r *rpcReceiver
}

func (s *rpcMetrics) Export(_ context.Context, in pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	s.r.points += in.Metrics().DataPointCount()
	return pmetricotlp.NewExportResponse(), nil
}

type rpcLogs struct {
	plogotlp.UnimplementedGRPCServer
	r *rpcReceiver
}

func (s *rpcLogs) Export(_ context.Context, in plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	s.r.records += in.Logs().LogRecordCount()
	return plogotlp.NewExportResponse(), nil
}

// TestNobodyListens is told apart from all other errors.
func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close() // so that nobody has the port
	sys := load(t, "../../../examples/shop")
	m, err := traffic.New(sys, traffic.Options{Start: noon})
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []string{"http://" + address, "grpc://" + address} {
		exporter, err := send.Dial(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		c := &clock{noon}
		_, err = send.New(sys, m, exporter, 10, send.Options{Start: noon, For: time.Minute, Now: c.Now, Wait: c.Wait}).Run(context.Background())
		if !errors.Is(err, send.ErrNobodyListens) {
			t.Errorf("%s: %v", endpoint, err)
		}
		_ = exporter.Close()
	}
}

// TestInterrupted sends what is over when the context ends.
func TestInterrupted(t *testing.T) {
	r := &receiver{}
	server := httptest.NewServer(r)
	defer server.Close()
	sys := load(t, "../../../examples/shop")
	m, err := traffic.New(sys, traffic.Options{Start: noon})
	if err != nil {
		t.Fatal(err)
	}
	exporter, err := send.Dial(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &clock{noon}
	p, err := send.New(sys, m, exporter, 10, send.Options{Start: noon, Now: c.Now, Wait: func(ctx context.Context, d time.Duration) {
		if c.Wait(ctx, d); c.now.Sub(noon) > 20*time.Second {
			stop()
		}
	}}).Run(ctx)
	if err != nil || p.Lost > 0 || p.Spans != len(r.spans()) || p.Spans == 0 || len(r.metrics) != 3 {
		t.Errorf("%v: sent %+v, received %d spans and %d times metrics", err, p, len(r.spans()), len(r.metrics))
	}
}
