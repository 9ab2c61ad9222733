package traffic

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// Version is the service.version that traffic claims, and NextVersion that after
// a release.
const (
	Version     = "1.0.0"
	NextVersion = "1.1.0"
)

// scribe writes down what the events of a service are measured by.
type scribe struct {
	*builder
	service *service
	events  map[any]*[outcomes]*event // by operation and alternative
}

// measure makes the points of all services.
func (m *Model) measure() {
	events := map[any]*[outcomes]*event{}
	for _, s := range m.services {
		for _, op := range s.operations {
			events[op] = eventsOf(event{operation: op})
			for _, c := range op.calls {
				for _, a := range c.alternatives {
					events[a] = eventsOf(event{alternative: a})
				}
			}
		}
	}
	m.events = events
	for _, s := range m.services {
		w := &scribe{newBuilder(m, s.emitter(m)), s, events}
		w.work()
		for i := range s.spec.Metrics {
			w.metric(&s.spec.Metrics[i])
		}
		w.target()
		m.points = append(m.points, w.points...)
	}
	m.graph(events)
	m.loki()
	m.stack()
}

func eventsOf(template event) *[outcomes]*event {
	var out [outcomes]*event
	for i := range out {
		e := template
		e.outcome = outcome(i)
		out[i] = &e
	}
	return &out
}

// emitter is how a service's metrics come to Prometheus.
func (s *service) emitter(m *Model) *emitter {
	e := &emitter{service: s, name: s.spec.Name, job: s.spec.Job, instances: m.options.Instances}
	if source := s.spec.Source; source != nil {
		e.scraped, e.targets, e.labels = true, source.Targets, s.spec.Labels
		if len(e.targets) == 0 {
			e.targets = []string{s.spec.Name + ":8080"}
		}
		e.instances = len(e.targets)
		return e
	}
	for i := range e.instances {
		e.targets = append(e.targets, InstanceID(s.spec.Name, i))
	}
	e.labels = append(e.labels, model.Label{Name: "service_namespace", Value: m.sys.Name})
	if m.sys.Environment != "" {
		e.labels = append(e.labels, model.Label{Name: "deployment_environment_name", Value: m.sys.Environment})
	}
	return e
}

// InstanceID is the service.instance.id that the helpers give the first process
// of a container: its host and its number.
func InstanceID(service string, instance int) string { return HostName(service, instance) + ":1" }

// HostName is the host of an instance.
func HostName(service string, instance int) string {
	return fmt.Sprintf("%s-%d", naming.Slug(service), instance)
}

// standard returns a standard metric of the service, or nil.
func (w *scribe) standard(name string) *model.Metric {
	for i := range w.service.spec.Metrics {
		if metric := &w.service.spec.Metrics[i]; metric.Standard && metric.Name == name {
			return metric
		}
	}
	return nil
}

// work adds what follows from the work that the service does.
func (w *scribe) work() {
	for _, op := range w.service.operations {
		switch op.work {
		case model.WorkHTTP:
			w.httpServer(op)
		case model.WorkGRPC:
			w.rpcServer(op)
		case model.WorkConsumer:
			w.consumer(op)
		case model.WorkJob:
			w.job(op)
		}
		for _, c := range op.calls {
			for _, a := range c.alternatives {
				w.call(op, a)
			}
		}
	}
	w.pools()
	w.producers()
	w.runtime()
	w.helpers()
}

func (w *scribe) call(op *operation, a *alternative) {
	switch a.call.kind {
	case httpCall:
		w.httpClient(a)
	case grpcCall:
		w.rpcClient(a)
	case queryCall:
		w.query(op, a)
	case sendCall:
		w.send(a)
	}
}

// metric adds a metric that nothing added so far: one that the spec declares, or
// a standard one that is new.
func (w *scribe) metric(m *model.Metric) {
	for _, p := range w.points {
		if p.metric == m {
			return
		}
	}
	w.declared(m)
}

// serverOutcomes are how a request can end for who serves it.
var serverOutcomes = []outcome{fine, rejected, slow, failed, broken}

// clientOutcomes are how it can end for who calls.
var clientOutcomes = []outcome{fine, rejected, slow, failed, broken, refused}
