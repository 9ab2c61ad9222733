package generate

import (
	"fmt"
	"strconv"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/slo"
)

// watched are the alerts of an SLO: the budget burns too fast, it is gone, or
// nobody measures it.
func (g *sloRules) watched() []watched {
	burning := g.about(burnPage, naming.AlertBurnRate, "burns its error budget too fast")
	for _, a := range slo.Alerts {
		if g.enabled(a) {
			burning.rules = append(burning.rules, g.burnAlert(a))
		}
	}
	var out []watched
	if len(burning.rules) > 0 {
		out = append(out, burning)
	}
	if g.sli.Alerting.Ticket {
		exhausted := g.about(exhaustedPage, naming.AlertExhausted, "has used up its error budget")
		exhausted.rules = []rule{g.exhausted()}
		out = append(out, exhausted)
	}
	if g.sli.Alerting.MissingData {
		missing := g.about(missingPage, naming.AlertMissingData, "is not measured")
		missing.rules = []rule{g.missingData()}
		out = append(out, missing)
	}
	return out
}

// about is an alert of the SLO, without its rules.
func (g *sloRules) about(page, alert, problem string) watched {
	return watched{
		page: sloPage(g.sli, page), subject: g.title(), problem: problem, means: g.means(page),
		silence: []model.Label{{Name: "alertname", Value: alert}, {Name: "service", Value: g.s.Name}, {Name: "slo", Value: g.sli.Name}},
	}
}

// enabled reports whether the spec wants an alert.
func (g *sloRules) enabled(a slo.Alert) bool {
	return a.Severity == model.Page && g.sli.Alerting.Page || a.Severity == model.Ticket && g.sli.Alerting.Ticket
}

func (g *sloRules) title() string { return g.s.Name + "/" + g.sli.Name }

// burnAlert fires while both windows are above the burn rate: the long one says
// that it matters, the short one that it still goes on.
func (g *sloRules) burnAlert(a slo.Alert) rule {
	burn := g.burn(a)
	threshold := burn + " * " + g.allowed()
	expr := fmt.Sprintf("%s > %s\nand ignoring(window)\n%s > %s", g.ratio(a.Long), threshold, g.ratio(a.Short), threshold)
	if n := g.sli.Alerting.MinEvents; n > 0 {
		expr += fmt.Sprintf("\nand ignoring(window)\n%s >= %d", g.eventsIn(naming.SLOTotal, a.Long), n)
	}
	long := model.FormatDuration(a.Long)
	annotations := g.links(sloPage(g.sli, burnPage), max(2*a.Long, 3*time.Hour))
	annotations[summary] = fmt.Sprintf("%s burns its error budget %s times too fast",
		g.title(), ask(g.ratio(a.Long)+" / "+g.allowed(), `printf "%.3g"`))
	annotations[description] = fmt.Sprintf("%s %s allow %s %%. %s",
		g.badOf("{{ $value | humanizePercentage }}", "the last "+long, a.Long), g.promise(), slo.Allowed(g.sli.Objective), g.budgetLeft(a.Long))
	return rule{
		Alert:       naming.AlertBurnRate,
		Expr:        expr,
		Labels:      alertLabels(g.sys, g.s, a.Severity, map[string]string{"window": long}),
		Annotations: annotations,
	}
}

// Pages of an SLO's alerts.
const (
	burnPage      = "burn-rate"
	exhaustedPage = "budget-exhausted"
	missingPage   = "missing-data"
)

// sloPage is the name of the runbook of an alert of an SLO.
func sloPage(sli *model.SLI, alert string) string {
	return "slo-" + naming.Slug(sli.Name) + "-" + alert
}

// burn is the burn rate of an alert.
func (g *sloRules) burn(a slo.Alert) string {
	return strconv.FormatFloat(a.Burn(g.sli.Window.Duration()), 'g', 6, 64)
}

// promise is the objective in words.
func (g *sloRules) promise() string {
	return fmt.Sprintf("%s %% over %s", g.sli.Objective, g.windowText())
}

// windowText says a window: a number of days, or the calendar month.
func (g *sloRules) windowText() string {
	if g.sli.Window.Calendar != "" {
		return "the calendar month"
	}
	return g.sli.Window.String()
}

// eventsIn counts the events of a window, from their recorded rates. Above an
// hour it takes one tile for each hour, however often rules are evaluated.
func (g *sloRules) eventsIn(series string, window time.Duration) string {
	switch {
	case window <= time.Hour:
		return fmt.Sprintf("%g * %s", halfHour.Seconds(), g.hour(series))
	case g.isMonth(window):
		return fmt.Sprintf("%g * %s", tile.Seconds(), g.month(series))
	}
	return fmt.Sprintf("%g * sum_over_time(%s[%s:1h])", tile.Seconds(), g.lastTile(series), model.FormatDuration(window))
}

func (g *sloRules) exhausted() rule {
	window := g.sli.Window.Duration()
	annotations := g.links(sloPage(g.sli, exhaustedPage), window)
	annotations[summary] = fmt.Sprintf("%s has used up its error budget", g.title())
	annotations[description] = fmt.Sprintf("%s %s allow %s %%.",
		g.badOf(ask(g.ratio(window), "humanizePercentage"), g.windowText(), window), g.promise(), slo.Allowed(g.sli.Objective))
	return rule{
		Alert:       naming.AlertExhausted,
		Expr:        fmt.Sprintf("%s{%s} <= 0", naming.SLOBudget, g.selector()),
		For:         "5m",
		Labels:      alertLabels(g.sys, g.s, model.Ticket, nil),
		Annotations: annotations,
	}
}

// missingData looks at the total only: a service without errors has no error
// series, and an idle one has a total of 0. One that has not worked since it
// started may have no total; that it lives is seen by other series.
func (g *sloRules) missingData() rule {
	annotations := g.links(sloPage(g.sli, missingPage), 3*time.Hour)
	delete(annotations, traces)
	annotations[summary] = fmt.Sprintf("%s has not been measured for 15 minutes", g.title())
	annotations[description] = "No series says how many events there were. Either no instance runs, or its telemetry does not arrive."
	expr := fmt.Sprintf("absent(%s)", g.series(naming.SLOTotal, baseWindow))
	switch g.sli.Kind {
	case model.Logs:
		annotations[description] = "Loki's ruler does not say how many log records there were. Either it does not run, or what it records does not reach Prometheus."
	case model.Slices: // their value is there whether or not there is work
	default:
		expr += "\nunless on()\n" + query.Alive(g.s)
	}
	return rule{
		Alert:       naming.AlertMissingData,
		Expr:        expr,
		For:         "15m",
		Labels:      alertLabels(g.sys, g.s, model.Ticket, nil),
		Annotations: annotations,
	}
}
