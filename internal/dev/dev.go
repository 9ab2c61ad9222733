// Package dev is the embedded engine: what the stack of a spec does with six servers,
// in one process, for a developer's machine.
//
// In: a Spec, which is a model and what is generated from it, and telemetry over OTLP.
// Out: Prometheus's API, the page, alerts. Its parts are packages of their own:
// otlp receives, metrics and store keep, promapi and api answer, guard decides who may
// ask, web is the page. The package must not import spec, resolve or cli: whoever
// reads the spec hands it over.
package dev

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc"

	"github.com/obsboot/obsboot/internal/conform"
	"github.com/obsboot/obsboot/internal/dev/api"
	"github.com/obsboot/obsboot/internal/dev/metrics"
	"github.com/obsboot/obsboot/internal/dev/otlp"
	"github.com/obsboot/obsboot/internal/dev/store"
)

// Options of an engine. Addresses are host:port; an empty one is not listened on.
type Options struct {
	Listen   string // the page and Prometheus's API
	OTLPGRPC string
	OTLPHTTP string

	Dir      string // where data is kept; empty: in a temporary folder that goes with the engine
	MaxBytes int64  // of logs and traces; 0: store.DefaultMaxSize
	MaxAge   time.Duration
	// MaxSearch is how long a search may take before it gives what it has; 0: 5s.
	MaxSearch time.Duration
	Token     string // who listens to others than this machine needs one
	Version   string
	Logger    *slog.Logger
}

// Engine runs until Close.
type Engine struct {
	Metrics  *metrics.Store
	Store    *store.Store
	Receiver *otlp.Receiver
	Observer *conform.Observer

	options Options
	graph   *api.Graph
	started time.Time
	temp    string // the folder to remove, if any
	unlock  func() error
	ports   api.Ports
	grpc    *grpc.Server
	servers []*http.Server
	failed  chan error

	mu       sync.RWMutex
	spec     *Spec
	problems api.Problems
}

// Start opens the stores and listens.
func Start(ctx context.Context, spec *Spec, o Options) (*Engine, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := checkToken(o); err != nil {
		return nil, err
	}
	e := &Engine{options: o, started: time.Now(), graph: api.NewGraph(), Observer: conform.NewObserver(), failed: make(chan error, 3)}
	err := e.start(ctx, spec)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engine) start(ctx context.Context, spec *Spec) error {
	listeners, err := e.listen(ctx)
	if err != nil {
		return err
	}
	if err := e.open(ctx); err != nil {
		listeners.close()
		return err
	}
	if err := e.SetSpec(spec); err != nil {
		listeners.close()
		return err
	}
	e.serve(listeners)
	return nil
}

// open opens the stores.
func (e *Engine) open(ctx context.Context) error {
	dir := e.options.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "obsboot-dev-"); err != nil {
			return err
		}
		e.temp = dir
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	e.unlock = unlock
	logger := e.options.Logger
	e.Metrics, err = metrics.Open(ctx, metrics.Options{Dir: filepath.Join(dir, "metrics"), Durable: e.temp == "", Retention: e.options.MaxAge, Logger: logger})
	if err != nil {
		return err
	}
	e.Store, err = store.Open(ctx, store.Options{Dir: dir, MaxSize: e.options.MaxBytes, MaxAge: e.options.MaxAge, MaxSearch: e.options.MaxSearch, Logger: logger})
	if err != nil {
		return err
	}
	e.Receiver = otlp.NewReceiver(sink{e}, e.options.Token)
	return nil
}

// SetSpec puts a spec in force. If its rules cannot be loaded, the old one stays.
func (e *Engine) SetSpec(spec *Spec) error {
	if err := e.Metrics.SetRules(spec.Rules); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.spec, e.problems = spec, api.Problems{Reloaded: time.Now()}
	return nil
}

// SetProblems says what is wrong with the spec on disk, while the one before it stays
// in force.
func (e *Engine) SetProblems(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.problems.Text, e.problems.Since = text, time.Now()
}

// Report compares what arrived with the spec.
func (e *Engine) Report() conform.Report {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.Observer.Compare(e.spec.System)
}

// Failed gives the error of a server that stopped by itself.
func (e *Engine) Failed() <-chan error { return e.failed }

// Ports are where the engine listens, as addresses.
func (e *Engine) Ports() api.Ports { return e.ports }

// sink hands what arrives to the stores and to those who look at it.
type sink struct{ *Engine }

// Traces implements otlp.Sink.
func (s sink) Traces(ctx context.Context, td ptrace.Traces) error {
	if err := busy(s.Store.WriteTraces(ctx, td)); err != nil {
		return err
	}
	s.Observer.Traces(td)
	s.graph.Traces(td)
	return nil
}

// Logs implements otlp.Sink.
func (s sink) Logs(ctx context.Context, ld plog.Logs) error {
	if err := busy(s.Store.WriteLogs(ctx, ld)); err != nil {
		return err
	}
	s.Observer.Logs(ld)
	return nil
}

// Metrics implements otlp.Sink. The observer looks first, because writing leaves out
// what is no good.
func (s sink) Metrics(ctx context.Context, md pmetric.Metrics) (int64, string, error) {
	s.Observer.Metrics(md)
	rejected, err := s.Engine.Metrics.Write(ctx, md)
	return rejected.Points, rejected.Why, err
}

func busy(err error) error {
	if errors.Is(err, store.ErrFull) {
		return fmt.Errorf("%w: %w", otlp.ErrBusy, err)
	}
	return err
}
