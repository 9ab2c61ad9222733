package send

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
)

// Options say how telemetry is sent.
type Options struct {
	Seed uint64

	Start    time.Time     // of the traffic; before now it is sent at once, as fast as the receiver takes it
	For      time.Duration // from Start on; 0: until the context ends
	Interval time.Duration // between the metrics; 0: 15 s
	Tick     time.Duration // between traces; 0: 1 s

	// MaxTraces is how many requests per second are played. Beyond it each
	// stands for several: metrics count all, traces are of those that are played.
	// 0: 50.
	MaxTraces float64

	// Now and Wait are the clock. Wait returns early when its context ends.
	Now  func() time.Time
	Wait func(context.Context, time.Duration)

	// Report hears of each interval and of what went wrong.
	Report func(Progress)
}

// Progress is what was sent so far.
type Progress struct {
	At       time.Time // up to when traffic was sent
	Behind   time.Duration
	Requests int
	Spans    int
	Points   int   // of metrics
	Records  int   // of logs
	Lost     int   // exports that failed
	Err      error // of the last export; nil: it went well
}

// Sender sends the traffic of a model.
type Sender struct {
	sys      *model.System
	model    *traffic.Model
	exporter Exporter
	options  Options
	random   *rand.Rand
	meter    *traffic.Meter
	weight   float64
	pending  []*traffic.Request // that are not over yet
	progress Progress
	sent     bool // something arrived
}

// ErrNobodyListens says that the first export found no receiver.
var ErrNobodyListens = errors.New("nobody listens")

// New returns a sender of requests that enter at a rate.
func New(sys *model.System, m *traffic.Model, exporter Exporter, rate float64, options Options) *Sender {
	if options.Interval == 0 {
		options.Interval = 15 * time.Second
	}
	if options.Tick == 0 {
		options.Tick = time.Second
	}
	if options.MaxTraces == 0 {
		options.MaxTraces = 50
	}
	if options.Report == nil {
		options.Report = func(Progress) {}
	}
	random := rand.New(rand.NewPCG(options.Seed, 1))
	return &Sender{
		sys: sys, model: m, exporter: exporter, options: options, random: random,
		meter: m.NewMeter(random, options.Start), weight: max(1, rate/options.MaxTraces),
	}
}

// Run sends until the context or the time ends, and then what is left. It gives
// up only if nobody listens in the first place; a receiver that goes away later
// loses what is sent meanwhile.
func (s *Sender) Run(ctx context.Context) (Progress, error) {
	at, metrics := s.options.Start, s.options.Start.Add(s.options.Interval)
	if err := s.metrics(ctx, at); err != nil {
		return s.progress, err
	}
	for ctx.Err() == nil && (s.options.For == 0 || at.Before(s.options.Start.Add(s.options.For))) {
		next := at.Add(s.options.Tick)
		if wait := next.Sub(s.options.Now()); wait > 0 {
			s.options.Wait(ctx, wait)
		} else if -wait > s.options.Interval { // the past comes in larger pieces
			next = at.Add(s.options.Interval)
		}
		if ctx.Err() != nil {
			break
		}
		s.tick(ctx, at, next)
		at = next
		if !at.Before(metrics) {
			if err := s.metrics(ctx, at); err != nil {
				return s.progress, err
			}
			metrics = at.Add(s.options.Interval)
		}
	}
	return s.flush(ctx, at)
}

// flush sends what is over by now, within a time of its own.
func (s *Sender) flush(ctx context.Context, at time.Time) (Progress, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	s.spans(ctx, at.Add(24*time.Hour))
	return s.progress, s.metrics(ctx, at)
}

// tick plays the requests of a time, and sends those that are over.
func (s *Sender) tick(ctx context.Context, from, to time.Time) {
	s.model.Requests(s.random, from, to, s.weight, func(r *traffic.Request) {
		s.pending = append(s.pending, r)
		s.progress.Requests++
	})
	s.spans(ctx, to)
}

// batch is how many requests are sent at once.
const batch = 200

func (s *Sender) spans(ctx context.Context, until time.Time) {
	var over []*traffic.Request
	s.pending = slices.DeleteFunc(s.pending, func(r *traffic.Request) bool {
		if r.End().After(until) {
			return false
		}
		over = append(over, r)
		return true
	})
	for requests := range slices.Chunk(over, batch) {
		for _, r := range requests {
			s.meter.Measure(r)
		}
		traces, logs := Traces(s.sys, requests), Logs(s.sys, requests)
		spans, records := traces.SpanCount(), logs.LogRecordCount()
		if s.note(s.exporter.Traces(ctx, traces)) {
			s.progress.Spans += spans
		}
		if records > 0 && s.note(s.exporter.Logs(ctx, logs)) {
			s.progress.Records += records
		}
	}
}

func (s *Sender) metrics(ctx context.Context, at time.Time) error {
	m := Metrics(s.sys, s.meter, s.options.Start, at)
	points := m.DataPointCount()
	err := s.exporter.Metrics(ctx, m)
	if err != nil && !s.sent && nobodyListens(err) {
		return fmt.Errorf("%w: %w", ErrNobodyListens, err)
	}
	if s.note(err) {
		s.progress.Points += points
	}
	s.progress.At, s.progress.Behind = at, s.options.Now().Sub(at)
	s.options.Report(s.progress)
	return nil
}

// note counts an export, and reports whether it went well.
func (s *Sender) note(err error) bool {
	s.progress.Err = err
	if err != nil {
		s.progress.Lost++
		return false
	}
	s.sent = true
	return true
}
