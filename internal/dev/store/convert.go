package store

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// WriteTraces returns when the spans are committed.
func (s *Store) WriteTraces(ctx context.Context, td ptrace.Traces) error {
	return s.enqueue(ctx, spansOf(td))
}

// WriteLogs returns when the records are committed.
func (s *Store) WriteLogs(ctx context.Context, ld plog.Logs) error {
	return s.enqueue(ctx, logsOf(ld, time.Now()))
}

func (s *Store) enqueue(ctx context.Context, b *batch) error {
	if b.records() == 0 {
		return nil
	}
	b.done = make(chan error, 1)
	if err := s.queue.add(b); err != nil {
		return err
	}
	select {
	case err := <-b.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// origin is a resource with what its records share.
type origin struct {
	resource
	tokens string
}

func originOf(r pcommon.Resource) origin {
	all := attributes(r.Attributes())
	slices.SortFunc(all, func(a, b Attribute) int { return strings.Compare(a.Key, b.Key) })
	o := origin{resource: resource{service: "unknown_service", attributes: string(encode(all))}}
	for _, a := range all {
		if a.Key == "service.name" && Text(a.Value) != "" {
			o.service = Text(a.Value)
		}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(o.attributes))
	o.id = int64(h.Sum64() >> 1)
	var t tokens
	t.add(fact("service", o.service))
	t.add(resourceToken(o.id))
	o.tokens = t.String()
	return o
}

func spansOf(td ptrace.Traces) *batch {
	b := &batch{}
	for _, rs := range td.ResourceSpans().All() {
		o := originOf(rs.Resource())
		b.resources = append(b.resources, o.resource)
		b.bytes += len(o.attributes)
		for _, ss := range rs.ScopeSpans().All() {
			scope := cut(ss.Scope().Name(), maxValue)
			for _, span := range ss.Spans().All() {
				row := spanOf(span, &o, scope)
				b.bytes += len(row.data) + len(row.tokens) + len(row.name)
				b.spans = append(b.spans, row)
			}
		}
	}
	return b
}

func spanOf(span ptrace.Span, o *origin, scope string) spanRow {
	start, end := int64(span.StartTimestamp()), int64(span.EndTimestamp())
	row := spanRow{
		time: max(start, 0), duration: max(end-start, 0), trace: span.TraceID(), span: span.SpanID(), parent: span.ParentSpanID(),
		resource: o.id, kind: int(span.Kind()), failed: span.Status().Code() == ptrace.StatusCodeError, name: cut(span.Name(), maxValue),
	}
	data := spanData{Status: cut(span.Status().Message(), maxValue), Attributes: attributes(span.Attributes()), Scope: scope}
	for i, event := range span.Events().All() {
		if i == maxEvents {
			break
		}
		data.Events = append(data.Events, Event{int64(event.Timestamp()) / 1000, cut(event.Name(), maxValue), attributes(event.Attributes())})
	}
	for i, link := range span.Links().All() {
		if i == maxEvents {
			break
		}
		trace, id := link.TraceID(), link.SpanID()
		data.Links = append(data.Links, Link{hexID(trace[:]), hexID(id[:])})
	}
	row.data, row.tokens = encode(data), spanTokens(&row, &data, o)
	return row
}

func spanTokens(row *spanRow, data *spanData, o *origin) string {
	var t tokens
	t.b.WriteString(o.tokens)
	t.add(traceToken(hexID(row.trace[:])))
	t.add(fact("name", row.name))
	t.add(fact("kind", kindOf(row.kind)))
	t.add(magnitude(row.duration))
	if row.failed {
		t.add(fact("failed"))
	}
	t.text(row.name)
	t.text(data.Status)
	t.attributes(data.Attributes)
	for _, event := range data.Events {
		t.text(event.Name)
		for _, a := range event.Attributes {
			if a.Key == "exception.message" || a.Key == "exception.type" {
				t.text(Text(a.Value))
			}
		}
	}
	return t.String()
}

// attributes adds each attribute as a fact, and the words of its value.
func (t *tokens) attributes(all []Attribute) {
	for _, a := range all {
		value := Text(a.Value)
		t.add(fact("attribute", a.Key, value))
		if _, ok := a.Value.(string); ok {
			t.text(value)
		}
	}
}

func logsOf(ld plog.Logs, now time.Time) *batch {
	b := &batch{}
	for _, rl := range ld.ResourceLogs().All() {
		o := originOf(rl.Resource())
		b.resources = append(b.resources, o.resource)
		b.bytes += len(o.attributes)
		for _, sl := range rl.ScopeLogs().All() {
			scope := cut(sl.Scope().Name(), maxValue)
			for _, record := range sl.LogRecords().All() {
				row := logOf(record, &o, scope, now)
				b.bytes += len(row.data) + len(row.tokens)
				b.logs = append(b.logs, row)
			}
		}
	}
	return b
}

func logOf(record plog.LogRecord, o *origin, scope string, now time.Time) logRow {
	row := logRow{
		time: int64(record.Timestamp()), trace: record.TraceID(), span: record.SpanID(), resource: o.id,
		severity: int(record.SeverityNumber()),
	}
	// As OpenTelemetry has it: where there is no time, that of the observation counts.
	if row.time <= 0 {
		row.time = int64(record.ObservedTimestamp())
	}
	if row.time <= 0 {
		row.time = now.UnixNano()
	}
	data := logData{Body: cut(record.Body().AsString(), maxBody), Event: cut(record.EventName(), maxValue), Attributes: attributes(record.Attributes()), Scope: scope}
	row.data = encode(data)
	var t tokens
	t.b.WriteString(o.tokens)
	t.add(fact("level", levelOf(row.severity)))
	if trace := hexID(row.trace[:]); trace != "" {
		t.add(traceToken(trace))
	}
	if data.Event != "" {
		t.add(fact("event", data.Event))
		t.text(data.Event)
	}
	t.text(data.Body)
	t.attributes(data.Attributes)
	row.tokens = t.String()
	return row
}
