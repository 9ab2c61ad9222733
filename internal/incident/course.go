package incident

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/traffic"
)

// course is what happened to one SLO. SLOs know nothing of each other, so each
// has a storage of its own.
type course struct {
	Target
	plan    *Plan
	storage *rehearse.Storage
	dir     string
	alerts  []rehearse.Episode
}

func (c *course) close() {
	if c.storage != nil {
		_ = c.storage.Close() // nothing in it is kept
	}
	_ = os.RemoveAll(c.dir)
}

// playAll plays some SLOs side by side. What it returns is to be closed, even
// with an error.
func (p *Plan) playAll(ctx context.Context, targets []Target, groups []rulefmt.RuleGroup) ([]*course, error) {
	courses := make([]*course, len(targets))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range targets {
		courses[i] = &course{Target: t, plan: p}
		work.Go(func() error {
			if err := courses[i].play(ctx, of(groups, t)); err != nil {
				return fmt.Errorf("rehearse %s: %w", t, err)
			}
			return nil
		})
	}
	return courses, work.Wait()
}

func (c *course) open() (err error) {
	if c.dir, err = os.MkdirTemp("", "obsboot-rehearse-"); err != nil {
		return err
	}
	c.storage, err = rehearse.Open(c.dir)
	return err
}

func (p *Plan) before() time.Duration {
	if p.Before > 0 {
		return p.Before
	}
	return day
}

// recordedFrom is when rules begin to record: an hour behind the traffic.
func (p *Plan) recordedFrom() time.Time { return Midnight.Add(time.Hour - p.before()) }

func (p *Plan) end() time.Time { return Midnight.Add(p.Over) }

// play fills the storage with traffic and with what rules record, and watches
// the alerts.
func (c *course) play(ctx context.Context, groups []rulefmt.RuleGroup) error {
	if len(groups) == 0 {
		return errors.New("there are no rules of it")
	}
	var tiles []rehearse.Recorded
	if slices.ContainsFunc(groups, func(g rulefmt.RuleGroup) bool { return slices.ContainsFunc(g.Rules, tile) }) {
		var err error
		if tiles, err = c.yesterday(ctx, groups); err != nil {
			return err
		}
	}
	if err := c.open(); err != nil {
		return err
	}
	if err := c.past(ctx, tiles); err != nil {
		return err
	}
	if err := c.feed(ctx, groups, c.plan.end()); err != nil {
		return err
	}
	return c.rules(ctx, groups)
}

// feed appends the traffic that the rules read.
func (c *course) feed(ctx context.Context, groups []rulefmt.RuleGroup, to time.Time) error {
	options := c.plan.Traffic
	options.Start = Midnight
	m, err := traffic.New(c.plan.System, options)
	if err != nil {
		return err
	}
	own := query.SLIRates(c.Service, c.SLI, interval, "")
	texts := exprs(groups)
	if own.Total != "" {
		texts = append(texts, own.Total, own.Errors)
	}
	want, err := traffic.ReadBy(texts...)
	if err != nil {
		return err
	}
	span := traffic.Span{From: Midnight.Add(-c.plan.before()), To: to, Step: step}
	found := 0
	for series, samples := range m.Series(span, want) {
		err := c.storage.Append(ctx, series, func(yield func(rehearse.Sample) bool) {
			for s := range samples {
				if !yield(rehearse.Sample(s)) {
					return
				}
			}
		})
		if err != nil {
			return err
		}
		found++
	}
	if found == 0 {
		return errors.New("the traffic of the spec has none of the series that its rules read")
	}
	c.storage.Settle()
	return nil
}

// yesterday returns the hourly rates of a day of healthy traffic.
func (c *course) yesterday(ctx context.Context, groups []rulefmt.RuleGroup) ([]rehearse.Recorded, error) {
	scratch := &course{Target: c.Target, plan: c.plan}
	defer scratch.close()
	if err := scratch.open(); err != nil {
		return nil, err
	}
	if err := scratch.feed(ctx, groups, Midnight.Add(interval)); err != nil {
		return nil, err
	}
	r, err := scratch.load(groups, tile)
	if err != nil {
		return nil, err
	}
	from, to := Midnight.Add(time.Hour-day), Midnight.Add(offset)
	if err := r.Backfill(ctx, from, to); err != nil {
		return nil, err
	}
	return scratch.storage.Recorded(ctx, fmt.Sprintf(`{__name__=~"slo:(events|errors):rate", window="1h", service=%s, slo=%s}`,
		query.QuotePromQL(c.Service.Name), query.QuotePromQL(c.SLI.Name)), from, to)
}

// past makes the days of the window before the traffic begins: each was like the
// last one.
func (c *course) past(ctx context.Context, tiles []rehearse.Recorded) error {
	days := int(c.SLI.Window.Needs()/day) + 1
	begins := c.plan.recordedFrom()
	for _, t := range tiles {
		err := c.storage.Append(ctx, t.Labels, func(yield func(rehearse.Sample) bool) {
			for back := days; back > 0; back-- {
				for _, s := range t.Samples {
					s.At = s.At.Add(-time.Duration(back) * day)
					if s.At.Before(begins) && !yield(s) {
						return
					}
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *course) load(groups []rulefmt.RuleGroup, keep func(rulefmt.Rule) bool) (*rehearse.Rehearsal, error) {
	content, err := file(groups)
	if err != nil {
		return nil, err
	}
	r := rehearse.New(c.storage)
	r.Offset = offset
	r.Until = endOfMonth
	return r, r.Load("rules", content, keep)
}

// endOfMonth is up to when the rules of calendar months mean the same month.
func endOfMonth(at time.Time) time.Time {
	at = at.UTC()
	return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Nanosecond)
}

// rules records what rules record, and watches alerts.
func (c *course) rules(ctx context.Context, groups []rulefmt.RuleGroup) error {
	r, err := c.load(groups, recording)
	if err != nil {
		return err
	}
	if err := r.Backfill(ctx, c.plan.recordedFrom(), c.plan.end()); err != nil {
		return err
	}
	c.storage.Settle()
	if r, err = c.load(groups, alerting); err != nil {
		return err
	}
	if err := r.Watch(ctx, Midnight.Add(-time.Hour), c.plan.end()); err != nil {
		return err
	}
	c.alerts = r.Alerts()
	return nil
}

// value is the value of a query that gives one, or NaN.
func (c *course) value(ctx context.Context, text string, at time.Time) float64 {
	result, err := c.storage.Query(ctx, text, at)
	if err != nil || len(result) != 1 {
		return math.NaN()
	}
	return result[0].F
}

// recorded selects a recorded series of the SLO.
func (c *course) recorded(name, window string) string {
	matchers := []query.Matcher{{Label: "service", Value: c.Service.Name}, {Label: "slo", Value: c.SLI.Name}}
	if window != "" {
		matchers = append(matchers, query.Matcher{Label: "window", Value: window})
	}
	return query.Selector(name, matchers...)
}

// between counts the events and the bad ones of a time, from the SLI's own
// series.
func (c *course) between(ctx context.Context, from, to time.Time) (events, bad float64) {
	length := max(to.Sub(from), interval).Truncate(time.Second)
	if c.SLI.Kind == model.Slices {
		length = max(c.SLI.Slices.Slice, length.Truncate(c.SLI.Slices.Slice))
	}
	count := func(text string) float64 {
		if v := c.value(ctx, text, to); !math.IsNaN(v) {
			return v * length.Seconds()
		}
		return 0
	}
	if c.SLI.Kind == model.Logs {
		w := model.FormatDuration(length)
		mean := func(name string) string {
			return fmt.Sprintf("avg_over_time(%s[%s:1m])", c.recorded(name, "5m"), w)
		}
		return count(mean(naming.SLOTotal)), count(mean(naming.SLOErrors))
	}
	own := query.SLIRates(c.Service, c.SLI, length, "")
	return count(own.Total), count(own.Errors)
}

// inWindow is how many events the SLO's window has, seen from a time.
func (c *course) inWindow(ctx context.Context, at time.Time) float64 {
	w := model.FormatDuration(c.SLI.Window.Duration())
	return time.Hour.Seconds() * c.value(ctx, fmt.Sprintf("sum_over_time(%s[%s])", c.recorded(naming.SLOTotal, "1h"), w), at)
}
