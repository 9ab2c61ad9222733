package traffic

import (
	"strconv"

	"github.com/obsboot/obsboot/internal/model"
)

// status is the HTTP status of an outcome.
func (op *operation) status(o outcome) int {
	switch o {
	case rejected:
		if op.writes {
			return 400
		}
		return 404
	case failed:
		return 500
	case broken:
		return 502
	}
	return 200
}

// code is the gRPC status of an outcome.
func (op *operation) code(o outcome) string {
	switch o {
	case rejected:
		if op.writes {
			return "INVALID_ARGUMENT"
		}
		return "NOT_FOUND"
	case failed:
		return "INTERNAL"
	case broken:
		return "UNAVAILABLE"
	}
	return "OK"
}

// Types of errors, as the helpers call those of Go.
const (
	connectionError = "*net.OpError"
	plainError      = "*errors.errorString"
	databaseError   = "*pgconn.PgError"
)

func (op *operation) httpAttributes(o outcome) []Attribute {
	status := op.status(o)
	out := []Attribute{
		text("http.request.method", op.method), text("url.scheme", "http"), text("http.route", op.route),
		number("http.response.status_code", status), text("network.protocol.name", "http"), text("network.protocol.version", "1.1"),
	}
	if status >= 500 {
		out = append(out, text("error.type", strconv.Itoa(status)))
	}
	return out
}

func (w *scribe) httpServer(op *operation) {
	duration := w.standard("http.server.request.duration")
	received, sent := w.standard("http.server.request.body.size"), w.standard("http.server.response.body.size")
	for _, o := range serverOutcomes {
		e, attributes := w.events[op][o], op.httpAttributes(o)
		w.add(e, duration, took(duration), always(attributes...))
		w.add(e, received, sized(bodySize(op.writes)), always(attributes...))
		w.add(e, sent, sized(bodySize(!op.writes && o != rejected)), always(attributes...))
		for _, m := range []*model.Metric{duration, received, sent} {
			if m != nil && o == fine {
				w.point(m, attributes...).initial = true
			}
		}
	}
	w.active("http.server.active_requests", op, text("http.request.method", op.method), text("url.scheme", "http"))
}

func bodySize(large bool) lognormal {
	if large {
		return around(3000, 1)
	}
	return around(120, 0.6)
}

// active counts requests that are being served: as many as arrive while one
// takes its time.
func (w *scribe) active(metric string, op *operation, attributes ...Attribute) {
	m := w.standard(metric)
	if m == nil {
		return
	}
	p := w.point(m, attributes...)
	before := p.gauge
	share := 1 / float64(w.emitter.instances)
	p.gauge = func(now *moment) float64 {
		sum := 0.0
		if before != nil {
			sum = before(now)
		}
		r := &now.flow.operations[op.index]
		for o, part := range r.share {
			sum += poisson(now.random, now.load*share*r.rate*part*meanOf(r.time[o]))
		}
		return sum
	}
}

// meanOf is the mean, also of what never happens.
func meanOf(l lognormal) float64 {
	if l == (lognormal{}) {
		return 0
	}
	return l.mean()
}

// host is who is called, as the address of a call says.
func (c *call) host() string {
	if c.service != nil {
		return c.service.spec.Name
	}
	return c.thing.ref.Name
}

func (a *alternative) httpAttributes(o outcome) []Attribute {
	method, status := "POST", 200
	if a.to != nil {
		method, status = a.to.method, a.to.status(o)
	} else if o == failed || o == broken {
		status = 500
	}
	out := []Attribute{
		text("http.request.method", method), text("server.address", a.call.host()), number("server.port", a.call.port()),
		text("url.scheme", a.call.scheme()), text("network.protocol.name", "http"),
	}
	switch {
	case o == refused:
		return append(out, text("error.type", connectionError))
	case status >= 400:
		out = append(out, text("error.type", strconv.Itoa(status)))
	}
	return append(out, text("network.protocol.version", "1.1"), number("http.response.status_code", status))
}

func (c *call) scheme() string {
	if c.service == nil {
		return "https"
	}
	return "http"
}

func (c *call) port() int {
	switch {
	case c.service == nil:
		return 443
	case c.kind == grpcCall:
		return 9090
	}
	return 8080
}

func (w *scribe) httpClient(a *alternative) {
	duration, sent := w.standard("http.client.request.duration"), w.standard("http.client.request.body.size")
	for _, o := range clientOutcomes {
		e, attributes := w.events[a][o], a.httpAttributes(o)
		w.add(e, duration, took(duration), always(attributes...))
		w.add(e, sent, sized(bodySize(a.to == nil || a.to.writes)), always(attributes...))
	}
}

// serverFailures are the codes that mean that the server failed; only these are
// errors of it.
var serverFailures = map[string]bool{"INTERNAL": true, "UNAVAILABLE": true}

func (w *scribe) rpcServer(op *operation) {
	m := w.standard("rpc.server.call.duration")
	for _, o := range serverOutcomes {
		code := op.code(o)
		attributes := []Attribute{text("rpc.system.name", "grpc"), text("rpc.method", op.name), text("rpc.response.status_code", code)}
		if serverFailures[code] {
			attributes = append(attributes, text("error.type", code))
		}
		w.add(w.events[op][o], m, took(m), always(attributes...))
		if o == fine {
			w.point(m, attributes...).initial = true
		}
	}
	w.active("rpc.server.active_requests", op)
}

func (a *alternative) rpcAttributes(o outcome) []Attribute {
	method, code := a.name, "OK"
	switch {
	case o == refused:
		code = "UNAVAILABLE"
	case a.to != nil:
		code = a.to.code(o)
	case o == failed || o == broken:
		code = "INTERNAL"
	}
	out := []Attribute{
		text("rpc.system.name", "grpc"), text("rpc.method", method), text("rpc.response.status_code", code),
		text("server.address", a.call.host()), number("server.port", a.call.port()),
	}
	if code != "OK" {
		out = append(out, text("error.type", code))
	}
	return out
}

func (w *scribe) rpcClient(a *alternative) {
	m := w.standard("rpc.client.call.duration")
	for _, o := range clientOutcomes {
		w.add(w.events[a][o], m, took(m), always(a.rpcAttributes(o)...))
	}
}
