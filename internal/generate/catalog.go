package generate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// catalog makes catalog.md: services, signals, SLOs, owners and a map of the
// system.
func catalog(sys *model.System) ([]artifact.File, error) {
	data := catalogPage{System: sys, Nodes: mapNodes(sys), Edges: mapEdges(sys), Resources: catalogResources(sys)}
	for _, s := range sys.Services {
		data.Services = append(data.Services, catalogServiceOf(s))
	}
	for _, t := range sys.Teams {
		data.Teams = append(data.Teams, catalogTeamOf(sys, t))
	}
	return page("catalog.md", data)
}

func mapNodes(sys *model.System) []mapNode {
	var nodes []mapNode
	add := func(kind model.RefKind, name, open, end string) {
		nodes = append(nodes, mapNode{nodeID(kind, name), name, open, end})
	}
	for _, s := range sys.Services {
		add(model.RefService, s.Name, "[", "]")
	}
	for _, r := range sys.Databases {
		add(model.RefDatabase, r.Name, "[(", ")]")
	}
	for _, r := range sys.Caches {
		add(model.RefCache, r.Name, "[(", ")]")
	}
	for _, r := range sys.Queues {
		add(model.RefQueue, r.Name, "[[", "]]")
	}
	for _, e := range sys.Externals {
		add(model.RefExternal, e.Name, "([", "])")
	}
	return nodes
}

// nodeID is a name that Mermaid takes for a node; no two names share one.
func nodeID(kind model.RefKind, name string) string {
	return string(kind) + "_" + strings.NewReplacer("_", "__", "-", "_d").Replace(name)
}

func mapEdges(sys *model.System) []mapEdge {
	var edges []mapEdge
	for _, s := range sys.Services {
		from := nodeID(model.RefService, s.Name)
		for _, ref := range s.Calls {
			edges = append(edges, mapEdge{from, "-->", nodeID(ref.Kind, ref.Name)})
		}
		for _, ref := range s.Uses {
			consumes := slices.ContainsFunc(s.Consumers, func(c model.Consumer) bool { return ref == model.Ref{Kind: model.RefQueue, Name: c.Queue} })
			if !consumes {
				edges = append(edges, mapEdge{from, "-->", nodeID(ref.Kind, ref.Name)})
			}
		}
		for _, c := range s.Consumers {
			edges = append(edges, mapEdge{nodeID(model.RefQueue, c.Queue), "-.->", from})
		}
	}
	return edges
}

func catalogServiceOf(s model.Service) catalogService {
	out := catalogService{Service: s, Anchor: naming.Anchor(s.Name), Facts: catalogFacts(s), Work: catalogWork(s), Watched: catalogWatched(s)}
	for _, sli := range s.SLIs {
		row := catalogSLI{SLI: sli, Good: goodWhen(sli), Objective: "none", Window: ""}
		if sli.Objective != 0 {
			row.Objective, row.Window = sli.Objective.String()+" %", sli.Window.String()
			out.SLOCount++
		}
		out.SLIs = append(out.SLIs, row)
	}
	for _, m := range s.Metrics {
		if m.Standard {
			out.Standard = append(out.Standard, m.Name)
			continue
		}
		out.Signals = append(out.Signals, catalogSignal{m.Name, m.Description, string(m.Kind), m.Unit, attributesText(m.Attributes), m.Series})
	}
	for _, span := range s.Spans {
		out.Signals = append(out.Signals, catalogSignal{span.Name, span.Description, "span", "", attributesText(span.Attributes), ""})
	}
	for _, e := range s.Events {
		out.Signals = append(out.Signals, catalogSignal{e.Name, e.Description, "event, " + e.Severity, "", attributesText(e.Attributes), ""})
	}
	return out
}

func catalogFacts(s model.Service) []fact {
	var facts []fact
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, fact{name, value})
		}
	}
	add("owner", markdownText(s.Team))
	add("tier", fmt.Sprint(s.Tier))
	add("calls", refsText(s.Calls))
	add("uses", refsText(s.Uses))
	for _, l := range s.Labels {
		add("label "+markdownCode(l.Name), markdownText(l.Value))
	}
	add("job label", markdownCode(s.Job))
	for _, i := range s.Instruments {
		add("helpers ("+i.Language+")", markdownCode(i.Dir))
	}
	if s.Source != nil {
		add("scraped at", markdownCodes(s.Source.Targets))
	}
	add("runbook", markdownText(s.Runbook.URL))
	return facts
}

func refsText(refs []model.Ref) string {
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = string(ref.Kind) + " " + markdownCode(ref.Name)
	}
	return strings.Join(names, ", ")
}

func catalogWork(s model.Service) []catalogRow {
	var rows []catalogRow
	for _, o := range s.Routes {
		rows = append(rows, catalogRow{"route", o.Name, markdownText(o.Description), ""})
	}
	for _, o := range s.Methods {
		rows = append(rows, catalogRow{"method", o.Name, markdownText(o.Description), ""})
	}
	for _, c := range s.Consumers {
		rows = append(rows, catalogRow{"consumer", c.Name, sentences("of the queue "+markdownCode(c.Queue), markdownText(c.Description)), ""})
	}
	for _, j := range s.Jobs {
		rows = append(rows, catalogRow{"job", j.Name, sentences("every "+model.FormatDuration(j.Every), markdownText(j.Description)), ""})
	}
	return rows
}

func catalogWatched(s model.Service) []catalogRow {
	var rows []catalogRow
	for _, a := range s.Alerts {
		rows = append(rows, catalogRow{"alert, " + string(a.Severity), a.Name, markdownText(a.Summary), a.Query.Text})
	}
	for _, c := range s.Capacities {
		limit := fmt.Sprintf("limit %g %s", c.Limit, markdownText(c.Unit))
		rows = append(rows, catalogRow{"capacity", c.Name, sentences(strings.TrimSpace(limit), markdownText(c.Description)), c.Query.Text})
	}
	for _, k := range s.KPIs {
		rows = append(rows, catalogRow{"KPI", k.Name, sentences(markdownText(k.Unit), markdownText(k.Description)), k.Query.Text})
	}
	for _, p := range s.Panels {
		for _, q := range p.Queries {
			rows = append(rows, catalogRow{"panel", p.Title, sentences(markdownText(q.Legend), markdownText(p.Description)), q.Query.Text})
		}
	}
	return rows
}

// sentences joins what is not empty.
func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; ")
}

func attributesText(attributes []model.Attribute) string {
	parts := make([]string, len(attributes))
	for i, a := range attributes {
		switch {
		case len(a.Values) > 0:
			parts[i] = markdownCode(a.Name) + ": " + markdownCodes(a.Values)
		case a.MaxCardinality > 0:
			parts[i] = fmt.Sprintf("%s: %s, at most %d values", markdownCode(a.Name), a.Type, a.MaxCardinality)
		default:
			parts[i] = markdownCode(a.Name) + ": " + string(a.Type)
		}
	}
	return strings.Join(parts, "<br>")
}

// goodWhen says in words when an event is good.
func goodWhen(sli model.SLI) string {
	switch {
	case sli.Requests != nil:
		return goodRequests(sli)
	case sli.Events != nil && sli.Events.Good != nil:
		return countText(*sli.Events.Good) + ", of " + countText(sli.Events.Total)
	case sli.Events != nil && sli.Events.Bad != nil:
		return "not " + countText(*sli.Events.Bad) + ", of " + countText(sli.Events.Total)
	case sli.Slices != nil:
		return goodSlice(*sli.Slices)
	case sli.Logs != nil && sli.Logs.Good != nil:
		return "a log line of " + markdownCode(sli.Logs.Good.Text) + ", of " + markdownCode(sli.Logs.Total.Text)
	case sli.Logs != nil && sli.Logs.Bad != nil:
		return "not a log line of " + markdownCode(sli.Logs.Bad.Text) + ", of " + markdownCode(sli.Logs.Total.Text)
	}
	return ""
}

var workWords = map[model.Work]string{
	model.WorkHTTP: "HTTP request", model.WorkGRPC: "gRPC call", model.WorkConsumer: "consumed message", model.WorkJob: "job run",
}

func goodRequests(sli model.SLI) string {
	r := sli.Requests
	what := "an event of " + markdownCode(r.Metric) + whereText(r.Where)
	if word, ok := workWords[r.Work]; ok {
		what = strings.TrimSuffix("a "+word+" of "+markdownCodes(r.Names), " of ")
		if r.Work == model.WorkHTTP {
			what = "an" + what[1:]
		}
	}
	if sli.Kind == model.Availability {
		return what + " did not fail"
	}
	out := what + " took at most " + model.FormatDuration(r.Threshold)
	switch {
	case r.Work == "": // a declared histogram knows no failures
		return out
	case r.CountFailures:
		return out + "; failed ones are bad"
	}
	return out + "; failed ones are left out"
}

func countText(c model.EventCount) string {
	if c.Query != nil {
		return markdownCode(c.Query.Text)
	}
	return markdownCode(c.Metric) + whereText(c.Where)
}

func whereText(where []model.Where) string {
	parts := make([]string, len(where))
	for i, w := range where {
		parts[i] = " with " + markdownCode(w.Attribute) + " " + strings.ReplaceAll(markdownCodes(w.Values), ", ", " or ")
	}
	return strings.Join(parts, " and")
}

func goodSlice(s model.SliceSLI) string {
	what := markdownCode(s.Metric) + whereText(s.Where)
	if s.Query != nil {
		what = markdownCode(s.Query.Text)
	}
	var limits []string
	if s.Above != nil {
		limits = append(limits, fmt.Sprintf("above %g", *s.Above))
	}
	if s.Below != nil {
		limits = append(limits, fmt.Sprintf("below %g", *s.Below))
	}
	return fmt.Sprintf("%s is %s, in each %s", what, strings.Join(limits, " and "), model.FormatDuration(s.Slice))
}

func catalogTeamOf(sys *model.System, t model.Team) catalogTeam {
	out := catalogTeam{Team: t}
	for _, s := range sys.Services {
		if s.Team == t.Name {
			out.Services = append(out.Services, s.Name)
		}
	}
	var ways []string
	for _, n := range t.Notify {
		severities := make([]string, len(n.Severities))
		for i, s := range n.Severities {
			severities[i] = string(s)
		}
		ways = append(ways, fmt.Sprintf("%s (%s)", n.Kind, strings.Join(severities, ", ")))
	}
	out.Notify = ways
	return out
}

func catalogResources(sys *model.System) []catalogResource {
	var out []catalogResource
	add := func(kind model.RefKind, name, system, description string) {
		r := catalogResource{Kind: string(kind), Name: name, System: system, Description: description}
		for _, s := range sys.Services {
			if slices.Contains(slices.Concat(s.Calls, s.Uses), model.Ref{Kind: kind, Name: name}) {
				r.UsedBy = append(r.UsedBy, s.Name)
			}
		}
		out = append(out, r)
	}
	for _, r := range sys.Databases {
		add(model.RefDatabase, r.Name, r.System, r.Description)
	}
	for _, r := range sys.Caches {
		add(model.RefCache, r.Name, r.System, r.Description)
	}
	for _, r := range sys.Queues {
		add(model.RefQueue, r.Name, r.System, r.Description)
	}
	for _, e := range sys.Externals {
		add(model.RefExternal, e.Name, e.Protocol, e.Description)
	}
	slices.SortStableFunc(out, func(a, b catalogResource) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// catalogPage is what catalog.md shows.
type catalogPage struct {
	*model.System
	Nodes     []mapNode
	Edges     []mapEdge
	Services  []catalogService
	Teams     []catalogTeam
	Resources []catalogResource
}

type mapNode struct{ ID, Name, Open, Close string }

type mapEdge struct{ From, Arrow, To string }

type catalogService struct {
	model.Service
	Anchor   string
	SLOCount int
	Facts    []fact
	SLIs     []catalogSLI
	Work     []catalogRow
	Signals  []catalogSignal
	Watched  []catalogRow
	Standard []string
}

type fact struct{ Name, Value string }

type catalogSLI struct {
	model.SLI
	Good, Objective, Window string
}

type catalogRow struct{ Kind, Name, Note, Query string }

type catalogSignal struct{ Name, Description, Kind, Unit, Attributes, Series string }

type catalogTeam struct {
	model.Team
	Services []string
	Notify   []string // ways, each with its severities
}

type catalogResource struct {
	Kind, Name, System, Description string
	UsedBy                          []string
}
