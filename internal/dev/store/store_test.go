package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func openTest(t testing.TB, o Options) *Store {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.MaxSearch = 5 * time.Minute // machines may be slow
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// trace writes a request through three services, the n-th of a test.
func trace(n int, at time.Time, failed bool) ptrace.Traces {
	td := ptrace.NewTraces()
	add := func(service string, id, parent byte, name string, kind ptrace.SpanKind, start, length time.Duration) ptrace.Span {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		rs.Resource().Attributes().PutStr("service.version", "1.2.3")
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.SetTraceID(traceID(n))
		span.SetSpanID(pcommon.SpanID{id})
		if parent != 0 {
			span.SetParentSpanID(pcommon.SpanID{parent})
		}
		span.SetName(name)
		span.SetKind(kind)
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(at.Add(start)))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(at.Add(start + length)))
		span.Attributes().PutInt("order.lines", int64(n%7))
		span.Attributes().PutStr("order.id", fmt.Sprintf("order-%d", n))
		return span
	}
	add("storefront", 1, 0, "POST /checkout", ptrace.SpanKindServer, 0, 100*time.Millisecond)
	add("storefront", 2, 1, "look at cart", ptrace.SpanKindInternal, 5*time.Millisecond, 10*time.Millisecond)
	checkout := add("checkout", 3, 1, "shop.v1.Checkout/PlaceOrder", ptrace.SpanKindServer, 20*time.Millisecond, 70*time.Millisecond)
	add("payments", 4, 3, "POST /charges", ptrace.SpanKindServer, 30*time.Millisecond, time.Duration(20+n%30)*time.Millisecond)
	if failed {
		checkout.Status().SetCode(ptrace.StatusCodeError)
		checkout.Status().SetMessage("card was refused by the acquirer")
	}
	return td
}

func traceID(n int) pcommon.TraceID {
	return pcommon.TraceID{0xab, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), 1}
}

func logs(n int, at time.Time, level plog.SeverityNumber, body string) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "checkout")
	rl.Resource().Attributes().PutStr("deployment.environment.name", "local")
	record := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	record.SetTimestamp(pcommon.NewTimestampFromTime(at))
	record.SetSeverityNumber(level)
	record.Body().SetStr(body)
	record.Attributes().PutStr("order.id", fmt.Sprintf("order-%d", n))
	record.SetTraceID(traceID(n))
	record.SetSpanID(pcommon.SpanID{3})
	return ld
}

func write(t testing.TB, s *Store, td ptrace.Traces) {
	t.Helper()
	if err := s.WriteTraces(context.Background(), td); err != nil {
		t.Fatal(err)
	}
}

func writeLogs(t testing.TB, s *Store, ld plog.Logs) {
	t.Helper()
	if err := s.WriteLogs(context.Background(), ld); err != nil {
		t.Fatal(err)
	}
}

func TestSearchTraces(t *testing.T) {
	s, now := openTest(t, Options{partitionRows: 30}), time.Now()
	for n := range 40 {
		write(t, s, trace(n, now.Add(time.Duration(n)*time.Second), n == 11))
	}
	for name, test := range map[string]struct {
		filter TraceFilter
		want   int
	}{
		"all":                  {TraceFilter{Filter: Filter{Limit: 100}}, 40},
		"limit":                {TraceFilter{Filter: Filter{Limit: 7}}, 7},
		"failed":               {TraceFilter{Failed: true}, 1},
		"failed elsewhere":     {TraceFilter{Failed: true, Filter: Filter{Services: []string{"payments"}}}, 0},
		"operation":            {TraceFilter{Operation: "POST /charges", Filter: Filter{Limit: 100}}, 40},
		"operation of another": {TraceFilter{Operation: "POST /charges", Filter: Filter{Services: []string{"checkout"}}}, 0},
		"attribute":            {TraceFilter{Filter: Filter{Attributes: []Attribute{{"order.id", "order-17"}}}}, 1},
		"number":               {TraceFilter{Filter: Filter{Attributes: []Attribute{{"order.lines", "3"}}, Limit: 100}}, 6},
		"resource":             {TraceFilter{Filter: Filter{Attributes: []Attribute{{"service.version", "1.2.3"}}, Limit: 100}}, 40},
		"other resource":       {TraceFilter{Filter: Filter{Attributes: []Attribute{{"service.version", "1.2.4"}}}}, 0},
		"any value":            {TraceFilter{Filter: Filter{Attributes: []Attribute{{"order.id", nil}}, Limit: 100}}, 40},
		"slow":                 {TraceFilter{Min: (44 * time.Millisecond).Nanoseconds(), Filter: Filter{Services: []string{"payments"}, Limit: 100}}, 6},
		"quick":                {TraceFilter{Max: (20 * time.Millisecond).Nanoseconds(), Filter: Filter{Services: []string{"payments"}, Limit: 100}}, 2},
		"words":                {TraceFilter{Filter: Filter{Text: "REFUSED acq"}}, 1},
		"phrase":               {TraceFilter{Filter: Filter{Text: `"refused by"`}}, 1},
		"phrase in disorder":   {TraceFilter{Filter: Filter{Text: `"by refused"`}}, 0},
		"syntax of the index":  {TraceFilter{Filter: Filter{Text: `NEAR( AND "* OR -`}}, 0},
		"time": {TraceFilter{Filter: Filter{
			From: now.Add(10 * time.Second).UnixNano(), To: now.Add(12*time.Second - time.Millisecond).UnixNano(), Limit: 100,
		}}, 2},
	} {
		found, err := s.SearchTraces(context.Background(), test.filter)
		if err != nil || len(found.Traces) != test.want {
			t.Errorf("%s: %d traces, %v, want %d", name, len(found.Traces), err, test.want)
		}
	}
}

func TestFindTrace(t *testing.T) {
	s, now := openTest(t, Options{}), time.Now()
	write(t, s, trace(5, now, true))
	writeLogs(t, s, logs(5, now.Add(40*time.Millisecond), plog.SeverityNumberWarn, "order was rejected"))
	found, err := s.FindTrace(context.Background(), "ab000000000000000000000000000501")
	if err != nil {
		t.Fatal(err)
	}
	if found.Spans != 4 || found.Failed != 1 || found.Service != "storefront" || found.Duration != (100*time.Millisecond).Nanoseconds() || len(found.Logs) != 1 {
		t.Errorf("found %+v", found.Trace)
	}
	var order string
	for _, span := range found.All {
		order += fmt.Sprintf("%s %v; ", span.Name, span.Critical)
	}
	if want := "POST /checkout true; look at cart true; shop.v1.Checkout/PlaceOrder true; POST /charges true; "; order != want {
		t.Errorf("the spans are %s, want %s", order, want)
	}
	if _, err := s.FindTrace(context.Background(), "zz"); !errors.Is(err, ErrNoTrace) {
		t.Errorf("a trace that is none gives %v", err)
	}
}

func TestSearchLogs(t *testing.T) {
	s, now := openTest(t, Options{partitionRows: 10}), time.Now()
	tail := s.TailLogs(LogFilter{Levels: []string{"warn"}, Filter: Filter{Text: "reject"}})
	defer tail.Close()
	for n := range 25 {
		level, body := plog.SeverityNumberInfo, fmt.Sprintf("order %d was placed", n)
		if n%5 == 0 {
			level, body = plog.SeverityNumberWarn2, fmt.Sprintf("order %d was REJECTED: <script>alert(1)</script>", n)
		}
		writeLogs(t, s, logs(n, now.Add(time.Duration(n)*time.Millisecond), level, body))
	}
	for name, test := range map[string]struct {
		filter LogFilter
		want   int
	}{
		"all":       {LogFilter{}, 25},
		"level":     {LogFilter{Levels: []string{"warn", "error"}}, 5},
		"words":     {LogFilter{Filter: Filter{Text: "order rejec"}}, 5},
		"number":    {LogFilter{Filter: Filter{Text: "24"}}, 1},
		"trace":     {LogFilter{Filter: Filter{Trace: "ab000000000000000000000000000501"}}, 1},
		"attribute": {LogFilter{Filter: Filter{Attributes: []Attribute{{"order.id", "order-3"}}}}, 1},
		"resource":  {LogFilter{Filter: Filter{Attributes: []Attribute{{"deployment.environment.name", "local"}}}}, 25},
		"service":   {LogFilter{Filter: Filter{Services: []string{"payments"}}}, 0},
		"markup":    {LogFilter{Filter: Filter{Text: `"<script>alert(1)"`}}, 5},
	} {
		found, err := s.SearchLogs(context.Background(), test.filter)
		if err != nil || len(found.Records) != test.want {
			t.Errorf("%s: %d records, %v, want %d", name, len(found.Records), err, test.want)
		}
	}
	seen, before := 0, ""
	for range 4 {
		page, err := s.SearchLogs(context.Background(), LogFilter{Before: before, Filter: Filter{Limit: 8}})
		if err != nil {
			t.Fatal(err)
		}
		seen += len(page.Records)
		before = page.Records[len(page.Records)-1].ID
	}
	if seen != 25 {
		t.Errorf("pages of 8 give %d records, want 25", seen)
	}
	if n := len(tail.Records); n != 5 {
		t.Errorf("the tail has %d records, want 5", n)
	}
}

func TestRoom(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir, MaxSize: 1 << 20, partitionRows: 500})
	now := time.Now()
	for n := range 60 {
		td := ptrace.NewTraces()
		for k := range 50 {
			trace(n*50+k, now, false).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
		}
		write(t, s, td)
	}
	stats := s.Stats()
	if stats.Bytes > 1<<20+1<<19 || stats.Spans == 0 || stats.Spans >= 60*50*4 {
		t.Errorf("the store holds %+v", stats)
	}
	newest, err := s.SearchTraces(context.Background(), TraceFilter{Filter: Filter{Attributes: []Attribute{{"order.id", "order-2999"}}}})
	if err != nil || len(newest.Traces) != 1 {
		t.Errorf("the newest trace is gone: %v", err)
	}
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	write(t, s, trace(1, time.Now(), false))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteTraces(context.Background(), trace(2, time.Now(), false)); !errors.Is(err, ErrClosed) {
		t.Errorf("writing to a closed store gives %v", err)
	}
	s = openTest(t, Options{Dir: dir})
	write(t, s, trace(2, time.Now(), false))
	found, err := s.SearchTraces(context.Background(), TraceFilter{})
	if err != nil || len(found.Traces) != 2 {
		t.Errorf("%d traces, %v, want 2", len(found.Traces), err)
	}
}

func TestFull(t *testing.T) {
	q := newQueue()
	full := &batch{spans: make([]spanRow, maxWaiting)}
	if err := q.add(full); err != nil {
		t.Fatal(err)
	}
	if err := q.add(&batch{spans: make([]spanRow, 1)}); !errors.Is(err, ErrFull) {
		t.Errorf("a full queue says %v", err)
	}
	if taken, ok := q.take(); !ok || len(taken) != 1 {
		t.Errorf("took %d batches", len(taken))
	}
	if err := q.add(&batch{spans: make([]spanRow, 1)}); err != nil {
		t.Errorf("an empty queue says %v", err)
	}
}
