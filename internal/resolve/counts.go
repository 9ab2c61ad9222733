package resolve

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

// eventSLI resolves an SLI that counts events.
func (s *service) eventSLI(block *spec.EventSLI) *model.EventSLI {
	s.totalAndOne(block.Range, block.Total != nil, block.Good != nil, block.Bad != nil)
	out := &model.EventSLI{Good: s.eventCount(block.Good), Bad: s.eventCount(block.Bad)}
	if total := s.eventCount(block.Total); total != nil {
		out.Total = *total
	}
	return out
}

// totalAndOne checks that an SLI has a total and one of good and bad.
func (s *service) totalAndOne(at hcl.Range, total, good, bad bool) {
	if !total {
		s.diags.Error(at, "Missing total", "A ratio needs all events: add total { ... }.")
	}
	if good == bad {
		s.diags.Error(at, "Good or bad", "Beside total there is good { ... } or bad { ... }, one of them: the other follows.")
	}
}

func (s *service) eventCount(block *spec.EventCount) *model.EventCount {
	if block == nil {
		return nil
	}
	out := &model.EventCount{}
	s.metricOrQuery(block.Range, block.Metric, block.PromQL, block.Where)
	if block.PromQL != nil {
		out.Query = s.windowed(block.PromQL)
	}
	m := s.namedMetric(block.Metric)
	if m == nil {
		return out
	}
	if m.Kind != model.Counter && m.Kind != model.Histogram {
		s.diags.Error(block.Metric.Expr.Range(), "Nothing to count", "%q is %s; events are counted with a counter or a histogram. For a value with a limit use slices { ... }.", m.Name, article(string(m.Kind)))
	}
	out.Metric, out.Where = m.Name, s.where(block.Where, m)
	return out
}

// metricOrQuery checks that a block names its data in one way.
func (s *service) metricOrQuery(at hcl.Range, metric spec.Name, promql spec.PromQL, where spec.Where) {
	switch {
	case metric == nil && promql == nil:
		s.diags.Error(at, "Nothing to measure", "Name a metric of the service with metric = \"...\", or write a query with promql = \"...\".")
	case metric != nil && promql != nil:
		s.diags.Error(promql.NameRange, "Metric and query", "Either metric or promql says what is measured. Remove one of them.")
	case promql != nil && where != nil:
		s.diags.Error(where.NameRange, "Nothing to restrict", "where belongs to metric. Put the condition into the query.")
	}
}

func (s *service) sliceSLI(block *spec.SliceSLI) *model.SliceSLI {
	out := &model.SliceSLI{Slice: s.scope.Duration(block.Slice, 15*time.Second, time.Hour, time.Minute)}
	s.metricOrQuery(block.Range, block.Metric, block.PromQL, block.Where)
	if block.PromQL != nil {
		q, parsed, t := s.promQL(block.PromQL)
		if parsed != nil && !parsed.Single {
			s.diags.Error(t.Range(0, len(t.Text)), "More than one series", "A slice is good or bad by one value, and this query may give several. Wrap it in max(...) or another aggregation.")
		}
		out.Query = &q
	}
	if m := s.namedMetric(block.Metric); m != nil {
		if m.Kind != model.Gauge && m.Kind != model.UpDownCounter {
			s.diags.Error(block.Metric.Expr.Range(), "No value to compare", "%q is %s, which has no value at a time. Use a gauge, or promql with rate(...).", m.Name, article(string(m.Kind)))
		}
		out.Metric, out.Where = m.Name, s.where(block.Where, m)
	}
	out.Above, out.Below = s.limit(block.Above), s.limit(block.Below)
	switch {
	case block.Above == nil && block.Below == nil:
		s.diags.Error(block.Range, "No condition", "A slice is good when its value is above or below something: add above = ... or below = ..., or both.")
	case out.Above != nil && out.Below != nil && *out.Above >= *out.Below:
		s.diags.Error(block.Above.Expr.Range(), "Impossible condition", "No value is above %g and below %g.", *out.Above, *out.Below)
	}
	return out
}

func (s *service) limit(a spec.Number) *float64 {
	if number, ok := s.scope.Number(a, -spec.Unlimited, spec.Unlimited); ok {
		return &number
	}
	return nil
}

func (s *service) logSLI(block *spec.LogSLI) *model.LogSLI {
	s.totalAndOne(block.Range, block.Total != nil, block.Good != nil, block.Bad != nil)
	out := &model.LogSLI{Good: s.logCount(block.Good), Bad: s.logCount(block.Bad)}
	if total := s.logCount(block.Total); total != nil {
		out.Total = *total
	}
	return out
}

func (s *service) logCount(block *spec.LogCount) *model.Query {
	if block == nil {
		return nil
	}
	q, parsed, t := s.logQL(block.LogQL)
	if parsed != nil && parsed.Metric {
		s.diags.Error(t.Range(0, len(t.Text)), "No log stream", "Loki's ruler counts the lines of a stream itself. Write the stream only, as in {service_name=\"%s\"} |= \"error\".", s.block.Name)
	}
	return &q
}
