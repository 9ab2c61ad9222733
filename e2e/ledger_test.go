//go:build e2e

package e2e

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// missingRecords returns the numbers of accepted log records that Loki has not.
func (l *load) missingRecords(t *testing.T) ([]int, error) {
	seen := make([]bool, l.sent("logs")*recordsPerRequest)
	const window = time.Second
	end := l.start.Add(time.Duration(l.sent("logs")) * every)
	for from := l.start; from.Before(end); from = from.Add(window) {
		if err := l.see(t, seen, from, from.Add(window)); err != nil {
			return nil, err
		}
	}
	var missing []int
	for number, ok := range seen {
		if !ok {
			missing = append(missing, number)
		}
	}
	return missing, nil
}

// see marks the records of a window.
func (l *load) see(t *testing.T, seen []bool, from, to time.Time) error {
	var answer struct {
		Data struct {
			Result []struct{ Values [][2]string }
		}
	}
	query := url.Values{
		"query": {`{service_name="load"}`}, "limit": {"5000"},
		"start": {fmt.Sprint(from.UnixNano())}, "end": {fmt.Sprint(to.UnixNano())},
	}
	if err := ask(t, l.site.url("loki", "/loki/api/v1/query_range?"+query.Encode()), &answer); err != nil {
		return err
	}
	for _, stream := range answer.Data.Result {
		for _, v := range stream.Values {
			text, _, _ := strings.Cut(strings.TrimPrefix(v[1], "seq="), " ")
			if number, err := strconv.Atoi(text); err == nil && number < len(seen) {
				seen[number] = true
			}
		}
	}
	return nil
}

// missingTraces returns the numbers of accepted traces that Tempo does not have
// whole. Most are found by searches; a trace whose pieces stand in several blocks is
// asked for by itself.
func (l *load) missingTraces(t *testing.T) ([]int, error) {
	whole := map[string]bool{}
	end := l.start.Add(time.Duration(l.sent("traces")) * every)
	for from := l.start; from.Before(end.Add(time.Second)); from = from.Add(2 * time.Second) {
		if err := l.search(t, whole, from); err != nil {
			return nil, err
		}
	}
	var missing []int
	for n := range l.sent("traces") * tracesPerRequest {
		id := hexID(loadTraceID(uint64(n)))
		if whole[id] {
			continue
		}
		if spans, err := l.site.spansOf(t, id); err != nil || spans != spansPerTrace {
			missing = append(missing, n)
		}
	}
	return missing, nil
}

// search marks the traces around a time of which all spans are found.
func (l *load) search(t *testing.T, whole map[string]bool, at time.Time) error {
	var answer struct {
		Traces []struct {
			TraceID  string
			SpanSets []struct{ Matched int }
		}
	}
	query := url.Values{
		"q": {`{ resource.service.name = "load" }`}, "limit": {"1000"}, "spss": {"1"},
		"start": {fmt.Sprint(at.Unix() - 1)}, "end": {fmt.Sprint(at.Unix() + 3)},
	}
	if err := ask(t, l.site.url("tempo", "/api/search?"+query.Encode()), &answer); err != nil {
		return err
	}
	for _, trace := range answer.Traces {
		for _, set := range trace.SpanSets {
			if set.Matched >= spansPerTrace {
				whole[trace.TraceID] = true
			}
		}
	}
	return nil
}

// wrongCounters counts the series that have not their final value.
func (l *load) wrongCounters(t *testing.T) (int, error) {
	result, err := l.site.promql(t, `last_over_time(load_items_total[15m])`)
	if err != nil {
		return 0, err
	}
	wrong := activeSeries - len(result)
	for _, r := range result {
		if r.value() != float64(l.sent("metrics")) {
			wrong++
		}
	}
	return wrong, nil
}

// everythingArrives waits until all that was accepted is there. mayLose says of a
// time at which a trace was accepted whether it may be missing.
func (l *load) everythingArrives(t *testing.T, patience time.Duration, mayLose func(time.Time) bool) (lost int) {
	t.Helper()
	eventually(t, patience, "counters", func() error {
		wrong, err := l.wrongCounters(t)
		if err == nil && wrong != 0 {
			err = fmt.Errorf("%d of %d series lack their final value", wrong, activeSeries)
		}
		return err
	})
	eventually(t, patience, "log records", func() error {
		missing, err := l.missingRecords(t)
		if err == nil && len(missing) != 0 {
			err = fmt.Errorf("%d of %d are missing, the first is %d", len(missing), l.sent("logs")*recordsPerRequest, missing[0])
		}
		return err
	})
	eventually(t, patience, "traces", func() error {
		lost = 0
		missing, err := l.missingTraces(t)
		if err != nil {
			return err
		}
		for _, n := range missing {
			accepted := l.accepted("traces", n/tracesPerRequest)
			if mayLose == nil || !mayLose(accepted) {
				return fmt.Errorf("trace %d, accepted %s after the start, is not there whole", n, accepted.Sub(l.start))
			}
			lost++
		}
		return nil
	})
	t.Logf("sent: %d spans, %d log records, %d samples; sent again: %d requests; lost: %d spans",
		l.sent("traces")*tracesPerRequest*spansPerTrace, l.sent("logs")*recordsPerRequest, l.sent("metrics")*activeSeries, l.retries, lost*spansPerTrace)
	return lost
}
