// Package metrics keeps metrics as Prometheus does: in its time series database, with
// its translation of OTLP, queried by its engine, with rules that its rule manager
// evaluates.
//
// In: pdata of metrics, the content of rule files. Out: a database and an engine that
// answer queries, the state of rules and alerts. The package serves no HTTP and must
// not import anything of the project.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/compression"
)

// Options say how much a store keeps.
type Options struct {
	Dir       string
	Durable   bool          // what was written survives a kill
	Retention time.Duration // 0: a day
	MaxBytes  int64         // 0: a GiB
	MaxSeries uint64        // 0: DefaultMaxSeries
	Logger    *slog.Logger
}

// DefaultMaxSeries is how many series may be active unless told otherwise.
const DefaultMaxSeries = 200_000

const (
	// outOfOrder is how late samples may come: that of the generated stack.
	outOfOrder = 2 * time.Hour
	// maxExemplars bounds the memory of exemplars.
	maxExemplars = 50_000
	// The limits of a query: a fifth of what Prometheus allows in samples, because
	// this runs beside a developer's other work.
	maxSamples = 10_000_000
	maxQuery   = 30 * time.Second
)

// Store is open until Close.
type Store struct {
	Engine *promql.Engine
	DB     *tsdb.DB
	Parser parser.Parser

	options Options
	manager *rules.Manager
	files   *ruleFiles
	stop    context.CancelFunc

	mu       sync.RWMutex // guards families
	families map[string]metadata.Metadata
}

// Open opens or creates the database of a folder.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Retention == 0 {
		o.Retention = 24 * time.Hour
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 1 << 30
	}
	if o.MaxSeries == 0 {
		o.MaxSeries = DefaultMaxSeries
	}
	if o.Logger == nil {
		o.Logger = promslog.NewNopLogger()
	}
	s := &Store{options: o, Parser: parser.NewParser(parser.Options{}), families: map[string]metadata.Metadata{}}
	var err error
	if s.DB, err = tsdb.Open(o.Dir, o.Logger, nil, o.tsdb(), nil); err != nil {
		return nil, fmt.Errorf("open the database of metrics: %w", err)
	}
	s.Engine = promql.NewEngine(promql.EngineOpts{
		MaxSamples:               maxSamples,
		Timeout:                  maxQuery,
		NoStepSubqueryIntervalFn: func(int64) int64 { return defaultInterval.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		Parser:                   s.Parser,
	})
	ctx, s.stop = context.WithCancel(ctx)
	s.startRules(ctx)
	return s, nil
}

func (o *Options) tsdb() *tsdb.Options {
	out := tsdb.DefaultOptions()
	out.RetentionDuration = o.Retention.Milliseconds()
	out.MaxBytes = o.MaxBytes
	out.OutOfOrderTimeWindow = outOfOrder.Milliseconds()
	out.EnableExemplarStorage = true
	out.MaxExemplars = maxExemplars
	out.WALCompression = compression.Snappy
	out.WALSegmentSize = 16 << 20
	out.StripeSize = 1 << 10 // few series: a sixteenth of what Prometheus makes room for
	if !o.Durable {
		out.WALSegmentSize = -1
	}
	return out
}

// Close writes what is in memory.
func (s *Store) Close() error {
	s.manager.Stop()
	s.stop()
	return errors.Join(s.DB.Close(), s.Engine.Close())
}

// Series is how many series are active.
func (s *Store) Series() uint64 { return s.DB.Head().NumSeries() }

// Queryable is what queries read.
func (s *Store) Queryable() storage.SampleAndChunkQueryable { return s.DB }

// Families returns what is known of metrics by their names in Prometheus.
func (s *Store) Families() map[string]metadata.Metadata {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make(map[string]metadata.Metadata, len(s.families))
	for name, m := range s.families {
		out[name] = m
	}
	return out
}

// Instant evaluates a query at a time.
func (s *Store) Instant(ctx context.Context, query string, at time.Time) (promql.Vector, error) {
	q, err := s.Engine.NewInstantQuery(ctx, s.DB, nil, query, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	result := q.Exec(ctx)
	if result.Err != nil {
		return nil, result.Err
	}
	switch v := result.Value.(type) {
	case promql.Vector:
		// The result belongs to the query, which ends here.
		return append(promql.Vector(nil), v...), nil
	case promql.Scalar:
		return promql.Vector{{T: v.T, F: v.V}}, nil
	}
	return nil, fmt.Errorf("%s is a %s", query, result.Value.Type())
}
