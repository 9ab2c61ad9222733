package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// windowVariable is the window of the SLO that is shown, as a range.
const windowVariable = "window"

// drillDown is the dashboard of one SLO: the one that its variables name.
func drillDown(sys *system) Dashboard {
	d := newDashboard(sys, naming.SLODashboard(sys.Name), sys.Name+": SLO",
		"One SLO: how fast its budget burns, how long it lasts, what happened and when.", systemTag)
	d.Range = Range{"now-24h", "now"}
	one := []query.Matcher{is("service", placeholder(serviceVariable)), is("slo", placeholder(sloVariable))}
	d.Variables = []Variable{
		{Name: serviceVariable, Label: "Service", Kind: LabelOf, Query: naming.SLOInfo, Of: "service", Description: "The service that promises"},
		{Name: sloVariable, Label: "SLO", Kind: LabelOf, Query: recorded(naming.SLOInfo, one[0]), Of: "slo", Description: "What it promises"},
		{Name: windowVariable, Label: "Window", Kind: LabelOf, Query: fmt.Sprintf(`label_replace(%s, "window", "31d", "window", "month")`, recorded(naming.SLOInfo, one...)), Computed: true, Of: "window", Hidden: true, Description: "How long the promise reaches back"},
	}
	d.Annotations = []Annotation{deployments(recorded("target_info", like("job", "(.+/)?"+placeholder(serviceVariable)))), firing(recorded("ALERTS", is("alertstate", "firing"), one[0], one[1]))}
	slis := sys.promises
	d.Links = []Link{{Title: "Runbooks", Tooltip: "What to do about an alert", URL: sys.Stack.URLs.Runbooks + "/" + placeholder(serviceVariable) + "/slo-" + placeholder(sloVariable) + "-burn-rate.md"}}
	d.Rows = []Row{
		{Title: "Is the promise kept?", Panels: drillVitals(sys, slis, one)},
		{Title: "How fast does the budget burn?", Panels: []Panel{burnRates(one), budgetOverTime(one)}},
		{Title: "What happened over the window?", Panels: []Panel{burnDown(slis, one), tilesOf(one)}},
		{Title: "What was good and what was bad?", Panels: []Panel{goodAndBad(one), ratioOverTime(one)}},
	}
	return d
}

func drillVitals(sys *system, slis []*model.SLI, one []query.Matcher) []Panel {
	young := "younger than 5 minutes, or not measured"
	budget := figure("Budget left", "What is left of the error budget of the window. 0 % means that it is used up, below that the promise is broken.", Share, 4,
		now("sum("+recorded(naming.SLOBudget, one...)+")", ""), budgetSteps...)
	objective := figure("Objective", "What is promised: the share of events that are good.", Share, 3, now("sum("+recorded(naming.SLOObjective, one...)+")", ""), plainSteps...)
	objective.Decimals = digits(3)
	good := figure("Good", "The share of events of the window that were good.", Share, 3,
		now("1 - sum("+inWindow(recorded(naming.SLORatio, one...))+")", ""), plainSteps...)
	good.Decimals, budget.Decimals = digits(3), digits(1)
	burn := figure("Burn rate", "How many times faster than evenly the budget goes, over the last hour.", Multiple, 3, now("sum("+recorded(naming.SLOBurn, one...)+")", ""), burnSteps...)
	burn.Decimals = digits(2)
	lasts := figure("Lasts for", "How long the rest of the budget lasts at the pace of the last 6 hours.", SecondsAsDays, 4,
		silent(now("sum("+lastsFor(slis, "6h", one...)+")", ""), "a budget that does not burn, or of which nothing is left, has no end to come"),
		steps(Red, from(86400, Orange), from(3*86400, Green))...)
	lasts.NoValue, lasts.Decimals = "it does not burn, or nothing is left", digits(1)
	exhausted := figure("Last exhausted", "When the budget was last used up, in the last 30 days or as long as metrics are kept.", Ago, 4,
		silent(now(fmt.Sprintf("1000 * max(max_over_time((timestamp(%s <= 0))[30d:10m]))", recorded(naming.SLOBudget, one...)), ""), "a promise that was never broken"),
		plainSteps...)
	exhausted.NoValue = "not in the last 30 days"
	measured := figure("Measured", "How much of the window there is data of. Below 100 % the SLO is younger than its window, or Prometheus was down, and the budget is that of the time that is known.", Share, 3,
		now("sum("+recorded(naming.SLOCoverage, one...)+")", ""), steps(Orange, from(0.5, Yellow), from(0.99, Green))...)
	measured.Decimals = digits(0)
	out := []Panel{budget, burn, lasts, good, objective, measured, exhausted}
	for i := range out {
		if out[i].NoValue == "" {
			out[i].NoValue = young
		}
	}
	for i := range out {
		out[i].DataLinks = []Link{seriesLink(sys)}
	}
	return out
}

// seriesLink leads from the drill-down to the service that it is about.
func seriesLink(sys *system) Link {
	link := seriesToService(sys)
	link.Dashboard = strings.ReplaceAll(link.Dashboard, row("service"), placeholder(serviceVariable))
	link.URL = strings.ReplaceAll(link.URL, row("service"), placeholder(serviceVariable))
	return link
}

// burnWindows are the windows of the alerts.
var burnWindows = []string{"5m", "30m", "1h", "2h", "6h", "1d", "3d"}

// burnRates draws the burn rate over each window that alerts look at.
func burnRates(one []query.Matcher) Panel {
	p := graph("Burn rate by window", "How many times faster than evenly the budget goes, over windows from five minutes to three days. An alert needs two of them above its line: 1h and 5m at 14.4 and 6h and 30m at 6 page, 1d and 2h at 3 and 3d and 6h at 1 make a ticket (for a window of 30 days; other windows have other lines). Long windows stay up after an incident; the short ones say that it is over.",
		Multiple, half)
	for _, w := range burnWindows {
		p.Queries = append(p.Queries, silentPace(fmt.Sprintf("sum(%s) / sum(1 - %s)", recorded(naming.SLORatio, append([]query.Matcher{is("window", w)}, one...)...), recorded(naming.SLOObjective, one...)), w))
	}
	p.Thresholds, p.Lines, p.NoValue = burnSteps, true, "no traffic in this range"
	p.Styles = []Style{
		{Series: "5m", Color: Grey, Thin: true},
		{Series: "30m", Color: Grey},
		{Series: "1h", Color: Red},
		{Series: "2h", Color: Purple},
		{Series: "6h", Color: Orange},
		{Series: "1d", Color: Blue},
		{Series: "3d", Color: Green},
	}
	p.At.H = tall
	return p
}

// silentPace is a query of a ratio.
func silentPace(text, legend string) Query {
	return silent(prom(text, legend), "without events there is no ratio")
}

func budgetOverTime(one []query.Matcher) Panel {
	p := graph("Budget left in this range", "What was left of the budget of the window that ended at each moment. It grows again when a bad hour falls out of the window.", Share, half,
		prom("sum("+recorded(naming.SLOBudget, one...)+")", "budget left"))
	p.Min, p.SoftMin, p.Max, p.NoValue, p.Thresholds, p.Fill = nil, at(0), at(1), "not measured in this range", budgetSteps, true
	p.At.H = tall
	return p
}

// tiles are the hourly rates of the SLO that is shown.
func tiles(series string, one []query.Matcher) string {
	return recorded(series, append([]query.Matcher{is("window", "1h")}, one...)...)
}

// burnDown draws how the budget of the window that ends now was spent, beside the
// line of one that is spent evenly.
func burnDown(slis []*model.SLI, one []query.Matcher) Panel {
	p := graph("Budget over the window", "How the budget of the window that ends now was spent, from 100 % at its beginning. The dashed line is a budget that lasts exactly: as long as the other is above it, there is something to spare. A step down is an incident.",
		Share, half)
	begin, length := beginning(slis, one), lengths(slis, one)
	since := fmt.Sprintf("on() (vector(time()) >= on() %s)", begin)
	sum := func(series, at string) string {
		longest := windows(slis)[len(windows(slis))-1].Needs()
		return fmt.Sprintf("sum(sum_over_time((last_over_time(%s[1h]) and %s)[%s:1h]%s))", tiles(series, one), since, model.FormatDuration(longest), at)
	}
	allowed := fmt.Sprintf("sum(1 - %s @ end())", recorded(naming.SLOObjective, one...))
	p.Queries = []Query{
		{Language: PromQL, Legend: "budget left", Step: time.Hour, Text: fmt.Sprintf("1 - %s\n/ (%s * %s > 0)", sum(naming.SLOErrors, ""), allowed, sum(naming.SLOTotal, " @ end()"))},
		{Language: PromQL, Legend: evenly, Step: time.Hour, Text: fmt.Sprintf("1 - ((vector(time()) - on() %s) >= 0) / on() %s", begin, length)},
	}
	p.Min, p.SoftMin, p.Max, p.NoValue, p.Thresholds = nil, at(0), at(1), "younger than an hour, or not measured", budgetSteps
	p.Styles = []Style{{Series: evenly, Color: Grey, Dashed: true, NoFill: true}}
	p.Fill, p.From = true, placeholder(windowVariable)
	p.At.H = tall
	return p
}

const evenly = "if it were spent evenly"

// beginning is when the window began that ends with the range that is shown, and
// lengths is how long it is; each is one value without labels. A calendar month
// began on its first day (UTC).
func beginning(slis []*model.SLI, one []query.Matcher) string {
	return ofWindow(slis, one, func(w model.Window, end string) string {
		if w.Calendar != "" {
			return fmt.Sprintf("%s - (day_of_month(%s) - 1) * 86400 - hour(%s) * 3600 - minute(%s) * 60", end, end, end, end)
		}
		return fmt.Sprintf("%s - %.0f", end, w.Duration().Seconds())
	})
}

func lengths(slis []*model.SLI, one []query.Matcher) string {
	return ofWindow(slis, one, func(w model.Window, end string) string {
		if w.Calendar != "" {
			return fmt.Sprintf("days_in_month(%s) * 86400", end)
		}
		return fmt.Sprintf("0 * %s + %.0f", end, w.Duration().Seconds())
	})
}

// ofWindow takes the value for the window that the SLO has. What it is told of
// the end is a query.
func ofWindow(slis []*model.SLI, one []query.Matcher, value func(w model.Window, end string) string) string {
	var parts []string
	for _, w := range windows(slis) {
		info := recorded(naming.SLOInfo, append([]query.Matcher{is("window", w.String())}, one...)...)
		parts = append(parts, value(w, "timestamp("+info+" @ end())"))
	}
	return "max(" + strings.Join(parts, " or ") + ")"
}

// tilesOf counts the bad events of each hour of the window.
func tilesOf(one []query.Matcher) Panel {
	p := graph("Bad events by hour", "How many events of each hour of the window were bad: when the budget was spent, and whether by one incident or all the time.", Number, half,
		Query{Language: PromQL, Text: "3600 * sum(last_over_time(" + tiles(naming.SLOErrors, one) + "[1h]))", Legend: "bad", Step: time.Hour})
	p.NoValue, p.Bars, p.From = "younger than an hour, or not measured", true, placeholder(windowVariable)
	p.Styles = []Style{{Series: "bad", Color: Red}}
	p.At.H = tall
	return p
}

// over is the mean of what rules record, so that a long range leaves nothing out.
func over(series string, one []query.Matcher) string {
	return fmt.Sprintf("sum(avg_over_time(%s[%s]))", recorded(series, append([]query.Matcher{is("window", "5m")}, one...)...), placeholder(Rate))
}

func goodAndBad(one []query.Matcher) Panel {
	p := graph("Good and bad events", "Events a second, those that kept the promise and those that did not.", EventsPerSec, half,
		Query{Language: PromQL, Text: fmt.Sprintf("clamp_min(%s - %s, 0)", over(naming.SLOTotal, one), over(naming.SLOErrors, one)), Legend: "good", Step: time.Minute},
		Query{Language: PromQL, Text: over(naming.SLOErrors, one), Legend: "bad", Step: time.Minute})
	p.Styles = []Style{{Series: "good", Color: Green}, {Series: "bad", Color: Red}}
	p.Stacked, p.Fill = true, true
	return p
}

func ratioOverTime(one []query.Matcher) Panel {
	p := graph("Share of bad events", "Bad events of all, beside what the objective allows.", Share, half,
		Query{Language: PromQL, Text: fmt.Sprintf("%s / (%s > 0)", over(naming.SLOErrors, one), over(naming.SLOTotal, one)), Legend: "bad", Step: time.Minute, Silent: "without events there is no ratio"},
		prom("sum(1 - "+recorded(naming.SLOObjective, one...)+")", "allowed"))
	p.Styles = []Style{{Series: "bad", Color: Red}, {Series: "allowed", Color: Grey, Dashed: true, NoFill: true}}
	return p
}
