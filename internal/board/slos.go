package board

import (
	"fmt"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// slos is the dashboard of all SLOs.
func slos(sys *system) Dashboard {
	d := newDashboard(sys, naming.SLOsDashboard(sys.Name), sys.Name+": SLOs",
		"What the services promise, whether they keep it, and which budget is in danger.", systemTag)
	d.Variables = []Variable{
		{Name: teamVariable, Label: "Team", Kind: LabelOf, Query: naming.SLOInfo, Of: "team", All: everything, Description: "Who owns the service"},
		{Name: serviceVariable, Label: "Service", Kind: LabelOf, Query: recorded(naming.SLOInfo, chosen("team", teamVariable)), Of: "service", All: everything, Description: "The service that promises"},
	}
	chosenService := chosen("service", serviceVariable)
	d.Annotations = []Annotation{firing(recorded("ALERTS", is("alertstate", "firing"), chosenService, query.Matcher{Label: "slo", Op: query.MatchNotEqual}))}
	slis := sys.promises
	queries, columns := sloColumns(sys, slis, chosenService)
	queries[0].Text = withDashboards(sys, queries[0].Text+ofTeam())
	columns = append(columns, dashboardColumn(sys)...)
	columns[0].Links = []Link{toService(sys)}
	columns[1].Links = []Link{toSLO(sys)}
	all := table("All SLOs", "A row for each SLO, the tightest budget first. A name leads to its drill-down: how fast the budget burns, how long it lasts, and what happened.",
		full, min(max(len(slis)+3, 8), 18), queries, columns)
	all.SortBy, all.NoValue = "Budget left", "no SLO is measured yet"
	budget := graph("Budget left", "What is left of each error budget. A fall says when something went wrong; below 0 % the promise is broken.", Share, half,
		prom(recorded(naming.SLOBudget, chosenService)+ofTeam(), row("service")+" "+row("slo")))
	budget.Min, budget.SoftMin, budget.Max, budget.NoValue, budget.Thresholds = nil, at(0), at(1), "no SLO is measured in this range", budgetSteps
	burn := graph("Burn rate", "How many times faster than evenly each budget goes, over the last hour. At 1 it lasts exactly for its window; from 6 and 14.4 on somebody is paged.", Multiple, half,
		prom(recorded(naming.SLOBurn, chosenService)+ofTeam(), row("service")+" "+row("slo")))
	burn.Thresholds, burn.Lines, burn.NoValue = burnSteps, true, "no traffic in this range"
	budget.DataLinks, burn.DataLinks = []Link{toSLO(sys)}, []Link{toSLO(sys)}
	d.Rows = []Row{
		{Title: "Are the promises kept?", Panels: append(sloVitals(chosenService), all)},
		{Title: "How did it come to this?", Panels: []Panel{budget, burn}},
	}
	return d
}

// ofTeam restricts what rules record to the SLOs of the chosen teams.
func ofTeam() string {
	return " and on(service, slo) " + recorded(naming.SLOInfo, chosen("team", teamVariable))
}

func sloVitals(own query.Matcher) []Panel {
	budget := recorded(naming.SLOBudget, own) + ofTeam()
	count := func(name, description, condition string, steps []Threshold) Panel {
		p := figure(name, description, Number, 6, now(fmt.Sprintf("count((%s)%s) or 0 * count(%s)", budget, condition, budget), ""), steps...)
		p.NoValue, p.Decimals = "no SLO is measured yet", digits(0)
		return p
	}
	fast := figure("Burning too fast", "SLOs whose budget will not last for its window at the pace of the last hour.", Number, 6,
		now(fmt.Sprintf("count((%s%s) > 1) or 0 * count(%s)", recorded(naming.SLOBurn, own), ofTeam(), budget), ""), ticketSteps...)
	fast.NoValue, fast.Decimals = "no SLO is measured yet", digits(0)
	return []Panel{
		count("SLOs", "SLOs that are measured.", "", blueSteps),
		count("Broken", "SLOs without any budget left: more failed than was promised.", " <= 0", countSteps),
		count("In danger", "SLOs with less than a fifth of their budget left.", " < 0.2", ticketSteps),
		fast,
	}
}

// sloColumns are the queries and columns of a table of SLOs. The first two
// columns are service and SLO.
func sloColumns(sys *system, slis []*model.SLI, own query.Matcher) ([]Query, []Column) {
	window := func(series string) string { return inWindow(recorded(series, own)) }
	queries := []Query{
		now(fmt.Sprintf("%s * on(service, slo) group_left(team, window) %s", each(recorded(naming.SLOObjective, own)), naming.SLOInfo), "Objective"),
		now("1 - "+each(window(naming.SLORatio)), "Good"),
		now(each(recorded(naming.SLOBudget, own)), "Budget left"),
		silent(now(each(recorded(naming.SLOBurn, own)), "Burn"), "without traffic there is no pace"),
		silent(now(lastsFor(slis, "1d", own), "Lasts for"), "a budget that does not burn lasts for ever"),
		now(each(recorded(naming.SLOCoverage, own)), "Measured"),
	}
	columns := []Column{
		{Label: "service", Title: "Service"},
		{Label: "slo", Title: "SLO"},
		{Label: "team", Title: "Team", Hidden: true},
		{Query: 0, Title: "Objective", Unit: Share, Width: 90, Decimals: digits(3)},
		{Label: "window", Title: "Window", Width: 75},
		{Query: 1, Title: "Good", Unit: Share, Width: 90, Decimals: digits(3)},
		{Query: 2, Title: "Budget left", Unit: Share, Decimals: digits(1), Cell: BarCell, Min: at(0), Max: at(1), Thresholds: budgetSteps},
		{Query: 3, Title: "Burn", Unit: Multiple, Width: 75, Decimals: digits(1), Cell: ColoredCell, Thresholds: burnSteps},
		{Query: 4, Title: "Lasts for", Unit: SecondsAsDays, Width: 110, Decimals: digits(1), Cell: ColoredCell, Thresholds: steps(Red, from(86400, Orange), from(3*86400, Green))},
		{Query: 5, Title: "Measured", Unit: Share, Width: 90, Decimals: digits(0)},
	}
	return queries, columns
}

// each leaves the labels that tell SLOs apart.
func each(expr string) string { return "sum by (service, slo) (" + expr + ")" }

// seconds has, for each SLO, the length of its window.
func seconds(slis []*model.SLI, own ...query.Matcher) string {
	var parts []string
	for _, w := range windows(slis) {
		info := recorded(naming.SLOInfo, append([]query.Matcher{is("window", w.String())}, own...)...)
		parts = append(parts, fmt.Sprintf("%.0f * sum by (service, slo) (%s)", w.Duration().Seconds(), info))
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

// lastsFor is how long the budget lasts at the pace of some window: nothing if
// there is none left, or if it does not burn.
func lastsFor(slis []*model.SLI, window string, own ...query.Matcher) string {
	pace := fmt.Sprintf("(sum without(window) (%s) > 0)", recorded(naming.SLORatio, append([]query.Matcher{is("window", window)}, own...)...))
	return fmt.Sprintf("(%s > 0) * on(service, slo) %s * on(service, slo) (1 - %s) / on(service, slo) %s",
		recorded(naming.SLOBudget, own...), seconds(slis, own...), recorded(naming.SLOObjective, own...), pace)
}
