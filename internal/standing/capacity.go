package standing

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// Capacity is how near a signal is to its limit. What nobody measures is null. Of
// a query with several series the worst counts.
type Capacity struct {
	Service  string   `json:"service"`
	Capacity string   `json:"capacity"`
	Unit     string   `json:"unit,omitempty"`
	Limit    float64  `json:"limit"`
	WarnAt   float64  `json:"warn_at"` // share of the limit
	Now      *float64 `json:"now"`
	Peak     *float64 `json:"peak"`              // of the last seven days
	Headroom *float64 `json:"headroom"`          // share of the limit that the peak leaves
	FullAt   string   `json:"full_at,omitempty"` // date, by the trend of the last day
}

// Bottlenecks are the capacities of a system, and for each service that which is
// nearest to its limit.
type Bottlenecks struct {
	Capacities []Capacity   `json:"capacities"`
	Services   []Bottleneck `json:"services"`
}

// Bottleneck is the capacity of a service that is nearest to its limit.
type Bottleneck struct {
	Service string    `json:"service"`
	Calls   []string  `json:"calls"`
	Nearest *Capacity `json:"nearest"` // null: it declares none
}

// How far back peak and trend look.
const (
	peakOver  = "7d:5m"
	trendOver = "1d:10m"
)

// horizon is how far a trend of a day tells anything.
const horizon = 365 * 24 * time.Hour

// Capacities asks for the capacities of a system, the nearest to its limit first.
func Capacities(ctx context.Context, c *Client, sys *model.System) (*Bottlenecks, error) {
	now, err := c.one(ctx, "vector(time())")
	if err != nil {
		return nil, err
	}
	out := &Bottlenecks{Capacities: []Capacity{}, Services: []Bottleneck{}}
	for i := range sys.Services {
		s := &sys.Services[i]
		b := Bottleneck{Service: s.Name, Calls: []string{}}
		for _, ref := range s.Calls {
			b.Calls = append(b.Calls, ref.Name)
		}
		for _, declared := range s.Capacities {
			found, err := c.capacity(ctx, s, declared, now)
			if err != nil {
				return nil, fmt.Errorf("ask for %s/%s: %w", s.Name, declared.Name, err)
			}
			out.Capacities = append(out.Capacities, *found)
			if b.Nearest == nil || found.used() > b.Nearest.used() {
				b.Nearest = found
			}
		}
		out.Services = append(out.Services, b)
	}
	slices.SortStableFunc(out.Capacities, func(a, b Capacity) int { return cmp.Compare(b.used(), a.used()) })
	slices.SortStableFunc(out.Services, func(a, b Bottleneck) int { return cmp.Compare(b.used(), a.used()) })
	return out, nil
}

// one is the value of a query that gives at most one series.
func (c *Client) one(ctx context.Context, text string) (*float64, error) {
	found, err := c.Query(ctx, text)
	if err != nil || len(found) == 0 || math.IsNaN(found[0].Value) || math.IsInf(found[0].Value, 0) {
		return nil, err
	}
	return &found[0].Value, nil
}

func (c *Client) capacity(ctx context.Context, s *model.Service, declared model.Capacity, now *float64) (*Capacity, error) {
	out := &Capacity{Service: s.Name, Capacity: declared.Name, Unit: declared.Unit, Limit: declared.Limit, WarnAt: declared.WarnAt}
	text := query.Parenthesize(declared.Query.Text)
	var slope *float64
	for _, ask := range []struct {
		to   **float64
		text string
	}{
		{&out.Now, "max(" + text + ")"},
		{&out.Peak, "max(max_over_time(" + text + "[" + peakOver + "]))"},
		{&slope, "max(deriv(" + text + "[" + trendOver + "]))"},
	} {
		var err error
		if *ask.to, err = c.one(ctx, ask.text); err != nil {
			return nil, err
		}
	}
	if out.Peak != nil && out.Now != nil { // the peak looks every five minutes only
		*out.Peak = max(*out.Peak, *out.Now)
	}
	if out.Peak != nil {
		headroom := 1 - *out.Peak/out.Limit
		out.Headroom = &headroom
	}
	if now != nil && out.Now != nil && slope != nil {
		out.FullAt = fullAt(*now, *out.Now, *slope, out.Limit)
	}
	return out, nil
}

// fullAt is the date on which a line reaches the limit, if it does so before long.
func fullAt(now, value, slope, limit float64) string {
	left := 0.0
	if value < limit {
		left = (limit - value) / slope
	}
	if left < 0 || math.IsNaN(left) || left > horizon.Seconds() {
		return ""
	}
	return time.Unix(int64(now+left), 0).UTC().Format(time.DateOnly)
}

// used is the share of the limit that is in use at most; -1: nobody knows.
func (c *Capacity) used() float64 {
	if c.Headroom == nil {
		return -1
	}
	return 1 - *c.Headroom
}

func (b *Bottleneck) used() float64 {
	if b.Nearest == nil {
		return -2
	}
	return b.Nearest.used()
}

// WriteText prints the capacities and the map as tables.
func (b *Bottlenecks) WriteText(w io.Writer) error {
	if len(b.Capacities) == 0 {
		_, err := fmt.Fprintln(w, "The spec declares no capacity. Add capacity blocks to its services: a signal and its limit.")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "capacity\tlimit\tnow\tpeak of 7d\theadroom\tfull by its trend")
	for _, c := range b.Capacities {
		fmt.Fprintf(table, "%s/%s\t%s\t%s\t%s\t%s\t%s\n", c.Service, c.Capacity, c.amount(&c.Limit), c.amount(c.Now), c.amount(c.Peak), percent(c.Headroom, 3), cmp.Or(c.FullAt, "-"))
	}
	fmt.Fprintln(table, "\nservice\tnearest to its limit\tused\tcalls")
	for _, s := range b.Services {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Service, s.Name(), s.Used(), strings.Join(s.Calls, ", "))
	}
	return table.Flush()
}

func (c *Capacity) amount(v *float64) string {
	if v == nil {
		return "?"
	}
	return strings.TrimSpace(fmt.Sprintf("%.4g %s", *v, c.Unit))
}

// Name is that of the nearest capacity.
func (b *Bottleneck) Name() string {
	if b.Nearest == nil {
		return "declares none"
	}
	return b.Nearest.Capacity
}

// Used is how much of it is in use, in words.
func (b *Bottleneck) Used() string {
	if b.Nearest == nil {
		return ""
	}
	if b.Nearest.Headroom == nil {
		return "?"
	}
	return fmt.Sprintf("%.3g %%", 100*b.used())
}
