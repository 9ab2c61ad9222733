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

// interval is how often the rules of an SLO are evaluated.
const interval = time.Minute

// sloRules makes the rules of one SLI. They build on each other, so they stand
// in one group, in order.
type sloRules struct {
	sys *model.System
	s   *model.Service
	sli *model.SLI
}

// sloGroups returns the groups of an SLI: one that records, and with an
// objective alerts, and before it one that records the tiles of long windows.
func sloGroups(sys *model.System, s *model.Service, sli *model.SLI) []ruleGroup {
	g := &sloRules{sys, s, sli}
	group := g.group()
	if sli.Objective == 0 {
		group.Rules = append(g.base(), g.record(naming.SLORatio, baseWindow, g.ratioOver(baseWindow)))
		return []ruleGroup{group}
	}
	group.Rules = append([]rule{g.objective()}, g.base()...)
	group.Rules = append(group.Rules, g.pair(halfHour, g.recent(naming.SLOTotal), g.recent(naming.SLOErrors))...)
	for _, window := range g.windows() {
		group.Rules = append(group.Rules, g.record(naming.SLORatio, window, g.ratioOver(window)))
	}
	group.Rules = append(group.Rules, g.budget()...)
	group.Rules = append(group.Rules, rulesOf(g.watched())...)
	return []ruleGroup{g.tiles(), group}
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

// base records the pair of rates that short windows are made of; of logs Loki
// records it.
func (g *sloRules) base() []rule {
	if g.sli.Kind == model.Logs {
		return nil
	}
	return g.rates(baseWindow, baseWindow)
}

// rates records the pair of rates of a window from the SLI's own series, which
// are looked at over a range.
func (g *sloRules) rates(window, over time.Duration) []rule {
	recorded := fmt.Sprintf("sum(%s)", g.series(naming.SLOTotal, window))
	rates := query.SLIRates(g.s, g.sli, over, recorded)
	return g.pair(window, rates.Total, rates.Errors)
}

// pair records two rates of a window. The errors may build on the total.
func (g *sloRules) pair(window time.Duration, total, errors string) []rule {
	return []rule{
		g.record(naming.SLOTotal, window, total),
		g.record(naming.SLOErrors, window, errors),
	}
}

// budget records what is left of the budget, and what dashboards and joins need.
func (g *sloRules) budget() []rule {
	info := g.plain(naming.SLOInfo, "vector(1)")
	info.Labels["team"], info.Labels["tier"] = g.s.Team, strconv.Itoa(g.s.Tier)
	info.Labels["window"], info.Labels["objective"] = g.sli.Window.String(), g.sli.Objective.String()
	return []rule{
		g.plain(naming.SLOBudget, fmt.Sprintf("1 - sum without (window) (%s) / %s", g.ratio(g.sli.Window.Duration()), g.allowed())),
		g.plain(naming.SLOBurn, fmt.Sprintf("sum without (window) (%s) / %s", g.ratio(time.Hour), g.allowed())),
		g.plain(naming.SLOCoverage, fmt.Sprintf("clamp_max(\n  sum without (window) (%s),\n  1\n)", g.covered())),
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
