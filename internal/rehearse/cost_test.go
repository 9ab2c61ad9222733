package rehearse_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/rehearse"
)

// price is what the rules of an SLO cost a Prometheus in a minute.
type price struct {
	samples float64 // read
	wall    time.Duration
	series  int // recorded
}

// perMinute adds up what one evaluation of each rule costs, as often as its
// interval wants.
func perMinute(costs []rehearse.Cost) price {
	var p price
	for _, c := range costs {
		often := time.Minute.Seconds() / c.Interval.Seconds() / float64(c.Evaluations)
		p.samples += float64(c.Samples) * often
		p.wall += time.Duration(float64(c.Wall) * often)
		if c.Recording {
			p.series += c.Series
		}
	}
	return p
}

// prices measures contenders side by side: one after another in each round.
// Samples and series are those of the last round, the wall time is the median.
func prices(t testing.TB, storage *rehearse.Storage, objective string, at time.Time, rounds int, all []contender) []price {
	t.Helper()
	for _, c := range all {
		c.record(t, storage, objective, at.Add(-time.Minute))
	}
	storage.Settle()
	measured := make([][]price, len(all))
	for round := range rounds {
		for i, c := range all {
			r := c.load(t, storage, objective, nil)
			if err := r.Eval(context.Background(), at.Add(time.Duration(round)*time.Minute)); err != nil {
				t.Fatal(err)
			}
			measured[i] = append(measured[i], perMinute(r.Costs()))
		}
	}
	out := make([]price, len(all))
	for i, m := range measured {
		out[i] = m[len(m)-1]
		slices.SortFunc(m, func(a, b price) int { return cmp.Compare(a.wall, b.wall) })
		out[i].wall = m[len(m)/2].wall
	}
	return out
}
