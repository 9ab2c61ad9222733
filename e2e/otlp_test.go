//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// resource is what a service of the tests says of itself.
func resource(r pcommon.Resource, service string) {
	for name, value := range map[string]string{
		"service.name": service, "service.namespace": "e2e", "service.instance.id": service + "-1",
		"service.version": "1.2.3", "deployment.environment.name": "e2e",
	} {
		r.Attributes().PutStr(name, value)
	}
}

func traceID(n uint64) (id pcommon.TraceID) {
	id[0] = 0xab // no leading zeros, which Tempo's search drops
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

func spanID(n uint64) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], n+1)
	return id
}

// span describes one to send.
type span struct {
	service string
	trace   pcommon.TraceID
	id      pcommon.SpanID
	parent  pcommon.SpanID
	name    string
	kind    ptrace.SpanKind
	start   time.Time
	took    time.Duration
	failed  bool
}

func traces(spans ...span) ptrace.Traces {
	out := ptrace.NewTraces()
	for _, s := range spans {
		rs := out.ResourceSpans().AppendEmpty()
		resource(rs.Resource(), s.service)
		sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		sp.SetTraceID(s.trace)
		sp.SetSpanID(s.id)
		sp.SetParentSpanID(s.parent)
		sp.SetName(s.name)
		sp.SetKind(s.kind)
		sp.SetStartTimestamp(pcommon.NewTimestampFromTime(s.start))
		sp.SetEndTimestamp(pcommon.NewTimestampFromTime(s.start.Add(s.took)))
		if s.failed {
			sp.Status().SetCode(ptrace.StatusCodeError)
		}
	}
	return out
}

// call is a request from one service to another, as a trace of two spans.
func call(n uint64, from, to string, took time.Duration, failed bool) ptrace.Traces {
	id, start := traceID(n), time.Now().Add(-took)
	return traces(
		span{from, id, spanID(2 * n), pcommon.SpanID{}, "GET /products", ptrace.SpanKindClient, start, took, failed},
		span{to, id, spanID(2*n + 1), spanID(2 * n), "GET /products", ptrace.SpanKindServer, start, took, failed},
	)
}

// post sends an export request over HTTP.
func (s *site) post(ctx context.Context, signal string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url("otlp_http", "/v1/"+signal), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	answer, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %x", signal, response.StatusCode, answer)
	}
	return nil
}

func (s *site) sendTraces(ctx context.Context, t ptrace.Traces) error {
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(t)
	if err != nil {
		return err
	}
	return s.post(ctx, "traces", body)
}

func (s *site) sendLogs(ctx context.Context, l plog.Logs) error {
	body, err := (&plog.ProtoMarshaler{}).MarshalLogs(l)
	if err != nil {
		return err
	}
	return s.post(ctx, "logs", body)
}

func (s *site) sendMetrics(ctx context.Context, m pmetric.Metrics) error {
	body, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(m)
	if err != nil {
		return err
	}
	return s.post(ctx, "metrics", body)
}

// record is one log record of a service, within a span.
func record(service, text string, trace pcommon.TraceID, at time.Time) plog.Logs {
	out := plog.NewLogs()
	rl := out.ResourceLogs().AppendEmpty()
	resource(rl.Resource(), service)
	r := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	r.Body().SetStr(text)
	r.SetTimestamp(pcommon.NewTimestampFromTime(at))
	r.SetSeverityNumber(plog.SeverityNumberWarn)
	r.SetSeverityText("WARN")
	r.SetTraceID(trace)
	r.SetSpanID(spanID(1))
	return out
}

// duration is a histogram of request durations with an exemplar.
func duration(service string, count uint64, trace pcommon.TraceID, at time.Time) pmetric.Metrics {
	out := pmetric.NewMetrics()
	rm := out.ResourceMetrics().AppendEmpty()
	resource(rm.Resource(), service)
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("http.server.request.duration")
	m.SetUnit("s")
	h := m.SetEmptyHistogram()
	h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := h.DataPoints().AppendEmpty()
	p.Attributes().PutStr("http.request.method", "GET")
	p.Attributes().PutStr("http.route", "/products")
	p.Attributes().PutInt("http.response.status_code", 200)
	p.ExplicitBounds().FromRaw([]float64{0.1, 1})
	p.BucketCounts().FromRaw([]uint64{0, count, 0})
	p.SetCount(count)
	p.SetSum(0.5 * float64(count))
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(at.Add(-time.Hour)))
	p.SetTimestamp(pcommon.NewTimestampFromTime(at))
	e := p.Exemplars().AppendEmpty()
	e.SetDoubleValue(0.5)
	e.SetTimestamp(pcommon.NewTimestampFromTime(at))
	e.SetTraceID(trace)
	e.SetSpanID(spanID(1))
	return out
}

// sum is a counter of a service.
func sum(service, name string, value int64, at time.Time, temporality pmetric.AggregationTemporality) pmetric.Metrics {
	out := pmetric.NewMetrics()
	rm := out.ResourceMetrics().AppendEmpty()
	resource(rm.Resource(), service)
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(name)
	c := m.SetEmptySum()
	c.SetIsMonotonic(true)
	c.SetAggregationTemporality(temporality)
	p := c.DataPoints().AppendEmpty()
	p.SetIntValue(value)
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(at.Add(-time.Minute)))
	p.SetTimestamp(pcommon.NewTimestampFromTime(at))
	return out
}

func hexID(id pcommon.TraceID) string { return hex.EncodeToString(id[:]) }
