package traffic

import (
	"math"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// outcome is how a request ends.
type outcome int

const (
	fine     outcome = iota
	rejected         // the client asked for something impossible
	slow             // fine, but longer than any threshold
	failed           // by the service's own fault
	broken           // because something that it needs failed
	refused          // whoever is called is not there
	outcomes
)

// flow is the traffic of all operations while nothing changes but the load.
type flow struct {
	operations   []result // by index; how they serve
	alternatives []result // by index; how calls end, as callers see it
	down         map[any]bool
	effects      map[any]effect
}

// result is how many requests there are and what becomes of them.
type result struct {
	rate  float64 // per second, when the pattern is 1
	share [outcomes]float64
	time  [outcomes]lognormal
}

func (r *result) failing() float64 { return r.share[failed] + r.share[broken] + r.share[refused] }

// effect is what all faults together do to something.
type effect struct {
	errors, slow  float64
	latency, load float64
	down          bool
}

// levels are how many steps a ramp has.
const levels = 32

// at returns the flow of a time. Ramps are steps, so that there are few flows.
func (m *Model) at(at time.Time) *flow {
	if len(m.faults) == 0 {
		return m.cached("", nil)
	}
	key := make([]byte, len(m.faults))
	since := at.Sub(m.options.Start)
	for i := range m.faults {
		key[i] = byte(math.Ceil(m.faults[i].intensity(since) * levels))
	}
	return m.cached(string(key), key)
}

func (m *Model) cached(name string, intensities []byte) *flow {
	if f := m.flows[name]; f != nil {
		return f
	}
	f := &flow{
		operations: make([]result, m.operations), alternatives: make([]result, m.alternatives),
		down: map[any]bool{}, effects: map[any]effect{},
	}
	for i, level := range intensities {
		if level > 0 {
			f.apply(&m.faults[i], float64(level)/levels)
		}
	}
	m.serve(f)
	m.load(f)
	m.flows[name] = f
	return f
}

func (f *flow) effect(of any) effect {
	if e, ok := f.effects[of]; ok {
		return e
	}
	return effect{latency: 1, load: 1}
}

func (f *flow) apply(fault *boundFault, intensity float64) {
	var target any = fault.thing
	switch {
	case fault.operation != nil:
		target = fault.operation
	case fault.service != nil:
		target = fault.service
	}
	e := f.effect(target)
	e.errors = either(e.errors, fault.Errors*intensity)
	e.slow = either(e.slow, fault.Slow*intensity)
	if fault.Latency > 0 {
		e.latency *= math.Pow(fault.Latency, intensity)
	}
	if fault.Load != nil {
		e.load *= 1 + (*fault.Load-1)*intensity
	}
	if fault.Outage {
		e.down = true
		f.down[target] = true
	}
	f.effects[target] = e
}

// either is how probable one of two independent things is.
func either(a, b float64) float64 { return 1 - (1-a)*(1-b) }

// of joins the effects on a service and on one of its operations.
func (f *flow) of(op *operation) effect {
	a, b := f.effect(op.service), f.effect(op)
	return effect{either(a.errors, b.errors), either(a.slow, b.slow), a.latency * b.latency, a.load * b.load, a.down || b.down}
}

// serve computes how operations end, callees first.
func (m *Model) serve(f *flow) {
	done := make([]bool, m.operations)
	var visit func(*operation)
	visit = func(op *operation) {
		if done[op.index] {
			return
		}
		done[op.index] = true
		for _, c := range op.calls {
			for _, a := range c.alternatives {
				if a.to != nil {
					visit(a.to)
				}
				m.end(f, a)
			}
		}
		m.serveOne(f, op)
	}
	for _, s := range m.services {
		for _, op := range s.operations {
			visit(op)
		}
	}
}

// end computes how a call ends.
func (m *Model) end(f *flow, a *alternative) {
	r := &f.alternatives[a.index]
	var e effect
	switch {
	case a.to != nil:
		e = f.of(a.to)
		*r = f.operations[a.to.index]
		r.rate = 0
	case a.call.service != nil:
		e = f.effect(a.call.service)
		m.endOutside(r, a, e, a.call.service)
	default:
		e = f.effect(a.call.thing)
		m.endOutside(r, a, e, a.call.thing)
	}
	if e.down {
		r.share = [outcomes]float64{refused: 1}
		r.time[refused] = around(0.001, 0.3)
	}
}

func (m *Model) endOutside(r *result, a *alternative, e effect, target any) {
	own := a.own.times(m.paceOf(target) * e.latency)
	for i := range r.time {
		r.time[i] = own
	}
	r.time[slow] = around(m.slowTime, 0.2)
	r.share[failed] = e.errors
	r.share[slow] = (1 - e.errors) * e.slow
	r.share[fine] = 1 - r.share[failed] - r.share[slow]
}

// chain is what a request of an operation does one after the other.
type chain struct {
	reach  float64 // share of the requests that got here
	fine   moments // time so far
	slow   moments // the same if something in the calls was slow
	broken blend
	calm   float64 // share of the requests in which nothing was slow
}

func (m *Model) serveOne(f *flow, op *operation) {
	r, e := &f.operations[op.index], f.of(op)
	own := op.own.times(m.paceOf(op.service) * e.latency)
	c := chain{reach: 1 - op.rejects, fine: own.moments(), calm: 1 - e.slow}
	c.slow = c.fine
	for _, call := range op.calls {
		f.through(call, &c, own)
	}
	errors := either(m.errors, e.errors)
	r.share[rejected] = op.rejects
	r.share[broken] = c.broken.weight
	r.share[failed] = c.reach * errors
	left := c.reach * (1 - errors)
	r.share[slow] = left * (1 - c.calm)
	r.share[fine] = left * c.calm
	r.time[rejected] = own
	r.time[fine] = c.fine.lognormal()
	r.time[failed] = r.time[fine]
	r.time[broken] = c.broken.moments().lognormal()
	var all blend
	if e.slow > 0 {
		all.add(e.slow, around(m.slowTime, 0.2).moments())
	}
	if deep := 1 - c.calm/(1-min(e.slow, 0.999)); deep > 1e-12 {
		all.add(deep*(1-e.slow), c.slow)
	}
	r.time[slow] = all.moments().lognormal()
	if all.weight == 0 {
		r.time[slow] = around(m.slowTime, 0.2)
	}
}

// through takes requests through a call.
func (f *flow) through(call *call, c *chain, own lognormal) {
	var good, bad, late blend
	for _, a := range call.alternatives {
		r := &f.alternatives[a.index]
		good.add(a.share*(r.share[fine]+r.share[rejected]), r.time[fine].moments())
		late.add(a.share*r.share[slow], r.time[slow].moments())
		for _, o := range []outcome{failed, broken, refused} {
			bad.add(a.share*r.share[o], r.time[o].moments())
		}
	}
	if bad.weight > 0 {
		c.broken.add(c.reach*bad.weight, c.fine.plus(bad.moments()))
	}
	c.reach *= 1 - bad.weight
	if late.weight > 0 {
		share := late.weight / (good.weight + late.weight)
		c.calm *= 1 - share
		c.slow = c.slow.plus(late.moments())
	} else {
		c.slow = c.slow.plus(good.moments())
	}
	c.fine = c.fine.plus(good.moments())
}

// load computes how many requests there are, callers first.
func (m *Model) load(f *flow) {
	waiting := make([]int, m.operations) // for how many callers
	for _, s := range m.services {
		for _, op := range s.operations {
			eachCallee(m, op, func(callee *operation, _ *alternative) { waiting[callee.index]++ })
			f.operations[op.index].rate = s.entered * op.weight * f.of(op).load
			if op.work == model.WorkJob {
				f.operations[op.index].rate = 1 / op.every.Seconds()
			}
		}
	}
	var push func(*operation)
	push = func(op *operation) {
		waiting[op.index] = -1
		r := &f.operations[op.index]
		if f.of(op).down {
			r.rate = 0
		}
		f.pushCalls(op, r.rate)
		eachCallee(m, op, func(callee *operation, a *alternative) {
			r := &f.alternatives[a.index]
			arriving := r.rate * (1 - r.share[refused])
			if a.call.kind == sendCall {
				arriving = r.rate * (r.share[fine] + r.share[slow])
			}
			f.operations[callee.index].rate += arriving * f.of(callee).load
			if waiting[callee.index] > 0 {
				if waiting[callee.index]--; waiting[callee.index] == 0 {
					push(callee)
				}
			}
		})
	}
	for _, s := range m.services {
		for _, op := range s.operations {
			if waiting[op.index] == 0 {
				push(op)
			}
		}
	}
	for _, s := range m.services { // what goes round in a circle of queues
		for _, op := range s.operations {
			if waiting[op.index] > 0 {
				push(op)
			}
		}
	}
}

func (f *flow) pushCalls(op *operation, rate float64) {
	rate *= 1 - op.rejects
	for _, c := range op.calls {
		bad := 0.0
		for _, a := range c.alternatives {
			r := &f.alternatives[a.index]
			r.rate = rate * a.share
			bad += a.share * r.failing()
		}
		rate *= 1 - bad
	}
}

// eachCallee visits the operations that an operation makes work for, with the
// call that does: directly, or through a queue.
func eachCallee(m *Model, op *operation, visit func(*operation, *alternative)) {
	for _, c := range op.calls {
		for _, a := range c.alternatives {
			switch {
			case a.to != nil:
				visit(a.to, a)
			case c.kind == sendCall:
				for _, consumer := range m.consumers(c.thing) {
					visit(consumer, a)
				}
			}
		}
	}
}

// consumers are the operations that process what a queue holds: each service
// that consumes from it gets every message.
func (m *Model) consumers(queue *thing) []*operation {
	var out []*operation
	for _, s := range m.services {
		for _, op := range s.operations {
			if op.work == model.WorkConsumer && op.queue == queue {
				out = append(out, op)
			}
		}
	}
	return out
}
