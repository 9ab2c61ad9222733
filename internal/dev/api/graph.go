package api

import (
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/obsboot/obsboot/internal/model"
)

// Graph finds out from spans who calls whom: a span that serves, and its parent in
// another service.
type Graph struct {
	mu    sync.Mutex
	spans map[pcommon.SpanID]string // service of the last spans that call
	ring  []pcommon.SpanID          // their ids, in the order of arrival
	next  int
	edges map[[2]string]*call
}

type call struct{ count, failed int64 }

const (
	// rememberedSpans is how many spans that call wait for the one that serves.
	rememberedSpans = 50_000
	maxEdges        = 2000
)

// NewGraph returns a graph without edges.
func NewGraph() *Graph {
	return &Graph{spans: map[pcommon.SpanID]string{}, ring: make([]pcommon.SpanID, rememberedSpans), edges: map[[2]string]*call{}}
}

// Traces notes spans.
func (g *Graph) Traces(td ptrace.Traces) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, rs := range td.ResourceSpans().All() {
		name, ok := rs.Resource().Attributes().Get("service.name")
		if !ok {
			continue
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				g.span(span, name.AsString())
			}
		}
	}
}

func (g *Graph) span(span ptrace.Span, service string) {
	switch span.Kind() {
	case ptrace.SpanKindServer, ptrace.SpanKindConsumer:
		from, ok := g.spans[span.ParentSpanID()]
		if !ok || from == service {
			return
		}
		e := g.edges[[2]string{from, service}]
		if e == nil {
			if len(g.edges) >= maxEdges {
				return
			}
			e = &call{}
			g.edges[[2]string{from, service}] = e
		}
		e.count++
		if span.Status().Code() == ptrace.StatusCodeError {
			e.failed++
		}
	default:
		// A caller's own work counts, too: not everybody marks the spans that call.
		delete(g.spans, g.ring[g.next])
		g.ring[g.next] = span.SpanID()
		g.spans[span.SpanID()] = service
		g.next = (g.next + 1) % len(g.ring)
	}
}

// Edge is a line of the service map.
type Edge struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Declared bool   `json:"declared"`
	Calls    int64  `json:"calls"` // that were seen in traces since the start
	Failed   int64  `json:"failed"`
}

// Edges joins what was seen with what the spec says, sorted.
func (g *Graph) Edges(sys *model.System) []Edge {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := []Edge{}
	for _, s := range sys.Services {
		for _, to := range append(slices.Clone(s.Calls), s.Uses...) {
			e := Edge{From: s.Name, To: to.Name, Declared: true}
			if seen := g.edges[[2]string{s.Name, to.Name}]; seen != nil {
				e.Calls, e.Failed = seen.count, seen.failed
			}
			out = append(out, e)
		}
	}
	for key, seen := range g.edges {
		if !slices.ContainsFunc(out, func(e Edge) bool { return e.From == key[0] && e.To == key[1] }) && !throughQueue(sys, key) {
			out = append(out, Edge{From: key[0], To: key[1], Calls: seen.count, Failed: seen.failed})
		}
	}
	slices.SortFunc(out, func(a, b Edge) int { return strings.Compare(a.From+"\x00"+a.To, b.From+"\x00"+b.To) })
	return out
}

// throughQueue reports whether two services meet at a queue, which is their edge.
func throughQueue(sys *model.System, key [2]string) bool {
	uses := map[string][]string{}
	for _, s := range sys.Services {
		for _, ref := range s.Uses {
			if ref.Kind == model.RefQueue {
				uses[s.Name] = append(uses[s.Name], ref.Name)
			}
		}
	}
	return slices.ContainsFunc(uses[key[0]], func(queue string) bool { return slices.Contains(uses[key[1]], queue) })
}
