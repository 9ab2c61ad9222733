package conform

import (
	"cmp"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
)

// work compares the routes, methods and consumers of a service with its spans.
func (c *comparison) work(s *model.Service, seen *service) {
	known := map[string]bool{}
	look := func(kind, name, spanKind string, is func(*signal) bool) {
		f := Finding{Service: s.Name, Kind: kind, Name: name}
		for key, span := range seen.spans {
			if span.kind == spanKind && is(span) {
				f.Count += span.count
				known[key] = true
			}
		}
		c.add(f)
	}
	for _, route := range s.Routes {
		look("route", route.Name, "server", func(span *signal) bool { return span.name == route.Name || servesRoute(span, route.Name) })
	}
	for _, method := range s.Methods {
		look("method", method.Name, "server", func(span *signal) bool {
			return span.name == method.Name || span.has("rpc.method", method.Name)
		})
	}
	for _, consumer := range s.Consumers {
		look("consumer", consumer.Name, "consumer", func(span *signal) bool {
			return span.has("messaging.destination.name", cmp.Or(consumer.Destination, consumer.Queue))
		})
	}
	for key, span := range seen.spans {
		if span.kind == "server" && !known[key] {
			c.add(Finding{State: Unknown, Service: s.Name, Kind: "span", Name: span.name, Count: span.count, Details: []string{"it serves a request of no declared route or method"}})
		}
	}
}

func servesRoute(span *signal, route string) bool {
	method, path, _ := strings.Cut(route, " ")
	return span.has("http.route", path) && span.has("http.request.method", method)
}

func (s *signal) has(attribute, value string) bool {
	a := s.attributes[attribute]
	return a != nil && a.values[value]
}

// spans compares the spans that a service declares. Instrumentation adds attributes to
// spans as it likes, so more of them are no fault.
func (c *comparison) spans(s *model.Service, seen *service) {
	declared := map[string]bool{}
	for _, span := range s.Spans {
		declared[span.Name] = true
		f := Finding{Service: s.Name, Kind: "span", Name: span.Name}
		for _, got := range seen.spans {
			if got.name == span.Name {
				f.Count += got.count
				f.Details = append(f.Details, compareAttributes(span.Attributes, got, false, false)...)
			}
		}
		slices.Sort(f.Details)
		f.Details = slices.Compact(f.Details)
		c.add(f)
	}
	for _, job := range s.Jobs {
		declared[job.Name] = true
	}
	for _, got := range seen.spans {
		if got.kind == "internal" && !declared[got.name] && !got.of("job.name") {
			c.add(Finding{State: Unknown, Service: s.Name, Kind: "span", Name: got.name, Count: got.count})
		}
	}
}

func (s *signal) of(attribute string) bool { return s.attributes[attribute] != nil }

func (c *comparison) events(s *model.Service, seen *service) {
	declared := map[string]bool{}
	for _, event := range s.Events {
		declared[event.Name] = true
		f := Finding{Service: s.Name, Kind: "event", Name: event.Name}
		if got := seen.events[event.Name]; got != nil {
			f.Count = got.count
			if got.severity != "" && event.Severity != "" && got.severity != event.Severity {
				f.Details = append(f.Details, "its severity is "+got.severity+", declared is "+event.Severity)
			}
			f.Details = append(f.Details, compareAttributes(event.Attributes, got, false, false)...)
		}
		c.add(f)
	}
	for name, got := range seen.events {
		if !declared[name] {
			c.add(Finding{State: Unknown, Service: s.Name, Kind: "event", Name: name, Count: got.count})
		}
	}
}
