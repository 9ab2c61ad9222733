//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The load that the stack is measured with.
const (
	spansPerSecond   = 2000
	recordsPerSecond = 2000
	activeSeries     = 5000

	spansPerTrace = 50
	every         = 100 * time.Millisecond // a request of each signal but metrics
	metricsEvery  = 5 * time.Second
)

// load sends telemetry at a steady pace, as SDKs would: what is not accepted is
// sent again. It remembers when each request was accepted.
type load struct {
	site    *site
	start   time.Time
	stop    context.CancelFunc
	senders sync.WaitGroup

	mu       sync.Mutex
	requests map[string][]time.Time // by signal, in order: when it was accepted
	retries  int
}

// startLoad sends until finish is called.
func startLoad(t *testing.T, s *site, factor int) *load {
	ctx, stop := context.WithCancel(t.Context())
	l := &load{site: s, start: time.Now(), stop: stop, requests: map[string][]time.Time{}}
	l.senders.Go(func() {
		l.pace(ctx, "traces", every, func(n int, at time.Time) ([]byte, error) { return l.traces(n, at, factor) })
	})
	l.senders.Go(func() {
		l.pace(ctx, "logs", every, func(n int, at time.Time) ([]byte, error) { return l.records(n, at, factor) })
	})
	l.senders.Go(func() { l.pace(ctx, "metrics", metricsEvery, l.counters) })
	return l
}

// finish sends what is due and ends the load.
func (l *load) finish() {
	l.stop()
	l.senders.Wait()
}

// pace makes and sends request n when it is due, and tries until it is accepted.
func (l *load) pace(ctx context.Context, signal string, every time.Duration, build func(n int, at time.Time) ([]byte, error)) {
	for n := 0; ; n++ {
		due := l.start.Add(time.Duration(n) * every)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(due)):
		}
		body, err := build(n, due)
		if err != nil {
			panic(err) // the test's own data
		}
		l.deliver(signal, body)
	}
}

// deliver does not give up before the collector has had five minutes.
func (l *load) deliver(signal string, body []byte) {
	for attempt := range 600 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // slow is not refused
		err := l.site.post(ctx, signal, body)
		cancel()
		l.mu.Lock()
		if err == nil {
			l.requests[signal] = append(l.requests[signal], time.Now())
			l.mu.Unlock()
			return
		}
		l.retries++
		l.mu.Unlock()
		time.Sleep(min(500*time.Millisecond, time.Duration(attempt+1)*50*time.Millisecond))
	}
}

// sent is how many requests of a signal were accepted.
func (l *load) sent(signal string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.requests[signal])
}

// accepted is when request n of a signal was accepted.
func (l *load) accepted(signal string, n int) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests[signal][n]
}

const (
	tracesPerRequest  = spansPerSecond * int(every) / int(time.Second) / spansPerTrace
	recordsPerRequest = recordsPerSecond * int(every) / int(time.Second)
)

// traces of request n, whole. Each has an error, so that sampling keeps it.
func (l *load) traces(n int, at time.Time, factor int) ([]byte, error) {
	out := ptrace.NewTraces()
	rs := out.ResourceSpans().AppendEmpty()
	resource(rs.Resource(), "load")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for k := range tracesPerRequest * factor {
		trace := uint64(n*tracesPerRequest*factor + k)
		for i := range spansPerTrace {
			id := trace*spansPerTrace + uint64(i)
			sp := spans.AppendEmpty()
			sp.SetTraceID(loadTraceID(trace))
			sp.SetSpanID(spanID(id))
			if i > 0 {
				sp.SetParentSpanID(spanID(trace * spansPerTrace))
			}
			sp.SetName(fmt.Sprintf("step %d", i%10))
			sp.SetKind(ptrace.SpanKindInternal)
			sp.SetStartTimestamp(pcommon.NewTimestampFromTime(at))
			sp.SetEndTimestamp(pcommon.NewTimestampFromTime(at.Add(20 * time.Millisecond)))
			sp.Attributes().PutStr("http.route", "/products/{id}")
			sp.Attributes().PutStr("user.id", fmt.Sprintf("user-%d", id%1000))
			sp.Attributes().PutInt("items", int64(i))
			if i == spansPerTrace-1 {
				sp.Status().SetCode(ptrace.StatusCodeError)
			}
		}
	}
	return (&ptrace.ProtoMarshaler{}).MarshalTraces(out)
}

func loadTraceID(n uint64) pcommon.TraceID {
	id := traceID(n)
	id[1] = 0xcd
	return id
}

// records of request n, with numbers by which they are found again.
func (l *load) records(n int, at time.Time, factor int) ([]byte, error) {
	out := plog.NewLogs()
	rl := out.ResourceLogs().AppendEmpty()
	resource(rl.Resource(), "load")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	count := recordsPerRequest * factor
	for k := range count {
		number := n*count + k
		r := records.AppendEmpty()
		r.Body().SetStr(fmt.Sprintf("seq=%d the order was placed after the payment was confirmed by the acquirer", number))
		r.SetTimestamp(pcommon.NewTimestampFromTime(at.Add(time.Duration(k) * every / time.Duration(count))))
		r.SetSeverityNumber(plog.SeverityNumberInfo)
		r.SetSeverityText("INFO")
		r.SetTraceID(loadTraceID(uint64(number)))
		r.Attributes().PutStr("order.id", fmt.Sprintf("o-%d", number))
	}
	return (&plog.ProtoMarshaler{}).MarshalLogs(out)
}

// counters of request n: every series has the value n+1.
func (l *load) counters(n int, at time.Time) ([]byte, error) {
	out := pmetric.NewMetrics()
	rm := out.ResourceMetrics().AppendEmpty()
	resource(rm.Resource(), "load")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("load.items")
	c := m.SetEmptySum()
	c.SetIsMonotonic(true)
	c.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for slot := range activeSeries {
		p := c.DataPoints().AppendEmpty()
		p.Attributes().PutInt("slot", int64(slot))
		p.SetIntValue(int64(n + 1))
		p.SetStartTimestamp(pcommon.NewTimestampFromTime(l.start))
		p.SetTimestamp(pcommon.NewTimestampFromTime(at))
	}
	return (&pmetric.ProtoMarshaler{}).MarshalMetrics(out)
}
