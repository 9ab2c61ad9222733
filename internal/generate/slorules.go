package generate

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/slo"
)

const (
	// interval is how often the rules of an SLO are evaluated. The sums below
	// count on it: every recorded rate stands for one interval.
	interval = time.Minute
	// baseWindow is that of the recorded rates that everything is made of.
	baseWindow = 5 * time.Minute
	// tile is the step of sums over days; each tile is an exact hour.
	tile = time.Hour
)

// sloRules makes the rules of one SLI. They build on each other, so they stand
// in one group, in order.
type sloRules struct {
	sys *model.System
	s   *model.Service
	sli *model.SLI
}

// sloGroup returns the group of an SLI: recording rules, and with an objective
// alerts.
func sloGroup(sys *model.System, s *model.Service, sli *model.SLI) ruleGroup {
	g := &sloRules{sys, s, sli}
	group := g.group()
	if sli.Objective != 0 {
		group.Rules = append(group.Rules, g.objective())
	}
	group.Rules = append(group.Rules, g.base()...)
	for _, window := range g.windows() {
		group.Rules = append(group.Rules, g.record(naming.SLORatio, window, g.ratioOver(window)))
	}
	if sli.Objective != 0 {
		group.Rules = append(group.Rules, g.budget()...)
		group.Rules = append(group.Rules, rulesOf(g.watched())...)
	}
	return group
}

// group is the empty group of an SLI. What tells its series from others stands
// on the group.
func (g *sloRules) group() ruleGroup {
	return ruleGroup{
		Name:     "slo/" + g.s.Name + "/" + g.sli.Name,
		Interval: model.FormatDuration(interval),
		Labels:   map[string]string{"service": g.s.Name, "slo": g.sli.Name},
	}
}

// base records the pair of rates that all else is made of: over five minutes
// (of logs Loki records it), and, exactly, over an hour.
func (g *sloRules) base() []rule {
	var out []rule
	if g.sli.Kind != model.Logs {
		recorded := fmt.Sprintf("sum(%s)", g.series(naming.SLOTotal, baseWindow))
		out = g.pair(query.SLIRates(g.s, g.sli, baseWindow, recorded))
	}
	return append(out,
		g.record(naming.SLOTotal, time.Hour, g.recent(naming.SLOTotal, time.Hour)),
		g.record(naming.SLOErrors, time.Hour, g.recent(naming.SLOErrors, time.Hour)))
}

// pair records the rates over five minutes.
func (g *sloRules) pair(rates query.Rates) []rule {
	return []rule{
		g.record(naming.SLOTotal, baseWindow, rates.Total),
		g.record(naming.SLOErrors, baseWindow, rates.Errors),
	}
}

// windows are those of the alerts, and the SLO's own.
func (g *sloRules) windows() []time.Duration {
	windows := []time.Duration{baseWindow, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour}
	if g.sli.Objective == 0 {
		return windows[:1]
	}
	return append(windows, g.sli.Window.Duration())
}

// ratioOver is the share of bad events of a window: bad events over events, so
// that each event counts the same however much traffic there was. Without
// traffic there is no ratio.
func (g *sloRules) ratioOver(window time.Duration) string {
	errors, total := "", ""
	switch {
	case window == baseWindow || window == time.Hour:
		errors, total = g.series(naming.SLOErrors, window), g.series(naming.SLOTotal, window)
	case window < time.Hour:
		errors, total = g.recent(naming.SLOErrors, window), g.recent(naming.SLOTotal, window)
	case window < 24*time.Hour:
		errors, total = g.steps(naming.SLOErrors, window), g.steps(naming.SLOTotal, window)
	case window == g.sli.Window.Duration() && g.sli.Window.Calendar != "":
		errors, total = g.month(naming.SLOErrors), g.month(naming.SLOTotal)
	default:
		errors, total = g.hours(naming.SLOErrors, window), g.hours(naming.SLOTotal, window)
	}
	return fmt.Sprintf("%s\n/\n(%s > 0)", errors, total)
}

// recent is the mean rate over a window of up to an hour. The last five minutes
// are exact, so that an outage is seen as soon as from raw counters; before
// them, the recorded rates stand for a minute each.
func (g *sloRules) recent(series string, window time.Duration) string {
	now := g.series(series, baseWindow)
	older := model.FormatDuration(window - baseWindow)
	return fmt.Sprintf("(\n  5 * %s\n  + (sum_over_time(%s[%s] offset 5m) or 0 * %s)\n) / %g", now, now, older, now, window.Minutes())
}

// steps is the sum of the recorded rates over some hours, one for every five
// minutes.
func (g *sloRules) steps(series string, window time.Duration) string {
	return fmt.Sprintf("sum_over_time(%s[%s:5m])", g.series(series, baseWindow), model.FormatDuration(window))
}

// hours is the sum of the hourly rates over some days.
func (g *sloRules) hours(series string, window time.Duration) string {
	return fmt.Sprintf("sum_over_time(%s[%s:1h])", g.series(series, tile), model.FormatDuration(window))
}

// month is the sum of the hourly rates since the calendar month began (UTC): of
// those hours whose month is that of the evaluation.
func (g *sloRules) month(series string) string {
	this := fmt.Sprintf("month(timestamp(%s{%s} @ end())) == on() month(vector(time()))", naming.SLOObjective, g.selector())
	return fmt.Sprintf("sum_over_time((%s and on() (%s))[31d:1h])", g.series(series, tile), this)
}

// budget records what is left of the budget, and what dashboards and joins need.
func (g *sloRules) budget() []rule {
	window := g.sli.Window.Duration()
	tiles := strconv.FormatFloat(window.Hours(), 'g', -1, 64)
	covered := fmt.Sprintf("count_over_time(%s[%s:1h]) / %s", g.series(naming.SLOTotal, tile), model.FormatDuration(window), tiles)
	if g.sli.Window.Calendar != "" {
		covered = fmt.Sprintf("%s\n/ on() group_left() ((day_of_month() - 1) * 24 + hour() + 1)", strings.Replace(g.month(naming.SLOTotal), "sum_over_time", "count_over_time", 1))
	}
	info := g.plain(naming.SLOInfo, "vector(1)")
	info.Labels["team"], info.Labels["tier"] = g.s.Team, strconv.Itoa(g.s.Tier)
	info.Labels["window"], info.Labels["objective"] = g.sli.Window.String(), g.sli.Objective.String()
	return []rule{
		g.plain(naming.SLOBudget, fmt.Sprintf("1 - sum without (window) (%s) / %s", g.ratio(window), g.allowed())),
		g.plain(naming.SLOBurn, fmt.Sprintf("sum without (window) (%s) / %s", g.ratio(time.Hour), g.allowed())),
		g.plain(naming.SLOCoverage, fmt.Sprintf("clamp_max(\n  sum without (window) (%s),\n  1\n)", covered)),
		info,
	}
}

// objective is the first rule of an SLO: what the month is told by.
func (g *sloRules) objective() rule {
	return g.plain(naming.SLOObjective, "vector("+decimal(g.sli.Objective)+")")
}

// allowed is the share of events that may be bad, as a decimal.
func (g *sloRules) allowed() string { return decimal(slo.Allowed(g.sli.Objective)) }

// decimal writes a percentage as a share, without the rounding of binary
// fractions: 99.9 is 0.999.
func decimal(p model.Percent) string {
	digits := fmt.Sprintf("%09d", int64(p))
	cut := len(digits) - 8
	return strings.TrimRight(strings.TrimRight(digits[:cut]+"."+digits[cut:], "0"), ".")
}

// labelOf names a window in labels; a calendar month is not 30 days.
func (g *sloRules) labelOf(window time.Duration) string {
	if g.sli.Window.Calendar != "" && window == g.sli.Window.Duration() {
		return g.sli.Window.Calendar
	}
	return model.FormatDuration(window)
}

// selector matches the recorded series of this SLI.
func (g *sloRules) selector() string {
	return strings.Trim(query.Selector("", query.Matcher{Label: "service", Value: g.s.Name}, query.Matcher{Label: "slo", Value: g.sli.Name}), "{}")
}

// series is a recorded series of a window.
func (g *sloRules) series(name string, window time.Duration) string {
	return fmt.Sprintf("%s{%s, window=%s}", name, g.selector(), query.QuotePromQL(g.labelOf(window)))
}

func (g *sloRules) ratio(window time.Duration) string { return g.series(naming.SLORatio, window) }

func (g *sloRules) plain(name, expr string) rule {
	return rule{Record: name, Expr: expr, Labels: labelsWith(g.sys, nil)}
}

func (g *sloRules) record(name string, window time.Duration, expr string) rule {
	r := g.plain(name, expr)
	r.Labels["window"] = g.labelOf(window)
	return r
}
