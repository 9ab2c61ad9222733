package generate

import (
	"fmt"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

const (
	// baseWindow is that of the rates that windows of hours are made of.
	baseWindow = 5 * time.Minute
	halfHour   = 30 * time.Minute
	// tile is what windows of days are made of.
	tile = time.Hour
	// betweenSamples is how far apart the samples of a counter are. rate() leaves out
	// what happens between the last sample of one range and the first of the
	// next, so the range of a tile begins a sample earlier.
	betweenSamples = 30 * time.Second
)

// tiles is the group that records the hourly rates. They are evaluated once an
// hour, so that they tile the time: each event is in one of them.
func (g *sloRules) tiles() ruleGroup {
	group := g.group()
	group.Name += "/tiles"
	group.Interval = model.FormatDuration(tile)
	switch g.sli.Kind {
	case model.Logs: // the rates of Loki tile the hour already
		sum := func(series string) string { return g.steps(series, tile) + " / 12" }
		group.Rules = g.pair(tile, sum(naming.SLOTotal), sum(naming.SLOErrors))
	case model.Slices:
		group.Rules = g.rates(tile, tile)
	default:
		group.Rules = g.rates(tile, tile+betweenSamples)
	}
	return group
}

// windows are those of the alerts, and the SLO's own.
func (g *sloRules) windows() []time.Duration {
	return []time.Duration{baseWindow, halfHour, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour, g.sli.Window.Duration()}
}

// ratioOver is the share of bad events of a window: bad events over events, so
// that each event counts the same however much traffic there was. Without
// traffic there is no ratio.
func (g *sloRules) ratioOver(window time.Duration) string {
	return fmt.Sprintf("%s\n/\n(%s > 0)", g.over(naming.SLOErrors, window), g.over(naming.SLOTotal, window))
}

// over is the sum of the rates that make up a window.
func (g *sloRules) over(series string, window time.Duration) string {
	switch {
	case window <= halfHour:
		return g.series(series, window)
	case window == time.Hour:
		return g.hour(series)
	case window < 24*time.Hour:
		return g.steps(series, window)
	case g.isMonth(window):
		return g.young(series, g.month(series))
	}
	return g.young(series, g.days(series, window))
}

// young is a sum of tiles or, until there is one, what the hour has so far: a new
// service has a budget from its first minute.
func (g *sloRules) young(series, tiles string) string {
	return fmt.Sprintf("(\n  %s\n  or on(service, slo)\n  %s\n)", tiles, g.hour(series))
}

// recent is the mean rate over half an hour. It is made of rates of which each
// ends where the next begins, so that an outage is seen as soon as from raw
// counters.
func (g *sloRules) recent(series string) string {
	now := g.series(series, baseWindow)
	terms := now
	for _, ago := range []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, g.oldest()} {
		terms += "\n  + " + before(now, ago)
	}
	return fmt.Sprintf("(\n  %s\n) / 6", terms)
}

// oldest is when the oldest rate of recent ends. That of counters overlaps by a
// minute: rate() scales what it saw up to its whole range, and so would remember
// the end of an outage for longer than a rate over half an hour.
func (g *sloRules) oldest() time.Duration {
	if g.sli.Kind == model.Slices || g.sli.Kind == model.Logs {
		return 25 * time.Minute
	}
	return 24 * time.Minute
}

// hour is the sum of the last two rates over half an hour.
func (g *sloRules) hour(series string) string {
	now := g.series(series, halfHour)
	return fmt.Sprintf("(%s + %s)", now, before(now, halfHour))
}

// before is what a series was some time ago, 0 if it was not there.
func before(series string, ago time.Duration) string {
	return fmt.Sprintf("(%s offset %s or 0 * %s)", series, model.FormatDuration(ago), series)
}

// steps is the sum of the recorded rates over some hours, one for every five
// minutes.
func (g *sloRules) steps(series string, window time.Duration) string {
	return fmt.Sprintf("sum_over_time(%s[%s:5m])", g.series(series, baseWindow), model.FormatDuration(window))
}

// days is the sum of the hourly rates over some days.
func (g *sloRules) days(series string, window time.Duration) string {
	return fmt.Sprintf("sum_over_time(%s[%s])", g.series(series, tile), model.FormatDuration(window))
}

// month is the sum of the hourly rates since the calendar month began (UTC): of
// those hours whose month is that of the evaluation.
func (g *sloRules) month(series string) string {
	this := fmt.Sprintf("month(timestamp(%s{%s} @ end())) == on() month(vector(time()))", naming.SLOObjective, g.selector())
	return fmt.Sprintf("sum_over_time((%s and on() (%s))[31d:1h])", g.lastTile(series), this)
}

// lastTile is the newest hourly rate: as it is recorded once an hour, it is older
// than what a plain selector looks back for.
func (g *sloRules) lastTile(series string) string {
	return fmt.Sprintf("last_over_time(%s[1h])", g.series(series, tile))
}

// labelOf names a window in labels; a calendar month is not 30 days.
func (g *sloRules) labelOf(window time.Duration) string {
	if g.isMonth(window) {
		return g.sli.Window.Calendar
	}
	return model.FormatDuration(window)
}

// isMonth says whether a window is the calendar month of the SLO.
func (g *sloRules) isMonth(window time.Duration) bool {
	return g.sli.Window.Calendar != "" && window == g.sli.Window.Duration()
}

// covered is how many of the tiles of the SLO's window there are.
func (g *sloRules) covered() string {
	window, none := g.sli.Window.Duration(), "\nor on(service, slo)\n0 * "+g.series(naming.SLOTotal, baseWindow)
	if g.isMonth(window) {
		counted := strings.Replace(g.month(naming.SLOTotal), "sum_over_time", "count_over_time", 1)
		return counted + "\n/ on() group_left() ((day_of_month() - 1) * 24 + hour() + 1)" + none
	}
	return fmt.Sprintf("count_over_time(%s[%s:1h]) / %g", g.lastTile(naming.SLOTotal), model.FormatDuration(window), window.Hours()) + none
}
