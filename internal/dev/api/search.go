package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/dev/store"
	"github.com/obsboot/obsboot/internal/model"
)

// Limits of a search.
const (
	maxText    = 1000
	maxFilters = 20
)

// filterOf reads what the filters of logs and traces share. Times are milliseconds
// since 1970; an attribute is key=value, or key alone for any value.
func filterOf(r *http.Request) (store.Filter, error) {
	q := r.URL.Query()
	f := store.Filter{Services: q["service"], Text: q.Get("q"), Trace: strings.ToLower(q.Get("trace"))}
	if len(f.Text) > maxText || len(q["attr"]) > maxFilters || len(f.Services) > maxFilters {
		return f, badRequest{fmt.Errorf("the search is too long")}
	}
	for _, text := range q["attr"] {
		key, value, ok := strings.Cut(text, "=")
		a := store.Attribute{Key: key}
		if ok {
			a.Value = value
		}
		f.Attributes = append(f.Attributes, a)
	}
	var limit int64
	for name, to := range map[string]*int64{"from": &f.From, "to": &f.To, "limit": &limit} {
		if err := number(q.Get(name), name, to); err != nil {
			return f, err
		}
	}
	f.From, f.To, f.Limit = f.From*1e6, f.To*1e6, int(min(limit, maxRecords))
	return f, nil
}

// maxRecords is how many records a search may give.
const maxRecords = 5000

func number(text, name string, to *int64) error {
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<43 { // in milliseconds, the year 2248
		return badRequest{fmt.Errorf("%s: %q is no number that makes sense", name, text)}
	}
	*to = n
	return nil
}

func logFilterOf(r *http.Request) (store.LogFilter, error) {
	common, err := filterOf(r)
	if err != nil {
		return store.LogFilter{}, err
	}
	q := r.URL.Query()
	f := store.LogFilter{Filter: common, Event: q.Get("event"), Span: strings.ToLower(q.Get("span")), Before: q.Get("before")}
	if level := q.Get("level"); level != "" {
		if f.Levels, err = store.LevelsFrom(level); err != nil {
			return f, badRequest{err}
		}
	}
	return f, nil
}

func (a *api) logs(r *http.Request) (any, error) {
	f, err := logFilterOf(r)
	if err != nil {
		return nil, err
	}
	return a.Store.SearchLogs(r.Context(), f)
}

func (a *api) traces(r *http.Request) (any, error) {
	common, err := filterOf(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	f := store.TraceFilter{Filter: common, Operation: q.Get("operation"), Kind: q.Get("kind"), Failed: q.Get("failed") == "true"}
	for name, to := range map[string]*int64{"min": &f.Min, "max": &f.Max} {
		if text := q.Get(name); text != "" {
			d, err := model.ParseDuration(text)
			if err != nil {
				return nil, badRequest{fmt.Errorf("%s: %w", name, err)}
			}
			*to = d.Nanoseconds()
		}
	}
	return a.Store.SearchTraces(r.Context(), f)
}

func (a *api) trace(r *http.Request) (any, error) {
	return a.Store.FindTrace(r.Context(), r.PathValue("id"))
}

// tail sends log records as server-sent events, several at a time.
func (a *api) tail(w http.ResponseWriter, r *http.Request) {
	f, err := logFilterOf(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	tail := a.Store.TailLogs(f)
	defer tail.Close()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	// The server's limit is for requests that end.
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		return
	}
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for idle := 0; ; {
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
		}
		records, open := gather(tail)
		if idle++; len(records) == 0 && idle < 40 && open {
			continue
		}
		idle = 0
		if !open || send(w, out, map[string]any{"records": records, "missed": tail.Missed()}) != nil {
			return
		}
	}
}

// maxTail is how many records a browser is sent at a time.
const maxTail = 500

func gather(tail *store.Tail) (records []store.Log, open bool) {
	records = []store.Log{}
	for len(records) < maxTail {
		select {
		case record, ok := <-tail.Records:
			if !ok {
				return records, false
			}
			records = append(records, record)
		default:
			return records, true
		}
	}
	return records, true
}

func send(w http.ResponseWriter, out *http.ResponseController, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := out.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "data: %s\n\n", content); err != nil {
		return err
	}
	return out.Flush()
}
