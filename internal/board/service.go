package board

import (
	"fmt"
	"slices"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// Sections of the dashboard of a service, by which a spec hides them.
const (
	promisesSection     = "promises"
	requestsSection     = "requests"
	dependenciesSection = "dependencies"
	signalsSection      = "signals"
	runtimeSection      = "runtime"
	logsSection         = "logs"
	tracesSection       = "traces"
)

// service is the dashboard of a service, in the order of a reader's questions:
// are we keeping our promises, what do users feel, who is at fault, what is it
// saying.
func service(sys *system, s *model.Service) Dashboard {
	description := s.Description
	if description == "" {
		description = "The service " + s.Name
	}
	d := newDashboard(sys, naming.ServiceDashboard(sys.Name, s.Name), s.Name,
		fmt.Sprintf("%s. Owned by %s, tier %d.", description, team(s), s.Tier), serviceTag)
	alive := recorded("target_info", matchers(s)[0])
	if s.Source != nil {
		alive = recorded("up", matchers(s)[0])
	} else {
		d.Variables = append(d.Variables, environments(alive))
		d.Annotations = append(d.Annotations, deployments(recorded("target_info", matchers(s)[:2]...)))
	}
	d.Tags = append(d.Tags, ownerTags(s)...)
	d.Variables = append(d.Variables, instances(alive))
	d.Annotations = append(d.Annotations, firing(recorded("ALERTS", is("alertstate", "firing"), is("service", s.Name))))
	for _, rows := range [][]Row{
		{promisesRow(sys, s)},
		workRows(s),
		jobRows(s),
		dependencyRows(sys, s),
		{signalsRow(sys, s), ownRow(sys, s)},
		{runtimeRow(s)},
		{logsRow(s), tracesRow(s)},
	} {
		for _, r := range rows {
			if len(r.Panels) > 0 && !slices.Contains(s.Hide, r.Section) {
				d.Rows = append(d.Rows, r)
			}
		}
	}
	return d
}

// ownerTags are how people find the dashboards of a team, of a tier, or with a
// label of the spec.
func ownerTags(s *model.Service) []string {
	var tags []string
	if s.Team != "" {
		tags = append(tags, "team:"+s.Team)
	}
	tags = append(tags, fmt.Sprintf("tier:%d", s.Tier))
	for _, l := range s.Labels {
		tags = append(tags, l.Name+":"+l.Value)
	}
	return tags
}

// promisesRow answers on the first screen whether the service is fine.
func promisesRow(sys *system, s *model.Service) Row {
	slis := promises(s)
	panels := serviceVitals(sys, s, slis)
	if len(slis) > 0 {
		panels = append(panels, promisesTable(sys, s, slis))
		budget := graph("Budget left", "What is left of each error budget. A fall says when something went wrong; at 0 % the budget is used up, below the promise is broken.",
			Share, third, prom(recorded(naming.SLOBudget, is("service", s.Name)), row("slo")))
		budget.Min, budget.SoftMin, budget.Max, budget.NoValue, budget.Thresholds = nil, at(0), at(1), "no SLO is measured in this range", budgetSteps
		budget.DataLinks = []Link{toThisSLO(sys, s)}
		budget.At.H = promisesHeight(slis)
		panels = append(panels, budget)
	}
	return Row{Title: "Are we keeping our promises?", Section: promisesSection, Panels: panels}
}

// promisesHeight fits the SLOs of a service, if they are not too many.
func promisesHeight(slis []*model.SLI) int { return min(max(len(slis)+3, 6), 10) }

// toThisSLO leads from a row or series of a service to its SLO.
func toThisSLO(sys *system, s *model.Service) Link {
	link := toSLO(sys)
	link.Variables[0].Value = s.Name
	return link
}

// serviceVitals are the figures at the top of a service's dashboard.
func serviceVitals(sys *system, s *model.Service, slis []*model.SLI) []Panel {
	var out []Panel
	if len(slis) > 0 {
		lowest := figure("Lowest budget", "What is left of the tightest error budget. 0 % means that it is used up, below that the promise is broken.",
			Share, 4, now("min("+recorded(naming.SLOBudget, is("service", s.Name))+")", ""), budgetSteps...)
		lowest.NoValue, lowest.Decimals = "no SLO is measured yet", digits(1)
		burn := figure("Fastest burn", "How many times faster than evenly the budget goes that goes fastest, over the last hour. From 14.4 on somebody is paged.",
			Multiple, 4, now("max("+recorded(naming.SLOBurn, is("service", s.Name))+")", ""), burnSteps...)
		burn.NoValue, burn.Decimals = "no traffic in the last hour", digits(1)
		lowest.DataLinks = []Link{{Title: "All SLOs", Dashboard: naming.SLOsDashboard(sys.Name)}}
		burn.DataLinks = lowest.DataLinks
		out = append(out, lowest, burn)
	}
	alerts := figure("Alerts firing", "Alerts of this service that fire now.", Number, 3,
		now("count("+recorded("ALERTS", is("alertstate", "firing"), is("service", s.Name))+") or vector(0)", ""), countSteps...)
	out = append(out, alerts)
	if w, ok := mainWork(s); ok {
		served := figure(title(w.noun), "How many "+w.noun+" there are a second. A sudden drop is as bad as errors: nobody gets through.", PerSecond, 4, now(w.count(rateWindow), ""), blueSteps...)
		served.NoValue = "no traffic in the last 5 minutes"
		failing := figure("Failing", "The share of "+w.noun+" that fail for a reason of ours, over the last 5 minutes.", Share, 3,
			now(share(w.failed().count(rateWindow), w.count(rateWindow)), ""), errorSteps...)
		failing.NoValue, failing.Decimals = "no traffic in the last 5 minutes", digits(2)
		slow := figure("p95", "95 % of the "+w.noun+" take at most this long, over the last 5 minutes.", UnitOf(w.Unit), 3,
			now(w.quantile(0.95, rateWindow)+" >= 0", ""), plainSteps...)
		slow.NoValue, slow.Decimals = "no traffic in the last 5 minutes", digits(1)
		out = append(out, served, failing, slow)
	}
	return append(out, instanceFigure(s))
}

// instanceFigure says whether anything runs at all.
func instanceFigure(s *model.Service) Panel {
	expr := "count(" + recorded("target_info", matchers(s)...) + ")"
	description := "Processes that run and send telemetry."
	if s.Source != nil {
		expr = "sum(" + recorded("up", matchers(s)...) + ")"
		description = "Processes that are scraped and answer."
	}
	p := figure("Instances", description, Number, 3, now(expr, ""), steps(Red, from(1, Green))...)
	p.NoValue, p.Decimals = "none runs, or its telemetry does not arrive", digits(0)
	return p
}

// promisesTable has a row for each SLO of a service.
func promisesTable(sys *system, s *model.Service, slis []*model.SLI) Panel {
	own := is("service", s.Name)
	queries, columns := sloColumns(sys, slis, own)
	columns[0].Hidden = true
	columns[1].Links = []Link{toThisSLO(sys, s)}
	p := table("Promises", "What the service promises and whether it keeps it. A name leads to the SLO: how fast the budget burns, how long it lasts, and what happened.",
		full-third, promisesHeight(slis), queries, columns)
	p.SortBy, p.NoValue = "Budget left", "no SLO is measured yet"
	return p
}
