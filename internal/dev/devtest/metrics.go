package devtest

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Metrics is what all counters say at a time.
func (s *Shop) Metrics(at time.Time) pmetric.Metrics {
	md := pmetric.NewMetrics()
	services := map[string]pmetric.MetricSlice{}
	of := func(service string) pmetric.MetricSlice {
		if _, ok := services[service]; !ok {
			rm := md.ResourceMetrics().AppendEmpty()
			resource(rm.Resource(), service)
			services[service] = rm.ScopeMetrics().AppendEmpty().Metrics()
		}
		return services[service]
	}
	for key, h := range s.requests {
		s.duration(of(key[0]).AppendEmpty(), key, h, at)
	}
	m := of("checkout").AppendEmpty()
	m.SetName("shop.orders")
	m.SetUnit("{order}")
	m.SetDescription("Orders by outcome")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for key, n := range s.orders {
		p := sum.DataPoints().AppendEmpty()
		s.times(p, at)
		p.SetDoubleValue(n)
		p.Attributes().PutStr("payment.method", key[0])
		p.Attributes().PutStr("outcome", key[1])
	}
	backlog := of("fulfilment").AppendEmpty()
	backlog.SetName("shop.backlog")
	backlog.SetUnit("{order}")
	p := backlog.SetEmptyGauge().DataPoints().AppendEmpty()
	s.times(p, at)
	p.SetIntValue(int64(s.random.IntN(60)))
	return md
}

// timed is a point of any metric.
type timed interface {
	SetStartTimestamp(pcommon.Timestamp)
	SetTimestamp(pcommon.Timestamp)
}

func (s *Shop) times(p timed, at time.Time) {
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(s.started))
	p.SetTimestamp(pcommon.NewTimestampFromTime(at))
}

func (s *Shop) duration(m pmetric.Metric, key [3]string, h *histogram, at time.Time) {
	m.SetUnit("s")
	m.SetName("http.server.request.duration")
	hist := m.SetEmptyHistogram()
	hist.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := hist.DataPoints().AppendEmpty()
	s.times(p, at)
	p.ExplicitBounds().FromRaw(Bounds)
	p.BucketCounts().FromRaw(h.buckets)
	p.SetCount(h.count)
	p.SetSum(h.sum)
	if method, route, ok := strings.Cut(key[1], " "); ok {
		p.Attributes().PutStr("http.request.method", method)
		p.Attributes().PutStr("http.route", route)
		p.Attributes().PutStr("http.response.status_code", key[2])
	} else {
		m.SetName("rpc.server.call.duration")
		p.Attributes().PutStr("rpc.method", key[1])
		p.Attributes().PutStr("rpc.response.status_code", key[2])
	}
	e := p.Exemplars().AppendEmpty()
	e.SetTraceID(h.exemplar)
	e.SetSpanID(pcommon.SpanID{1})
	e.SetDoubleValue(h.sum / float64(h.count))
	e.SetTimestamp(pcommon.NewTimestampFromTime(at))
}
