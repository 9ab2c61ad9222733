package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
)

// BadTraces returns a TraceQL query that finds the traces of requests that an
// SLI of kind availability or latency counts as bad. For others, and for
// services whose traces are not ours, it returns "".
func BadTraces(s *model.Service, sli *model.SLI) string {
	if s.Source != nil || sli.Requests == nil || sli.Requests.Work == "" {
		return ""
	}
	conditions := append([]string{"resource.service.name = " + QuoteTraceQL(s.Name)}, spanConditions(s, sli.Requests)...)
	switch {
	case sli.Kind == model.Availability:
		conditions = append(conditions, "status = error")
	case sli.Requests.CountFailures:
		conditions = append(conditions, fmt.Sprintf("(%s || status = error)", slower(sli)))
	default:
		conditions = append(conditions, slower(sli), "status != error")
	}
	return "{ " + strings.Join(conditions, " && ") + " }"
}

func slower(sli *model.SLI) string {
	return fmt.Sprintf("duration > %dus", sli.Requests.Threshold.Microseconds())
}

// QuoteTraceQL writes a TraceQL string literal of the value.
func QuoteTraceQL(value string) string { return strconv.Quote(value) }

// spanConditions tell the spans of an SLI's work from others.
func spanConditions(s *model.Service, r *model.Requests) []string {
	switch r.Work {
	case model.WorkHTTP:
		return append([]string{"kind = server"}, alternatives(r.Names, routeCondition)...)
	case model.WorkGRPC:
		return append([]string{"kind = server"}, alternatives(r.Names, attributeIs("span.rpc.method"))...)
	case model.WorkConsumer:
		return append([]string{"kind = consumer"}, alternatives(queuesOf(s, r.Names), attributeIs("span.messaging.destination.name"))...)
	}
	return append([]string{"kind = internal"}, alternatives(jobNames(s, r.Names), attributeIs("span.job.name"))...)
}

// jobNames returns the jobs that an SLI looks at: without names all of them,
// because a job's span is told by its name alone.
func jobNames(s *model.Service, names []string) []string {
	if len(names) > 0 {
		return names
	}
	for _, j := range s.Jobs {
		names = append(names, j.Name)
	}
	slices.Sort(names)
	return names
}

// alternatives is one condition that any of the names meets, or none.
func alternatives(names []string, condition func(string) string) []string {
	if len(names) == 0 {
		return nil
	}
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = condition(name)
	}
	if len(parts) == 1 {
		return parts
	}
	return []string{"(" + strings.Join(parts, " || ") + ")"}
}

func attributeIs(attribute string) func(string) string {
	return func(value string) string { return attribute + " = " + QuoteTraceQL(value) }
}

func routeCondition(route string) string {
	method, path, ok := strings.Cut(route, " ")
	if !ok {
		return attributeIs("span.http.route")(route)
	}
	return fmt.Sprintf("(%s && %s)", attributeIs("span.http.request.method")(method), attributeIs("span.http.route")(path))
}
