package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
)

// TraceFilter says which traces are meant: those with a span that fits.
type TraceFilter struct {
	Filter
	Operation string // the name of the span
	Kind      string
	Failed    bool
	Min, Max  int64 // duration of the span in nanoseconds; 0: without bound
}

// Trace is a trace in a list.
type Trace struct {
	ID       string   `json:"trace_id"`
	Time     int64    `json:"time_us"`
	Duration int64    `json:"duration_ns"` // from the first start to the last end
	Service  string   `json:"service"`     // of the root, or the first span
	Name     string   `json:"name"`
	Rooted   bool     `json:"rooted"` // the root has arrived
	Spans    int      `json:"spans"`
	Failed   int      `json:"failed"` // spans that failed
	Services []string `json:"services"`
	// Match is the span that was found.
	Match Match `json:"match"`
}

// Match is the span by which a trace was found.
type Match struct {
	Span     string `json:"span_id"`
	Service  string `json:"service"`
	Name     string `json:"name"`
	Duration int64  `json:"duration_ns"`
	Failed   bool   `json:"failed"`
}

// Traces are the newest traces of a filter, newest first.
type Traces struct {
	Traces  []Trace `json:"traces"`
	Partial bool    `json:"partial"` // the search took too long and did not look at everything
}

const (
	defaultTraces = 20
	maxTraces     = 500
)

// SearchTraces finds traces.
func (s *Store) SearchTraces(ctx context.Context, f TraceFilter) (Traces, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.MaxSearch)
	defer cancel()
	search := &traceSearch{s: s, f: &f, limit: min(f.Limit, maxTraces), seen: map[string]bool{}}
	if search.limit <= 0 {
		search.limit = defaultTraces
	}
	err := search.run(ctx)
	if err != nil && ctx.Err() == nil {
		return Traces{}, err
	}
	out := Traces{Traces: search.found, Partial: err != nil}
	if out.Traces == nil {
		out.Traces = []Trace{}
	}
	slices.SortStableFunc(out.Traces, func(a, b Trace) int { return int(min(max(b.Time-a.Time, -1), 1)) })
	return out, nil
}

// traceSearch finds spans, newest first, until they belong to enough traces.
type traceSearch struct {
	s     *Store
	f     *TraceFilter
	limit int
	seen  map[string]bool
	found []Trace
}

func (t *traceSearch) run(ctx context.Context) error {
	all := t.s.newestFirst(&t.f.Filter)
	for _, p := range all {
		matches, err := t.matches(ctx, &p)
		if err != nil {
			return err
		}
		for _, m := range matches {
			trace, err := t.s.summary(ctx, m.trace)
			if err != nil {
				return err
			}
			trace.Match = m.Match
			t.found = append(t.found, trace)
		}
		if len(t.found) >= t.limit {
			break
		}
	}
	return nil
}

// traceMatch is a trace and the span by which it was found.
type traceMatch struct {
	Match
	trace string
}

const spanColumns = "r.id, r.time, r.duration, r.trace, r.span, r.parent, r.resource, r.kind, r.failed, r.name, r.data"

func (t *traceSearch) matches(ctx context.Context, p *partition) ([]traceMatch, error) {
	query, err := t.terms(ctx, p)
	if err != nil {
		return nil, gone(err)
	}
	statement, args := newest("spans", spanColumns, inTime+" and r.duration >= ? and (r.duration <= ? or ? = 0)", query, 1<<62,
		t.f.From, t.f.To, t.f.To, t.f.Min, t.f.Max, t.f.Max)
	rows, err := t.s.read.QueryContext(ctx, p.sql(statement), args...)
	if err != nil {
		return nil, gone(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	var out []traceMatch
	cache := resourceCache{}
	for len(t.found)+len(out) < t.limit && rows.Next() {
		span, err := t.s.scanSpan(ctx, p, cache, rows)
		if err != nil {
			return nil, err
		}
		if span.Trace == "" || t.seen[span.Trace] || !t.f.wants(&span) {
			continue
		}
		t.seen[span.Trace] = true
		out = append(out, traceMatch{Match{span.ID, span.Service, span.Name, span.Duration, span.Failed}, span.Trace})
	}
	return out, rows.Err()
}

func (t *traceSearch) terms(ctx context.Context, p *partition) (terms, error) {
	f := t.f
	query, err := t.s.common(ctx, p, &f.Filter)
	if err != nil {
		return nil, err
	}
	if f.Operation != "" {
		query.facts("name", []string{f.Operation})
	}
	if f.Kind != "" {
		query.facts("kind", []string{f.Kind})
	}
	if f.Failed {
		query = append(query, fact("failed"))
	}
	query.atLeast(f.Min)
	return query, nil
}

// wants checks what the index and the columns cannot know.
func (f *TraceFilter) wants(s *Span) bool {
	if f.Operation != "" && f.Operation != s.Name || f.Kind != "" && f.Kind != s.Kind || f.Failed && !s.Failed {
		return false
	}
	if !f.common(s.Service, s.Trace, s.Attributes, s.Resource) {
		return false
	}
	quoted := phrases(f.Text)
	if len(quoted) == 0 {
		return true
	}
	all := append(texts(s.Attributes), s.Name, s.Status)
	for _, event := range s.Events {
		all = append(append(all, event.Name), texts(event.Attributes)...)
	}
	return holds(quoted, all...)
}

func (s *Store) scanSpan(ctx context.Context, p *partition, cache resourceCache, rows *sql.Rows) (Span, error) {
	var id, resource int64
	var kind int
	var trace, span, parent, encoded []byte
	out := Span{}
	if err := rows.Scan(&id, &out.start, &out.Duration, &trace, &span, &parent, &resource, &kind, &out.Failed, &out.Name, &encoded); err != nil {
		return out, err
	}
	from, err := s.resource(ctx, p, cache, resource)
	if err != nil {
		return out, err
	}
	var data spanData
	if err := json.Unmarshal(encoded, &data); err != nil {
		return out, err
	}
	out.Trace, out.ID, out.Parent = hexID(trace), hexID(span), hexID(parent)
	out.Time, out.Service, out.Resource, out.Kind = out.start/1000, from.service, from.attributes, kindOf(kind)
	out.Status, out.Attributes, out.Scope, out.Events, out.Links = data.Status, data.Attributes, data.Scope, data.Events, data.Links
	return out, nil
}

// ErrNoTrace says that a trace is not here, or no longer.
var ErrNoTrace = errors.New("there is no such trace")

// maxSpans is how many spans of a trace are read.
const maxSpans = 20_000

// summary reads what a list says of a trace.
func (s *Store) summary(ctx context.Context, id string) (Trace, error) {
	spans, err := s.spansOfTrace(ctx, id, "r.time, r.duration, r.parent, r.resource, r.failed, r.name", func(ctx context.Context, p *partition, cache resourceCache, rows *sql.Rows) (Span, error) {
		var span Span
		var parent []byte
		var resource int64
		if err := rows.Scan(&span.start, &span.Duration, &parent, &resource, &span.Failed, &span.Name); err != nil {
			return span, err
		}
		from, err := s.resource(ctx, p, cache, resource)
		span.Parent, span.Service = hexID(parent), from.service
		return span, err
	})
	if err != nil || len(spans) == 0 {
		return Trace{ID: id}, err
	}
	return summarize(id, spans), nil
}

// summarize makes the line of a list from spans that are sorted by their start.
func summarize(id string, spans []Span) Trace {
	first := spans[0]
	out := Trace{ID: id, Time: first.start / 1000, Service: first.Service, Name: first.Name, Spans: len(spans), Services: []string{}}
	end := int64(0)
	for _, span := range spans {
		end = max(end, span.start+span.Duration)
		if span.Parent == "" && !out.Rooted {
			out.Rooted, out.Service, out.Name = true, span.Service, span.Name
		}
		if span.Failed {
			out.Failed++
		}
		if !slices.Contains(out.Services, span.Service) {
			out.Services = append(out.Services, span.Service)
		}
	}
	out.Duration = end - first.start
	slices.Sort(out.Services)
	return out
}

// spansOfTrace reads the spans of a trace from all partitions, sorted by their start.
func (s *Store) spansOfTrace(ctx context.Context, id, columns string, scan func(context.Context, *partition, resourceCache, *sql.Rows) (Span, error)) ([]Span, error) {
	if _, err := hex.DecodeString(id); err != nil || len(id) != 32 {
		return nil, ErrNoTrace
	}
	var out []Span
	for _, p := range s.newestFirst(&Filter{}) {
		rows, err := s.read.QueryContext(ctx, p.sql("select "+columns+" from spans_fts_$ cross join spans_$ r on r.id = spans_fts_$.rowid where spans_fts_$ match ? limit ?"), traceToken(id), maxSpans)
		if err != nil {
			if gone(err) == nil {
				continue
			}
			return nil, err
		}
		cache := resourceCache{}
		for rows.Next() && err == nil {
			var span Span
			if span, err = scan(ctx, &p, cache, rows); err == nil {
				out = append(out, span)
			}
		}
		if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b Span) int { return int(min(max(a.start-b.start, -1), 1)) })
	return out, nil
}
