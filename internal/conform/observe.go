// Package conform compares telemetry with a spec: what is declared and arrives, what
// is missing, what nobody declared, and what is otherwise than declared.
//
// In: telemetry as pdata, and a model. Out: a report, sorted, the same for the same
// telemetry. An Observer is cheap enough to see all that an engine receives; commands
// that ask a running stack can feed it as well. The package knows no storage and no
// protocol; of the project it imports model and naming only.
package conform

import (
	"slices"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The bounds of what is remembered. Beyond them nothing new is noted.
const (
	maxServices   = 500
	maxNames      = 2000 // metrics, spans, events, each per service
	maxAttributes = 64   // per name
	maxValues     = 64   // per attribute
	maxText       = 200
)

// Observer notes what arrives.
type Observer struct {
	mu       sync.Mutex
	services map[string]*service
}

// service is what arrived of one.
type service struct {
	namespaces map[string]int64
	metrics    map[string]*signal
	spans      map[string]*signal // by kind and name
	events     map[string]*signal
	logs       int64
}

// signal is what arrived of a metric, a span or an event.
type signal struct {
	name       string
	kind       string // of a metric or a span
	unit       string
	severity   string // of an event
	count      int64
	attributes map[string]*attribute
}

type attribute struct {
	count  int64
	kinds  map[pcommon.ValueType]bool
	values map[string]bool
	many   bool // more values than are remembered
}

// NewObserver returns an observer that has seen nothing.
func NewObserver() *Observer { return &Observer{services: map[string]*service{}} }

// Traces notes spans.
func (o *Observer) Traces(td ptrace.Traces) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, rs := range td.ResourceSpans().All() {
		s := o.service(rs.Resource())
		if s == nil {
			continue
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				kind := spanKinds[span.Kind()]
				if seen := note(s.spans, kind+" "+span.Name(), span.Name()); seen != nil {
					seen.kind = kind
					seen.attributesOf(span.Attributes())
				}
			}
		}
	}
}

var spanKinds = map[ptrace.SpanKind]string{
	ptrace.SpanKindServer: "server", ptrace.SpanKindClient: "client", ptrace.SpanKindProducer: "producer",
	ptrace.SpanKindConsumer: "consumer", ptrace.SpanKindInternal: "internal", ptrace.SpanKindUnspecified: "internal",
}

// Logs notes events: records that have a name.
func (o *Observer) Logs(ld plog.Logs) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, rl := range ld.ResourceLogs().All() {
		s := o.service(rl.Resource())
		if s == nil {
			continue
		}
		for _, sl := range rl.ScopeLogs().All() {
			for _, record := range sl.LogRecords().All() {
				s.logs++
				name := record.EventName()
				if name == "" {
					continue
				}
				if seen := note(s.events, name, name); seen != nil {
					seen.severity = severity(record.SeverityNumber())
					seen.attributesOf(record.Attributes())
				}
			}
		}
	}
}

func severity(n plog.SeverityNumber) string {
	switch {
	case n >= plog.SeverityNumberFatal:
		return "fatal"
	case n >= plog.SeverityNumberError:
		return "error"
	case n >= plog.SeverityNumberWarn:
		return "warn"
	case n >= plog.SeverityNumberInfo:
		return "info"
	case n == plog.SeverityNumberUnspecified:
		return ""
	}
	return "debug"
}

// Metrics notes metrics.
func (o *Observer) Metrics(md pmetric.Metrics) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, rm := range md.ResourceMetrics().All() {
		s := o.service(rm.Resource())
		if s == nil {
			continue
		}
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if seen := note(s.metrics, m.Name(), m.Name()); seen != nil {
					seen.unit = m.Unit()
					seen.points(m)
				}
			}
		}
	}
}

func (s *signal) points(m pmetric.Metric) {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		s.kind = "gauge"
		for _, p := range m.Gauge().DataPoints().All() {
			s.attributesOf(p.Attributes())
		}
	case pmetric.MetricTypeSum:
		s.kind = "updowncounter"
		if m.Sum().IsMonotonic() {
			s.kind = "counter"
		}
		for _, p := range m.Sum().DataPoints().All() {
			s.attributesOf(p.Attributes())
		}
	case pmetric.MetricTypeHistogram:
		s.kind = "histogram"
		for _, p := range m.Histogram().DataPoints().All() {
			s.attributesOf(p.Attributes())
		}
	case pmetric.MetricTypeExponentialHistogram:
		s.kind = "histogram"
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			s.attributesOf(p.Attributes())
		}
	case pmetric.MetricTypeSummary:
		s.kind = "summary"
	}
}

func (o *Observer) service(r pcommon.Resource) *service {
	name := "unknown_service"
	if v, ok := r.Attributes().Get("service.name"); ok && v.AsString() != "" {
		name = short(v.AsString())
	}
	s := o.services[name]
	if s == nil {
		if len(o.services) >= maxServices {
			return nil
		}
		s = &service{namespaces: map[string]int64{}, metrics: map[string]*signal{}, spans: map[string]*signal{}, events: map[string]*signal{}}
		o.services[name] = s
	}
	namespace := ""
	if v, ok := r.Attributes().Get("service.namespace"); ok {
		namespace = short(v.AsString())
	}
	if _, known := s.namespaces[namespace]; known || len(s.namespaces) < maxValues {
		s.namespaces[namespace]++
	}
	return s
}

func note(in map[string]*signal, key, name string) *signal {
	s := in[key]
	if s == nil {
		if len(in) >= maxNames || len(name) > maxText {
			return nil
		}
		s = &signal{name: name, attributes: map[string]*attribute{}}
		in[key] = s
	}
	s.count++
	return s
}

func (s *signal) attributesOf(m pcommon.Map) {
	for key, value := range m.All() {
		a := s.attributes[key]
		if a == nil {
			if len(s.attributes) >= maxAttributes || len(key) > maxText {
				continue
			}
			a = &attribute{kinds: map[pcommon.ValueType]bool{}, values: map[string]bool{}}
			s.attributes[key] = a
		}
		a.count++
		a.kinds[value.Type()] = true
		if !a.many {
			a.values[short(value.AsString())] = true
			a.many = len(a.values) > maxValues
		}
	}
}

func short(text string) string {
	if len(text) > maxText {
		return text[:maxText]
	}
	return text
}

// Names returns, by service, the names of the spans that were seen.
func (o *Observer) Names() map[string][]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := map[string][]string{}
	for name, s := range o.services {
		names := []string{}
		for _, span := range s.spans {
			names = append(names, span.name)
		}
		slices.Sort(names)
		out[name] = slices.Compact(names)
	}
	return out
}
