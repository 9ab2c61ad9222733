package store

import (
	"sync"
	"time"
)

const (
	// maxWaiting is how much may wait to be written: what the writer does in about
	// two seconds.
	maxWaiting      = 100_000
	maxWaitingBytes = 64 << 20
	// gather is how long the writer waits for more before it commits.
	gather = 8 * time.Millisecond
	// maxCommit is how many records it commits at once.
	maxCommit = 20_000
)

// batch is the records of one request. done is told what became of them.
type batch struct {
	resources []resource
	spans     []spanRow
	logs      []logRow
	bytes     int
	done      chan error
}

func (b *batch) records() int { return len(b.spans) + len(b.logs) }

// queue holds what waits to be written.
type queue struct {
	mu      sync.Mutex
	batches []*batch
	records int
	bytes   int
	closed  bool
	wake    chan struct{}
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.records
}

// add refuses a batch for which there is no room.
func (q *queue) add(b *batch) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return ErrClosed
	case q.records > 0 && (q.records+b.records() > maxWaiting || q.bytes+b.bytes > maxWaitingBytes):
		return ErrFull
	}
	q.batches = append(q.batches, b)
	q.records += b.records()
	q.bytes += b.bytes
	q.signal()
	return nil
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take returns what to commit next, or false when the queue is closed and empty.
func (q *queue) take() ([]*batch, bool) {
	for range q.wake {
		time.Sleep(gather)
		taken, closed := q.first()
		if len(taken) > 0 {
			return taken, true
		}
		if closed {
			break
		}
	}
	return nil, false
}

func (q *queue) first() (taken []*batch, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, records := 0, 0
	for n < len(q.batches) && (n == 0 || records+q.batches[n].records() <= maxCommit) {
		records += q.batches[n].records()
		q.bytes -= q.batches[n].bytes
		n++
	}
	q.records -= records
	taken = append(taken, q.batches[:n]...)
	q.batches = append(q.batches[:0], q.batches[n:]...)
	if len(q.batches) > 0 || q.closed {
		q.signal()
	}
	return taken, q.closed
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.signal()
}
