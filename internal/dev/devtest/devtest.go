// Package devtest makes telemetry of the example shop for the tests of the engine, and
// sends it as an OTLP client does.
//
// In: a seed, times. Out: pdata, the same for the same seed. It is for tests alone.
package devtest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Bounds are those of request durations in the semantic conventions.
var Bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

// Shop remembers what its counters have counted.
type Shop struct {
	Fail float64 // share of orders that fail, 0 to 1

	random   *rand.Rand
	requests map[[3]string]*histogram // by service, operation and status
	orders   map[[2]string]float64    // by payment method and outcome
	started  time.Time
	number   uint64
}

type histogram struct {
	buckets  []uint64
	count    uint64
	sum      float64
	exemplar pcommon.TraceID
}

// New returns a shop that opened at a time.
func New(seed uint64, at time.Time) *Shop {
	return &Shop{random: rand.New(rand.NewPCG(seed, 1)), requests: map[[3]string]*histogram{}, orders: map[[2]string]float64{}, started: at}
}

// resource fills in who sends.
func resource(r pcommon.Resource, service string) {
	a := r.Attributes()
	a.PutStr("service.name", service)
	a.PutStr("service.namespace", "shop")
	a.PutStr("service.version", "1.4.0")
	a.PutStr("service.instance.id", service+"-0")
	a.PutStr("deployment.environment.name", "local")
}

// Checkout is one order: five spans of three services, and what they log.
func (s *Shop) Checkout(at time.Time, td ptrace.Traces, ld plog.Logs) {
	s.number++
	failed := s.random.Float64() < s.Fail
	took := 20*time.Millisecond + time.Duration(s.random.ExpFloat64()*40)*time.Millisecond
	order := fmt.Sprintf("order-%06d", s.number)
	method := []string{"card", "paypal", "invoice"}[s.random.IntN(3)]
	t := &trace{td: td, at: at, services: map[string]ptrace.SpanSlice{}}
	t.id = s.traceID()
	add := func(service, name string, kind ptrace.SpanKind, parent byte, from, to float64) ptrace.Span {
		return t.add(service, name, kind, parent, time.Duration(from*float64(took)), time.Duration(to*float64(took)))
	}
	front := add("storefront", "POST /checkout", ptrace.SpanKindServer, 0, 0, 1)
	front.Attributes().PutStr("http.request.method", "POST")
	front.Attributes().PutStr("http.route", "/checkout")
	front.Attributes().PutStr("order.id", order)
	add("storefront", "shop.v1.Checkout/PlaceOrder", ptrace.SpanKindClient, 1, 0.05, 0.95)
	place := add("checkout", "shop.v1.Checkout/PlaceOrder", ptrace.SpanKindServer, 2, 0.1, 0.9)
	place.Attributes().PutStr("rpc.method", "shop.v1.Checkout/PlaceOrder")
	stock := add("checkout", "reserve stock", ptrace.SpanKindInternal, 3, 0.15, 0.3)
	stock.Attributes().PutStr("order.id", order)
	stock.Attributes().PutInt("order.lines", int64(1+s.random.IntN(5)))
	add("checkout", "POST", ptrace.SpanKindClient, 3, 0.35, 0.8)
	charge := add("payments", "POST /charges", ptrace.SpanKindServer, 5, 0.4, 0.78)
	charge.Attributes().PutStr("http.request.method", "POST")
	charge.Attributes().PutStr("http.route", "/charges")
	outcome, httpStatus, rpcStatus := "placed", "200", "OK"
	if failed {
		outcome, httpStatus, rpcStatus = "failed", "500", "INTERNAL"
		for _, span := range []ptrace.Span{front, place, charge} {
			span.Status().SetCode(ptrace.StatusCodeError)
			span.Status().SetMessage("the acquirer did not answer in time")
		}
		e := charge.Events().AppendEmpty()
		e.SetName("exception")
		e.SetTimestamp(charge.EndTimestamp())
		e.Attributes().PutStr("exception.type", "TimeoutError")
		e.Attributes().PutStr("exception.message", "acquirer: deadline exceeded <script>alert(1)</script>")
	}
	s.observe("storefront", "POST /checkout", httpStatus, took, t.id)
	s.observe("checkout", "shop.v1.Checkout/PlaceOrder", rpcStatus, took*8/10, t.id)
	s.observe("payments", "POST /charges", httpStatus, took*4/10, t.id)
	s.orders[[2]string{method, outcome}]++
	s.log(ld, "checkout", t.id, place.SpanID(), at.Add(took/2), failed, order)
}

func (s *Shop) traceID() (id pcommon.TraceID) {
	for i := range id {
		id[i] = byte(s.random.Uint32())
	}
	return id
}

// trace is a trace that is being written.
type trace struct {
	td       ptrace.Traces
	id       pcommon.TraceID
	at       time.Time
	services map[string]ptrace.SpanSlice
	spans    byte
}

// add writes the next span; parent is the number of an earlier one, from 1.
func (t *trace) add(service, name string, kind ptrace.SpanKind, parent byte, from, to time.Duration) ptrace.Span {
	spans, ok := t.services[service]
	if !ok {
		rs := t.td.ResourceSpans().AppendEmpty()
		resource(rs.Resource(), service)
		spans = rs.ScopeSpans().AppendEmpty().Spans()
		t.services[service] = spans
	}
	t.spans++
	span := spans.AppendEmpty()
	span.SetTraceID(t.id)
	span.SetSpanID(t.spanID(t.spans))
	if parent > 0 {
		span.SetParentSpanID(t.spanID(parent))
	}
	span.SetName(name)
	span.SetKind(kind)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(t.at.Add(from)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(t.at.Add(to)))
	return span
}

func (t *trace) spanID(n byte) pcommon.SpanID {
	return pcommon.SpanID{t.id[0], t.id[1], t.id[2], t.id[3], t.id[4], t.id[5], t.id[6], n}
}

func (s *Shop) log(ld plog.Logs, service string, trace pcommon.TraceID, span pcommon.SpanID, at time.Time, failed bool, order string) {
	rl := ld.ResourceLogs().AppendEmpty()
	resource(rl.Resource(), service)
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	add := func(level plog.SeverityNumber, body string) plog.LogRecord {
		r := records.AppendEmpty()
		r.SetTimestamp(pcommon.NewTimestampFromTime(at))
		r.SetSeverityNumber(level)
		r.Body().SetStr(body)
		r.SetTraceID(trace)
		r.SetSpanID(span)
		r.Attributes().PutStr("order.id", order)
		return r
	}
	add(plog.SeverityNumberInfo, "order received")
	switch {
	case failed:
		add(plog.SeverityNumberError, "payment failed: acquirer did not answer <img src=x onerror=alert(1)>")
	case s.random.IntN(50) == 0:
		r := add(plog.SeverityNumberWarn, "order rejected")
		r.SetEventName("order.rejected")
		r.Attributes().PutStr("reason", "out_of_stock")
	default:
		add(plog.SeverityNumberDebug, "order placed")
	}
}

func (s *Shop) observe(service, operation, status string, took time.Duration, trace pcommon.TraceID) {
	key := [3]string{service, operation, status}
	h := s.requests[key]
	if h == nil {
		h = &histogram{buckets: make([]uint64, len(Bounds)+1)}
		s.requests[key] = h
	}
	i := 0
	for i < len(Bounds) && took.Seconds() > Bounds[i] {
		i++
	}
	h.buckets[i]++
	h.count++
	h.sum += took.Seconds()
	h.exemplar = trace
}
