package resolve

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/nearest"
	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/spec"
)

// Window is what stands for ${window} in the queries of a model; rules put
// each of their windows in its place.
const Window = "${window}"

// A query is checked with some window in place of ${window}.
const checkedWindow = "5m"

// functions are those that know the service.
func (s *service) functions() map[string]function.Function {
	return map[string]function.Function{"series": function.New(&function.Spec{
		Description: "The Prometheus series of a metric of this service, with its selector.",
		Params:      []function.Parameter{{Name: "metric", Type: cty.String}},
		VarParam:    &function.Parameter{Name: "part or where", Type: cty.DynamicPseudoType},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			m := s.metricNamed(args[0].AsString())
			if m == nil {
				return cty.NilVal, function.NewArgErrorf(0, "the service %q emits no metric %q%s", s.block.Name, args[0].AsString(), inSentence(args[0].AsString(), s.metricNames()))
			}
			part, where, err := seriesArguments(args[1:])
			if err != nil {
				return cty.NilVal, err
			}
			name, err := partOf(m, part)
			if err != nil {
				return cty.NilVal, err
			}
			matchers := []query.Matcher{{Label: "job", Value: s.out.Job}}
			more, err := attributeMatchers(m, where)
			return cty.StringVal(query.Selector(name, append(matchers, more...)...)), err
		},
	})}
}

// seriesArguments reads the optional arguments: a part, and an object of
// attributes and values.
func seriesArguments(args []cty.Value) (part string, where cty.Value, err error) {
	if len(args) > 2 {
		return "", cty.NilVal, function.NewArgErrorf(3, "series takes a metric, a part and an object of attributes at most")
	}
	for i, arg := range args {
		switch ty := arg.Type(); {
		case ty == cty.String && i == 0:
			part = arg.AsString()
		case ty.IsObjectType() || ty.IsMapType():
			where = arg
		default:
			return "", cty.NilVal, function.NewArgErrorf(i+1, `write a part such as "count", and then perhaps an object such as { outcome = "failed" }`)
		}
	}
	return part, where, nil
}

// partOf returns the name of one of a metric's series.
func partOf(m *model.Metric, part string) (string, error) {
	switch {
	case m.Kind != model.Histogram && part != "":
		return "", function.NewArgErrorf(1, "%q is a %s, a single series; leave the part out", m.Name, m.Kind)
	case m.Kind != model.Histogram || m.Native && part == "":
		return m.Series, nil
	case m.Native:
		return "", function.NewArgErrorf(1, "%q is a native histogram, a single series; leave the part out and use histogram_count() and its like", m.Name)
	case !slices.Contains([]string{"bucket", "count", "sum"}, part):
		return "", function.NewArgErrorf(min(1, len(part)), `%q is a histogram; its parts are "bucket", "count" and "sum"`, m.Name)
	}
	return m.Series + "_" + part, nil
}

func attributeMatchers(m *model.Metric, where cty.Value) ([]query.Matcher, error) {
	if where == cty.NilVal {
		return nil, nil
	}
	var matchers []query.Matcher
	for key, value := range where.Elements() {
		name := key.AsString()
		i := slices.IndexFunc(m.Attributes, func(a model.Attribute) bool { return a.Name == name })
		switch {
		case i < 0:
			return nil, function.NewArgErrorf(2, "%q has no attribute %q%s", m.Name, name, inSentence(name, attributeNames(m)))
		case value.IsNull() || value.Type() != cty.String:
			return nil, function.NewArgErrorf(2, "the value of %q must be a string", name)
		}
		a := m.Attributes[i]
		if len(a.Values) > 0 && !slices.Contains(a.Values, value.AsString()) {
			return nil, function.NewArgErrorf(2, "%q cannot be %q%s", name, value.AsString(), inSentence(value.AsString(), a.Values))
		}
		matchers = append(matchers, query.Matcher{Label: a.Label, Value: value.AsString()})
	}
	return matchers, nil
}

// inSentence suggests a name inside a sentence that HCL ends.
func inSentence(name string, known []string) string {
	if best := nearest.Name(name, known); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}

func attributeNames(m *model.Metric) []string {
	names := make([]string, len(m.Attributes))
	for i, a := range m.Attributes {
		names[i] = a.Name
	}
	return names
}

// promQL checks a query that gives an instant vector.
func (s *service) promQL(a spec.PromQL) (model.Query, *query.PromQL, *spec.Template) {
	return s.promQLIn(s.scope, a)
}

func (s *service) promQLIn(scope *spec.Scope, a spec.PromQL) (model.Query, *query.PromQL, *spec.Template) {
	t, ok := scope.Template(a)
	if !ok {
		return model.Query{}, nil, nil
	}
	parsed, errs := query.ParsePromQL(t.Text)
	s.queryErrors("PromQL", t, errs)
	if parsed == nil {
		return model.Query{}, nil, nil
	}
	if parsed.Kind != query.Vector {
		s.diags.Error(t.Range(0, len(t.Text)), "No instant vector", "This query gives %s. %s", kindName(parsed.Kind), vectorRemedy(parsed.Kind))
		return model.Query{}, nil, nil
	}
	return model.Query{Language: "promql", Text: t.Text, Reads: s.reads(parsed, t)}, parsed, t
}

// windowed checks a query that must use ${window} and give a single series.
func (s *service) windowed(a spec.PromQL) *model.Query {
	scope := s.scope.With(map[string]cty.Value{"window": cty.StringVal(checkedWindow)}, nil)
	q, parsed, t := s.promQLIn(scope, a)
	if parsed == nil {
		return nil
	}
	if !parsed.Single {
		s.diags.Error(t.Range(0, len(t.Text)), "More than one series", "An SLI counts with one series without labels, and this query may give several. Wrap it in sum(...).")
	}
	stored := s.scope.With(map[string]cty.Value{"window": cty.StringVal(Window)}, nil)
	if text, ok := stored.Text(a); ok {
		q.Text = text
	}
	if !strings.Contains(q.Text, Window) {
		s.diags.Error(t.Range(0, len(t.Text)), "Query without ${window}", "obsboot evaluates this over several windows. Write ${window} in place of the range, as in rate(x_total[${window}]).")
	}
	return &q
}

func kindName(kind query.Kind) string {
	switch kind {
	case query.Matrix:
		return "a range vector"
	case query.Scalar:
		return "a scalar"
	}
	return "a string"
}

func vectorRemedy(kind query.Kind) string {
	switch kind {
	case query.Matrix:
		return "Take the range into a function, as in rate(x_total[5m])."
	case query.Scalar:
		return "Make it an instant vector with vector(...), or query a series."
	}
	return "Query a series."
}

// logQL checks a query of Loki.
func (s *service) logQL(a spec.LogQL) (model.Query, *query.LogQL, *spec.Template) {
	t, ok := s.scope.Template(a)
	if !ok {
		return model.Query{}, nil, nil
	}
	parsed, errs := query.ParseLogQL(t.Text)
	s.queryErrors("LogQL", t, errs)
	if parsed == nil {
		return model.Query{}, nil, nil
	}
	return model.Query{Language: "logql", Text: t.Text}, parsed, t
}

func (s *service) queryErrors(language string, t *spec.Template, errs []query.Error) {
	for _, err := range errs {
		detail := sentence(err.Message)
		switch {
		case strings.HasPrefix(err.Hint, "such as"):
			detail = sentence(err.Message + ", " + err.Hint)
		case err.Hint != "":
			detail += " " + sentence(err.Hint)
		}
		s.diags.Error(t.Range(err.Start, err.End), "Invalid "+language, "%s", detail)
	}
}

// sentence gives a text a capital and a full stop.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// knownSeries is a series that something in the spec emits.
type knownSeries struct {
	labels []string // nil: not known
	metric string
}

// labelsOfAll stand on every series that arrives over OTLP, or are made by
// Prometheus.
var labelsOfAll = []string{
	"__name__", "job", "instance", "otel_scope_name", "otel_scope_version",
	"service_namespace", "service_version", "deployment_environment_name",
}

// indexSeries lists the series of all services.
func (r *resolver) indexSeries(services []*service) {
	r.series = map[string]*knownSeries{}
	for _, s := range services {
		for _, m := range s.out.Metrics {
			for _, name := range naming.SeriesOf(m) {
				r.addSeries(name, m, s.out.Source != nil)
			}
		}
	}
	for _, name := range serverSeries {
		r.series[name] = &knownSeries{}
	}
	r.names = sortedKeys(r.series)
}

func (r *resolver) addSeries(name string, m model.Metric, open bool) {
	known, ok := r.series[name]
	if !ok {
		known = &knownSeries{metric: m.Name, labels: slices.Clone(labelsOfAll)}
		r.series[name] = known
	}
	if open {
		known.labels = nil
	}
	if known.labels == nil {
		return
	}
	if strings.HasSuffix(name, "_bucket") && m.Kind == model.Histogram {
		known.labels = append(known.labels, "le")
	}
	for _, a := range m.Attributes {
		known.labels = append(known.labels, a.Label)
	}
	for _, label := range r.sys.Labels {
		known.labels = append(known.labels, label.Name)
	}
}

// reads lists the series that a query reads, and warns of those that nothing
// emits.
func (s *service) reads(parsed *query.PromQL, t *spec.Template) []model.Read {
	var grouping []string
	for _, g := range parsed.Groupings {
		for _, label := range g.Labels {
			grouping = append(grouping, label.Name)
		}
	}
	var reads []model.Read
	for _, selector := range parsed.Selectors {
		if selector.Metric == "" {
			continue
		}
		read := model.Read{Series: selector.Metric, Labels: slices.Clone(grouping)}
		known := s.checkSeries(selector, t)
		for _, m := range selector.Matchers {
			read.Labels = append(read.Labels, m.Label)
			if known != nil && known.labels != nil && !slices.Contains(known.labels, m.Label) {
				s.diags.Warn(t.Range(m.Start, m.End), "Unknown label", "%s has no label %q, so this matches nothing.%s", selector.Metric, m.Label, spec.DidYouMean(m.Label, ownLabels(known.labels)))
			}
		}
		slices.Sort(read.Labels)
		read.Labels = slices.Compact(read.Labels)
		reads = append(reads, read)
	}
	slices.SortFunc(reads, func(a, b model.Read) int { return strings.Compare(a.Series, b.Series) })
	return reads
}

func ownLabels(labels []string) []string {
	own := slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return slices.Contains(labelsOfAll, l) })
	slices.Sort(own)
	return slices.Compact(own)
}

func (s *service) checkSeries(selector query.VectorSelector, t *spec.Template) *knownSeries {
	if known, ok := s.series[selector.Metric]; ok {
		return known
	}
	if slices.ContainsFunc(stackSeries, func(prefix string) bool { return strings.HasPrefix(selector.Metric, prefix) }) {
		return nil
	}
	similar := nearest.Name(selector.Metric, s.names)
	hint := "Declare it as a signal of the service that emits it."
	if similar != "" {
		hint = fmt.Sprintf("Did you mean %q? Otherwise declare it as a signal of the service that emits it.", similar)
	}
	s.diags.Warn(t.Range(selector.NameStart, selector.NameEnd), "Unknown series", "Nothing in the spec emits %s, so this query finds no data. %s", selector.Metric, hint)
	return nil
}

// place returns where an argument's value stands, or a block if it is absent.
func place(a *hcl.Attribute, block hcl.Range) hcl.Range {
	if a == nil {
		return block
	}
	return a.Expr.Range()
}
