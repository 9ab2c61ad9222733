package send

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
)

// Metrics returns what all instances measured so far, cumulative since start.
func Metrics(sys *model.System, meter *traffic.Meter, start, at time.Time) pmetric.Metrics {
	out := pmetric.NewMetrics()
	scopes := map[string]pmetric.ScopeMetrics{}
	resources := map[string]pmetric.ResourceMetrics{}
	meter.Read(at, func(m traffic.Measured) {
		key := instanceKey(m.Service.Name, m.Instance)
		resource, ok := resources[key]
		if !ok {
			resource = out.ResourceMetrics().AppendEmpty()
			resource.SetSchemaUrl(schemaURL)
			describe(resource.Resource(), sys, m.Service.Name, m.Instance)
			resources[key] = resource
		}
		name := scopeOf(sys, m.Service.Name)
		if strings.HasPrefix(m.Metric.Name, "go.") && m.Metric.Standard {
			name = runtimeScope
		}
		scope, ok := scopes[key+name]
		if !ok {
			scope = resource.ScopeMetrics().AppendEmpty()
			scope.SetSchemaUrl(schemaURL)
			inScope(scope.Scope(), name)
			scopes[key+name] = scope
		}
		w := &metricWriter{out: scope.Metrics().AppendEmpty(), metric: m.Metric, start: start, at: at}
		w.write(m.Readings)
	})
	return out
}

// metricWriter writes one metric.
type metricWriter struct {
	out       pmetric.Metric
	metric    *model.Metric
	start, at time.Time
}

func (w *metricWriter) write(readings []traffic.Reading) {
	m := w.metric
	w.out.SetName(m.Name)
	w.out.SetDescription(m.Description)
	w.out.SetUnit(m.Unit)
	switch {
	case m.Kind == model.Gauge:
		w.numbers(w.out.SetEmptyGauge().DataPoints(), readings)
	case m.Kind != model.Histogram:
		sum := w.out.SetEmptySum()
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		sum.SetIsMonotonic(m.Kind == model.Counter)
		w.numbers(sum.DataPoints(), readings)
	case m.Native:
		w.natives(readings)
	default:
		w.histograms(readings)
	}
}

// wholeNumbers reports whether the helpers record a metric in int64.
func wholeNumbers(m *model.Metric) bool {
	things := strings.HasPrefix(m.Unit, "{") || m.Unit == "By" || m.Unit == "%"
	return things || m.Unit == "" && (m.Kind == model.Counter || m.Kind == model.UpDownCounter)
}

func (w *metricWriter) numbers(to pmetric.NumberDataPointSlice, readings []traffic.Reading) {
	for _, r := range readings {
		point := to.AppendEmpty()
		put(point.Attributes(), r.Attributes)
		point.SetStartTimestamp(stamp(w.start))
		point.SetTimestamp(stamp(w.at))
		if wholeNumbers(w.metric) {
			point.SetIntValue(int64(r.Value))
		} else {
			point.SetDoubleValue(r.Value)
		}
	}
}

func (w *metricWriter) histograms(readings []traffic.Reading) {
	histogram := w.out.SetEmptyHistogram()
	histogram.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for _, r := range readings {
		point := histogram.DataPoints().AppendEmpty()
		put(point.Attributes(), r.Attributes)
		point.SetStartTimestamp(stamp(w.start))
		point.SetTimestamp(stamp(w.at))
		point.SetCount(uint64(r.Count))
		point.SetSum(r.Sum)
		point.ExplicitBounds().FromRaw(w.metric.Buckets)
		for _, n := range r.Buckets {
			point.BucketCounts().Append(uint64(n))
		}
		exemplars(point.Exemplars(), r.Exemplars)
	}
}

func (w *metricWriter) natives(readings []traffic.Reading) {
	histogram := w.out.SetEmptyExponentialHistogram()
	histogram.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for _, r := range readings {
		point := histogram.DataPoints().AppendEmpty()
		put(point.Attributes(), r.Attributes)
		point.SetStartTimestamp(stamp(w.start))
		point.SetTimestamp(stamp(w.at))
		point.SetCount(uint64(r.Count))
		point.SetSum(r.Sum)
		point.SetScale(traffic.NativeScale)
		first, last := filled(r.Buckets)
		point.Positive().SetOffset(int32(traffic.NativeOffset + first))
		for _, n := range r.Buckets[first:last] {
			point.Positive().BucketCounts().Append(uint64(n))
		}
		exemplars(point.Exemplars(), r.Exemplars)
	}
}

// filled is where the buckets that are not empty begin and end.
func filled(buckets []float64) (first, last int) {
	for i, n := range buckets {
		if n == 0 {
			continue
		}
		if last == 0 {
			first = i
		}
		last = i + 1
	}
	return first, last
}

func exemplars(to pmetric.ExemplarSlice, from []traffic.Exemplar) {
	for _, e := range from {
		x := to.AppendEmpty()
		x.SetTimestamp(stamp(e.At))
		x.SetDoubleValue(e.Value)
		x.SetTraceID(e.Request.TraceID)
		x.SetSpanID(e.Request.Spans[e.Span].ID)
	}
}
