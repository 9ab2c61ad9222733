package instrument

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// metricsPage is what metrics.go shows.
type metricsPage struct {
	goPage
	Imports   []string
	Declared  []goMetric
	Overflows []goOverflow
	Overflow  string   // expression of the instrument that counts them
	Errors    string   // the same, of errors
	Standard  []string // expressions of sources
	Prepare   []string // statements
}

// goOverflow is an open attribute of a metric.
type goOverflow struct{ Metric, Attribute string }

// goMetric is a metric that the spec declares.
type goMetric struct {
	Var, Type, Key    string
	Name, Description string
	Kind              model.MetricKind
	Unit              string
	Histogram, Native bool
	Open              bool // an attribute at least is open
	Params            []goParam
	Series            int    // of closed attributes, _other included
	Index             string // of a cell
	Cell              string // its type
	Method, MethodDoc string
	Value, Number     string // name and type of the measurement
	CellMethod        string
	PerSecond         string // a duration d in the metric's unit; empty: it is no time
	Source            string
}

// goParam is an attribute of a metric.
type goParam struct {
	Name, GoType  string // of the parameter
	Key           string // of the attribute
	Doc           string
	Open          bool
	Limit         int
	Overflow      int    // its place among goOverflows
	KeyType       string // in the key of a series
	ToKey         string // the parameter as a part of the key
	Admit         string // makes the part of key k one that a series may have
	Attribute     string // expression of the attribute, of key k
	size          int    // values of a closed attribute, with _other
	numberOfValue string // expression
}

func (g *goService) metrics() metricsPage {
	page := metricsPage{goPage: g.page}
	for _, m := range g.service.Metrics {
		if m.Standard {
			continue
		}
		out := g.metric(m, &page)
		page.Declared = append(page.Declared, out)
	}
	if m := g.standard(naming.Overflow); m != nil {
		page.Overflow = instrumentOf(*m)
	}
	if m := g.standard(naming.TelemetryErrors); m != nil {
		page.Errors = instrumentOf(*m)
	}
	page.Standard, page.Prepare = g.standardSources()
	page.Imports = metricImports(page)
	return page
}

func metricImports(page metricsPage) []string {
	var imports []string
	add := func(name string, when func(goMetric) bool) {
		if slices.ContainsFunc(page.Declared, when) {
			imports = append(imports, name)
		}
	}
	add("context", func(goMetric) bool { return true })
	add("math", func(m goMetric) bool { return m.Open })
	add("time", func(m goMetric) bool { return m.PerSecond != "" })
	add("", func(m goMetric) bool { return m.Open }) // between the standard library and others
	add("go.opentelemetry.io/otel/attribute", func(m goMetric) bool { return m.Open })
	return imports
}

func (g *goService) metric(m model.Metric, page *metricsPage) goMetric {
	name := naming.GoName(m.Name)
	out := goMetric{
		Var: name, Type: "signal" + name, Key: "key" + name,
		Name: m.Name, Description: sentence(m.Description), Kind: m.Kind, Unit: comment(m.Unit),
		Histogram: m.Kind == model.Histogram, Native: m.Native, Cell: "cell",
	}
	out.Open = slices.ContainsFunc(m.Attributes, isOpen)
	for _, a := range m.Attributes {
		p := g.param(name, a)
		if p.Open {
			p.Overflow = len(page.Overflows)
			page.Overflows = append(page.Overflows, goOverflow{m.Name, a.Name})
		}
		out.Params = append(out.Params, p)
	}
	out.method(m)
	out.Series, out.Index = seriesOf(out.Params)
	out.Source = out.source(m, g.fromStart(m))
	return out
}

func isOpen(a model.Attribute) bool { return formOf(a) == stringForm || formOf(a) == numberForm }

func (g *goService) param(signal string, a model.Attribute) goParam {
	name := naming.GoLocal(a.Name)
	p := goParam{Name: name, GoType: g.goTypeName(signal, a), Key: comment(a.Name), Doc: attributeDoc(a), Limit: a.MaxCardinality}
	p.KeyType, p.ToKey = p.GoType, name
	p.Attribute = keyValue(a, "k."+name)
	switch formOf(a) {
	case boolForm:
		p.size, p.numberOfValue = 2, "bit("+name+")"
	case closedForm:
		p.size, p.numberOfValue = len(a.Values)+1, name+".number()"
		p.Admit = fmt.Sprintf("k.%s = %s(k.%s.number())", name, p.GoType, name)
	case stringForm:
		p.Open, p.Admit = true, fmt.Sprintf("k.%s = m.%s.text(k.%s)", name, name, name)
	case numberForm:
		p.Open, p.Admit = true, fmt.Sprintf("k.%s = m.%s.number(k.%s)", name, name, name)
		p.KeyType, p.ToKey = "number", "number{value: "+name+"}"
		p.Attribute = fmt.Sprintf("k.%s.attribute(%q)", name, a.Name)
	}
	return p
}

// wholeNumbers reports whether a metric counts things: then its values are
// int64, otherwise float64.
func wholeNumbers(m model.Metric) bool {
	things := strings.HasPrefix(m.Unit, "{") || m.Unit == "By"
	return things || m.Unit == "" && (m.Kind == model.Counter || m.Kind == model.UpDownCounter)
}

// method says how values are recorded.
func (out *goMetric) method(m model.Metric) {
	out.Value, out.Number = "n", "float64"
	suffix := "Float"
	if wholeNumbers(m) {
		out.Number, suffix = "int64", "Int"
	}
	switch m.Kind {
	case model.Counter:
		out.Method, out.MethodDoc, out.CellMethod = "Add", "counts n more. What is below 0 is ignored: a counter never goes down.", "count"+suffix
	case model.UpDownCounter:
		out.Method, out.MethodDoc, out.CellMethod = "Add", "adds n, which may be below 0.", "move"+suffix
	case model.Gauge:
		out.Method, out.MethodDoc, out.CellMethod = "Set", "sets the value.", "set"+suffix
	case model.Histogram:
		out.Method, out.MethodDoc, out.Value, out.Number = "Record", "records a value.", "value", "float64"
		out.Cell = "distribution"
		if m.Native {
			out.Cell = "exponential"
		}
		out.PerSecond = inUnit(m.Unit)
	}
}

// inUnit is the expression of a duration d in a unit of time.
func inUnit(unit string) string {
	switch unit {
	case "s":
		return "d.Seconds()"
	case "ms":
		return "float64(d)/float64(time.Millisecond)"
	case "us":
		return "float64(d)/float64(time.Microsecond)"
	case "ns":
		return "float64(d)"
	}
	return ""
}

// seriesOf numbers the series of closed attributes: how many there are, and the
// expression of one's number.
func seriesOf(params []goParam) (count int, index string) {
	count, index = 1, "0"
	for i, p := range params {
		switch count *= p.size; i {
		case 0:
			index = p.numberOfValue
		case 1:
			index = fmt.Sprintf("%s*%d + %s", index, p.size, p.numberOfValue)
		default:
			index = fmt.Sprintf("(%s)*%d + %s", index, p.size, p.numberOfValue)
		}
	}
	return count, index
}

// source is the expression of the metric's source.
func (out *goMetric) source(m model.Metric, fromStart bool) string {
	var b strings.Builder
	switch {
	case out.Open && out.Histogram:
		fmt.Fprintf(&b, "&openHistogram[%s, %s]{", out.Key, out.Cell)
	case out.Open:
		fmt.Fprintf(&b, "&openScalar[%s]{", out.Key)
	case out.Histogram:
		b.WriteString("&closedHistogram{")
	default:
		b.WriteString("&scalar{")
	}
	fmt.Fprintf(&b, "\ninstrument: %s,", instrumentOf(m))
	if out.Histogram {
		fmt.Fprintf(&b, "\nbounds: bounds[%q],", m.Name)
	} else {
		fmt.Fprintf(&b, "\nkind: %s,\nfraction: %t,", kindOf(m.Kind), !wholeNumbers(m))
	}
	if out.Open {
		out.openSource(&b)
	} else {
		out.closedSource(&b, m, fromStart)
	}
	b.WriteString("\n}")
	return b.String()
}

func (out *goMetric) openSource(b *strings.Builder) {
	fmt.Fprintf(b, "\ntable: &%s.table,", out.Var)
	if out.Histogram {
		fmt.Fprintf(b, "\nof: func(v *%s) observer { return v },", out.Cell)
	}
	b.WriteString("\nopen: []*open{")
	for _, p := range out.Params {
		if p.Open {
			fmt.Fprintf(b, "&%s.%s,", out.Var, p.Name)
		}
	}
	b.WriteString("},")
}

func (out *goMetric) closedSource(b *strings.Builder, m model.Metric, fromStart bool) {
	fmt.Fprintf(b, "\ninitial: %t,\naxes: %s,", fromStart, axesOf(m, out.Params))
	switch {
	case out.Native:
		fmt.Fprintf(b, "\ncells: exponentials(%s.cells[:]),", out.Var)
	case out.Histogram:
		fmt.Fprintf(b, "\ncells: distributions(%s.cells[:], bounds[%q]),", out.Var, m.Name)
	default:
		fmt.Fprintf(b, "\ncells: %s.cells[:],", out.Var)
	}
}

func axesOf(m model.Metric, params []goParam) string {
	var b strings.Builder
	b.WriteString("axes{")
	for i, a := range m.Attributes {
		values := "nil"
		if formOf(a) == closedForm {
			values = "valuesOf" + params[i].GoType
		}
		fmt.Fprintf(&b, "{%q, %s},", a.Name, values)
	}
	b.WriteString("}")
	return b.String()
}

func kindOf(k model.MetricKind) string {
	return map[model.MetricKind]string{model.Counter: "counter", model.UpDownCounter: "upDownCounter", model.Gauge: "gauge"}[k]
}

func instrumentOf(m model.Metric) string {
	return fmt.Sprintf("instrument{%s, %s, %s}", strconv.Quote(m.Name), strconv.Quote(m.Description), strconv.Quote(m.Unit))
}

// smallMetric is how many Prometheus series a metric may have to exist as a
// whole from the start, so that its panels are never empty.
const smallMetric = 100

// fromStart reports whether all series of a metric exist before the first
// measurement: those that an SLI counts, so that the first failure is seen as
// an increase, and those of small metrics. A gauge has no value before it is
// set.
func (g *goService) fromStart(m model.Metric) bool {
	if m.Kind == model.Gauge || slices.ContainsFunc(m.Attributes, isOpen) {
		return false
	}
	series := 1
	for _, a := range m.Attributes {
		series *= len(a.Values)
	}
	if m.Kind == model.Histogram && !m.Native {
		series *= len(m.Buckets) + 3
	}
	return series <= smallMetric || slices.ContainsFunc(g.service.SLIs, func(sli model.SLI) bool { return counts(sli, m.Name) })
}

// counts reports whether an SLI counts the events of a metric.
func counts(sli model.SLI, metric string) bool {
	if r := sli.Requests; r != nil && r.Metric == metric {
		return true
	}
	if e := sli.Events; e != nil {
		for _, c := range []*model.EventCount{&e.Total, e.Good, e.Bad} {
			if c != nil && c.Metric == metric {
				return true
			}
		}
	}
	return false
}

// viewsPage is what views.go shows.
type viewsPage struct {
	goPage
	Bounds []goBounds
	Native []string // histograms of other packages that are exponential
}

type goBounds struct {
	Name   string
	Bounds []float64
}

// views lists the buckets of the service's histograms, and of those that are
// usual although the spec does not ask for them.
func (g *goService) views() viewsPage {
	page := viewsPage{goPage: g.page}
	known := map[string]bool{}
	for _, m := range slices.Concat(g.service.Metrics, usualHistograms) {
		if m.Kind != model.Histogram || known[m.Name] {
			continue
		}
		known[m.Name] = true
		if m.Native {
			page.Native = append(page.Native, m.Name)
			continue
		}
		page.Bounds = append(page.Bounds, goBounds{m.Name, m.Buckets})
	}
	slices.SortFunc(page.Bounds, func(a, b goBounds) int { return cmp.Compare(a.Name, b.Name) })
	slices.Sort(page.Native)
	return page
}
