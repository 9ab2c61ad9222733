package store

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const million = 1_000_000

var vocabulary = []string{
	"order", "placed", "user", "failed", "timeout", "request", "payment", "card", "refused", "stock", "shipment", "cache", "miss",
	"retry", "connection", "reset", "by", "peer", "deadline", "exceeded", "query", "took", "row", "page", "cart", "invoice",
}

// fill writes a million spans and as many log records, one trace in fifty thousand
// with a failure.
func fill(b *testing.B, s *Store) time.Duration {
	random, start, begun := rand.New(rand.NewSource(1)), time.Now().Add(-time.Hour), time.Now()
	for n := 0; n < million/4; n += 500 {
		td, ld := ptrace.NewTraces(), plog.NewLogs()
		for k := n; k < n+500; k++ {
			at := start.Add(time.Duration(k) * 10 * time.Millisecond)
			trace(k, at, k%50_000 == 4711).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
			for range 4 {
				body := ""
				for range 8 {
					body += vocabulary[random.Intn(len(vocabulary))] + " "
				}
				logs(k, at, plog.SeverityNumber(9+4*(random.Intn(100)/95)), body+fmt.Sprint("after ", random.Intn(100_000))).ResourceLogs().MoveAndAppendTo(ld.ResourceLogs())
			}
		}
		write(b, s, td)
		writeLogs(b, s, ld)
	}
	return time.Since(begun)
}

// BenchmarkSearch gives the 95th percentile of searches, in milliseconds.
func BenchmarkSearch(b *testing.B) {
	s := openTest(b, Options{})
	took := fill(b, s)
	b.Logf("filled with %+v in %s", s.Stats(), took)
	random := rand.New(rand.NewSource(2))
	word := func() string { return vocabulary[random.Intn(len(vocabulary))] }
	from := time.Now().Add(-50 * time.Minute)
	for name, filter := range map[string]func() TraceFilter{
		"failed":          func() TraceFilter { return TraceFilter{Failed: true} },
		"failed of order": func() TraceFilter { return TraceFilter{Failed: true, Filter: Filter{Text: "refused"}} },
		"service":         func() TraceFilter { return TraceFilter{Filter: Filter{Services: []string{"payments"}}} },
		"operation":       func() TraceFilter { return TraceFilter{Operation: "POST /charges"} },
		"attribute": func() TraceFilter {
			return TraceFilter{Filter: Filter{Attributes: []Attribute{{"order.id", fmt.Sprintf("order-%d", random.Intn(million/4))}}}}
		},
		"slow": func() TraceFilter {
			return TraceFilter{Min: (49 * time.Millisecond).Nanoseconds(), Filter: Filter{Services: []string{"payments"}}}
		},
		"too slow": func() TraceFilter { return TraceFilter{Min: time.Second.Nanoseconds()} },
		"range": func() TraceFilter {
			return TraceFilter{Filter: Filter{From: from.UnixNano(), To: from.Add(time.Minute).UnixNano()}, Operation: "POST /charges"}
		},
	} {
		b.Run("traces/"+name, func(b *testing.B) {
			percentile(b, func() error { _, err := s.SearchTraces(context.Background(), filter()); return err })
		})
	}
	for name, filter := range map[string]func() LogFilter{
		"all":   func() LogFilter { return LogFilter{} },
		"words": func() LogFilter { return LogFilter{Filter: Filter{Text: word() + " " + word()}} },
		"four words": func() LogFilter {
			return LogFilter{Filter: Filter{Text: word() + " " + word() + " " + word() + " " + word()}}
		},
		"phrase": func() LogFilter { return LogFilter{Filter: Filter{Text: `"` + word() + " " + word() + `"`}} },
		"number": func() LogFilter { return LogFilter{Filter: Filter{Text: fmt.Sprint(random.Intn(100_000))}} },
		"rare level": func() LogFilter {
			return LogFilter{Levels: []string{"warn", "error", "fatal"}, Filter: Filter{Text: word()}}
		},
		"absent level": func() LogFilter { return LogFilter{Levels: []string{"fatal"}} },
		"attribute": func() LogFilter {
			return LogFilter{Filter: Filter{Attributes: []Attribute{{"order.id", fmt.Sprintf("order-%d", random.Intn(million/4))}}}}
		},
	} {
		b.Run("logs/"+name, func(b *testing.B) {
			percentile(b, func() error { _, err := s.SearchLogs(context.Background(), filter()); return err })
		})
	}
}

// percentile runs 40 searches at least.
func percentile(b *testing.B, search func() error) {
	var took []time.Duration
	for b.Loop() {
		for range 40 {
			start := time.Now()
			if err := search(); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(0, "ns/op")
}
