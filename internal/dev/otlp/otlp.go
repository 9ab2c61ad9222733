// Package otlp receives OpenTelemetry's protocol over gRPC and HTTP.
//
// In: requests, in protobuf or JSON, perhaps compressed. Out: pdata, handed to a
// Sink, and the answers that the protocol has: success, partial success, or that the
// sender should try again. What is too large or too much is refused and counted. The
// package knows no storage and must not import anything of the project.
package otlp

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Sink takes what arrives. It returns once the data is safe. ErrBusy asks the sender
// to try again.
type Sink interface {
	Traces(context.Context, ptrace.Traces) error
	Logs(context.Context, plog.Logs) error
	// Metrics says how many points it left out, and why.
	Metrics(context.Context, pmetric.Metrics) (rejected int64, why string, err error)
}

// ErrBusy says that there is too much at the moment.
var ErrBusy = errors.New("above capacity, try again")

// retryAfter is how long senders are asked to wait.
const retryAfter = time.Second

const (
	// maxBody is how large a request may be, before and after it is decompressed.
	maxBody = 16 << 20
	// maxRequests is how many requests are worked on at a time. More are refused.
	maxRequests = 64
	// maxTime is how long a request may take.
	maxTime = 30 * time.Second
)

// signal is what a request carries.
type signal int

// The signals.
const (
	spans signal = iota
	records
	points
)

// Names of the signals.
var signalNames = [...]string{"spans", "logs", "points"}

// Count says what became of the records of a signal.
type Count struct {
	Accepted int64 `json:"accepted"`
	Refused  int64 `json:"refused"`  // above capacity: the sender was asked to try again
	Rejected int64 `json:"rejected"` // cannot be stored
}

// Receiver takes requests for a sink.
type Receiver struct {
	sink  Sink
	token string
	slots chan struct{}

	counts    [3]struct{ accepted, refused, rejected atomic.Int64 }
	malformed atomic.Int64 // requests that could not be read
	busy      atomic.Int64 // requests that were refused before they were read
	lastWhy   atomic.Value // string: why something was rejected
}

// NewReceiver returns a receiver. With a token, requests must bear it.
func NewReceiver(sink Sink, token string) *Receiver {
	return &Receiver{sink: sink, token: token, slots: make(chan struct{}, maxRequests)}
}

// Stats say what became of what arrived.
type Stats struct {
	Spans     Count  `json:"spans"`
	Logs      Count  `json:"logs"`
	Points    Count  `json:"points"`
	Malformed int64  `json:"malformed_requests"`
	Busy      int64  `json:"refused_requests"`
	Why       string `json:"why,omitempty"` // the last reason for rejecting something
}

// Stats returns the counts since the start.
func (r *Receiver) Stats() Stats {
	count := func(s signal) Count {
		c := &r.counts[s]
		return Count{c.accepted.Load(), c.refused.Load(), c.rejected.Load()}
	}
	why, _ := r.lastWhy.Load().(string)
	return Stats{count(spans), count(records), count(points), r.malformed.Load(), r.busy.Load(), why}
}

// enter takes a place among the requests that are worked on.
func (r *Receiver) enter() (leave func(), ok bool) {
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }, true
	default:
		r.busy.Add(1)
		return nil, false
	}
}

// outcome is what the sender is told.
type outcome struct {
	rejected int64
	why      string
	err      error
}

// deliver hands a request of n records to the sink. A panic in what reads it is the
// fault of the request: the others go on.
func (r *Receiver) deliver(s signal, n int, do func() outcome) (out outcome) {
	defer func() {
		if p := recover(); p != nil {
			out = outcome{err: fmt.Errorf("the request cannot be read: %v\n%s", p, debug.Stack())}
		}
		r.count(s, int64(n), out)
	}()
	return do()
}

func (r *Receiver) count(s signal, n int64, out outcome) {
	c := &r.counts[s]
	switch {
	case errors.Is(out.err, ErrBusy):
		c.refused.Add(n)
	case out.err != nil:
		c.rejected.Add(n)
		r.lastWhy.Store(out.err.Error())
	default:
		c.accepted.Add(n - min(out.rejected, n))
		c.rejected.Add(out.rejected)
		if out.why != "" {
			r.lastWhy.Store(signalNames[s] + ": " + out.why)
		}
	}
}

// Traces takes spans of this process.
func (r *Receiver) Traces(ctx context.Context, td ptrace.Traces) error {
	return r.traces(ctx, td).err
}

// Logs takes log records of this process.
func (r *Receiver) Logs(ctx context.Context, ld plog.Logs) error { return r.logs(ctx, ld).err }

// Metrics takes metrics of this process.
func (r *Receiver) Metrics(ctx context.Context, md pmetric.Metrics) error {
	return r.metrics(ctx, md).err
}

func (r *Receiver) traces(ctx context.Context, td ptrace.Traces) outcome {
	return r.deliver(spans, td.SpanCount(), func() outcome { return outcome{err: r.sink.Traces(ctx, td)} })
}

func (r *Receiver) logs(ctx context.Context, ld plog.Logs) outcome {
	return r.deliver(records, ld.LogRecordCount(), func() outcome { return outcome{err: r.sink.Logs(ctx, ld)} })
}

func (r *Receiver) metrics(ctx context.Context, md pmetric.Metrics) outcome {
	return r.deliver(points, md.DataPointCount(), func() outcome {
		rejected, why, err := r.sink.Metrics(ctx, md)
		return outcome{rejected, why, err}
	})
}
