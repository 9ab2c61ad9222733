package board

import (
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// work is a kind of work that a service does, and how it is measured and told.
type work struct {
	kind    model.Work
	service *model.Service
	measured
	noun     string   // requests
	unit     Unit     // of their rate
	names    []string // labels that tell what was asked for: the route and the method
	status   string   // label of how it ended
	spans    []string // attributes of its spans in place of names
	spanKind string
}

// works lists what a service does and what is measured of it.
func works(s *model.Service) []work {
	var out []work
	for _, w := range []struct {
		kind               model.Work
		metric             string
		noun               string
		unit               Unit
		attributes, status []string
		spanKind           string
	}{
		{model.WorkHTTP, "http.server.request.duration", "requests", Requests, []string{"http.request.method", "http.route"}, []string{"http.response.status_code"}, "server"},
		{model.WorkGRPC, "rpc.server.call.duration", "calls", CallsPerSec, []string{"rpc.method"}, []string{"rpc.response.status_code"}, "server"},
		{model.WorkConsumer, "messaging.process.duration", "messages", MessagesPerSec, []string{"messaging.destination.name"}, []string{"error.type"}, "consumer"},
		{model.WorkJob, "job.run.duration", "runs", "runs/s", []string{"job.name"}, []string{"error.type"}, "internal"},
	} {
		m, ok := metric(s, w.metric)
		if !ok {
			continue
		}
		made := work{kind: w.kind, service: s, measured: m, noun: w.noun, unit: w.unit, spanKind: w.spanKind}
		for _, a := range w.attributes {
			if l := m.label(a); l != "" {
				made.names, made.spans = append(made.names, l), append(made.spans, "span."+a)
			}
		}
		made.status = m.label(w.status[0])
		out = append(out, made)
	}
	return out
}

// main is what the users of a service feel first.
func mainWork(s *model.Service) (work, bool) {
	all := works(s)
	if len(all) == 0 {
		return work{}, false
	}
	return all[0], true
}

// failed restricts to work that failed, as SLIs have it.
func (w work) failed() measured {
	failed, _ := query.Failure(w.Metric, w.kind)
	return w.where(failed)
}

// legend names a series by what was asked for.
func (w work) legend() string {
	parts := make([]string, len(w.names))
	for i, l := range w.names {
		parts[i] = row(l)
	}
	return strings.Join(parts, " ")
}

// title begins with a capital.
func title(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// promises are the SLOs of a service, sorted by name.
func promises(s *model.Service) []*model.SLI {
	var out []*model.SLI
	for i := range s.SLIs {
		if s.SLIs[i].Objective > 0 {
			out = append(out, &s.SLIs[i])
		}
	}
	return out
}

// allPromises are those of the whole system.
func allPromises(sys *model.System) []*model.SLI {
	var out []*model.SLI
	for i := range sys.Services {
		out = append(out, promises(&sys.Services[i])...)
	}
	return out
}

// windows are the windows of some SLOs, each once, shortest first.
func windows(slis []*model.SLI) []model.Window {
	var out []model.Window
	for _, sli := range slis {
		if !slices.Contains(out, sli.Window) {
			out = append(out, sli.Window)
		}
	}
	slices.SortFunc(out, func(a, b model.Window) int {
		if a.Days != b.Days {
			return a.Days - b.Days
		}
		return strings.Compare(a.Calendar, b.Calendar)
	})
	return out
}

// team is who owns a service.
func team(s *model.Service) string {
	if s.Team == "" {
		return "nobody"
	}
	return s.Team
}
