package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LogFilter says which log records are meant.
type LogFilter struct {
	Filter
	Levels []string // names of levels
	Event  string
	Span   string
	Before string // the id of a record: only what arrived before it
}

// Logs are the newest records of a filter, newest first.
type Logs struct {
	Records []Log `json:"records"`
	// Partial says that the search took too long and did not look at everything.
	Partial bool `json:"partial"`
}

const (
	// maxSearch is how long a search may take unless told otherwise.
	maxSearch = 5 * time.Second
	// maxLimit is how many records a search may return.
	maxLimit = 5000
	// defaultLimit is how many it returns otherwise.
	defaultLimit = 200
)

func (f *Filter) limit() int {
	if f.Limit <= 0 {
		return defaultLimit
	}
	return min(f.Limit, maxLimit)
}

// SearchLogs finds log records.
func (s *Store) SearchLogs(ctx context.Context, f LogFilter) (Logs, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.MaxSearch)
	defer cancel()
	partition, row, err := parseID(f.Before)
	if err != nil {
		return Logs{}, err
	}
	out := Logs{Records: []Log{}}
	for _, p := range s.newestFirst(&f.Filter) {
		before := int64(1) << 62
		switch {
		case f.Before != "" && p.number > partition:
			continue
		case f.Before != "" && p.number == partition:
			before = row
		}
		if err := s.logsIn(ctx, &p, &f, before, &out); err != nil {
			return partial(ctx, out, err)
		}
		if len(out.Records) >= f.limit() {
			break
		}
	}
	slices.SortStableFunc(out.Records, func(a, b Log) int { return int(min(max(b.Time-a.Time, -1), 1)) })
	return out, nil
}

// partial turns the end of a search's time into what was found by then.
func partial(ctx context.Context, out Logs, err error) (Logs, error) {
	if ctx.Err() != nil {
		out.Partial = true
		return out, nil
	}
	return out, err
}

// newestFirst copies the partitions that may hold what a filter wants.
func (s *Store) newestFirst(f *Filter) []partition {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []partition
	for _, p := range slices.Backward(s.partitions) {
		if p.overlaps(f.From, f.To) {
			out = append(out, *p)
		}
	}
	return out
}

const (
	logColumns = "r.id, r.time, r.resource, r.severity, r.trace, r.span, r.data"
	inTime     = " and r.time >= ? and (r.time <= ? or ? = 0)"
)

func (s *Store) logsIn(ctx context.Context, p *partition, f *LogFilter, before int64, out *Logs) error {
	t, err := s.logTerms(ctx, p, f)
	if err != nil {
		return gone(err)
	}
	statement, args := newest("logs", logColumns, inTime, t, before, f.From, f.To, f.To)
	rows, err := s.read.QueryContext(ctx, p.sql(statement), args...)
	if err != nil {
		return gone(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	cache := resourceCache{}
	for len(out.Records) < f.limit() && rows.Next() {
		record, err := s.scanLog(ctx, p, cache, rows.Scan)
		if err != nil {
			return err
		}
		if f.wants(&record) {
			out.Records = append(out.Records, record)
		}
	}
	return rows.Err()
}

func (s *Store) logTerms(ctx context.Context, p *partition, f *LogFilter) (terms, error) {
	t, err := s.common(ctx, p, &f.Filter)
	if err != nil {
		return nil, err
	}
	t.facts("level", f.Levels)
	if f.Event != "" {
		t.facts("event", []string{f.Event})
	}
	return t, nil
}

// newest selects the rows of a query of the index, or all if it has no terms, that
// are before a row, newest first. Without the cross join SQLite might look at the rows
// first.
func newest(table, columns, condition string, t terms, before int64, args ...any) (string, []any) {
	if len(t) == 0 {
		return fmt.Sprintf("select %s from %s_$ r where r.id < ? %s order by r.id desc", columns, table, condition), append([]any{before}, args...)
	}
	return fmt.Sprintf("select %s from %s_fts_$ cross join %s_$ r on r.id = %s_fts_$.rowid where %s_fts_$ match ? and %s_fts_$.rowid < ? %s order by %s_fts_$.rowid desc",
		columns, table, table, table, table, table, condition, table), append([]any{t.query(), before}, args...)
}

// gone is nil for the error of a partition that was dropped during a search.
func gone(err error) error {
	if err != nil && strings.Contains(err.Error(), "no such table") {
		return nil
	}
	return err
}

func (s *Store) scanLog(ctx context.Context, p *partition, cache resourceCache, scan func(...any) error) (Log, error) {
	var id, at, resource int64
	var severity int
	var trace, span, encoded []byte
	if err := scan(&id, &at, &resource, &severity, &trace, &span, &encoded); err != nil {
		return Log{}, err
	}
	from, err := s.resource(ctx, p, cache, resource)
	if err != nil {
		return Log{}, err
	}
	var data logData
	if err := json.Unmarshal(encoded, &data); err != nil {
		return Log{}, err
	}
	return Log{
		ID: formatID(p.number, id), Time: at / 1000, Service: from.service, Level: levelOf(severity), Event: data.Event, Body: data.Body,
		Trace: hexID(trace), Span: hexID(span), Attributes: data.Attributes, Resource: from.attributes, Scope: data.Scope,
	}, nil
}

// wants checks what the index cannot know.
func (f *LogFilter) wants(l *Log) bool {
	if len(f.Levels) > 0 && !slices.Contains(f.Levels, l.Level) || f.Event != "" && f.Event != l.Event || f.Span != "" && f.Span != l.Span {
		return false
	}
	if !f.common(l.Service, l.Trace, l.Attributes, l.Resource) {
		return false
	}
	quoted := phrases(f.Text)
	return len(quoted) == 0 || holds(quoted, append(texts(l.Attributes), l.Body, l.Event)...)
}

// common checks what the filters of logs and traces share, but the text.
func (f *Filter) common(service, trace string, attributes, resource []Attribute) bool {
	if len(f.Services) > 0 && !slices.Contains(f.Services, service) || f.Trace != "" && f.Trace != trace {
		return false
	}
	for _, want := range f.Attributes {
		if !has(want, attributes, resource) {
			return false
		}
	}
	return true
}

func formatID(partition, row int64) string { return fmt.Sprintf("%d.%d", partition, row) }

func parseID(id string) (partition, row int64, err error) {
	if id == "" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(id, ".")
	if partition, err = strconv.ParseInt(first, 10, 64); err == nil {
		row, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%q is no id of a record", id)
	}
	return partition, row, nil
}

// LevelsFrom returns the names of a level and those above it.
func LevelsFrom(level string) ([]string, error) {
	var out []string
	for _, l := range levels {
		if len(out) > 0 || l.name == level {
			out = append(out, l.name)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%q is no level; levels are trace, debug, info, warn, error and fatal", level)
	}
	return out, nil
}
