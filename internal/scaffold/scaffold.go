// Package scaffold proposes a spec for what was found in a repository.
//
// In: findings of internal/detect and a person's choices. Out: the text of a spec,
// with its reasons as comments, and the lines of code that a service needs. The
// package reads no files, and knows the spec language only as text: what it writes is
// checked by the same path as any spec.
package scaffold

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/detect"
)

// Choices are what a person decides.
type Choices struct {
	System       string
	Team         string // empty: none
	Services     []string
	Extra        []Extra
	Availability float64 // percent of requests
	Latency      string  // a duration
}

// Extra is a service that the code does not show yet.
type Extra struct{ Name, Kind string }

// Kinds of services that can be asked for.
var Kinds = []string{"http", "grpc", "consumer", "job"}

// Defaults of the choices.
const (
	DefaultAvailability = 99.9
	DefaultLatency      = "500ms"
)

// Bounds of the availability: below, a page at 14.4 times the budget would need more
// than all requests to fail.
const (
	LeastAvailability = 95.0
	MostAvailability  = 99.999
)

// Plan is a spec in the making.
type Plan struct {
	System   string
	Team     string
	Found    bool // services were found in code
	Go       bool // helpers are generated
	NoModule bool // there is no go.mod yet
	Locals   []Local
	Stores   []Store
	Queues   []Queue
	Services []*Service
}

// Local is a value that several SLOs share, with its reason.
type Local struct {
	Name   string
	Number string
	Text   string
	Why    string
}

// Store is a database or a cache, and how it was found.
type Store struct {
	detect.Store
	Why string
}

// Queue is a queue, and why it is called so.
type Queue struct {
	detect.Queue
	Why string
}

// Service is a service as the spec says it.
type Service struct {
	*detect.Service
	Extra   bool
	Facts   string // what was found, for a comment
	Queue   string // of an extra consumer
	SLIs    []SLI
	Package string // of the helpers; empty: none are generated
	HelpDir string // their folder
}

// SLI is a proposed SLI.
type SLI struct {
	Name, Description string
	Why               string
	Objective         string // a reference to a local
	Kind              string // availability or latency
	Threshold         string // a reference to a local
	Of                string
	List              string // the argument that Only is for
	Only              []string
}

// Propose makes a plan.
func Propose(found *detect.Repository, c Choices) *Plan {
	p := &Plan{System: c.System, Team: c.Team, Found: len(found.Services) > 0, Go: found.Go || len(found.Languages) == 0, NoModule: !found.Go}
	for _, s := range found.Services {
		if slices.Contains(c.Services, s.Name) {
			p.Services = append(p.Services, &Service{Service: s, Facts: facts(s, found)})
		}
	}
	for _, extra := range c.Extra {
		p.Services = append(p.Services, p.extra(extra, found))
	}
	slices.SortFunc(p.Services, func(a, b *Service) int { return cmp.Compare(a.Name, b.Name) })
	p.dropStrangers()
	p.addStores(found)
	for _, s := range p.Services {
		s.SLIs = proposals(s)
		if p.Go {
			p.placeHelpers(s, found)
		}
	}
	p.addLocals(c)
	return p
}

func (p *Plan) extra(e Extra, found *detect.Repository) *Service {
	s := &detect.Service{Name: e.Name, Dir: ".", Home: ".", Module: cmp.Or(found.Module, p.System), ModuleDir: ".", HTTP: e.Kind == "http", GRPC: e.Kind == "grpc"}
	out := &Service{Service: s, Extra: true}
	switch e.Kind {
	case "http":
		s.Router = "net/http"
	case "consumer":
		out.Queue = e.Name + "-input"
		s.Consumes = []string{out.Queue}
		p.Queues = append(p.Queues, Queue{
			detect.Queue{Name: out.Queue, System: "kafka"},
			"What " + e.Name + " reads. Write the product (kafka, rabbitmq, nats, ...) as system, and the name of the topic or queue in it as destination.",
		})
	case "job":
		s.Jobs = []detect.Job{{Name: e.Name, Every: "1h"}}
	}
	return out
}

// dropStrangers removes calls to services that were not chosen.
func (p *Plan) dropStrangers() {
	for _, s := range p.Services {
		kept := *s.Service
		kept.Calls = slices.DeleteFunc(slices.Clone(kept.Calls), func(name string) bool {
			return !slices.ContainsFunc(p.Services, func(o *Service) bool { return o.Name == name })
		})
		s.Service = &kept
	}
}

// addStores takes the stores and queues that a chosen service uses.
func (p *Plan) addStores(found *detect.Repository) {
	for _, store := range found.Stores {
		users := 0
		for _, s := range p.Services {
			if slices.Contains(s.Stores, store.Name) {
				users++
			}
		}
		why := "The code reaches it through " + store.Module + "."
		if users > 1 {
			why += " It is one block for all services, because the code does not say whether they share a server: split it if they do not."
		}
		if users > 0 {
			p.Stores = append(p.Stores, Store{store, why})
		}
	}
	for _, queue := range found.Queues {
		uses := func(s *Service) bool {
			return slices.Contains(s.Consumes, queue.Name) || slices.Contains(s.Sends, queue.Name)
		}
		if !slices.ContainsFunc(p.Services, uses) {
			continue
		}
		why := "The code reaches it through " + queue.Module + "."
		if queue.Destination == "" {
			why = "Its topic or subject could not be read from the code: write it as destination."
		}
		p.Queues = append(p.Queues, Queue{queue, why})
	}
}

// placeHelpers chooses the folder of a service's helpers: one that holds no code.
func (p *Plan) placeHelpers(s *Service, found *detect.Repository) {
	shared := 0
	for _, other := range p.Services {
		if other.Home == s.Home {
			shared++
		}
	}
	name := "telemetry"
	place := func() string {
		switch {
		case shared > 1:
			return path.Join(s.Home, "internal", s.Name, name)
		case s.Home == s.ModuleDir:
			return path.Join(s.Home, "internal", name)
		}
		return path.Join(s.Home, name)
	}
	if slices.Contains(found.Taken, place()) {
		name = "obstelemetry"
	}
	s.Package, s.HelpDir = name, place()
}

// Import is the path by which Go code imports the helpers.
func (s *Service) Import() string {
	rel := strings.TrimPrefix(s.HelpDir, s.ModuleDir+"/")
	return path.Join(s.Module, rel)
}

// Uses are the references of the service's uses argument. A consumer's queue is named
// by its block.
func (s *Service) Uses(p *Plan) []string {
	var all []string
	for _, store := range p.Stores {
		if slices.Contains(s.Stores, store.Name) {
			all = append(all, store.Kind+"."+store.Name)
		}
	}
	for _, name := range s.Sends {
		all = append(all, "queue."+name)
	}
	return all
}

// facts says in a line what was found of a service.
func facts(s *detect.Service, found *detect.Repository) string {
	var parts []string
	if s.HTTP {
		parts = append(parts, fmt.Sprintf("HTTP (%s), %s", s.Router, plural(len(s.Routes), "route")))
	}
	if s.GRPC {
		parts = append(parts, "gRPC, "+plural(len(s.Methods), "method"))
	}
	for _, name := range s.Consumes {
		parts = append(parts, "consumes "+name)
	}
	for _, name := range s.Sends {
		parts = append(parts, "sends to "+name)
	}
	for _, job := range s.Jobs {
		parts = append(parts, "runs "+job.Name)
	}
	for _, store := range found.Stores {
		if slices.Contains(s.Stores, store.Name) {
			parts = append(parts, "uses "+store.Name)
		}
	}
	for _, name := range s.Calls {
		parts = append(parts, "calls "+name)
	}
	return strings.Join(parts, "; ")
}

// Facts says in a line what was found of a service.
func Facts(s *detect.Service, found *detect.Repository) string { return facts(s, found) }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
