package generate

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/slo"
)

// The annotations of alerts. alertmanager/ shows them in its messages.
const (
	summary     = "summary"       // one line: what is wrong, for whom
	description = "description"   // the numbers
	runbookURL  = "runbook_url"   // the page of the alert
	dashboard   = "dashboard_url" // where to look, at the time of the alert
	traces      = "traces_url"    // the traces of what was bad
)

// ask is a template for the value of a query when the alert is evaluated, or
// for nothing if the query gives nothing.
func ask(expr, format string) string {
	return "{{ with query " + templateString(expr) + " }}{{ . | first | value | " + format + " }}{{ end }}"
}

// templateString writes a literal of Go's templates.
func templateString(text string) string {
	if strconv.CanBackquote(text) {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}

// templateText keeps a text of the spec from being a template of Prometheus or
// Alertmanager. Outside of an action }} is text already.
func templateText(text string) string {
	return strings.ReplaceAll(text, "{{", `{{ "{{" }}`)
}

// counted says what an SLI counts and when it is bad: "requests", "failed".
func counted(sli *model.SLI) (events, bad string) {
	switch sli.Kind {
	case model.Availability:
		return workNoun(sli.Requests.Work), "failed"
	case model.Latency:
		bad = "took longer than " + model.FormatDuration(sli.Requests.Threshold)
		if sli.Requests.CountFailures {
			bad = "failed or " + bad
		}
		return workNoun(sli.Requests.Work), bad
	case model.Slices:
		return "slices of " + model.FormatDuration(sli.Slices.Slice), "were out of bounds"
	case model.Logs:
		return "log records", "were bad"
	}
	return "events", "were bad"
}

func workNoun(work model.Work) string {
	switch work {
	case model.WorkHTTP:
		return "requests"
	case model.WorkGRPC:
		return "calls"
	case model.WorkConsumer:
		return "messages"
	case model.WorkJob:
		return "runs"
	}
	return "observations"
}

// badOf says how many events of a window were bad: "2.4% of the requests of the
// last 1h failed: 36 of 1.5k." The share is a template.
func (g *sloRules) badOf(share, over string, window time.Duration) string {
	events, bad := counted(g.sli)
	return fmt.Sprintf("%s of the %s of %s %s: %s of %s.", share, events, over, bad,
		ask("round("+g.eventsIn(naming.SLOErrors, window)+")", "humanize"),
		ask("round("+g.eventsIn(naming.SLOTotal, window)+")", "humanize"))
}

// budgetLeft says how much of the budget is left, and how long it lasts at the
// rate of a window.
func (g *sloRules) budgetLeft(window time.Duration) string {
	left := fmt.Sprintf("%s{%s}", naming.SLOBudget, g.selector())
	// What the window allows lasts this long if everything is bad.
	whole := g.sli.Window.Duration().Seconds() * float64(slo.Allowed(g.sli.Objective)) / (100 * model.PercentScale)
	lasts := fmt.Sprintf("%s * %s / ignoring(window) %s", left, strconv.FormatFloat(whole, 'g', -1, 64), g.ratio(window))
	return "{{ with query " + templateString(left) + " }}{{ $left := . | first | value }}{{ if gt $left 0.0 }}" +
		"{{ humanizePercentage $left }} of the error budget is left; at this rate it is gone in " + ask(lasts, "humanizeDuration") +
		".{{ else }}The error budget is gone.{{ end }}{{ end }}"
}

// links are the annotations that lead on from an alert of an SLO; the range of
// what they open reaches back this long.
func (g *sloRules) links(page string, before time.Duration) map[string]string {
	at := untilNow(before)
	out := map[string]string{
		runbookURL: runbookLink(g.sys, g.s.Name, page),
		dashboard:  sloLink(g.sys, g.s, g.sli, at),
	}
	if found := tracesLink(g.sys, g.s, g.sli, at); found != "" {
		out[traces] = found
	}
	return out
}
