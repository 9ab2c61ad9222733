package traffic

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// service does work, and calls others for it.
type service struct {
	spec       *model.Service
	operations []*operation
	entered    float64 // requests per second that come from outside, at the average of a day
}

// thing is what services use and the spec says nothing more of: a database, a
// cache, a queue or an external.
type thing struct {
	ref    model.Ref
	system string // the product: postgresql, nats
	queue  string // queues only: the destination
	http   bool   // externals only
}

// operation is a kind of request that a service serves.
type operation struct {
	service *service
	work    model.Work
	index   int
	name    string // as the spec names it
	method  string // HTTP
	route   string // HTTP
	queue   *thing // consumers
	writes  bool   // it changes something, as far as its name tells
	weight  float64
	rejects float64   // share of the requests that are the client's fault
	own     lognormal // how long it takes without what it calls
	calls   []*call
	every   time.Duration // jobs
}

// callKind is how one calls another.
type callKind int

const (
	httpCall callKind = iota
	grpcCall
	queryCall // to a database or a cache
	sendCall  // to a queue
)

// call is something that an operation needs, once per request.
type call struct {
	caller       *operation
	kind         callKind
	service      *service // nil: a thing
	thing        *thing
	alternatives []*alternative
}

// alternative is one of the things that a call may be.
type alternative struct {
	call  *call
	index int
	name  string
	to    *operation // nil: what is called has no operations of its own
	share float64
	own   lognormal // how long it takes if to is nil
}

// work says what a service does, by the metric that measures it.
var workMetrics = []struct {
	metric string
	work   model.Work
}{
	{"http.server.request.duration", model.WorkHTTP},
	{"rpc.server.call.duration", model.WorkGRPC},
	{"messaging.process.duration", model.WorkConsumer},
	{"job.run.duration", model.WorkJob},
}

func (m *Model) build() {
	for i := range m.sys.Services {
		m.services = append(m.services, &service{spec: &m.sys.Services[i]})
	}
	resources := func(kind model.RefKind, all []model.Resource) {
		for _, r := range all {
			m.things = append(m.things, &thing{ref: model.Ref{Kind: kind, Name: r.Name}, system: r.System, queue: cmp.Or(r.Destination, r.Name)})
		}
	}
	resources(model.RefDatabase, m.sys.Databases)
	resources(model.RefCache, m.sys.Caches)
	resources(model.RefQueue, m.sys.Queues)
	for _, e := range m.sys.Externals {
		m.things = append(m.things, &thing{ref: model.Ref{Kind: model.RefExternal, Name: e.Name}, http: e.Protocol != "grpc"})
	}
	for _, s := range m.services {
		s.addOperations(m)
	}
	m.connect()
	m.enter()
}

func (s *service) addOperations(m *Model) {
	for _, w := range workMetrics {
		if !slices.ContainsFunc(s.spec.Metrics, func(metric model.Metric) bool { return metric.Standard && metric.Name == w.metric }) {
			continue
		}
		switch w.work {
		case model.WorkHTTP:
			s.addHTTP(m)
		case model.WorkGRPC:
			s.addGRPC(m)
		case model.WorkConsumer:
			s.addConsumers(m)
		case model.WorkJob:
			s.addJobs(m)
		}
	}
	if len(s.operations) == 0 { // it only calls, or only emits what it declares
		s.add(m, operation{name: "work", own: around(0.02, 0.6), weight: 1, writes: true})
	}
}

func (s *service) add(m *Model, op operation) {
	op.service, op.index = s, m.operations
	m.operations++
	s.operations = append(s.operations, &op)
}

func (s *service) addHTTP(m *Model) {
	routes := s.spec.Routes
	if len(routes) == 0 {
		routes = []model.Operation{{Name: "GET /"}}
	}
	for _, r := range routes {
		method, path, ok := strings.Cut(r.Name, " ")
		if !ok {
			method, path = "GET", r.Name
		}
		op := operation{
			work: model.WorkHTTP, name: r.Name, method: method, route: path,
			own: around(0.012, 0.5), weight: 3, rejects: 0.01,
		}
		if op.writes = !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method); op.writes {
			op.own, op.weight = around(0.02, 0.5), 1
		}
		s.add(m, op)
	}
}

// readers are how the methods of gRPC start that change nothing.
var readers = []string{"Get", "List", "Find", "Search", "Check", "Watch", "Read", "Lookup", "Query", "Count"}

func (s *service) addGRPC(m *Model) {
	methods := s.spec.Methods
	if len(methods) == 0 {
		methods = []model.Operation{{Name: s.spec.Name + ".v1.Service/Call"}}
	}
	for _, method := range methods {
		name := method.Name[strings.LastIndexByte(method.Name, '/')+1:]
		op := operation{work: model.WorkGRPC, name: method.Name, own: around(0.008, 0.5), weight: 3, rejects: 0.01}
		op.writes = !slices.ContainsFunc(readers, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if op.writes {
			op.own, op.weight = around(0.015, 0.5), 1
		}
		s.add(m, op)
	}
}

func (s *service) addConsumers(m *Model) {
	for _, c := range s.spec.Consumers {
		s.add(m, operation{
			work: model.WorkConsumer, name: c.Name, queue: m.thing(model.Ref{Kind: model.RefQueue, Name: c.Queue}),
			own: around(0.03, 0.6), weight: 1, writes: true,
		})
	}
	if len(s.spec.Consumers) == 0 { // of a source that names none
		s.add(m, operation{work: model.WorkConsumer, name: "messages", own: around(0.03, 0.6), weight: 1, writes: true})
	}
}

func (s *service) addJobs(m *Model) {
	jobs := s.spec.Jobs
	if len(jobs) == 0 {
		jobs = []model.Job{{Name: "job", Every: time.Hour}}
	}
	for _, j := range jobs {
		own := around(min(20, j.Every.Seconds()/20), 0.3)
		s.add(m, operation{work: model.WorkJob, name: j.Name, own: own, every: max(j.Every, time.Minute), writes: true})
	}
}

func (m *Model) thing(ref model.Ref) *thing {
	for _, t := range m.things {
		if t.ref == ref {
			return t
		}
	}
	return nil
}

func (m *Model) service(name string) *service {
	for _, s := range m.services {
		if s.spec.Name == name {
			return s
		}
	}
	return nil
}

// connect adds what operations call and use. Who calls in a circle does so as if
// the last one were outside of the system, so that requests end.
func (m *Model) connect() {
	state := map[*service]int{} // 1: its calls are being connected, 2: they are
	var visit func(*service)
	visit = func(s *service) {
		state[s] = 1
		for _, ref := range s.spec.Calls {
			callee := m.service(ref.Name)
			if ref.Kind == model.RefExternal {
				m.callThing(s, m.thing(ref))
				continue
			}
			if callee == nil {
				continue
			}
			if state[callee] == 0 {
				visit(callee)
			}
			m.callService(s, callee, state[callee] == 1)
		}
		for _, ref := range s.spec.Uses {
			m.callThing(s, m.thing(ref))
		}
		state[s] = 2
	}
	for _, s := range m.services {
		if state[s] == 0 {
			visit(s)
		}
	}
}

// callers are the operations of a service that need what it calls: those that
// change something, and the last of those that only read.
func (s *service) callers() []*operation {
	var out []*operation
	var reader *operation
	for _, op := range s.operations {
		if op.writes {
			out = append(out, op)
		} else {
			reader = op
		}
	}
	if reader != nil {
		out = append(out, reader)
	}
	return out
}

func (m *Model) callService(from, to *service, outside bool) {
	for _, op := range from.callers() {
		kind := httpCall
		served := to.serving()
		if len(served) == 0 {
			continue // it only consumes: it is not called but sent to
		}
		if served[0].work == model.WorkGRPC {
			kind = grpcCall
		}
		c := &call{caller: op, kind: kind, service: to}
		alike := slices.DeleteFunc(slices.Clone(served), func(o *operation) bool { return o.writes != op.writes })
		if len(alike) > 0 {
			served = alike
		}
		total := 0.0
		for _, o := range served {
			total += o.weight
		}
		for _, o := range served {
			a := &alternative{name: o.name, to: o, share: o.weight / total, own: o.own}
			if outside {
				a.to = nil
			}
			m.addAlternative(c, a)
		}
		op.calls = append(op.calls, c)
	}
}

// serving are the operations that others can call, of one protocol: HTTP, if
// there is any.
func (s *service) serving() []*operation {
	for _, work := range []model.Work{model.WorkHTTP, model.WorkGRPC} {
		var out []*operation
		for _, op := range s.operations {
			if op.work == work {
				out = append(out, op)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func (m *Model) addAlternative(c *call, a *alternative) {
	a.call, a.index = c, m.alternatives
	m.alternatives++
	c.alternatives = append(c.alternatives, a)
}

func (m *Model) callThing(from *service, t *thing) {
	if t == nil {
		return
	}
	for _, op := range from.callers() {
		c := &call{caller: op, thing: t}
		add := func(name string, share, median float64) {
			m.addAlternative(c, &alternative{name: name, share: share, own: around(median, 0.5)})
		}
		switch t.ref.Kind {
		case model.RefExternal:
			c.kind = grpcCall
			if t.http {
				c.kind = httpCall
			}
			add("POST", 1, 0.06)
		case model.RefQueue:
			if !from.sends(t) || !op.writes || op.work == model.WorkJob {
				continue
			}
			c.kind = sendCall
			add("publish", 1, 0.003)
		default:
			c.kind = queryCall
			statements(t, op, add)
		}
		op.calls = append(op.calls, c)
	}
}

func statements(t *thing, op *operation, add func(name string, share, median float64)) {
	read, write := "SELECT", "INSERT"
	if t.ref.Kind == model.RefCache {
		read, write = "GET", "SET"
	}
	if !op.writes {
		add(read, 1, 0.002)
		return
	}
	add(read, 0.4, 0.002)
	add(write, 0.6, 0.004)
}

// sends reports whether a service that uses a queue sends to it: the one that
// consumes from it does not.
func (s *service) sends(t *thing) bool {
	return !slices.ContainsFunc(s.spec.Consumers, func(c model.Consumer) bool { return c.Queue == t.ref.Name })
}

// enter says where requests come from outside: to services that no other calls,
// and through queues that nobody sends to.
func (m *Model) enter() {
	called, fed := map[*service]bool{}, map[*thing]bool{}
	for _, s := range m.services {
		for _, op := range s.operations {
			for _, c := range op.calls {
				called[c.service] = called[c.service] || c.alternatives[0].to != nil
				fed[c.thing] = fed[c.thing] || c.kind == sendCall
			}
		}
	}
	var entries []*service
	for _, s := range m.services {
		isServed := len(s.serving()) > 0 || s.operations[0].work == ""
		isFed := slices.ContainsFunc(s.operations, func(op *operation) bool {
			return op.work == model.WorkConsumer && (op.queue == nil || !fed[op.queue])
		})
		if isServed && !called[s] || isFed {
			entries = append(entries, s)
		}
	}
	for _, s := range entries {
		s.entered = m.options.Rate / float64(len(entries))
	}
	m.markFed(fed)
}

// markFed takes from consumers that others send to what comes from outside.
func (m *Model) markFed(fed map[*thing]bool) {
	for _, s := range m.services {
		total := 0.0
		for _, op := range s.operations {
			if op.work == model.WorkConsumer && op.queue != nil && fed[op.queue] || op.work == model.WorkJob {
				op.weight = 0
			}
			total += op.weight
		}
		for _, op := range s.operations {
			if total > 0 {
				op.weight /= total
			}
		}
	}
}

// hash is a number that stays the same for the same texts.
func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, part := range parts {
		_, _ = h.Write([]byte(part)) // never fails
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}
