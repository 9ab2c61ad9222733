package board

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// The label of a series that says where it comes from.
const environmentLabel = "deployment_environment_name"

// rateWindow is that of rates in tables and figures, which do not depend on the
// range that is shown.
const rateWindow = "5m"

// placeholder writes a placeholder.
func placeholder(name string) string { return "${" + name + "}" }

// row stands for a label of a row or series.
func row(label string) string { return placeholder(RowLabel + label) }

// chosen matches what the reader chose in a variable.
func chosen(label, variable string) query.Matcher {
	return query.Matcher{Label: label, Op: query.MatchRegexp, Value: placeholder(variable)}
}

// matchers select the series of a service, as far as the reader wants them.
func matchers(s *model.Service) []query.Matcher {
	out := []query.Matcher{query.JobMatcher(s)}
	if s.Source == nil {
		out = append(out, chosen(environmentLabel, environmentVariable))
	}
	return append(out, chosen("instance", instanceVariable))
}

// measured is a metric of a service and the matchers of its series.
type measured struct {
	*model.Metric
	matchers []query.Matcher
}

// metric finds a metric of a service.
func metric(s *model.Service, name string) (measured, bool) {
	for i := range s.Metrics {
		if s.Metrics[i].Name == name {
			return measured{&s.Metrics[i], matchers(s)}, true
		}
	}
	return measured{}, false
}

// label is the Prometheus label of an attribute, or nothing.
func (m measured) label(attribute string) string {
	for _, a := range m.Attributes {
		if a.Name == attribute {
			return a.Label
		}
	}
	return ""
}

// labels are those of some attributes that the metric has.
func (m measured) labels(attributes ...string) []string {
	var out []string
	for _, attribute := range attributes {
		if l := m.label(attribute); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// where restricts the metric.
func (m measured) where(more ...query.Matcher) measured {
	m.matchers = slices.Concat(m.matchers, more)
	return m
}

func (m measured) selector(suffix string) string {
	return query.Selector(m.Series+suffix, m.matchers...)
}

// by writes the labels of an aggregation, with a space behind them.
func by(labels ...string) string {
	if len(labels) == 0 {
		return ""
	}
	return "by (" + strings.Join(labels, ", ") + ") "
}

// count is the rate of the observations of a histogram or of a counter, over a
// window.
func (m measured) count(window string, labels ...string) string {
	switch {
	case m.Kind != model.Histogram:
		return fmt.Sprintf("sum %s(rate(%s[%s]))", by(labels...), m.selector(""), window)
	case m.Native:
		return fmt.Sprintf("histogram_count(sum %s(rate(%s[%s])))", by(labels...), m.selector(""), window)
	}
	return fmt.Sprintf("sum %s(rate(%s[%s]))", by(labels...), m.selector("_count"), window)
}

// sum is the rate of the sum of the observations of a histogram.
func (m measured) sum(window string, labels ...string) string {
	if m.Native {
		return fmt.Sprintf("histogram_sum(sum %s(rate(%s[%s])))", by(labels...), m.selector(""), window)
	}
	return fmt.Sprintf("sum %s(rate(%s[%s]))", by(labels...), m.selector("_sum"), window)
}

// quantile is a quantile of a histogram.
func (m measured) quantile(q float64, window string, labels ...string) string {
	if m.Native {
		return fmt.Sprintf("histogram_quantile(%s, sum %s(rate(%s[%s])))", number(q), by(labels...), m.selector(""), window)
	}
	return fmt.Sprintf("histogram_quantile(%s, sum %s(rate(%s[%s])))", number(q), by(append([]string{"le"}, labels...)...), m.selector("_bucket"), window)
}

// buckets are the observations of a histogram by their size.
func (m measured) buckets(window string) string {
	if m.Native {
		return fmt.Sprintf("sum(rate(%s[%s]))", m.selector(""), window)
	}
	return fmt.Sprintf("sum by (le) (rate(%s[%s]))", m.selector("_bucket"), window)
}

// share is the share of a part in a whole, 0 where there is a whole only, and
// nothing without a whole.
func share(part, whole string) string {
	return fmt.Sprintf("(%s or 0 * %s) / (%s > 0)", part, whole, whole)
}

func number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

// recorded selects a series that rules record.
func recorded(name string, matchers ...query.Matcher) string {
	return query.Selector(name, matchers...)
}

// is matches a label with a value.
func is(label, value string) query.Matcher { return query.Matcher{Label: label, Value: value} }

// like matches a label with an expression.
func like(label, expression string) query.Matcher {
	return query.Matcher{Label: label, Op: query.MatchRegexp, Value: expression}
}

// inWindow restricts a series per window to the window of each SLO.
func inWindow(series string) string {
	return fmt.Sprintf("%s and on(service, slo, window) %s", series, naming.SLOInfo)
}
