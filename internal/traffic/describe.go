package traffic

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
)

// spanAttributes are those of the span that serves a request.
func (op *operation) spanAttributes(o outcome) []Attribute {
	var out []Attribute
	switch op.work {
	case model.WorkHTTP:
		out = append(op.httpAttributes(o), text("url.path", samplePath(op.route)),
			text("server.address", op.service.spec.Name), number("server.port", 8080), text("client.address", "10.0.0.1"), text("user_agent.original", "obsboot-traffic"))
		return without(out, "network.protocol.name")
	case model.WorkGRPC:
		out = []Attribute{text("rpc.system.name", "grpc"), text("rpc.method", op.name), text("rpc.response.status_code", op.code(o)), text("server.address", op.service.spec.Name), number("server.port", 9090)}
		if serverFailures[op.code(o)] {
			out = append(out, text("error.type", op.code(o)))
		}
		return out
	case model.WorkConsumer:
		return append(append(op.messageAttributes(), text("messaging.operation.type", "process"), number("messaging.message.body.size", 240)), errorType(o)...)
	case model.WorkJob:
		return append([]Attribute{text("job.name", op.name)}, errorType(o)...)
	}
	return errorType(o)
}

// spanAttributes are those of the span that waits for a call.
func (a *alternative) spanAttributes(o outcome) []Attribute {
	switch a.call.kind {
	case httpCall:
		path := "/"
		if a.to != nil {
			path = samplePath(a.to.route)
		}
		out := append(a.httpAttributes(o), text("url.full", fmt.Sprintf("%s://%s:%d%s", a.call.scheme(), a.call.host(), a.call.port(), path)))
		return without(out, "network.protocol.name", "url.scheme")
	case grpcCall:
		return a.rpcAttributes(o)
	case sendCall:
		return append(append(a.call.thing.sendAttributes(), number("messaging.message.body.size", 240)), errorType(o)...)
	}
	return append(a.queryAttributes(o), text("server.address", a.call.thing.ref.Name), text("db.query.summary", strings.TrimSpace(a.name+" "+a.call.thing.collection())))
}

func without(attributes []Attribute, names ...string) []Attribute {
	var out []Attribute
	for _, a := range attributes {
		isUnwanted := false
		for _, name := range names {
			isUnwanted = isUnwanted || a.Name == name
		}
		if !isUnwanted {
			out = append(out, a)
		}
	}
	return out
}

// samplePath puts something into the wildcards of a route.
func samplePath(route string) string {
	segments := strings.Split(route, "/")
	for i, s := range segments {
		switch {
		case s == "{$}":
			segments[i] = ""
		case strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}"):
			segments[i] = "17"
		}
	}
	return strings.Join(segments, "/")
}

// failureText is what an error says.
func failureText(op *operation, o outcome) string {
	if o != broken {
		return op.name + ": unexpected state"
	}
	return op.name + ": a dependency failed"
}

func (a *alternative) failureText(o outcome) string {
	if o == refused {
		return fmt.Sprintf("dial tcp: connect to %s:%d: connection refused", a.call.host(), a.call.port())
	}
	return fmt.Sprintf("%s of %s failed", a.name, a.call.host())
}

// write plays what a service logs of a request: an error if it failed, else
// that it was served, and the events that the spec declares.
func (p *player) write(op *operation, number int, o outcome) {
	s := &p.Spans[number]
	is := []Attribute{text("operation", op.name), text("duration_ms", strconv.FormatInt(s.End.Sub(s.Start).Milliseconds(), 10))}
	record := Log{Span: number, At: s.End, Body: "request served", Severity: "info", Attributes: is}
	switch {
	case o == failed || o == broken:
		record.Body, record.Severity = "request failed", "error"
		record.Attributes = append(is, text("error", failureText(op, o)))
	case o == rejected:
		record.Body, record.Severity = "request refused", "warn"
	}
	p.Logs = append(p.Logs, record)
	if !op.measures() {
		return
	}
	for _, event := range op.service.spec.Events {
		if p.happens(event.Severity, o) {
			p.Logs = append(p.Logs, Log{
				Span: number, At: s.End, Event: event.Name, Body: event.Name, Severity: event.Severity, Attributes: p.someOf(event.Attributes),
			})
		}
	}
}

// happens says whether a request is an occasion for an event: errors are of
// failed requests, warnings of one in ten, all else of each.
func (p *player) happens(severity string, o outcome) bool {
	isFailure := o == failed || o == broken
	switch severity {
	case "error":
		return isFailure
	case "warn":
		return !isFailure && p.random.Float64() < 0.1
	}
	return !isFailure
}
