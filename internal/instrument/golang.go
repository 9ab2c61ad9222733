// Package instrument generates the helpers with which services emit their
// signals: a file per language.
//
// In: a model.System. Out: the files of each service's package, below its
// instrument.dir. The package must not read the spec, and like all generators it
// is a pure function.
package instrument

import (
	"bytes"
	"fmt"
	"go/format"
	"path"
	"runtime"
	"strconv"
	"text/template"

	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/templates"
)

// goPages are the Go templates. Those of fixed text, which only name the package
// and the spec, are formatted already; a test sees to it.
var goPages = template.Must(template.New("").Funcs(template.FuncMap{
	"quote": strconv.Quote,
	"float": func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) },
	"inc":   func(n int) int { return n + 1 },
}).ParseFS(templates.FS, "go/*.go.tmpl"))

// Go makes <instrument.dir>/*.go of each service that asks for Go: the package
// with which it is instrumented, and a test of it.
func Go(sys *model.System) ([]artifact.File, error) {
	files := make([][]artifact.File, len(sys.Services))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0)) // of formatting there is a lot in a large system
	for i := range sys.Services {
		s := &sys.Services[i]
		group.Go(func() error {
			for _, in := range s.Instruments {
				made, err := goPackage(sys, s, in)
				if err != nil {
					return fmt.Errorf("instrument %s: %w", s.Name, err)
				}
				files[i] = append(files[i], made...)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []artifact.File
	for _, made := range files {
		all = append(all, made...)
	}
	return all, nil
}

// goFile is a file of a package. Its parts have a template each; a system may
// have hundreds of packages, and a file costs more than what is in it.
type goFile struct {
	name  string
	parts []goPart
}

type goPart struct {
	template string
	data     func(*goService) any // nil: fixed text
	wants    func(*goService) bool
}

// goFiles in the order in which a reader meets them.
var goFiles = []goFile{
	{"doc.go", []goPart{
		{template: "doc.go", data: func(g *goService) any { return g.identity() }}, // the service's name
	}},
	{"setup.go", []goPart{
		{template: "setup.go"},    // Setup and shutdown
		{template: "options.go"},  // the options of Setup
		{template: "export.go"},   // OTLP by OTEL_* variables
		{template: "patience.go"}, // a collector that is away
		{template: "logs.go"},     // log/slog
		{template: "health.go"},   // errors of the telemetry
	}},
	{"signals.go", []goPart{
		{template: "metrics.go", data: func(g *goService) any { return g.metrics() }},
		{template: "spans.go", data: func(g *goService) any { return g.spans() }, wants: hasSpans},
		{template: "events.go", data: func(g *goService) any { return g.events() }, wants: hasEvents},
		{template: "attributes.go", data: func(g *goService) any { return g.attributes() }, wants: hasClosed},
		{template: "views.go", data: func(g *goService) any { return g.views() }}, // buckets
	}},
	{"http.go", []goPart{
		{template: "http.go", wants: (*goService).speaksHTTP},        // what both sides share
		{template: "http_server.go", wants: (*goService).servesHTTP}, // middleware
		{template: "http_client.go", wants: (*goService).callsHTTP},  // transport
	}},
	{"jobs.go", []goPart{
		{template: "jobs.go", data: func(g *goService) any { return g.jobs() }, wants: hasJobs},
	}},
	{"messaging.go", []goPart{
		{template: "queues.go", data: func(g *goService) any { return g.queues() }, wants: (*goService).worksOnMessages},
		{template: "messaging.go", wants: (*goService).hasMessages},          // what all queues share
		{template: "messaging_work.go", wants: (*goService).worksOnMessages}, // spans of work
		{template: "messaging_send.go", wants: (*goService).sends},           // producers
		{template: "messaging_sender.go", wants: (*goService).sendsItself},   // producers without hooks
		{template: "messaging_process.go", wants: (*goService).processes},    // consumers
		{template: "nats.go", wants: (*goService).speaksNATS},                // what both sides share
		{template: "nats_send.go", wants: (*goService).sendsNATS},            // publish
		{template: "nats_process.go", wants: (*goService).processesNATS},     // subscribe
		{template: "kafka.go", data: func(g *goService) any { return g.kafka() }, wants: (*goService).speaksKafka},
		{template: "kafka_send.go", wants: (*goService).sendsKafka},        // produce
		{template: "kafka_process.go", wants: (*goService).processesKafka}, // poll
	}},
	{"runtime.go", []goPart{
		{template: "span.go"},        // what all spans share
		{template: "cells.go"},       // counters and gauges
		{template: "histogram.go"},   // histograms
		{template: "exponential.go"}, // native histograms
		{template: "table.go"},       // open attributes
		{template: "producer.go"},    // hands them to the SDK
	}},
	{"telemetry_test.go", []goPart{
		{template: "telemetry_test.go"}, // records, and compares metrics
		{template: "spans_test.go", wants: hasSpans},
		{template: "events_test.go", wants: hasEvents},
		{template: "http_server_test.go", wants: (*goService).servesHTTP},
		{template: "http_client_test.go", wants: (*goService).callsHTTP},
		{template: "messaging_test.go", data: func(g *goService) any { return g.messages() }, wants: (*goService).hasMessages},
		{template: "spec_test.go", data: func(g *goService) any { return g.conformance() }}, // what the spec says
	}},
}

// goPage is what every template shows.
type goPage struct{ Header, Package string }

func goPackage(sys *model.System, s *model.Service, in model.Instrument) ([]artifact.File, error) {
	if in.Language != "go" {
		return nil, fmt.Errorf("no generator for the language %q", in.Language)
	}
	g := newGoService(sys, s, in)
	var files []artifact.File
	for _, f := range goFiles {
		content, err := g.file(f)
		if err != nil {
			return nil, fmt.Errorf("render %s: %w", f.name, err)
		}
		if content != nil {
			files = append(files, artifact.File{Tree: artifact.Project, Path: path.Join(in.Dir, f.name), Content: content})
		}
	}
	return files, nil
}

// file returns the content of a file, nil if the service wants no part of it.
func (g *goService) file(f goFile) ([]byte, error) {
	var parts [][]byte
	for _, p := range f.parts {
		if p.wants != nil && !p.wants(g) {
			continue
		}
		part, err := g.part(p)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.template, err)
		}
		parts = append(parts, part)
	}
	return joinGo(parts), nil
}

func (g *goService) part(p goPart) ([]byte, error) {
	var data any = g.page
	if p.data != nil {
		data = p.data(g)
	}
	var b bytes.Buffer
	if err := goPages.ExecuteTemplate(&b, p.template+".tmpl", data); err != nil {
		return nil, err
	}
	if p.data == nil {
		return b.Bytes(), nil
	}
	return format.Source(b.Bytes())
}
