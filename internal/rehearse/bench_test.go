package rehearse_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"
)

// BenchmarkPeers sets our rules beside those of others, on the same samples and
// in the same run, and prints the tables of docs/benchmarks.md. It fails when
// our rules miss what they are held to.
func BenchmarkPeers(b *testing.B) {
	for b.Loop() {
		b.Run("accuracy", benchmarkAccuracy)
		b.Run("cost", benchmarkCost)
		b.Run("reaction", benchmarkReaction)
	}
}

func benchmarkAccuracy(b *testing.B) {
	out := table("SLO", "traffic", "true ratio", "obsboot", "sloth", "pyrra")
	for _, o := range objectives {
		for _, tr := range traffics() {
			storage := open(b)
			happened := tr.play(b, storage, o.sources(50/o.perInstance), played, asked.AddDate(0, 0, -30))
			cells := []any{o.name, tr.name, fmt.Sprintf("%.4f %%", 100*happened.ratio())}
			for _, c := range []contender{ours, sloth, pyrra} {
				c.record(b, storage, o.name, asked)
				measured := c.measured(b, storage, o.name, asked)
				cells = append(cells, off(measured, happened.ratio()))
				if c.name == ours.name && (!tr.late || happened.bad == 0) {
					checkAccuracy(b, happened, measured)
					noNaN(b, storage, asked)
				}
			}
			out.row(cells...)
		}
	}
	out.print()
}

// off says how far a measured ratio is from the true one.
func off(measured, happened float64) string {
	switch {
	case math.IsNaN(measured):
		return "none"
	case happened == 0:
		return fmt.Sprintf("%g", measured)
	}
	return fmt.Sprintf("%+.2f %%", 100*(measured/happened-1))
}

func benchmarkCost(b *testing.B) {
	out := table("SLO", "raw series", "rules", "samples a minute", "ms a minute", "series recorded")
	for _, o := range objectives {
		for _, series := range []int{50, 500} {
			storage := open(b)
			traffics()[0].play(b, storage, o.sources(series/o.perInstance), played, asked)
			all := []contender{ours, sloth}
			found := prices(b, storage, o.name, asked, 7, all)
			found = append(found, prices(b, storage, o.name, asked.Add(10*time.Minute), 1, []contender{pyrra})...)
			for i, c := range append(all, pyrra) {
				p := found[i]
				out.row(o.name, series, c.name, fmt.Sprintf("%.0f", p.samples), fmt.Sprintf("%.1f", p.wall.Seconds()*1e3), p.series)
			}
			limit := map[int]float64{50: maxSamples, 500: maxSamplesMany}[series]
			if found[0].samples > limit || found[0].series > maxSeries || found[0].wall > found[1].wall/10 {
				b.Errorf("%s with %d series: %+v, sloth's %+v", o.name, series, found[0], found[1])
			}
		}
	}
	out.print()
}

func benchmarkReaction(b *testing.B) {
	out := table("SLO", "bad during the outage", "obsboot pages after", "sloth", "obsboot resolves after", "sloth", "later than sloth")
	for _, o := range objectives {
		for _, share := range []float64{1, 0.5, 0.3} {
			var page, resolved [2][]time.Duration
			later := 0
			for phase := time.Duration(0); phase < time.Minute; phase += 7 * time.Second {
				storage := open(b)
				happens := outage{start: midnight.Add(quietBefore + phase), length: 40 * time.Minute, share: share}
				happens.play(b, storage, o.sources(2))
				var got [2]reaction
				for i, c := range []contender{ours, sloth} {
					got[i] = c.react(b, storage, o.name, happens)
					page[i], resolved[i] = append(page[i], got[i].page), append(resolved[i], got[i].resolved)
				}
				checkReaction(b, got[0], got[1])
				if got[0].page > got[1].page || got[0].resolved > got[1].resolved {
					later++
				}
			}
			out.row(o.name, fmt.Sprintf("%.0f %%", 100*share), spread(page[0]), spread(page[1]), spread(resolved[0]), spread(resolved[1]),
				fmt.Sprintf("%d of %d", later, len(page[0])))
		}
	}
	out.print()
}

// spread is the median and the worst of some times.
func spread(times []time.Duration) string {
	slices.Sort(times)
	return fmt.Sprintf("%s, at worst %s", times[len(times)/2], times[len(times)-1])
}

// markdown is a table.
type markdown struct{ rows [][]any }

func table(columns ...any) *markdown {
	rule := make([]any, len(columns))
	for i := range rule {
		rule[i] = "---"
	}
	return &markdown{[][]any{columns, rule}}
}

func (m *markdown) row(cells ...any) { m.rows = append(m.rows, cells) }

func (m *markdown) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w)
	for _, cells := range m.rows {
		for _, cell := range cells {
			fmt.Fprintf(w, "| %v\t", cell)
		}
		fmt.Fprintln(w, "|")
	}
	fmt.Fprintln(w)
	if err := w.Flush(); err != nil {
		panic(err)
	}
}
