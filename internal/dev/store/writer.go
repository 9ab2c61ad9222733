package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// run writes what is queued until the queue is closed.
func (s *Store) run() {
	defer close(s.done)
	ctx := context.Background()
	for {
		batches, ok := s.queue.take()
		if !ok {
			return
		}
		err := s.commit(ctx, batches)
		if err != nil {
			s.options.Logger.Error("logs and traces were not written", "err", err)
		}
		for _, b := range batches {
			b.done <- err
		}
		if err == nil {
			s.publish(batches)
			err = s.makeRoom(ctx)
		}
		s.mu.Lock()
		s.failed = err
		s.mu.Unlock()
	}
}

// Err says why the last write failed, or nil.
func (s *Store) Err() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.failed
}

func (s *Store) commit(ctx context.Context, batches []*batch) error {
	p := s.newest()
	after := partition{number: p.number, spans: p.spans, logs: p.logs, first: p.first, last: p.last}
	var added []int64
	err := s.inTransaction(ctx, func(tx *sql.Tx) error {
		w := &writer{ctx: ctx, tx: tx, p: &after, known: p.known}
		err := w.write(batches)
		added = w.added
		return errors.Join(err, w.close())
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.spans, p.logs, p.first, p.last = after.spans, after.logs, after.first, after.last
	for _, id := range added {
		p.known[id] = true
	}
	return nil
}

// makeRoom starts a new partition when one is full, and drops the oldest ones while
// the store is above its size or they are above their age.
func (s *Store) makeRoom(ctx context.Context) error {
	if err := s.measure(ctx); err != nil {
		return err
	}
	used, n := s.inUse, int64(len(s.partitions))
	// A partition is an eighth of the store at most, so that little goes at once.
	if newest := s.newest(); newest.rows() >= s.options.partitionRows || newest.rows() > 0 && used/n >= s.options.MaxSize/8 {
		if err := s.addPartition(ctx); err != nil {
			return err
		}
	}
	oldest := time.Now().Add(-s.options.MaxAge).UnixNano()
	for len(s.partitions) > 1 && (s.inUse > s.options.MaxSize || s.partitions[0].last < oldest) {
		if err := s.dropOldest(ctx); err != nil {
			return fmt.Errorf("drop a partition: %w", err)
		}
		if err := s.measure(ctx); err != nil {
			return err
		}
	}
	return nil
}

// writer writes batches into a partition within a transaction.
type writer struct {
	ctx   context.Context
	tx    *sql.Tx
	p     *partition
	known map[int64]bool
	added []int64

	statements map[string]*sql.Stmt
}

func (w *writer) write(batches []*batch) error {
	w.statements = map[string]*sql.Stmt{}
	for _, b := range batches {
		if err := w.batch(b); err != nil {
			return err
		}
	}
	return w.exec("update partitions set spans = ?, logs = ?, first = ?, last = ? where number = ?",
		w.p.spans, w.p.logs, w.p.first, w.p.last, w.p.number)
}

func (w *writer) batch(b *batch) error {
	for _, r := range b.resources {
		if w.known[r.id] {
			continue
		}
		if err := w.exec("insert or ignore into resources_$ values (?, ?, ?)", r.id, r.service, r.attributes); err != nil {
			return err
		}
		w.added = append(w.added, r.id)
	}
	for i := range b.spans {
		if err := w.span(&b.spans[i]); err != nil {
			return err
		}
	}
	for i := range b.logs {
		if err := w.log(&b.logs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) span(r *spanRow) error {
	w.p.spans++
	w.saw(r.time)
	if err := w.exec("insert into spans_$ values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", w.p.spans, r.time, r.duration,
		r.trace[:], r.span[:], r.parent[:], r.resource, r.kind, r.failed, r.name, r.data); err != nil {
		return err
	}
	return w.exec("insert into spans_fts_$ (rowid, tokens) values (?, ?)", w.p.spans, r.tokens)
}

func (w *writer) log(r *logRow) error {
	w.p.logs++
	w.saw(r.time)
	if err := w.exec("insert into logs_$ values (?, ?, ?, ?, ?, ?, ?)", w.p.logs, r.time, r.resource, r.severity,
		r.trace[:], r.span[:], r.data); err != nil {
		return err
	}
	return w.exec("insert into logs_fts_$ (rowid, tokens) values (?, ?)", w.p.logs, r.tokens)
}

func (w *writer) saw(at int64) {
	if w.p.first == 0 || at < w.p.first {
		w.p.first = at
	}
	w.p.last = max(w.p.last, at)
}

func (w *writer) exec(statement string, args ...any) error {
	prepared := w.statements[statement]
	if prepared == nil {
		var err error
		if prepared, err = w.tx.PrepareContext(w.ctx, w.p.sql(statement)); err != nil {
			return err
		}
		w.statements[statement] = prepared
	}
	_, err := prepared.ExecContext(w.ctx, args...)
	return err
}

func (w *writer) close() error {
	var errs []error
	for _, statement := range w.statements {
		errs = append(errs, statement.Close())
	}
	return errors.Join(errs...)
}
