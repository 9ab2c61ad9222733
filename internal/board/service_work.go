package board

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// workRows are a row for each kind of requests that a service answers: rate,
// errors and duration, and the same for each thing that can be asked.
func workRows(s *model.Service) []Row {
	var rows []Row
	for _, w := range works(s) {
		if w.kind == model.WorkJob {
			continue
		}
		panels := []Panel{w.rate(), w.failing(), w.duration(s), w.byStatus(), w.slowest(), w.heatmap(), w.table(s)}
		rows = append(rows, Row{Title: "What do users feel? " + w.title(), Section: requestsSection, Panels: panels})
	}
	return rows
}

func (w work) title() string {
	switch w.kind {
	case model.WorkHTTP:
		return "HTTP requests"
	case model.WorkGRPC:
		return "gRPC calls"
	case model.WorkConsumer:
		return "Messages"
	}
	return "Jobs"
}

// subject is what the parts of the work are told by: the route, the method.
func (w work) subject() string {
	switch w.kind {
	case model.WorkHTTP:
		return "route"
	case model.WorkGRPC:
		return "method"
	case model.WorkConsumer:
		return "queue"
	}
	return "job"
}

func (w work) rate() Panel {
	p := graph(w.title()+" by "+w.subject(), title(w.noun)+" a second. A sudden drop is as bad as errors: nobody gets through.", w.unit, third,
		prom(w.count(placeholder(Rate), w.names...), w.legend()))
	p.Stacked, p.Fill = true, true
	p.DataLinks = w.traceLinks("")
	return p
}

func (w work) failing() Panel {
	p := graph("Failing "+w.noun+" by "+w.subject(), "The share of "+w.noun+" that fail for a reason of ours.", Share, third,
		prom(share(w.failed().count(placeholder(Rate), w.names...), w.count(placeholder(Rate), w.names...)), w.legend()))
	p.DataLinks = w.traceLinks(" && status = error")
	return p
}

// duration has the quantiles of all and the thresholds that were promised.
func (w work) duration(s *model.Service) Panel {
	p := graph("Duration of "+w.noun, "Half, 95 % and 99 % of the "+w.noun+" take at most this long, in the five minutes before each point. Dashed lines are what was promised; dots are traces to look at.", UnitOf(w.Unit), third)
	for _, q := range []struct {
		quantile float64
		legend   string
	}{{0.5, "p50"}, {0.95, "p95"}, {0.99, "p99"}} {
		ask := prom(w.quantile(q.quantile, rateWindow), q.legend)
		ask.Exemplars = q.legend == "p99" && s.Source == nil
		p.Queries = append(p.Queries, ask)
	}
	p.Styles, p.Points = append(p.Styles, quantileStyles...), few
	for _, sli := range promises(s) {
		if sli.Kind != model.Latency || sli.Requests.Work != w.kind {
			continue
		}
		legend := fmt.Sprintf("%s: %s %% within %s", sli.Name, sli.Objective, model.FormatDuration(sli.Requests.Threshold))
		p.Queries = append(p.Queries, prom("vector("+number(sli.Requests.Bound)+")", legend))
		p.Styles = append(p.Styles, Style{Series: legend, Color: Red, Dashed: true, NoFill: true})
	}
	return p
}

// byStatus shows how the work ended: 2xx, 3xx; codes; errors.
func (w work) byStatus() Panel {
	p := graph(w.title()+" by outcome", "How the "+w.noun+" ended.", w.unit, third)
	switch w.kind {
	case model.WorkHTTP:
		p.Queries = []Query{prom(w.count(placeholder(Rate), w.status), row(w.status))}
		p.Description = "How the requests ended: 2xx worked, 3xx lead elsewhere, 4xx are faults of the client, 5xx are ours."
		p.Styles = statusStyles
	case model.WorkGRPC:
		p.Queries = []Query{prom(w.count(placeholder(Rate), w.status), row(w.status))}
		p.Description = "How the calls ended, by the code that they returned."
		p.Styles = grpcStyles
	default:
		good, bad := w.passed(), w.failed()
		p.Queries = []Query{
			prom(good.count(placeholder(Rate)), "done"),
			silent(prom(bad.count(placeholder(Rate), w.status), row(w.status)), "only while something fails"),
		}
		p.Styles = []Style{{Series: "done", Color: Green}, {Pattern: "^(?!done$).*", Color: Red}}
	}
	p.Stacked, p.Fill = true, true
	return p
}

// passed restricts to work that did not fail.
func (w work) passed() measured {
	_, passed := query.Failure(w.Metric, w.kind)
	return w.where(passed)
}

var grpcStyles = []Style{
	{Pattern: "(?i)^ok$", Color: Green},
	{Pattern: "(?i)^(cancell?ed|invalid_?argument|not_?found|already_?exists|permission_?denied|unauthenticated|resource_?exhausted|failed_?precondition|aborted|out_?of_?range)$", Color: Blue},
	{Pattern: "(?i)^(unknown|deadline_?exceeded|unimplemented|internal|unavailable|data_?loss)$", Color: Red},
}

func (w work) slowest() Panel {
	p := graph("p95 by "+w.subject(), "95 % of the "+w.noun+" of each "+w.subject()+" take at most this long.", UnitOf(w.Unit), third,
		prom(w.quantile(0.95, rateWindow, w.names...), w.legend()))
	p.DataLinks, p.Points = w.traceLinks(""), few
	return p
}

func (w work) heatmap() Panel {
	q := prom(w.buckets(rateWindow), row("le"))
	if w.Native { // one series has all buckets
		q.Legend = w.noun
	}
	return Panel{
		Title: "How long " + w.noun + " take", Description: "Each column is a moment, each field the " + w.noun + " that took about so long: the darker, the more. A second band means that there are two kinds of them, such as hits and misses of a cache.",
		Kind: Heatmap, At: Box{W: third, H: medium}, Unit: UnitOf(w.Unit), NoValue: noTraffic, Queries: []Query{q}, Points: few,
	}
}

// table has a row for each thing that can be asked.
func (w work) table(s *model.Service) Panel {
	queries := []Query{
		now(w.count(rateWindow, w.names...), "Rate"),
		now(share(w.failed().count(rateWindow, w.names...), w.count(rateWindow, w.names...)), "Failing"),
		now(w.quantile(0.5, rateWindow, w.names...)+" >= 0", "p50"),
		now(w.quantile(0.95, rateWindow, w.names...)+" >= 0", "p95"),
		now(w.quantile(0.99, rateWindow, w.names...)+" >= 0", "p99"),
	}
	var columns []Column
	for i, l := range w.names {
		c := Column{Label: l, Title: title(w.subject())}
		if len(w.names) > 1 && i == 0 {
			c.Title, c.Width = "Method", 90
		} else {
			c.Links = w.traceLinks("")
		}
		columns = append(columns, c)
	}
	unit := UnitOf(w.Unit)
	columns = append(columns,
		Column{Query: 0, Title: "Rate", Unit: w.unit, Decimals: digits(2), Cell: BarCell, Min: at(0), Thresholds: blueSteps},
		Column{Query: 1, Title: "Failing", Unit: Share, Width: 110, Decimals: digits(2), Cell: ColoredCell, Thresholds: errorSteps},
		Column{Query: 2, Title: "p50", Unit: unit, Width: 110},
		Column{Query: 3, Title: "p95", Unit: unit, Width: 110},
		Column{Query: 4, Title: "p99", Unit: unit, Width: 110},
	)
	p := table("Each "+w.subject(), "Rate, failures and duration of each "+w.subject()+" over the last 5 minutes. A name leads to its traces.", full, min(max(w.operations()+3, 4), tall), queries, columns)
	p.SortBy, p.Descending, p.NoValue = "Rate", true, "no traffic in the last 5 minutes"
	return p
}

// operations is how many there are of what can be asked.
func (w work) operations() int {
	switch w.kind {
	case model.WorkHTTP:
		return len(w.service.Routes)
	case model.WorkGRPC:
		return len(w.service.Methods)
	}
	return len(w.service.Consumers)
}

// traceLinks lead from a row or series to its traces.
func (w work) traceLinks(more string) []Link {
	if w.service.Source != nil {
		return nil
	}
	conditions := tracesOf(w.service) + " && kind = " + w.spanKind
	for i, l := range w.names {
		conditions += fmt.Sprintf(` && %s = "%s"`, w.spans[i], row(l))
	}
	q := Query{Language: TraceQL, Text: "{ " + conditions + more + " }", Limit: traceLimit}
	return []Link{{Title: "Traces", Explore: &q}}
}

// traceLimit is how many traces a search finds.
const traceLimit = 20

// tracesOf is the condition on the spans of a service.
func tracesOf(s *model.Service) string {
	return "resource.service.name = " + query.QuoteTraceQL(s.Name)
}
