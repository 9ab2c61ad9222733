package instrument

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// spansPage is what spans.go shows.
type spansPage struct {
	goPage
	Spans         []goSpan
	HasAttributes bool
}

type goSpan struct {
	Name, Title, Description string
	Attributes               []goField
}

// goField is an attribute of a span.
type goField struct {
	Field, GoType, Key, Description string
	Condition                       string // of an attribute that is there only sometimes
	Attribute                       string
}

func (g *goService) spans() spansPage {
	page := spansPage{goPage: g.page}
	for _, span := range g.service.Spans {
		name := naming.GoName(span.Name)
		out := goSpan{Name: name, Title: span.Name, Description: sentence(span.Description)}
		for _, a := range span.Attributes {
			field := naming.GoName(a.Name)
			variable := "attributes." + field
			f := goField{Field: field, GoType: g.goTypeName(name, a), Key: comment(a.Name), Description: comment(a.Description), Attribute: keyValue(a, variable)}
			switch formOf(a) {
			case stringForm:
				f.Condition = variable + ` != ""`
			case closedForm:
				f.Condition = variable + " != 0"
			}
			out.Attributes, page.HasAttributes = append(out.Attributes, f), true
		}
		page.Spans = append(page.Spans, out)
	}
	return page
}

// eventsPage is what events.go shows.
type eventsPage struct {
	goPage
	Events []goEvent
}

type goEvent struct {
	Name, Title, Description, Level string
	Attributes                      []goArgument
}

// goArgument is an attribute of an event.
type goArgument struct{ Name, GoType, Description, Attribute string }

var slogLevels = map[string]string{"debug": "LevelDebug", "info": "LevelInfo", "warn": "LevelWarn", "error": "LevelError"}

func (g *goService) events() eventsPage {
	page := eventsPage{goPage: g.page}
	for _, event := range g.service.Events {
		name := naming.GoName(event.Name)
		out := goEvent{Name: name, Title: event.Name, Description: sentence(event.Description), Level: slogLevels[event.Severity]}
		for _, a := range event.Attributes {
			local := naming.GoLocal(a.Name)
			arg := goArgument{Name: local, GoType: g.goTypeName(name, a), Attribute: keyValue(a, local)}
			if a.Description != "" {
				arg.Description = local + ": " + comment(a.Description)
			}
			out.Attributes = append(out.Attributes, arg)
		}
		page.Events = append(page.Events, out)
	}
	return page
}

// jobsPage is what jobs.go shows.
type jobsPage struct {
	goPage
	Jobs []goJob
	Size int // of the jobs' axis
}

type goJob struct{ Name, Title, Description string }

func (g *goService) jobs() jobsPage {
	page := jobsPage{goPage: g.page, Size: len(g.service.Jobs) + 1}
	for _, j := range g.service.Jobs {
		page.Jobs = append(page.Jobs, goJob{naming.GoName(j.Name), j.Name, sentence(j.Description)})
	}
	return page
}

// standardSources are the sources of what the service emits without declaring
// it, and what makes their series exist from the start.
func (g *goService) standardSources() (sources, prepare []string) {
	scalar := func(name, kind string, fraction bool, axes, cells string) {
		if m := g.standard(name); m != nil {
			sources = append(sources, fmt.Sprintf("&scalar{instrument: %s, kind: %s, fraction: %t, axes: %s, cells: %s}", instrumentOf(*m), kind, fraction, axes, cells))
		}
	}
	table := func(name, format string) {
		if m := g.standard(name); m != nil {
			sources = append(sources, fmt.Sprintf(format, instrumentOf(*m)))
		}
	}
	table("http.server.request.duration", "httpServerMetric(%s, func(v *httpServerValue) observer { return v.duration })")
	table("http.server.request.body.size", "httpServerMetric(%s, func(v *httpServerValue) observer { return v.requestSize })")
	table("http.server.response.body.size", "httpServerMetric(%s, func(v *httpServerValue) observer { return v.responseSize })")
	scalar("http.server.active_requests", "upDownCounter", false, "httpActiveAxes", "httpActiveRequests.cells[:]")
	table("http.client.request.duration", "httpClientMetric(%s, func(v *httpClientValue) observer { return v.duration })")
	table("http.client.request.body.size", "httpClientMetric(%s, func(v *httpClientValue) observer { return v.requestSize })")
	table("job.run.duration", `&openHistogram[jobKey, jobRun]{instrument: %s, bounds: bounds["job.run.duration"], table: &jobRuns, of: func(v *jobRun) observer { return v.duration }}`)
	scalar("job.last_start.time", "gauge", true, "jobAxes", "jobTimes.started[:]")
	scalar("job.last_success.time", "gauge", true, "jobAxes", "jobTimes.succeeded[:]")
	for _, route := range g.service.Routes {
		method, path := splitRoute(route.Name)
		prepare = append(prepare, fmt.Sprintf("httpServerRoute(%q, %q)", method, path))
	}
	for _, j := range g.service.Jobs {
		prepare = append(prepare, fmt.Sprintf("jobSeries(jobKey{name: %q})", j.Name))
	}
	messageSources, messagePrepare := g.messageSources()
	return append(sources, messageSources...), append(prepare, messagePrepare...)
}

// usualHistograms get sensible buckets although the service does not emit them
// by its spec: somebody may add another instrumentation to it.
var usualHistograms = []model.Metric{
	{Name: "db.client.operation.duration", Kind: model.Histogram, Buckets: model.DatabaseBuckets},
	{Name: "http.client.request.body.size", Kind: model.Histogram, Buckets: model.SizeBuckets},
	{Name: "http.client.request.duration", Kind: model.Histogram, Buckets: model.RequestBuckets},
	{Name: "http.client.response.body.size", Kind: model.Histogram, Buckets: model.SizeBuckets},
	{Name: "http.server.request.body.size", Kind: model.Histogram, Buckets: model.SizeBuckets},
	{Name: "http.server.request.duration", Kind: model.Histogram, Buckets: model.RequestBuckets},
	{Name: "http.server.response.body.size", Kind: model.Histogram, Buckets: model.SizeBuckets},
	{Name: "messaging.client.operation.duration", Kind: model.Histogram, Buckets: model.RequestBuckets},
	{Name: "messaging.process.duration", Kind: model.Histogram, Buckets: model.RequestBuckets},
	{Name: "rpc.client.call.duration", Kind: model.Histogram, Buckets: model.RequestBuckets},
	{Name: "rpc.server.call.duration", Kind: model.Histogram, Buckets: model.RequestBuckets},
}
