// Package store keeps logs and traces in SQLite and finds them again.
//
// In: pdata of logs and traces, as they arrived, and questions about them. Out:
// records, traces, and the records as they are written, for those who watch. What
// is acknowledged is committed. The package knows no spec and no protocol, and must
// not import model or anything of the project.
//
// Records stand in partitions, a set of tables each, which are dropped whole when the
// store is above its size or age. Each partition has a full-text index of tokens: the
// words of a record, and a hash of each fact that is searched for (service, level,
// attribute). The index gives candidates, newest first; whether a record is meant is
// then checked on the record itself.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Options say how much a store keeps.
type Options struct {
	Dir     string
	MaxSize int64         // bytes; 0: DefaultMaxSize
	MaxAge  time.Duration // 0: DefaultMaxAge
	// MaxSearch is how long a search may take before it gives what it has; 0: 5s.
	MaxSearch time.Duration
	Logger    *slog.Logger

	partitionRows int64 // rows of a partition; 0: partitionRows
}

// What a store keeps unless told otherwise.
const (
	DefaultMaxSize = 2 << 30
	DefaultMaxAge  = 72 * time.Hour
)

// partitionRows is how many records a partition holds. Smaller ones are more to look
// through, larger ones are more to lose at once when the store is full.
const partitionRows = 400_000

// ErrFull says that too much waits to be written. The sender should try again.
var ErrFull = errors.New("too much waits to be written")

// ErrClosed says that the store is closed.
var ErrClosed = errors.New("the store is closed")

// Store is open until Close.
type Store struct {
	options Options
	write   *sql.DB
	read    *sql.DB
	hub     hub

	mu         sync.RWMutex // guards partitions
	partitions []*partition // oldest first; the last is written to

	queue  *queue
	done   chan struct{}
	inUse  int64 // bytes; written by the writer only, read under mu
	failed error // why the writer stopped, read under mu
}

// Open opens or creates the store of a folder.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.MaxSize == 0 {
		o.MaxSize = DefaultMaxSize
	}
	if o.MaxAge == 0 {
		o.MaxAge = DefaultMaxAge
	}
	if o.MaxSearch == 0 {
		o.MaxSearch = maxSearch
	}
	if o.partitionRows == 0 {
		o.partitionRows = partitionRows
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Store{options: o, queue: newQueue(), done: make(chan struct{})}
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open the store of logs and traces: %w", errors.Join(err, s.closeFiles()))
	}
	go s.run()
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	file := filepath.Join(s.options.Dir, "telemetry.db")
	var err error
	// A killed process loses nothing that was committed, because the pages are with
	// the operating system. Only its end could lose them, hence synchronous is off.
	if s.write, err = open(file, 1, "journal_mode(wal)", "synchronous(off)", "cache_size(-16000)"); err != nil {
		return err
	}
	if err := s.loadPartitions(ctx); err != nil {
		return err
	}
	s.read, err = open(file, 4, "query_only(true)", "cache_size(-4000)")
	return err
}

func open(file string, connections int, pragmas ...string) (*sql.DB, error) {
	values := url.Values{"_pragma": append(pragmas, "busy_timeout(5000)", "temp_store(memory)")}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(file), RawQuery: values.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// Close writes what waits and closes the files.
func (s *Store) Close() error {
	s.queue.close()
	<-s.done
	s.hub.close()
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Stats say what a store holds.
type Stats struct {
	Spans   int64 `json:"spans"`
	Logs    int64 `json:"logs"`
	Bytes   int64 `json:"bytes"`
	MaxSize int64 `json:"max_bytes"`
	Waiting int   `json:"waiting"` // records that are not written yet
}

// Stats returns what the store holds.
func (s *Store) Stats() Stats {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := Stats{Bytes: s.inUse, MaxSize: s.options.MaxSize, Waiting: s.queue.waiting()}
	for _, p := range s.partitions {
		out.Spans += p.spans
		out.Logs += p.logs
	}
	return out
}
