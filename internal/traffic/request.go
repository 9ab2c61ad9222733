package traffic

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// Request is one request that entered the system, and all that it caused.
type Request struct {
	TraceID [16]byte
	Weight  float64     // how many it stands for
	Spans   []TraceSpan // a parent stands before its children
	Logs    []Log
}

// TraceSpan is a piece of work in a service.
type TraceSpan struct {
	ID         [8]byte
	Service    string
	Instance   int
	Name       string
	Kind       string // server, client, producer, consumer or internal
	Parent     int    // its place among the request's spans; -1: it is the first
	Linked     bool   // it is also linked to its parent, as what processes a message is
	Start, End time.Time
	Attributes []Attribute
	Failed     bool
	Message    string // of the failure; HTTP has none

	service *service
	event   *event // what is measured of it; nil: nothing
}

// Log is a log record of a span.
type Log struct {
	Span       int
	At         time.Time
	Event      string // name of a declared event; empty: a message of the service
	Body       string
	Severity   string // debug, info, warn or error
	Attributes []Attribute
}

const (
	maxSpans = 300 // of a request, should the calls go round in circles
	maxDepth = 40
)

// player plays one request.
type player struct {
	*Request
	model  *Model
	flow   *flow
	random *rand.Rand
	depth  int
}

// Requests returns the requests that enter the system in a time, each with its
// start. A request stands for weight ones: the more of these there are, the
// fewer are played.
func (m *Model) Requests(random *rand.Rand, from, to time.Time, weight float64, yield func(*Request)) {
	middle := from.Add(to.Sub(from) / 2)
	f, load := m.at(middle), m.options.Pattern(middle)
	for _, s := range m.services {
		for _, op := range s.operations {
			entering := s.entered * op.weight * f.of(op).load * load
			n := poisson(random, entering*to.Sub(from).Seconds()/weight)
			if op.work == model.WorkJob {
				n = float64(op.run(to) - op.run(from))
			}
			for range int(n) {
				at := from.Add(time.Duration(random.Float64() * float64(to.Sub(from))))
				if op.work == model.WorkJob {
					at = op.lastRun(to)
				}
				r := m.play(random, op, at)
				if r.Weight = weight; op.work == model.WorkJob {
					r.Weight = 1
				}
				if len(r.Spans) > 0 {
					yield(r)
				}
			}
		}
	}
}

// play plays a request of an operation.
func (m *Model) play(random *rand.Rand, op *operation, at time.Time) *Request {
	p := &player{Request: &Request{}, model: m, flow: m.at(at), random: random}
	binary.BigEndian.PutUint64(p.TraceID[:], random.Uint64()|1)
	binary.BigEndian.PutUint64(p.TraceID[8:], random.Uint64()|1)
	if !p.flow.of(op).down && op.service.spec.Source == nil {
		p.serve(op, -1, at)
	}
	return p.Request
}

// add begins a span.
func (p *player) add(s TraceSpan) {
	binary.BigEndian.PutUint64(s.ID[:], p.random.Uint64()|1)
	p.Spans = append(p.Spans, s)
}

// serve plays what a service does, and returns how that ended and when.
func (p *player) serve(op *operation, parent int, at time.Time) (outcome, time.Time) {
	p.depth++
	defer func() { p.depth-- }()
	number, instance := len(p.Spans), p.random.IntN(p.model.options.Instances)
	if op.work == model.WorkJob {
		instance = 0
	}
	p.add(TraceSpan{
		Service: op.service.spec.Name, Instance: instance, Name: op.spanName(), Kind: string(op.spanKind()),
		Parent: parent, Linked: op.work == model.WorkConsumer && parent >= 0, Start: at, service: op.service,
	})
	ended, end := p.work(op, number, at)
	s := &p.Spans[number]
	s.End, s.event = end, p.model.events[op][ended]
	s.Attributes = op.spanAttributes(ended)
	if s.Failed = spanKind(s.Kind).isError(ended); s.Failed && op.work != model.WorkHTTP {
		s.Message = failureText(op, ended)
	}
	p.write(op, number, ended)
	return ended, end
}

// work plays the operation's own time and its calls.
func (p *player) work(op *operation, number int, at time.Time) (outcome, time.Time) {
	e := p.flow.of(op)
	own := op.own.times(p.model.paceOf(op.service) * e.latency).draw(p.random)
	if p.random.Float64() < op.rejects {
		return rejected, after(at, own)
	}
	isSlow := p.random.Float64() < e.slow
	if isSlow {
		own = around(p.model.slowTime, 0.2).draw(p.random)
	}
	now := after(at, own*0.4)
	now = p.inner(op, number, now, own*0.2)
	for _, c := range op.calls {
		ended, end := p.call(c, number, now)
		now = end
		switch ended {
		case failed, broken, refused:
			return broken, after(now, own*0.4)
		case slow:
			isSlow = true
		}
	}
	now = after(now, own*0.4)
	switch {
	case p.random.Float64() < either(p.model.errors, e.errors):
		return failed, now
	case isSlow:
		return slow, now
	}
	return fine, now
}

func after(at time.Time, seconds float64) time.Time {
	return at.Add(time.Duration(seconds * float64(time.Second)))
}

// inner plays the spans that the spec declares, one after the other.
func (p *player) inner(op *operation, parent int, at time.Time, length float64) time.Time {
	spans := op.service.spec.Spans
	if len(spans) == 0 || !op.measures() {
		return after(at, length)
	}
	for _, declared := range spans {
		end := after(at, length/float64(len(spans)))
		p.add(TraceSpan{
			Service: op.service.spec.Name, Instance: p.Spans[parent].Instance, Name: declared.Name, Kind: string(internalSpan),
			Parent: parent, Start: at, End: end, Attributes: p.someOf(declared.Attributes), service: op.service,
		})
		at = end
	}
	return at
}

// measures reports whether requests of the operation measure what the service
// declares.
func (op *operation) measures() bool {
	for _, o := range (&scribe{service: op.service}).measuring() {
		if o == op {
			return true
		}
	}
	return false
}

// someOf draws values of attributes.
func (p *player) someOf(attributes []model.Attribute) []Attribute {
	var out []Attribute
	for _, a := range attributes {
		values := valuesOf(a)
		out = append(out, Attribute{a.Name, values[p.random.IntN(len(values))], a.Type, true})
	}
	return out
}

// hop is how long a message takes from one host to the next.
const hop = 150e-6

// call plays a call.
func (p *player) call(c *call, parent int, at time.Time) (outcome, time.Time) {
	a := c.alternatives[len(c.alternatives)-1]
	pick := p.random.Float64()
	for _, candidate := range c.alternatives {
		if pick -= candidate.share; pick < 0 {
			a = candidate
			break
		}
	}
	number := len(p.Spans)
	p.add(TraceSpan{
		Service: c.caller.service.spec.Name, Instance: p.Spans[parent].Instance, Name: a.spanName(), Kind: string(a.spanKind()),
		Parent: parent, Start: at, service: c.caller.service,
	})
	ended, end := p.answer(a, number, at)
	s := &p.Spans[number]
	s.End, s.event, s.Attributes = end, p.model.events[a][ended], a.spanAttributes(ended)
	if s.Failed = spanKind(s.Kind).isError(ended); s.Failed && (c.kind != httpCall || ended == refused) {
		s.Message = a.failureText(ended)
	}
	if c.kind == sendCall && (ended == fine || ended == slow) {
		p.deliver(c, number, end)
	}
	return ended, end
}

// answer plays what is called.
func (p *player) answer(a *alternative, number int, at time.Time) (outcome, time.Time) {
	r := &p.flow.alternatives[a.index]
	switch {
	case r.share[refused] > 0:
		return refused, after(at, r.time[refused].draw(p.random))
	case a.to == nil || a.to.service.spec.Source != nil || p.depth > maxDepth || len(p.Spans) > maxSpans:
		ended := r.pick(p.random)
		return ended, after(at, r.time[ended].draw(p.random))
	}
	ended, end := p.serve(a.to, number, after(at, hop))
	return ended, after(end, hop)
}

// deliver plays what becomes of a message.
func (p *player) deliver(c *call, sender int, at time.Time) {
	for _, consumer := range p.model.consumers(c.thing) {
		if p.flow.of(consumer).down || consumer.service.spec.Source != nil || p.depth > maxDepth || len(p.Spans) > maxSpans {
			continue
		}
		p.serve(consumer, sender, after(at, around(0.02, 0.8).draw(p.random)))
	}
}

// End is when the last of it is over.
func (r *Request) End() time.Time {
	var end time.Time
	for i := range r.Spans {
		end = later(end, r.Spans[i].End)
	}
	return end
}
