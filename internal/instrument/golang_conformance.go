package instrument

import (
	"fmt"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// conformancePage is what spec_test.go shows.
type conformancePage struct {
	goPage
	Metrics []goExpectation
	Record  []string // statements that record each declared metric once
	Spans   []goSpanExpectation
	Events  []goEventExpectation
	Jobs    []goJob

	Pattern, Method, Path, Route string // of an HTTP route
	ServesHTTP, CallsHTTP        bool
	HasMessages                  bool
}

// HasAttributes reports whether a span or an event has any.
func (p conformancePage) HasAttributes() bool {
	return slices.ContainsFunc(p.Spans, func(e goSpanExpectation) bool { return len(e.Attributes) > 0 }) ||
		slices.ContainsFunc(p.Events, func(e goEventExpectation) bool { return len(e.Attributes) > 0 })
}

// HasContext reports whether anything but metrics is tested.
func (p conformancePage) HasContext() bool { return len(p.Spans)+len(p.Events)+len(p.Jobs) > 0 }

// goExpectation is what the spec says of a metric that the test records.
type goExpectation struct {
	Name, Unit, Kind string
	Attributes       []string
	Bounds           []float64
	Standard         bool
}

type goSpanExpectation struct {
	Call, Title string
	Attributes  []string // expressions of key values
}

type goEventExpectation struct {
	Call, Title, Level string
	Attributes         []string
}

// tested are the standard metrics that the test makes happen.
var tested = map[string]bool{
	"http.server.request.duration": true, "http.server.request.body.size": true, "http.server.response.body.size": true,
	"http.server.active_requests": true, "http.client.request.duration": true, "http.client.request.body.size": true,
	"messaging.process.duration": true, "messaging.client.operation.duration": true,
	"messaging.client.sent.messages": true, "messaging.client.consumed.messages": true,
	"job.run.duration": true, "job.last_start.time": true, "job.last_success.time": true,
	naming.TelemetryErrors: true, naming.Overflow: true,
	"go.memory.used": true, "go.memory.allocated": true, "go.memory.allocations": true, "go.memory.gc.goal": true,
	"go.goroutine.count": true, "go.processor.limit": true, "go.config.gogc": true,
}

func (g *goService) conformance() conformancePage {
	page := conformancePage{goPage: g.page, ServesHTTP: g.servesHTTP(), CallsHTTP: g.callsHTTP(), Jobs: g.jobs().Jobs, HasMessages: g.hasMessages()}
	for _, m := range g.service.Metrics {
		if m.Standard && !tested[m.Name] {
			continue
		}
		page.Metrics = append(page.Metrics, expectation(m))
		if !m.Standard {
			page.Record = append(page.Record, g.recordOnce(m))
		}
	}
	page.Pattern = "/"
	if len(g.service.Routes) > 0 {
		page.Pattern = g.service.Routes[0].Name
	}
	page.Method, page.Route = splitRoute(page.Pattern)
	page.Path = samplePath(page.Route)
	for _, span := range g.service.Spans {
		page.Spans = append(page.Spans, g.spanOnce(span))
	}
	for _, event := range g.service.Events {
		page.Events = append(page.Events, g.eventOnce(event))
	}
	return page
}

func expectation(m model.Metric) goExpectation {
	e := goExpectation{Name: m.Name, Unit: m.Unit, Kind: string(m.Kind), Standard: m.Standard}
	if m.Native {
		e.Kind = "native histogram"
	} else {
		e.Bounds = m.Buckets
	}
	for _, a := range m.Attributes {
		e.Attributes = append(e.Attributes, a.Name)
	}
	return e
}

// sample is an expression of a value of an attribute.
func (g *goService) sample(signal string, a model.Attribute) string {
	switch formOf(a) {
	case boolForm:
		return "true"
	case closedForm:
		return g.typeOf(signal, a) + naming.GoName(a.Values[0])
	case numberForm:
		return "7"
	}
	return `"sample"`
}

// sampleKeyValue is the expression of an attribute with its sample.
func (g *goService) sampleKeyValue(signal string, a model.Attribute) string {
	if formOf(a) == closedForm {
		return fmt.Sprintf("attribute.String(%q, %q)", a.Name, a.Values[0])
	}
	return keyValue(a, g.sample(signal, a))
}

func (g *goService) recordOnce(m model.Metric) string {
	name := naming.GoName(m.Name)
	method := map[model.MetricKind]string{model.Gauge: "Set", model.Histogram: "Record"}[m.Kind]
	if method == "" {
		method = "Add"
	}
	args := []string{"ctx", "1"}
	for _, a := range m.Attributes {
		args = append(args, g.sample(name, a))
	}
	return fmt.Sprintf("%s.%s(%s)", name, method, strings.Join(args, ", "))
}

func (g *goService) spanOnce(span model.Span) goSpanExpectation {
	name := naming.GoName(span.Name)
	out := goSpanExpectation{Title: span.Name, Call: "Start" + name + "(ctx)"}
	var fields []string
	for _, a := range span.Attributes {
		fields = append(fields, naming.GoName(a.Name)+": "+g.sample(name, a))
		out.Attributes = append(out.Attributes, g.sampleKeyValue(name, a))
	}
	if len(fields) > 0 {
		out.Call = fmt.Sprintf("Start%s(ctx, %sAttributes{%s})", name, name, strings.Join(fields, ", "))
	}
	return out
}

func (g *goService) eventOnce(event model.Event) goEventExpectation {
	name := naming.GoName(event.Name)
	out := goEventExpectation{Title: event.Name, Level: strings.ToUpper(event.Severity)}
	args := []string{"ctx"}
	for _, a := range event.Attributes {
		args = append(args, g.sample(name, a))
		out.Attributes = append(out.Attributes, g.sampleKeyValue(name, a))
	}
	out.Call = fmt.Sprintf("Log%s(%s)", name, strings.Join(args, ", "))
	return out
}

// splitRoute splits the method from a route; without one it is any, of which
// GET is the usual.
func splitRoute(route string) (method, path string) {
	method, path, ok := strings.Cut(route, " ")
	if !ok {
		return "GET", route
	}
	return method, path
}

// samplePath puts something into the wildcards of a pattern.
func samplePath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		switch {
		case s == "{$}":
			segments[i] = ""
		case strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}"):
			segments[i] = "x"
		}
	}
	return strings.Join(segments, "/")
}
