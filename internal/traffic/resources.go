package traffic

import (
	"slices"

	"github.com/obsboot/obsboot/internal/model"
)

func (op *operation) messageAttributes() []Attribute {
	system, destination := "nats", op.name
	if op.queue != nil {
		system, destination = op.queue.system, op.queue.queue
	}
	out := []Attribute{
		text("messaging.operation.name", "process"), text("messaging.system", system), text("messaging.destination.name", destination),
	}
	if system == "kafka" {
		out = append(out, text("messaging.consumer.group.name", op.service.spec.Name))
	}
	return out
}

// errorType is what failed work has as error.type.
func errorType(o outcome) []Attribute {
	switch o {
	case failed, broken:
		return []Attribute{text("error.type", plainError)}
	case refused:
		return []Attribute{text("error.type", connectionError)}
	}
	return nil
}

func (w *scribe) consumer(op *operation) {
	process, consumed := w.standard("messaging.process.duration"), w.standard("messaging.client.consumed.messages")
	attributes := op.messageAttributes()
	for _, o := range serverOutcomes {
		e := w.events[op][o]
		w.add(e, process, took(process), always(slices.Concat(attributes, errorType(o))...))
		w.add(e, consumed, one, always(attributes...))
	}
	w.point(process, attributes...).initial = true
	if consumed != nil {
		w.point(consumed, attributes...).initial = true
	}
}

func (w *scribe) send(a *alternative) {
	duration, sent := w.standard("messaging.client.operation.duration"), w.standard("messaging.client.sent.messages")
	attributes := a.call.thing.sendAttributes()
	for _, o := range []outcome{fine, slow, failed, refused} {
		e := w.events[a][o]
		ended := always(slices.Concat(attributes, errorType(o))...)
		w.add(e, duration, took(duration), ended)
		w.add(e, sent, one, ended)
	}
}

// producers make the series of queues exist that the service uses, whether or
// not it sends anything.
func (w *scribe) producers() {
	for _, ref := range w.service.spec.Uses {
		if ref.Kind != model.RefQueue {
			continue
		}
		for _, name := range []string{"messaging.client.operation.duration", "messaging.client.sent.messages"} {
			if m := w.standard(name); m != nil {
				w.point(m, w.model.thing(ref).sendAttributes()...).initial = true
			}
		}
		if m := w.standard("messaging.client.consumed.messages"); m != nil {
			w.point(m, w.model.thing(ref).consumeAttributes()...).initial = true
		}
	}
}

func (t *thing) sendAttributes() []Attribute {
	return []Attribute{
		text("messaging.operation.name", sendName(t.system)), text("messaging.operation.type", "send"),
		text("messaging.system", t.system), text("messaging.destination.name", t.queue),
	}
}

func (t *thing) consumeAttributes() []Attribute {
	return []Attribute{text("messaging.operation.name", "process"), text("messaging.system", t.system), text("messaging.destination.name", t.queue)}
}

// sendName is what sending is called in a messaging system.
func sendName(system string) string {
	if system == "nats" {
		return "publish"
	}
	return "send"
}

// collection is the table that an operation works on.
func (t *thing) collection() string {
	if t.ref.Kind == model.RefCache {
		return ""
	}
	return t.ref.Name
}

func (a *alternative) queryAttributes(o outcome) []Attribute {
	t := a.call.thing
	out := []Attribute{
		text("db.system.name", t.system), text("db.namespace", t.ref.Name), text("db.operation.name", a.name), text("db.collection.name", t.collection()),
	}
	switch o {
	case failed, broken:
		return append(out, text("error.type", databaseError), text("db.response.status_code", "57014"))
	case refused:
		return append(out, text("error.type", connectionError))
	}
	return out
}

func (w *scribe) query(_ *operation, a *alternative) {
	m := w.standard("db.client.operation.duration")
	for _, o := range []outcome{fine, slow, failed, refused} {
		w.add(w.events[a][o], m, took(m), always(a.queryAttributes(o)...))
	}
	if m != nil {
		w.point(m, a.queryAttributes(fine)...).initial = true
	}
}

const poolSize = 20

// pools are the connections to databases and caches.
func (w *scribe) pools() {
	for _, ref := range w.service.spec.Uses {
		if ref.Kind == model.RefQueue {
			continue
		}
		pool := text("db.client.connection.pool.name", ref.Name)
		busy := w.busy(w.model.thing(ref))
		w.measured("db.client.connection.count", func(now *moment) float64 { return min(poolSize, busy(now)) }, pool, text("db.client.connection.state", "used"))
		w.measured("db.client.connection.count", func(now *moment) float64 { return max(0, 8-busy(now)) }, pool, text("db.client.connection.state", "idle"))
		w.measured("db.client.connection.max", func(*moment) float64 { return poolSize }, pool)
		w.measured("db.client.connection.pending_requests", func(now *moment) float64 { return max(0, busy(now)-poolSize) }, pool)
	}
}

// busy is how many connections an instance needs at once.
func (w *scribe) busy(t *thing) func(*moment) float64 {
	var used []*alternative
	for _, op := range w.service.operations {
		for _, c := range op.calls {
			if c.thing == t {
				used = append(used, c.alternatives...)
			}
		}
	}
	instances := float64(w.emitter.instances)
	return func(now *moment) float64 {
		sum := 0.0
		for _, a := range used {
			r := &now.flow.alternatives[a.index]
			for o, part := range r.share {
				sum += now.load * r.rate * part * meanOf(r.time[o]) / instances
			}
		}
		return poisson(now.random, sum+0.5)
	}
}

// measured adds a gauge, if the service has it.
func (w *scribe) measured(metric string, gauge func(*moment) float64, attributes ...Attribute) *point {
	m := w.standard(metric)
	if m == nil {
		return nil
	}
	p := w.point(m, attributes...)
	p.gauge = gauge
	return p
}

func (w *scribe) job(op *operation) {
	name := text("job.name", op.name)
	m := w.standard("job.run.duration")
	for _, o := range []outcome{fine, slow, failed, broken} {
		w.add(w.events[op][o], m, took(m), always(slices.Concat([]Attribute{name}, errorType(o))...))
	}
	p := w.point(m, name)
	p.initial = true
	for _, p := range w.points {
		p.once = p.once || p.metric == m
	}
	started := w.measured("job.last_start.time", func(now *moment) float64 { return float64(op.lastRun(now.at).Unix()) }, name)
	ended := w.measured("job.last_success.time", func(now *moment) float64 {
		last := op.lastRun(now.at)
		success := float64(last.Unix()) + meanOf(now.flow.operations[op.index].time[fine])
		broke := now.flow.operations[op.index].failing() > 0.5
		if !now.first && (broke || success > float64(now.at.Unix())) {
			return now.last
		}
		return success
	}, name)
	for _, p := range []*point{started, ended} {
		if p != nil {
			p.once = true
		}
	}
}
