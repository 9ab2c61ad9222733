package board

import (
	"fmt"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// firingAlerts are the alerts of services that fire.
var firingAlerts = recorded("ALERTS", is("alertstate", "firing"), query.Matcher{Label: "service", Op: query.MatchNotEqual})

// overview is the dashboard of a whole system: are we fine, and if not, where
// to look.
func overview(sys *system) Dashboard {
	d := newDashboard(sys, naming.OverviewDashboard(sys.Name), sys.Name+": overview",
		"Are we fine, and if not, where to look. "+sys.Description, systemTag)
	targets := recorded("target_info", like("job", jobs(sys)))
	d.Variables = []Variable{environments(targets)}
	d.Annotations = []Annotation{
		deployments(recorded("target_info", like("job", jobs(sys)), chosen(environmentLabel, environmentVariable))),
		firing(firingAlerts),
	}
	d.Rows = []Row{
		{Title: "Are we fine?", Panels: append(vitals(sys), servicesTable(sys), alertsTable(sys, third, medium+2))},
		{Title: "Where does it come from?", Panels: append(budgets(sys), serviceMap(sys))},
	}
	if perService := overviewGraphs(sys); len(perService) > 0 {
		d.Rows = append(d.Rows, Row{Title: "What do users feel?", Panels: perService})
	}
	return d
}

// vitals are the figures at the top of the overview.
func vitals(sys *system) []Panel {
	var out []Panel
	if len(sys.promises) > 0 {
		kept := figure("SLOs kept", "How many of the SLOs have budget left, of all that are measured. Below 100 % a promise is broken: the table says whose.",
			Share, 4, now(fmt.Sprintf("(count(%s > 0) or 0 * count(%s)) / count(%s)", naming.SLOBudget, naming.SLOBudget, naming.SLOBudget), ""),
			steps(Red, from(0.8, Orange), from(1, Green))...)
		kept.NoValue = "no SLO is measured yet"
		kept.DataLinks = []Link{{Title: "All SLOs", Dashboard: naming.SLOsDashboard(sys.Name)}}
		worst := figure("Lowest budget", "What is left of the error budget of the SLO that has least. 0 % means that it is used up, below that the promise is broken.",
			Share, 4, now("min("+naming.SLOBudget+")", ""), budgetSteps...)
		worst.NoValue, worst.DataLinks = "no SLO is measured yet", kept.DataLinks
		worst.Decimals = digits(1)
		burn := figure("Fastest burn", "The SLO that uses up its budget fastest, as a multiple of the pace at which it would last exactly for its window, over the last hour. From 14.4 on somebody is paged.",
			Multiple, 4, now("max("+naming.SLOBurn+")", ""), burnSteps...)
		burn.NoValue, burn.DataLinks, burn.Decimals = "no traffic in the last hour", kept.DataLinks, digits(1)
		out = append(out, kept, worst, burn)
	}
	pages := figure("Pages firing", "Alerts that wake somebody and fire now.", Number, 3,
		now(`count(`+recorded("ALERTS", is("alertstate", "firing"), is("severity", "page"))+`) or vector(0)`, ""), countSteps...)
	tickets := figure("Tickets firing", "Alerts that wait for the day and fire now.", Number, 3,
		now(`count(`+recorded("ALERTS", is("alertstate", "firing"), is("severity", "ticket"))+`) or vector(0)`, ""), ticketSteps...)
	out = append(out, pages, tickets)
	if rate := perService(sys, servedRate(rateWindow)); rate != "" {
		served := figure("Work done", "Requests, calls and messages of all services, a second.", PerSecond, 3, now("sum("+rate+")", ""), blueSteps...)
		served.NoValue = noTraffic
		errors := perService(sys, failedRate(rateWindow))
		failing := figure("Failing", "The share of all work that fails, over the last five minutes.", Share, 3,
			now(share("sum("+errors+")", "sum("+rate+")"), ""), errorSteps...)
		failing.NoValue, failing.Decimals = "no traffic in the last 5 minutes", digits(2)
		out = append(out, served, failing)
	}
	return out
}

// group is a set of services whose main work has the same series and labels, so
// that one query reads all of them.
type group struct {
	work     work
	services []*model.Service
}

// groups sorts services by what their main work is measured with.
func groups(sys *system) []group {
	var out []group
	at := map[string]int{}
	for i := range sys.Services {
		s := &sys.Services[i]
		w, ok := mainWork(s)
		if !ok {
			continue
		}
		key := fmt.Sprint(w.Series, w.Native, w.status, w.kind)
		if s.Source != nil {
			key += " " + s.Name // its job says nothing about its name
		}
		n, found := at[key]
		if !found {
			n = len(out)
			at[key] = n
			w.matchers = overviewMatchers(sys, s)
			out = append(out, group{work: w})
		}
		out[n].services = append(out[n].services, s)
	}
	slices.SortStableFunc(out, func(a, b group) int { return slices.Index(kinds, a.work.kind) - slices.Index(kinds, b.work.kind) })
	return out
}

// kinds of work, in the order in which one is the main one of a service.
var kinds = []model.Work{model.WorkHTTP, model.WorkGRPC, model.WorkConsumer, model.WorkJob}

func overviewMatchers(sys *system, s *model.Service) []query.Matcher {
	if s.Source != nil {
		return []query.Matcher{query.JobMatcher(s)}
	}
	return []query.Matcher{like("job", jobs(sys)), chosen(environmentLabel, environmentVariable)}
}

// named gives the result of a query per job the label service.
func (g group) named(sys *system, expr string) string {
	if s := g.services[0]; s.Source != nil {
		return fmt.Sprintf(`label_replace(%s, "service", %s, "", "")`, expr, query.QuotePromQL(s.Name))
	}
	return fmt.Sprintf(`label_replace(%s, "service", "$1", "job", %s)`, expr, query.QuotePromQL(strings.TrimSuffix(jobs(sys), ".+")+"(.+)"))
}

// perService joins what a query gives for each group: one value for each service,
// with the label service. The first group that has a service wins, so that one
// that does several kinds of work is told by the first.
func perService(sys *system, of func(group) string) string {
	var parts []string
	for _, g := range groups(sys) {
		parts = append(parts, g.named(sys, of(g)))
	}
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return "sum by (service) (" + parts[0] + ")"
	}
	return "sum by (service) (" + strings.Join(parts, "\nor on(service)\n") + ")"
}

func servedRate(window string) func(group) string {
	return func(g group) string { return g.work.count(window, "job") }
}

func failedRate(window string) func(group) string {
	return func(g group) string {
		return fmt.Sprintf("%s or 0 * %s", g.work.failed().count(window, "job"), g.work.count(window, "job"))
	}
}

func p95(window string) func(group) string {
	return func(g group) string {
		out := g.work.quantile(0.95, window, "job")
		if g.work.Unit == "ms" {
			out += " / 1000"
		}
		return out
	}
}

// servicesTable has a row for each service.
func servicesTable(sys *system) Panel {
	queries := []Query{now(withDashboards(sys, alive(sys)), "Up")}
	columns := append([]Column{{Label: "service", Title: "Service", Links: []Link{toService(sys)}}}, dashboardColumn(sys)...)
	columns = append(columns, Column{Query: 0, Title: "Up", Width: 60, Decimals: digits(0), Thresholds: steps(Plain)})
	add := func(q Query, c Column) {
		c.Query = len(queries)
		queries, columns = append(queries, q), append(columns, c)
	}
	add(silent(now(fmt.Sprintf("count by (service) (%s)", firingAlerts), "Alerts"), "only while an alert fires"),
		Column{Title: "Alerts", Width: 70, Cell: FilledCell, Thresholds: steps(Clear, from(1, Red))})
	if len(sys.promises) > 0 {
		add(now(fmt.Sprintf("count by (service) (%s)", naming.SLOBudget), "SLOs"), Column{Title: "SLOs", Width: 60, Decimals: digits(0)})
		add(now(fmt.Sprintf("min by (service) (%s)", naming.SLOBudget), "Lowest budget"),
			Column{Title: "Lowest budget", Unit: Share, Decimals: digits(1), Cell: BarCell, Min: at(0), Max: at(1), Thresholds: budgetSteps})
		add(now(fmt.Sprintf("max by (service) (%s)", naming.SLOBurn), "Fastest burn"),
			Column{Title: "Burn", Unit: Multiple, Width: 75, Decimals: digits(1), Cell: ColoredCell, Thresholds: burnSteps})
	}
	if rate := perService(sys, servedRate(rateWindow)); rate != "" {
		add(now(rate, "Rate"), Column{Title: "Rate", Unit: PerSecond, Width: 95, Decimals: digits(1)})
		add(now(share(parens(perService(sys, failedRate(rateWindow))), parens(rate)), "Failing"),
			Column{Title: "Failing", Unit: Share, Width: 85, Decimals: digits(2), Cell: ColoredCell, Thresholds: errorSteps})
		add(now(perService(sys, p95(rateWindow)), "p95"), Column{Title: "p95", Unit: Seconds, Width: 90})
	}
	p := table("Services", "Each service, the worst first: how many processes of it run, alerts that fire, what is left of its tightest error budget and how fast that burns, and how much it does, how much of that fails and how long 95 % of it take at most (over 5 minutes, of its main kind of work). A name leads to the service.",
		full-third, medium+2, queries, columns)
	p.SortBy = "Service"
	if len(sys.promises) > 0 {
		p.SortBy = "Lowest budget"
	}
	p.NoValue = "no service sends telemetry yet"
	return p
}

// alive counts the processes of each service.
func alive(sys *system) string {
	var parts []string
	ours := false
	for i := range sys.Services {
		s := &sys.Services[i]
		if s.Source == nil {
			ours = true
			continue
		}
		parts = append(parts, group{services: []*model.Service{s}}.named(sys, "count("+recorded("up", query.JobMatcher(s))+" == 1)"))
	}
	if ours {
		count := "count by (job) (" + recorded("target_info", like("job", jobs(sys)), chosen(environmentLabel, environmentVariable)) + ")"
		g := group{services: []*model.Service{{}}}
		parts = append([]string{g.named(sys, count)}, parts...)
	}
	if len(parts) == 0 {
		return "count by (service) (up)"
	}
	return "sum by (service) (" + strings.Join(parts, "\nor on(service)\n") + ")"
}

func parens(expr string) string { return "(" + expr + ")" }

// alertsTable lists what fires.
func alertsTable(sys *system, w, h int) Panel {
	p := table("Firing alerts", "What Prometheus's alerts say now, pages first. The service leads to its dashboard.", w, h,
		[]Query{silent(now(withDashboards(sys, "sum by (severity, service, alertname, slo) ("+firingAlerts+")"), ""), "only while an alert fires")},
		append(dashboardColumn(sys), []Column{
			{
				Label: "severity", Title: "Severity", Width: 90, Cell: ColoredCell,
				Values: []ValueText{{"page", "page", Red}, {"ticket", "ticket", Orange}},
			},
			{Label: "service", Title: "Service", Links: []Link{toService(sys)}},
			{Label: "alertname", Title: "Alert", Links: []Link{inAlertmanager(sys)}},
			{Label: "slo", Title: "SLO", Links: sloLinks(sys)},
			{Query: 0, Title: "Count", Hidden: true},
		}...))
	p.SortBy = "Severity"
	p.NoValue = "nothing fires"
	return p
}

// inAlertmanager leads to an alert with its summary, its runbook and its silences.
func inAlertmanager(sys *system) Link {
	return Link{
		Title: "Open in Alertmanager, with its runbook",
		URL:   sys.Stack.URLs.Alertmanager + "/#/alerts?filter=%7Balertname%3D%22" + row("alertname") + "%22%2Cservice%3D%22" + row("service") + "%22%7D",
	}
}

func sloLinks(sys *system) []Link {
	if len(sys.promises) == 0 {
		return nil
	}
	return []Link{toSLO(sys)}
}

func budgets(sys *system) []Panel {
	if len(sys.promises) == 0 {
		return nil
	}
	p := graph("Error budgets", "What is left of the tightest error budget of each service. A fall says when something went wrong; below 0 % the promise is broken.", Share, half,
		prom("min by (service) ("+naming.SLOBudget+")", row("service")))
	p.Min, p.SoftMin, p.Max, p.NoValue = nil, at(0), at(1), "no SLO is measured in this range"
	p.Thresholds = budgetSteps
	p.At.H = tall + 2
	p.DataLinks = []Link{seriesToService(sys)}
	return []Panel{p}
}

// serviceMap shows who calls whom, as the traces say.
func serviceMap(sys *system) Panel {
	w := half
	if len(sys.promises) == 0 {
		w = full
	}
	return Panel{
		Title: "Service map", Description: "Who calls whom, as the traces of this range say: calls a second and how long they take. The ring of a service shows the share of calls that failed in red.",
		Kind: NodeGraph, At: Box{W: w, H: tall + 2}, Unit: NoUnit, NoValue: "no traces in this range",
		Queries: []Query{silent(Query{Language: ServiceMap, Text: "{}"}, "without traces there are no edges")},
	}
}

// overviewGraphs are rate, errors and duration of all services.
func overviewGraphs(sys *system) []Panel {
	rate := perService(sys, servedRate(rateWindow))
	if rate == "" {
		return nil
	}
	link := []Link{seriesToService(sys)}
	served := graph("Work by service", "Requests, calls or messages a second. A sudden drop is as bad as errors: nobody gets through.", PerSecond, third, prom(rate, row("service")))
	failing := graph("Failing share by service", "The share of work that fails for a reason of ours: statuses of 5xx, and codes and errors of their kind.", Share, third,
		prom(share(parens(perService(sys, failedRate(rateWindow))), parens(rate)), row("service")))
	slow := graph("p95 by service", "95 % of the work takes at most this long.", Seconds, third, prom(perService(sys, p95(rateWindow)), row("service")))
	out := []Panel{served, failing, slow}
	for i := range out {
		out[i].DataLinks, out[i].Points = link, few*2/3
	}
	return out
}
