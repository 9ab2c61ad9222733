// Package rehearse plays traffic against rules, offline and in accelerated time.
//
// In: samples, the content of rule files, and the time that they are evaluated
// at. Out: what the rules record, when each alert fires and resolves, and what
// an evaluation costs. Prometheus's own storage, query engine and rules do the
// work; the package must not know where samples and rules come from, so it must
// not import spec, resolve, model or generate, and it reads no clock.
package rehearse

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

const (
	// span is how far apart the samples of a storage may be. Its head keeps
	// twice as much, so that rules may record into the past.
	span = 100 * 24 * time.Hour
	// batch is how many samples are committed at once.
	batch = 5000
)

// Storage is a time series database and an engine that queries it.
type Storage struct {
	db     *tsdb.DB
	engine *promql.Engine
	parser parser.Parser
}

// Open makes a storage in an empty folder. It holds everything in one head
// without a log, because nothing has to survive.
func Open(dir string) (*Storage, error) {
	options := tsdb.DefaultOptions()
	options.MinBlockDuration = (2 * span).Milliseconds()
	options.MaxBlockDuration = options.MinBlockDuration
	options.RetentionDuration = 0
	options.WALSegmentSize = -1
	options.NoLockfile = true
	db, err := tsdb.Open(dir, nil, nil, options, nil)
	if err != nil {
		return nil, fmt.Errorf("open the storage: %w", err)
	}
	p := parser.NewParser(parser.Options{})
	// The limits are those that Prometheus has by default.
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples:               50_000_000,
		Timeout:                  2 * time.Minute,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		Parser:                   p,
	})
	return &Storage{db, engine, p}, nil
}

// Close leaves the folder to the caller.
func (s *Storage) Close() error { return s.db.Close() }

// Sample is a value of a series at a time. It is a number, or one of the
// histograms.
type Sample struct {
	At             time.Time
	Value          float64
	Histogram      *histogram.Histogram
	FloatHistogram *histogram.FloatHistogram
}

// Stale ends a series, as a target that vanishes does.
func Stale(at time.Time) Sample {
	return Sample{At: at, Value: math.Float64frombits(value.StaleNaN)}
}

// Append adds samples, in the order of their times, to a series.
func (s *Storage) Append(ctx context.Context, series labels.Labels, samples iter.Seq[Sample]) error {
	app, ref, count := s.db.AppenderV2(ctx), storage.SeriesRef(0), 0
	for sample := range samples {
		var err error
		ref, err = app.Append(ref, series, 0, sample.At.UnixMilli(), sample.Value, sample.Histogram, sample.FloatHistogram, storage.AOptions{})
		if err != nil {
			return fmt.Errorf("append to %s: %w", series, err)
		}
		if count++; count%batch == 0 {
			if err := app.Commit(); err != nil {
				return fmt.Errorf("append to %s: %w", series, err)
			}
			app = s.db.AppenderV2(ctx)
		}
	}
	if err := app.Commit(); err != nil {
		return fmt.Errorf("append to %s: %w", series, err)
	}
	return nil
}

// Settle moves full chunks out of memory, as a Prometheus does every minute.
// Queries take longer before.
func (s *Storage) Settle() { s.db.ForceHeadMMap() }

// Query evaluates a query at a time.
func (s *Storage) Query(ctx context.Context, query string, at time.Time) (promql.Vector, error) {
	result, _, err := s.instant(ctx, query, at)
	return result, err
}

// instant also says how many samples the query read.
func (s *Storage) instant(ctx context.Context, query string, at time.Time) (promql.Vector, int64, error) {
	q, err := s.engine.NewInstantQuery(ctx, s.db, nil, query, at)
	if err != nil {
		return nil, 0, err
	}
	defer q.Close()
	result := q.Exec(ctx)
	if result.Err != nil {
		return nil, 0, result.Err
	}
	read := q.Stats().Samples.TotalSamples
	switch v := result.Value.(type) {
	case promql.Vector:
		return v, read, nil
	case promql.Scalar:
		return promql.Vector{{T: v.T, F: v.V}}, read, nil
	}
	return nil, 0, fmt.Errorf("%s is a %s", query, result.Value.Type())
}

// Range evaluates a query at every step of a time, both ends included.
func (s *Storage) Range(ctx context.Context, query string, from, to time.Time, step time.Duration) (promql.Matrix, error) {
	q, err := s.engine.NewRangeQuery(ctx, s.db, nil, query, from, to, step)
	if err != nil {
		return nil, err
	}
	return q.Exec(ctx).Matrix() // not closed: that would let other queries reuse the result
}

// Recorded is a series and its samples.
type Recorded struct {
	Labels  labels.Labels
	Samples []Sample
}

// Recorded returns the series that a selector matches, with their samples of a
// time as they were appended.
func (s *Storage) Recorded(ctx context.Context, selector string, from, to time.Time) ([]Recorded, error) {
	matchers, err := s.parser.ParseMetricSelector(selector)
	if err != nil {
		return nil, err
	}
	querier, err := s.db.Querier(from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer func() { _ = querier.Close() }() // nothing was written
	var out []Recorded
	set := querier.Select(ctx, true, nil, matchers...)
	for set.Next() {
		series := Recorded{Labels: set.At().Labels()}
		samples := set.At().Iterator(nil)
		for kind := samples.Next(); kind != chunkenc.ValNone; kind = samples.Next() {
			if at, v := samples.At(); kind == chunkenc.ValFloat && !value.IsStaleNaN(v) {
				series.Samples = append(series.Samples, Sample{At: time.UnixMilli(at), Value: v})
			}
		}
		if err := samples.Err(); err != nil {
			return nil, err
		}
		out = append(out, series)
	}
	return out, set.Err()
}
