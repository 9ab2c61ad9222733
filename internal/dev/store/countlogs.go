package store

import (
	"context"
	"time"
)

// LevelCounts is how many records of each level there were over time.
type LevelCounts struct {
	Counts map[string]map[int64]int64 // by level and the end of a step, in milliseconds since 1970
	// From is since when all are counted, in milliseconds, where counting took too long.
	From int64
}

// maxCount is how long counting may take. What is newer is counted first.
const maxCount = 1500 * time.Millisecond

// CountLevels counts the records of a filter by level in steps of milliseconds. Of a
// text, it looks at the words only, not at how they stand.
func (s *Store) CountLevels(ctx context.Context, f LogFilter, step int64) (LevelCounts, error) {
	ctx, cancel := context.WithTimeout(ctx, maxCount)
	defer cancel()
	out := LevelCounts{Counts: map[string]map[int64]int64{}}
	for _, p := range s.newestFirst(&f.Filter) {
		if err := s.countIn(ctx, &p, &f, step, &out); err != nil {
			if ctx.Err() == nil {
				return out, err
			}
			out.From = p.last/1e6 + 1
			return out, nil
		}
	}
	return out, nil
}

func (s *Store) countIn(ctx context.Context, p *partition, f *LogFilter, step int64, out *LevelCounts) error {
	t, err := s.logTerms(ctx, p, f)
	if err != nil {
		return gone(err)
	}
	statement, args := counted(t, f, step)
	rows, err := s.read.QueryContext(ctx, p.sql(statement), args...)
	if err != nil {
		return gone(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	found := LevelCounts{Counts: map[string]map[int64]int64{}}
	for rows.Next() {
		var at, n int64
		var severity int
		if err := rows.Scan(&at, &severity, &n); err != nil {
			return err
		}
		found.add(levelOf(severity), at*step, n)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for level, points := range found.Counts {
		for at, n := range points {
			out.add(level, at, n)
		}
	}
	return nil
}

func (c *LevelCounts) add(level string, at, n int64) {
	if c.Counts[level] == nil {
		c.Counts[level] = map[int64]int64{}
	}
	c.Counts[level][at] += n
}

func counted(t terms, f *LogFilter, step int64) (string, []any) {
	nanoseconds := step * 1e6
	statement := "select (r.time + ? - 1) / ? as at, r.severity, count(*) from "
	args := []any{nanoseconds, nanoseconds}
	if len(t) == 0 {
		statement += "logs_$ r where true"
	} else {
		statement += "logs_fts_$ cross join logs_$ r on r.id = logs_fts_$.rowid where logs_fts_$ match ?"
		args = append(args, t.query())
	}
	return statement + inTime + " group by at, r.severity", append(args, f.From, f.To, f.To)
}
