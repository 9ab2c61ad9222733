package incident

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/obsboot/obsboot/internal/standing"
)

// Kept is a server whose answers about the past are kept in a folder, so that a
// backtest that was stopped goes on where it was. What is not over yet is asked
// for again.
type Kept struct {
	History
	Address string // of the server
	Folder  string
	Now     time.Time
}

// Range returns what is kept, or asks.
func (k *Kept) Range(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]standing.Point, error) {
	key := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d %d %d", k.Address, query, from.UnixMilli(), to.UnixMilli(), step))
	path := filepath.Join(k.Folder, fmt.Sprintf("%x.json", key[:16]))
	var points []standing.Point
	if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &points) == nil {
		return points, nil
	}
	points, err := k.History.Range(ctx, query, from, to, step)
	if err != nil || to.After(k.Now.Add(-time.Hour)) {
		return points, err
	}
	return points, keep(path, points)
}

// keep writes a file beside its place first, so that it is whole or absent.
func keep(path string, points []standing.Point) error {
	b, err := json.Marshal(points)
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
