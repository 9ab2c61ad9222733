package board

import (
	"fmt"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// signalsRow has a panel for each metric and event that the spec declares, and
// for each business figure and capacity.
func signalsRow(sys *system, s *model.Service) Row {
	var panels []Panel
	for i := range s.KPIs {
		panels = append(panels, kpiPanel(&s.KPIs[i], restrictedTo(sys, s, s.KPIs[i].Query.Text), third))
	}
	for i := range s.Capacities {
		panels = append(panels, capacityPanel(&s.Capacities[i], restrictedTo(sys, s, s.Capacities[i].Query.Text), third))
	}
	for i := range s.Metrics {
		if m := &s.Metrics[i]; !m.Standard {
			panels = append(panels, signalPanel(s, measured{m, matchers(s)}))
		}
	}
	if s.Source == nil {
		for i := range s.Events {
			panels = append(panels, eventPanel(s, &s.Events[i]))
		}
	}
	return Row{Title: "What does it say of itself?", Section: signalsSection, Panels: panels}
}

// described is a description of the spec, or what stands in its place, with what
// the panel shows.
func described(text, otherwise, shows string) string {
	if text == "" {
		text = otherwise
	}
	return sentence(text) + " " + shows
}

func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?:") {
		return text
	}
	return text + "."
}

// words makes a title of a name: shop.order.value is "Shop order value".
func words(name string) string {
	return title(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '_' || r == '-' || r == '/' }), " "))
}

// closed are the labels of a metric whose values are known, of which there are
// few: what a panel can tell apart.
func closed(m *model.Metric) []string {
	var out []string
	for _, a := range m.Attributes {
		if len(a.Values) > 0 && len(out) < 2 {
			out = append(out, a.Label)
		}
	}
	return out
}

func legendOf(labels []string, otherwise string) string {
	if len(labels) == 0 {
		return otherwise
	}
	parts := make([]string, len(labels))
	for i, l := range labels {
		parts[i] = row(l)
	}
	return strings.Join(parts, " ")
}

// signalPanel shows a declared metric as its instrument wants.
func signalPanel(s *model.Service, m measured) Panel {
	labels := closed(m.Metric)
	legend := legendOf(labels, words(m.Name))
	name := words(m.Name)
	switch m.Kind {
	case model.Counter:
		p := graph(name, described(m.Description, "The counter "+m.Name, "A second."), PerSecondOf(m.Unit), third, prom(m.count(placeholder(Rate), labels...), legend))
		p.Stacked, p.Fill = true, true
		return p
	case model.Histogram:
		p := graph(name, described(m.Description, "The histogram "+m.Name, "Half and 95 % of the values are at most this high, and the mean."), UnitOf(m.Unit), third,
			prom(m.quantile(0.5, rateWindow), "p50"), prom(m.quantile(0.95, rateWindow), "p95"),
			prom(m.sum(placeholder(Rate))+" / ("+m.count(placeholder(Rate))+" > 0)", "mean"))
		p.Queries[1].Exemplars, p.Points = s.Source == nil, few
		p.Styles = append(append([]Style{}, quantileStyles...), Style{Series: "mean", Color: Blue, Dashed: true})
		p.Min = nil
		return p
	}
	p := graph(name, described(m.Description, "The "+string(m.Kind)+" "+m.Name, instancesText(m.Kind)), UnitOf(m.Unit), third,
		prom(aggregation(m.Kind)+" "+by(labels...)+"("+m.selector("")+")", legend))
	p.Min, p.NoValue = nil, "not sent in this range"
	return p
}

// aggregation joins instances: what each adds to is summed, of what each says the
// highest counts.
func aggregation(kind model.MetricKind) string {
	if kind == model.UpDownCounter {
		return "sum"
	}
	return "max"
}

func instancesText(kind model.MetricKind) string {
	if kind == model.UpDownCounter {
		return "The sum of all instances."
	}
	return "The highest of all instances."
}

// eventPanel counts the records of an event.
func eventPanel(s *model.Service, e *model.Event) Panel {
	var labels []string
	for _, a := range e.Attributes {
		if len(a.Values) > 0 && len(labels) < 2 {
			labels = append(labels, a.Label)
		}
	}
	// Loki does not keep the name of an event; the helpers write it as the body, too.
	records := fmt.Sprintf("%s |= %s", logsOf(s), query.QuoteLogQL(e.Name))
	q := Query{
		Language: LogQL, Legend: legendOf(labels, e.Name),
		Text:   fmt.Sprintf("sum %s(count_over_time(%s [%s]))", by(labels...), records, placeholder(Step)),
		Silent: "only where the event was logged",
	}
	p := graph(title(words(e.Name)+" events"), described(e.Description, "The event "+e.Name, "How often it was logged, in each step of the graph."), Number, third, q)
	p.Bars, p.Stacked, p.NoValue = true, true, "not logged in this range"
	p.DataLinks = []Link{{Title: "Records", Explore: &Query{Language: LogQL, Text: records}}}
	return p
}

// ownRow has the panels that a person wrote into the spec.
func ownRow(sys *system, s *model.Service) Row {
	r := Row{Title: "Panels of its own", Section: ""}
	for i := range s.Panels {
		r.Panels = append(r.Panels, ownPanel(sys, s, &s.Panels[i]))
	}
	return r
}

// ownKinds are what a spec calls the kinds of panels.
var ownKinds = map[string]Kind{"timeseries": TimeSeries, "stat": Stat, "gauge": Gauge, "bar": Bar, "table": Table, "heatmap": Heatmap, "logs": Logs}

func ownPanel(sys *system, s *model.Service, own *model.Panel) Panel {
	p := Panel{
		Title: own.Title, Description: own.Description, Kind: ownKinds[own.Type], At: Box{W: third, H: medium},
		Unit: UnitOf(own.Unit), NoValue: "no data in this range",
	}
	if p.Description == "" {
		p.Description = "A panel of the spec."
	}
	for _, q := range own.Queries {
		language, text := PromQL, restrictedTo(sys, s, q.Query.Text)
		if q.Query.Language == "logql" {
			language, text = LogQL, strings.TrimSpace(q.Query.Text)
		}
		ask := Query{Language: language, Text: text, Legend: q.Legend, Silent: "what a person wrote may have its reasons"}
		ask.Instant = p.Kind == Table || p.Kind == Bar || p.Kind == Gauge
		p.Queries = append(p.Queries, ask)
	}
	switch p.Kind {
	case Logs:
		p.At.W, p.Unit = full, NoUnit
	case Table:
		p.At.W = half
	case Heatmap:
		p.Queries[0].Legend = row("le")
	}
	return p
}
