package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// partition is the tables of some stretch of time. Its counts are those of the
// committed rows.
type partition struct {
	number      int64
	spans, logs int64
	first, last int64 // times of its records, in nanoseconds since 1970
	created     int64

	known map[int64]bool // resources that are in its table; nil but for the newest
}

func (p *partition) rows() int64 { return p.spans + p.logs }

// overlaps reports whether a record of the partition may lie in a range.
func (p *partition) overlaps(from, to int64) bool {
	return p.rows() > 0 && (to == 0 || p.first <= to) && p.last >= from
}

// sql puts the number of the partition into a statement.
func (p *partition) sql(statement string) string {
	return strings.ReplaceAll(statement, "$", fmt.Sprint(p.number))
}

const schema = `
create table if not exists partitions (
  number integer primary key, created integer not null, spans integer not null, logs integer not null,
  first integer not null, last integer not null
) strict;`

// The index holds tokens alone: no content, no positions, no sizes.
const partitionSchema = `
create table resources_$ (id integer primary key, service text not null, attributes text not null) strict;
create table spans_$ (
  id integer primary key, time integer not null, duration integer not null, trace blob not null, span blob not null,
  parent blob not null, resource integer not null, kind integer not null, failed integer not null, name text not null,
  data blob not null
) strict;
create table logs_$ (
  id integer primary key, time integer not null, resource integer not null, severity integer not null,
  trace blob not null, span blob not null, data blob not null
) strict;
create virtual table spans_fts_$ using fts5 (tokens, content='', columnsize=0, detail=none, tokenize='ascii');
create virtual table logs_fts_$ using fts5 (tokens, content='', columnsize=0, detail=none, tokenize='ascii');`

var partitionTables = []string{"spans_fts_$", "logs_fts_$", "spans_$", "logs_$", "resources_$"}

func (s *Store) loadPartitions(ctx context.Context) error {
	if _, err := s.write.ExecContext(ctx, schema); err != nil {
		return err
	}
	rows, err := s.write.QueryContext(ctx, "select number, created, spans, logs, first, last from partitions order by number")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for rows.Next() {
		p := &partition{}
		if err := rows.Scan(&p.number, &p.created, &p.spans, &p.logs, &p.first, &p.last); err != nil {
			return err
		}
		s.partitions = append(s.partitions, p)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := s.measure(ctx); err != nil {
		return err
	}
	if len(s.partitions) > 0 {
		return s.loadResources(ctx, s.newest())
	}
	return s.addPartition(ctx)
}

func (s *Store) loadResources(ctx context.Context, p *partition) error {
	p.known = map[int64]bool{}
	rows, err := s.write.QueryContext(ctx, p.sql("select id from resources_$"))
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		p.known[id] = true
	}
	return rows.Err()
}

func (s *Store) newest() *partition { return s.partitions[len(s.partitions)-1] }

func (s *Store) addPartition(ctx context.Context) error {
	p := &partition{number: 1, created: time.Now().UnixNano(), known: map[int64]bool{}}
	if len(s.partitions) > 0 {
		p.number = s.newest().number + 1
	}
	err := s.inTransaction(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, p.sql(partitionSchema)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "insert into partitions values (?, ?, 0, 0, 0, 0)", p.number, p.created)
		return err
	})
	if err != nil {
		return fmt.Errorf("add a partition: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.partitions) > 0 {
		s.newest().known = nil
	}
	s.partitions = append(s.partitions, p)
	return nil
}

// dropOldest gives the space of a partition to what comes.
func (s *Store) dropOldest(ctx context.Context) error {
	s.mu.Lock()
	p := s.partitions[0]
	s.partitions = append([]*partition(nil), s.partitions[1:]...)
	s.mu.Unlock()
	return s.inTransaction(ctx, func(tx *sql.Tx) error {
		for _, table := range partitionTables {
			if _, err := tx.ExecContext(ctx, p.sql("drop table "+table)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "delete from partitions where number = ?", p.number)
		return err
	})
}

func (s *Store) inTransaction(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the first error says more
		return err
	}
	return tx.Commit()
}

// measure finds how many bytes are in use.
func (s *Store) measure(ctx context.Context) error {
	var pages, free, size int64
	for pragma, to := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "page_size": &size} {
		if err := s.write.QueryRowContext(ctx, "pragma "+pragma).Scan(to); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inUse = (pages - free) * size
	return nil
}
