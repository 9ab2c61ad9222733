package traffic

import (
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// The metrics that Tempo makes of traces, with its default buckets. Their labels
// have no job and no instance.
var (
	edgeLabels  = attributesNamed("client", "server", "connection_type")
	edgeBuckets = doubling(0.1, 8)
	edgeTotal   = &model.Metric{Series: "traces_service_graph_request_total", Kind: model.Counter, Attributes: edgeLabels}
	edgeFailed  = &model.Metric{Series: "traces_service_graph_request_failed_total", Kind: model.Counter, Attributes: edgeLabels}
	edgeServer  = &model.Metric{Series: "traces_service_graph_request_server_seconds", Kind: model.Histogram, Unit: "s", Buckets: edgeBuckets, Attributes: edgeLabels}
	edgeClient  = &model.Metric{Series: "traces_service_graph_request_client_seconds", Kind: model.Histogram, Unit: "s", Buckets: edgeBuckets, Attributes: edgeLabels}

	spanLabels = attributesNamed("service", "span_name", "span_kind", "status_code")
	spanCalls  = &model.Metric{Series: "traces_spanmetrics_calls_total", Kind: model.Counter, Attributes: spanLabels}
	spanSize   = &model.Metric{Series: "traces_spanmetrics_size_total", Kind: model.Counter, Unit: "By", Attributes: spanLabels}
	spanTime   = &model.Metric{Series: "traces_spanmetrics_latency", Kind: model.Histogram, Unit: "s", Buckets: doubling(0.002, 14), Attributes: spanLabels}
)

func doubling(first float64, count int) []float64 {
	out := []float64{first}
	for len(out) < count {
		out = append(out, 2*out[len(out)-1])
	}
	return out
}

// graph adds what Tempo's metrics generator makes of the traces. Services that
// are scraped send none.
func (m *Model) graph(events map[any]*[outcomes]*event) {
	b := newBuilder(m, &emitter{
		name: "tempo", instances: 1, targets: []string{"tempo"}, noTarget: true,
		labels: []model.Label{{Name: "__metrics_gen_instance", Value: "tempo"}},
	})
	for _, s := range m.services {
		if s.spec.Source != nil {
			continue
		}
		for _, op := range s.operations {
			if op.work != "" {
				b.spans(events[op], s.spec.Name, op.spanName(), op.spanKind())
			}
			for _, c := range op.calls {
				for _, a := range c.alternatives {
					b.spans(events[a], s.spec.Name, a.spanName(), a.spanKind())
					b.edge(events[a], a)
				}
			}
		}
	}
	m.points = append(m.points, b.points...)
}

// isError reports whether a span of an outcome has the status of an error.
func (k spanKind) isError(o outcome) bool {
	return o == failed || o == broken || o == refused || o == rejected && k == clientSpan
}

func (b *builder) spans(events *[outcomes]*event, service, name string, kind spanKind) {
	for o, e := range events {
		status := "STATUS_CODE_UNSET"
		if kind.isError(outcome(o)) {
			status = "STATUS_CODE_ERROR"
		}
		is := always(text("service", service), text("span_name", name), text("span_kind", "SPAN_KIND_"+strings.ToUpper(string(kind))), text("status_code", status))
		b.add(e, spanCalls, one, is)
		b.add(e, spanSize, sized(around(700, 0.1)), is)
		b.add(e, spanTime, took(spanTime), is)
	}
}

// edge is a call as the service graph shows it: Tempo knows a database, a queue
// or an external only by what the caller says of it.
func (b *builder) edge(events *[outcomes]*event, a *alternative) {
	server, connection := a.call.host(), ""
	switch {
	case a.call.kind == queryCall:
		connection = "database"
	case a.call.kind == sendCall:
		b.deliveries(events, a)
		return
	case a.to == nil:
		connection = "virtual_node"
	}
	is := always(text("client", a.call.caller.service.spec.Name), text("server", server), text("connection_type", connection))
	b.edgeOf(events, is)
}

func (b *builder) edgeOf(events *[outcomes]*event, is choice) {
	for o, e := range events {
		b.add(e, edgeTotal, one, is)
		b.add(e, edgeClient, took(edgeClient), is)
		b.add(e, edgeServer, took(edgeServer), is)
		if clientSpan.isError(outcome(o)) {
			b.add(e, edgeFailed, one, is)
		}
	}
}

// deliveries are edges from who sends to a queue to who consumes from it.
func (b *builder) deliveries(events *[outcomes]*event, a *alternative) {
	for _, consumer := range b.model.consumers(a.call.thing) {
		b.edgeOf(events, always(text("client", a.call.caller.service.spec.Name), text("server", consumer.service.spec.Name), text("connection_type", "messaging_system")))
	}
}

// loki adds what Loki's ruler records of SLIs that count log records.
func (m *Model) loki() {
	for _, s := range m.services {
		for i := range s.spec.SLIs {
			sli := &s.spec.SLIs[i]
			if sli.Kind != model.Logs {
				continue
			}
			b := newBuilder(m, &emitter{name: "loki/" + s.spec.Name + "/" + sli.Name, instances: 1, targets: []string{"loki"}, noTarget: true})
			for _, l := range m.sys.Labels {
				b.emitter.labels = append(b.emitter.labels, l)
			}
			is := []Attribute{text("service", s.spec.Name), text("slo", sli.Name), text("window", "5m")}
			b.recorded(naming.SLOTotal, is, s, false)
			b.recorded(naming.SLOErrors, is, s, true)
			m.points = append(m.points, b.points...)
		}
	}
}

// recorded is a rate of requests of a service, all or failed ones, as if each
// logged a record.
func (b *builder) recorded(name string, is []Attribute, s *service, failing bool) {
	m := &model.Metric{Series: name, Kind: model.Gauge, Attributes: attributesNamed("service", "slo", "window")}
	b.point(m, is...).gauge = func(now *moment) float64 {
		rate := 0.0
		for _, op := range s.operations {
			r := &now.flow.operations[op.index]
			if failing {
				rate += r.rate * r.failing()
			} else {
				rate += r.rate
			}
		}
		return poisson(now.random, 300*rate*now.load) / 300
	}
}
