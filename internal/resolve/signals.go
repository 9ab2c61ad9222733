package resolve

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec"
)

const (
	// defaultCardinality caps an open attribute that does not say its own cap.
	defaultCardinality = 100
	// defaultMaxSeries is the budget of a metric: series per instance.
	defaultMaxSeries = 10_000
)

var (
	// instrumentPattern is OpenTelemetry's syntax of instrument names.
	instrumentPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]{0,254}$`)
	attributePattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,127}$`)
	seriesPattern     = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
)

// metricBlock is a declared metric of any kind; only histograms have buckets.
type metricBlock struct {
	*spec.Histogram
	kind model.MetricKind
}

// metricBlocks lists the declared metrics of all kinds.
func (s *service) metricBlocks() []metricBlock {
	var out []metricBlock
	add := func(kind model.MetricKind, blocks []*spec.Metric) {
		for _, b := range blocks {
			out = append(out, metricBlock{&spec.Histogram{
				Name: b.Name, NameRange: b.NameRange, Range: b.Range, Description: b.Description,
				Unit: b.Unit, MaxSeries: b.MaxSeries, Attributes: b.Attributes,
			}, kind})
		}
	}
	add(model.Counter, s.block.Counters)
	add(model.UpDownCounter, s.block.UpDownCounters)
	add(model.Gauge, s.block.Gauges)
	for _, b := range s.block.Histograms {
		out = append(out, metricBlock{b, model.Histogram})
	}
	return out
}

func (s *service) metrics() {
	s.standardMetrics()
	for _, block := range s.metricBlocks() {
		s.metric(block)
	}
	s.overflowMetric()
	slices.SortFunc(s.out.Metrics, func(a, b model.Metric) int { return strings.Compare(a.Name, b.Name) })
	s.uniqueSeries()
}

func (s *service) metric(block metricBlock) {
	if !instrumentPattern.MatchString(block.Name) {
		s.diags.Error(block.NameRange, "Invalid name", "A %s is named as OpenTelemetry names instruments: a letter, then letters, digits, . _ - and /, 255 characters at most.", block.kind)
		return
	}
	m := model.Metric{
		Name:        block.Name,
		Kind:        block.kind,
		Description: s.scope.TextOr(block.Description, ""),
		Unit:        s.unit(block.Unit),
		Native:      s.scope.Bool(block.Native, false),
		Attributes:  s.attributes(fmt.Sprintf("the %s %q", block.kind, block.Name), block.Attributes, true),
	}
	if m.Series = s.seriesName(m, block.NameRange); m.Series == "" {
		return
	}
	if block.kind == model.Histogram {
		m.Buckets = s.buckets(block.Histogram, m)
	}
	s.out.Metrics = append(s.out.Metrics, m)
	s.checkCardinality(m, block.Histogram)
}

// seriesName translates a metric's name. A service that is instrumented
// otherwise emits it as it is written.
func (s *service) seriesName(m model.Metric, at hcl.Range) string {
	if s.out.Source != nil {
		if !seriesPattern.MatchString(m.Name) {
			s.diags.Error(at, "Invalid name", "%q is no name of a Prometheus series. A service with a source declares its metrics by the names that it exposes.", m.Name)
			return ""
		}
		return m.Name
	}
	series, err := naming.Series(m.Kind, m.Name, m.Unit)
	if err != nil {
		s.diags.Error(at, "Invalid name", "%q has no name in Prometheus: %s.", m.Name, err)
	}
	return series
}

func (s *service) unit(a spec.Text) string {
	unit, ok := s.scope.Text(a)
	if !ok {
		return ""
	}
	if len(unit) > 63 || strings.IndexFunc(unit, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		s.diags.Error(a.Expr.Range(), "Invalid unit", "A unit is written in UCUM, in 63 ASCII characters at most: \"s\", \"By\", \"{order}\", \"EUR\".")
		return ""
	}
	return unit
}

func (s *service) buckets(block *spec.Histogram, m model.Metric) []float64 {
	numbers, ranges := s.scope.Numbers(block.Buckets)
	if block.Buckets == nil {
		return slices.Clone(bucketsFor(m.Unit))
	}
	if m.Native {
		s.diags.Error(block.Buckets.NameRange, "Buckets of a native histogram", "A native histogram finds its buckets itself. Remove buckets, or native = true.")
	}
	for i, number := range numbers {
		switch {
		case math.IsInf(number, 0) || math.IsNaN(number):
			s.diags.Error(ranges[i], "Invalid bucket", "A bucket bound is a finite number; the last bucket up to infinity is always there.")
		case i > 0 && number <= numbers[i-1]:
			s.diags.Error(ranges[i], "Invalid bucket", "Bucket bounds grow: %g does not come after %g.", number, numbers[i-1])
		}
	}
	if numbers != nil && len(numbers) == 0 {
		s.diags.Error(block.Buckets.Expr.Range(), "No buckets", "Without a bound a histogram is only a count. Name bounds, or leave buckets out for the usual ones of the unit.")
	}
	return numbers
}

// bucketsFor returns usual bounds for a unit: of requests for times, powers of
// four for sizes, and 1, 2, 5, 10 ... for all others.
func bucketsFor(unit string) []float64 {
	switch unit {
	case "s":
		return model.RequestBuckets
	case "ms":
		return []float64{5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000}
	case "By":
		return model.SizeBuckets
	case "1":
		return []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}
	}
	return []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000}
}

// attributes resolves the attributes of a signal, in the order of the spec:
// helpers take them in it.
func (s *service) attributes(of string, blocks []*spec.Attribute, metric bool) []model.Attribute {
	labels := s.newUnique()
	var attributes []model.Attribute
	for _, block := range blocks {
		if !attributePattern.MatchString(block.Name) {
			s.diags.Error(block.NameRange, "Invalid name", "An attribute is named with a letter, then letters, digits, . _ and -, 128 characters at most.")
			continue
		}
		a := s.attribute(block, metric)
		labels.claim(a.Label, fmt.Sprintf("the attribute %q of %s", block.Name, of), "the label", block.NameRange)
		if metric && slices.Contains([]string{"instance", "job", "le", "quantile"}, a.Label) {
			s.diags.Error(block.NameRange, "Reserved label", "Prometheus uses the label %q itself. Give the attribute another name, such as %q.", a.Label, s.block.Name+"."+block.Name)
		}
		attributes = append(attributes, a)
	}
	return attributes
}

func (s *service) attribute(block *spec.Attribute, metric bool) model.Attribute {
	a := model.Attribute{Name: block.Name, Description: s.scope.TextOr(block.Description, ""), Type: model.StringType}
	if label, err := naming.Label(block.Name); err == nil {
		a.Label = label
	}
	if block.Type != nil {
		a.Type = s.attributeType(block.Type)
	}
	if block.Values != nil {
		a.Values = s.values(block)
		if block.Type != nil {
			s.diags.Error(block.Type.NameRange, "Type of a closed attribute", "An attribute with values is a string. Remove type, or values.")
		}
	}
	if a.Type == model.BoolType {
		a.Values = []string{"false", "true"}
	}
	closed := len(a.Values) > 0 || block.Values != nil
	switch {
	case block.MaxCardinality != nil && (closed || !metric):
		s.diags.Error(block.MaxCardinality.NameRange, "Nothing to cap", "max_cardinality caps an open attribute of a metric. Closed ones, and those of spans and events, need none; remove it.")
	case metric && !closed:
		a.MaxCardinality = s.scope.Int(block.MaxCardinality, 1, 100_000, defaultCardinality)
	}
	return a
}

func (s *service) attributeType(a spec.Type) model.AttributeType {
	known := []string{string(model.StringType), string(model.NumberType), string(model.BoolType)}
	name := hcl.ExprAsKeyword(a.Expr)
	if name == "" {
		value, diags := a.Expr.Value(nil) // JSON and quoted native syntax
		if !diags.HasErrors() && value.Type().FriendlyName() == "string" {
			name = value.AsString()
		}
	}
	if !slices.Contains(known, name) {
		s.diags.Error(a.Expr.Range(), "Unknown type", "An attribute's type is string, number or bool.%s", spec.Suggest(name, known))
		return model.StringType
	}
	return model.AttributeType(name)
}

func (s *service) values(block *spec.Attribute) []string {
	items := s.scope.Texts(block.Values)
	var values []string
	for _, item := range items {
		switch {
		case slices.Contains(values, item.Text):
			s.diags.Error(item.Range, "Duplicate value", "%q stands in this list already. Remove one.", item.Text)
		case item.Text == "":
			s.diags.Error(item.Range, "Empty value", "To Prometheus an empty value is no value. Write a word, such as \"none\".")
		case len(item.Text) > 255 || !printable(item.Text):
			s.diags.Error(item.Range, "Invalid value", "A value has 255 bytes at most, and no control characters.")
		default:
			values = append(values, item.Text)
		}
	}
	if items != nil && len(items) == 0 {
		s.diags.Error(block.Values.Expr.Range(), "No values", "A closed attribute needs a value at least. For an open one write type = string.")
	}
	return values
}

func printable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) < 0
}

// checkCardinality compares the series that a metric can make with its budget.
func (s *service) checkCardinality(m model.Metric, block *spec.Histogram) {
	budget := s.scope.Int(block.MaxSeries, 1, 10_000_000, defaultMaxSeries)
	series, factors := 1.0, []string{}
	for _, a := range m.Attributes {
		count := max(len(a.Values), a.MaxCardinality, 1)
		series *= float64(count)
		factors = append(factors, fmt.Sprintf("%d (%s)", count, a.Name))
	}
	if m.Kind == model.Histogram && !m.Native {
		count := len(m.Buckets) + 3 // and +Inf, _count, _sum
		series *= float64(count)
		factors = append(factors, fmt.Sprintf("%d (buckets, count and sum)", count))
	}
	if series > float64(budget) {
		s.diags.Error(block.NameRange, "Too many series", "%q can make %.0f series per instance: %s. Its budget is %d. Remove an attribute, close its values, lower max_cardinality, use fewer buckets, or raise the budget with max_series.",
			m.Name, series, strings.Join(factors, " x "), budget)
	}
}

// uniqueSeries reports metrics of the service that make the same series.
func (s *service) uniqueSeries() {
	names, series := s.newUnique(), s.newUnique()
	for _, m := range s.out.Metrics {
		if m.Standard {
			s.claimSeries(names, series, m, fmt.Sprintf("the standard metric %q", m.Name), s.block.NameRange)
		}
	}
	for _, b := range s.metricBlocks() {
		for _, m := range s.out.Metrics {
			if !m.Standard && m.Name == b.Name && m.Kind == b.kind {
				s.claimSeries(names, series, m, fmt.Sprintf("the %s %q", m.Kind, m.Name), b.NameRange)
				break
			}
		}
	}
}

func (s *service) claimSeries(names, series *unique, m model.Metric, what string, at hcl.Range) {
	names.claim(m.Name, what, "the instrument", at)
	for _, name := range naming.SeriesOf(m) {
		series.claim(name, what, "the series", at)
	}
}

func (s *service) spans() {
	for _, block := range s.block.Spans {
		if !s.checkTitle("span", block.Name, block.NameRange) {
			continue
		}
		s.out.Spans = append(s.out.Spans, model.Span{
			Name:        block.Name,
			Description: s.scope.TextOr(block.Description, ""),
			Attributes:  s.attributes(fmt.Sprintf("the span %q", block.Name), block.Attributes, false),
		})
	}
	slices.SortFunc(s.out.Spans, func(a, b model.Span) int { return strings.Compare(a.Name, b.Name) })
}

func (s *service) events() {
	for _, block := range s.block.Events {
		if !s.checkTitle("event", block.Name, block.NameRange) {
			continue
		}
		s.out.Events = append(s.out.Events, model.Event{
			Name:        block.Name,
			Description: s.scope.TextOr(block.Description, ""),
			Severity:    s.scope.OneOf(block.Severity, "info", "debug", "warn", "error"),
			Attributes:  s.attributes(fmt.Sprintf("the event %q", block.Name), block.Attributes, false),
		})
	}
	slices.SortFunc(s.out.Events, func(a, b model.Event) int { return strings.Compare(a.Name, b.Name) })
}

// checkTitle checks a name that people read and that no reference uses.
func (s *service) checkTitle(kind, name string, at hcl.Range) bool {
	if name != "" && len(name) <= 255 && printable(name) {
		return true
	}
	s.diags.Error(at, "Invalid name", "%s is named with 1 to 255 characters, none of them a control character.", capital(article(kind)))
	return false
}
