package generate

import (
	"fmt"
	"strconv"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/slo"
)

// alerts returns the alerts of an SLO: the budget burns too fast, it is gone,
// or nobody measures it.
func (g *sloRules) alerts() []rule {
	var out []rule
	for _, a := range slo.Alerts {
		if g.enabled(a) {
			out = append(out, g.burnAlert(a))
		}
	}
	if g.sli.Alerting.Ticket {
		out = append(out, g.exhausted())
	}
	if g.sli.Alerting.MissingData {
		out = append(out, g.missingData())
	}
	return out
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
		expr += fmt.Sprintf("\nand ignoring(window)\n%s >= %d", g.eventsIn(a.Long), n)
	}
	long := model.FormatDuration(a.Long)
	return rule{
		Alert:  naming.AlertBurnRate,
		Expr:   expr,
		Labels: alertLabels(g.sys, g.s, a.Severity, map[string]string{"window": long}),
		Annotations: map[string]string{
			"summary": fmt.Sprintf("%s burns its error budget %s", g.title(), tooFast(burn)),
			"description": fmt.Sprintf("{{ $value | humanizePercentage }} of the last %s were bad, and %s allow %s %%. "+
				"At this rate a whole budget is gone in less than %s.",
				long, g.promise(), slo.Allowed(g.sli.Objective), lasts(g.sli.Window.Duration(), a)),
		},
	}
}

// burn is the burn rate of an alert.
func (g *sloRules) burn(a slo.Alert) string {
	return strconv.FormatFloat(a.Burn(g.sli.Window.Duration()), 'g', 6, 64)
}

// tooFast says a burn rate in words.
func tooFast(burn string) string {
	if burn == "1" {
		return "faster than the window allows"
	}
	return "more than " + burn + " times too fast"
}

// promise is the objective in words.
func (g *sloRules) promise() string {
	return fmt.Sprintf("%s %% over %s", g.sli.Objective, g.sli.Window)
}

// lasts says how long a whole budget lasts at the burn rate of an alert.
func lasts(window time.Duration, a slo.Alert) string {
	left := time.Duration(float64(window) / a.Burn(window))
	if left > 72*time.Hour {
		return model.FormatDuration(left.Round(24 * time.Hour))
	}
	return model.FormatDuration(left.Round(time.Hour))
}

// eventsIn counts the events of a window.
func (g *sloRules) eventsIn(window time.Duration) string {
	if window <= time.Hour {
		return fmt.Sprintf("3600 * %s", g.series(naming.SLOTotal, time.Hour))
	}
	return fmt.Sprintf("3600 * %s", g.hours(naming.SLOTotal, window))
}

func (g *sloRules) exhausted() rule {
	return rule{
		Alert:  naming.AlertExhausted,
		Expr:   fmt.Sprintf("%s{%s} <= 0", naming.SLOBudget, g.selector()),
		For:    "5m",
		Labels: alertLabels(g.sys, g.s, model.Ticket, nil),
		Annotations: map[string]string{
			"summary":     fmt.Sprintf("%s has used up its error budget", g.title()),
			"description": fmt.Sprintf("The promise of %s is broken: {{ $value | humanizePercentage }} of the budget is left.", g.promise()),
		},
	}
}

// missingData looks at the total only: a service without errors has no error
// series, and an idle one has a total of 0.
func (g *sloRules) missingData() rule {
	return rule{
		Alert:  naming.AlertMissingData,
		Expr:   fmt.Sprintf("absent(%s)", g.series(naming.SLOTotal, baseWindow)),
		For:    "15m",
		Labels: alertLabels(g.sys, g.s, model.Ticket, nil),
		Annotations: map[string]string{
			"summary":     fmt.Sprintf("%s has not been measured for 15 minutes", g.title()),
			"description": "No series says how many events there were. Either no instance runs, or its telemetry does not arrive.",
		},
	}
}
