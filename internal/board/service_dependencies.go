package board

import (
	"fmt"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// dependencyRows say who is at fault if the service is not: a row for what it
// calls, and one for each database, cache and queue that it uses.
func dependencyRows(sys *system, s *model.Service) []Row {
	rows := []Row{callsRow(sys, s)}
	for _, kind := range []model.RefKind{model.RefDatabase, model.RefCache} {
		for _, product := range products(sys, s, kind) {
			rows = append(rows, storeRow(s, product))
		}
	}
	for _, q := range used(sys.Queues, s, model.RefQueue) {
		rows = append(rows, queueRow(s, q))
	}
	return rows
}

// callsRow is about the services and externals that the service calls.
func callsRow(sys *system, s *model.Service) Row {
	var panels []Panel
	if p, ok := calledServices(sys, s); ok {
		panels = append(panels, p)
	}
	if m, ok := metric(s, "http.client.request.duration"); ok && s.Source == nil {
		failed := m.where(like(m.label("http.response.status_code"), "5..|"), query.Matcher{Label: m.label("error.type"), Op: query.MatchNotEqual})
		panels = append(panels, clientPanels(m, failed, "HTTP requests to others", "requests", Requests, m.label("server.address"))...)
	}
	if m, ok := metric(s, "rpc.client.call.duration"); ok && s.Source == nil {
		failed, _ := query.Failure(m.Metric, model.WorkGRPC)
		panels = append(panels, clientPanels(m, m.where(failed), "gRPC calls to others", "calls", CallsPerSec, m.label("rpc.method"))...)
	}
	return Row{Title: "Who is at fault? What it calls: " + strings.Join(calledNames(s), ", "), Section: dependenciesSection, Panels: panels}
}

func calledNames(s *model.Service) []string {
	var out []string
	for _, ref := range s.Calls {
		out = append(out, ref.Name)
	}
	return out
}

// calledServices says whether those that the service calls keep their promises.
func calledServices(sys *system, s *model.Service) (Panel, bool) {
	var names []string
	for _, ref := range s.Calls {
		if ref.Kind == model.RefService && promising(sys, ref.Name) {
			names = append(names, ref.Name)
		}
	}
	if len(names) == 0 {
		return Panel{}, false
	}
	own := like("service", query.RegexpAny(names))
	p := table("Do those it calls keep their promises?", "The services that this one calls: what is left of their tightest error budget, and how fast it burns. A name leads to the service.",
		full, min(max(len(names)+3, 4), 8),
		[]Query{
			now(withDashboards(sys, "min by (service) ("+recorded(naming.SLOBudget, own)+")"), "Lowest budget"),
			now("max by (service) ("+recorded(naming.SLOBurn, own)+")", "Fastest burn"),
			silent(now("count by (service) ("+recorded("ALERTS", is("alertstate", "firing"), own)+")", "Alerts"), "only while an alert fires"),
		},
		slices.Concat([]Column{{Label: "service", Title: "Service", Links: []Link{toService(sys)}}}, dashboardColumn(sys), []Column{
			{Query: 0, Title: "Lowest budget", Unit: Share, Decimals: digits(1), Cell: BarCell, Min: at(0), Max: at(1), Thresholds: budgetSteps},
			{Query: 1, Title: "Fastest burn", Unit: Multiple, Decimals: digits(1), Width: 120, Cell: ColoredCell, Thresholds: burnSteps},
			{Query: 2, Title: "Alerts", Width: 90, Cell: FilledCell, Thresholds: steps(Clear, from(1, Red))},
		}))
	p.SortBy, p.NoValue = "Lowest budget", "none of them is measured yet"
	return p, true
}

func promising(sys *system, name string) bool {
	i := slices.IndexFunc(sys.Services, func(s model.Service) bool { return s.Name == name })
	return i >= 0 && len(promises(&sys.Services[i])) > 0
}

// clientPanels are rate, errors and duration as the client sees them.
func clientPanels(m, failed measured, name, noun string, unit Unit, label string) []Panel {
	rate := graph(name, title(noun)+" a second, as this service sees them.", unit, third, prom(m.count(placeholder(Rate), label), row(label)))
	bad := graph("Failing: "+name, "The share of "+noun+" that failed, as this service sees it: time-outs and refused connections count, too.", Share, third,
		prom(share(failed.count(placeholder(Rate), label), m.count(placeholder(Rate), label)), row(label)))
	slow := graph("p95: "+name, "95 % of the "+noun+" take at most this long, with the network.", UnitOf(m.Unit), third, prom(m.quantile(0.95, rateWindow, label), row(label)))
	slow.Points = few
	return []Panel{rate, bad, slow}
}

// product is a kind of database or cache, and those of the spec that are of it.
type product struct {
	system string
	kind   model.RefKind
	names  []string
}

// products sorts the databases or caches that a service uses by their kind: its
// metrics tell only those apart.
func products(sys *system, s *model.Service, kind model.RefKind) []product {
	all := sys.Databases
	if kind == model.RefCache {
		all = sys.Caches
	}
	var out []product
	for _, r := range used(all, s, kind) {
		i := slices.IndexFunc(out, func(p product) bool { return p.system == r.System })
		if i < 0 {
			i = len(out)
			out = append(out, product{system: r.System, kind: kind})
		}
		out[i].names = append(out[i].names, r.Name)
	}
	return out
}

func used(all []model.Resource, s *model.Service, kind model.RefKind) []model.Resource {
	var out []model.Resource
	for _, r := range all {
		if slices.Contains(s.Uses, model.Ref{Kind: kind, Name: r.Name}) {
			out = append(out, r)
		}
	}
	return out
}

// storeRow is about a database or a cache.
func storeRow(s *model.Service, p product) Row {
	m, ok := metric(s, "db.client.operation.duration")
	if !ok || s.Source != nil {
		return Row{}
	}
	what := fmt.Sprintf("%s (%s)", strings.Join(p.names, ", "), p.system)
	m = m.where(is(m.label("db.system.name"), p.system))
	failed := m.where(query.Matcher{Label: m.label("error.type"), Op: query.MatchNotEqual})
	operation := m.label("db.operation.name")
	panels := clientPanels(m, failed, "Operations on "+what, "operations", OperationsPerSc, operation)
	if p.kind == model.RefDatabase {
		panels = append(panels, poolPanel(s, what)...)
	}
	return Row{Title: "Who is at fault? " + title(string(p.kind)) + " " + what, Section: dependenciesSection, Panels: panels}
}

// poolPanel says whether the connections suffice.
func poolPanel(s *model.Service, what string) []Panel {
	count, ok1 := metric(s, "db.client.connection.count")
	most, ok2 := metric(s, "db.client.connection.max")
	pending, ok3 := metric(s, "db.client.connection.pending_requests")
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	state := count.label("db.client.connection.state")
	p := graph("Connections to "+what, "Connections by state, and how many the pool may open. When all are in use, requests wait, and that looks like a slow database.", Number, half,
		prom("sum by ("+state+") ("+count.selector("")+")", row(state)), prom("sum("+most.selector("")+")", "most"))
	p.Styles = []Style{{Series: "used", Color: Orange}, {Series: "idle", Color: Green}, {Series: "most", Color: Red, Dashed: true, NoFill: true}}
	p.NoValue = "no connection in this range"
	waiting := graph("Waiting for connections to "+what, "Requests that wait for a connection. Above 0 for long, the pool is too small or connections are not given back.", Number, half,
		prom("sum("+pending.selector("")+")", "waiting"))
	waiting.NoValue = p.NoValue
	return []Panel{p, waiting}
}

// queueRow is about a queue, as its producer or consumer sees it.
func queueRow(s *model.Service, q model.Resource) Row {
	if s.Source != nil {
		return Row{}
	}
	var panels []Panel
	for _, c := range []struct {
		metric, name, description string
	}{
		{"messaging.client.sent.messages", "Messages sent to " + q.Name, "Messages a second that this service put into the queue."},
		{"messaging.client.consumed.messages", "Messages taken from " + q.Name, "Messages a second that were delivered to this service. Less than others send for long, and the queue grows."},
	} {
		if m, ok := metric(s, c.metric); ok && c.metric != "messaging.client.consumed.messages" || ok && consumes(s, q) {
			m = m.where(is(m.label("messaging.destination.name"), q.Destination))
			p := graph(c.name, c.description, MessagesPerSec, third, prom(m.count(placeholder(Rate), m.labels("messaging.operation.name")...), row(m.label("messaging.operation.name"))))
			p.NoValue = "no message in this range"
			panels = append(panels, p)
		}
	}
	if m, ok := metric(s, "messaging.client.operation.duration"); ok {
		m = m.where(is(m.label("messaging.destination.name"), q.Destination))
		operation := m.label("messaging.operation.name")
		p := graph("p95 of operations on "+q.Name, "95 % of the operations on the queue take at most this long, such as sending a message and having it confirmed.", Seconds, third,
			prom(m.quantile(0.95, rateWindow, operation), row(operation)))
		p.NoValue = "no message in this range"
		if consumes(s, q) {
			p.Queries[0].Silent = "clients that are handed messages do not ask for them"
		}
		panels = append(panels, p)
	}
	return Row{Title: fmt.Sprintf("Who is at fault? Queue %s (%s)", q.Name, q.System), Section: dependenciesSection, Panels: panels}
}

func consumes(s *model.Service, q model.Resource) bool {
	return slices.ContainsFunc(s.Consumers, func(c model.Consumer) bool { return c.Queue == q.Name })
}
