package traffic

import (
	"github.com/obsboot/obsboot/internal/model"
)

// spanKind is OpenTelemetry's.
type spanKind string

const (
	serverSpan   spanKind = "server"
	clientSpan   spanKind = "client"
	producerSpan spanKind = "producer"
	consumerSpan spanKind = "consumer"
	internalSpan spanKind = "internal"
)

func (op *operation) spanKind() spanKind {
	switch op.work {
	case model.WorkHTTP, model.WorkGRPC:
		return serverSpan
	case model.WorkConsumer:
		return consumerSpan
	}
	return internalSpan
}

// spanName is the name of the span that serves a request.
func (op *operation) spanName() string {
	switch op.work {
	case model.WorkHTTP:
		return op.method + " " + op.route
	case model.WorkConsumer:
		if op.queue != nil {
			return "process " + op.queue.queue
		}
		return "process " + op.name
	}
	return op.name
}

func (a *alternative) spanKind() spanKind {
	if a.call.kind == sendCall {
		return producerSpan
	}
	return clientSpan
}

// spanName is the name of the span that waits for a call.
func (a *alternative) spanName() string {
	switch a.call.kind {
	case httpCall:
		if a.to != nil {
			return a.to.method
		}
		return "POST"
	case sendCall:
		return sendName(a.call.thing.system) + " " + a.call.thing.queue
	case queryCall:
		if collection := a.call.thing.collection(); collection != "" {
			return a.name + " " + collection
		}
	}
	return a.name
}
