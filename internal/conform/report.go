package conform

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/obsboot/obsboot/internal/model"
)

// State is how something that is declared or arrives stands.
type State string

// The states.
const (
	Seen    State = "seen"    // declared, and arrives as declared
	Missing State = "missing" // declared, and does not arrive
	Unknown State = "unknown" // arrives, and is not declared
	Wrong   State = "wrong"   // arrives otherwise than declared
)

// Finding is one thing that is declared or arrives.
type Finding struct {
	State   State    `json:"state"`
	Service string   `json:"service"`
	Kind    string   `json:"kind"` // service, metric, span, event, route, method, consumer
	Name    string   `json:"name"`
	Count   int64    `json:"count"`
	Details []string `json:"details"` // what is wrong or missing, and what to do
	// Standard says that the conventions of OpenTelemetry define it. Such a thing may
	// be missing without a fault of the service.
	Standard bool `json:"standard,omitempty"`
}

// Report is everything that is declared or arrived, sorted by service, kind and name.
type Report struct {
	Findings []Finding     `json:"findings"`
	Count    map[State]int `json:"count"`
}

// Faults are the findings by which telemetry does not keep to its spec: what is wrong,
// and what of a service that sends anything is missing although the spec declares it.
func (r *Report) Faults() []Finding {
	silent := map[string]bool{}
	for _, f := range r.Findings {
		if f.Kind == "service" && f.State == Missing {
			silent[f.Service] = true
		}
	}
	var out []Finding
	for _, f := range r.Findings {
		if f.State == Wrong || f.State == Missing && !f.Standard && (f.Kind == "service" || !silent[f.Service]) {
			out = append(out, f)
		}
	}
	return out
}

// Compare reports on what was seen since the start.
func (o *Observer) Compare(sys *model.System) Report {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := &comparison{sys: sys}
	declared := map[string]bool{}
	for i := range sys.Services {
		s := &sys.Services[i]
		declared[s.Name] = true
		if s.Source == nil { // the others are scraped
			c.service(s, o.services[s.Name])
		}
	}
	for name := range o.services {
		if !declared[name] {
			c.add(Finding{State: Unknown, Service: name, Kind: "service", Name: name, Details: []string{"the spec declares no such service"}})
		}
	}
	slices.SortFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(order[a.Kind], order[b.Kind]), cmp.Compare(a.Name, b.Name))
	})
	out := Report{Findings: c.findings, Count: map[State]int{Seen: 0, Missing: 0, Unknown: 0, Wrong: 0}}
	for _, f := range c.findings {
		out.Count[f.State]++
	}
	return out
}

var order = map[string]int{"service": 0, "route": 1, "method": 2, "consumer": 3, "metric": 4, "span": 5, "event": 6}

type comparison struct {
	sys      *model.System
	findings []Finding
}

func (c *comparison) add(f Finding) {
	switch {
	case f.State != "":
	case len(f.Details) > 0:
		f.State = Wrong
	case f.Count == 0:
		f.State = Missing
	default:
		f.State = Seen
	}
	if f.Details == nil {
		f.Details = []string{}
	}
	c.findings = append(c.findings, f)
}

func (c *comparison) service(s *model.Service, seen *service) {
	f := Finding{Service: s.Name, Kind: "service", Name: s.Name}
	if seen == nil {
		seen = &service{}
	}
	for namespace, n := range seen.namespaces {
		f.Count += n
		job := s.Name
		if namespace != "" {
			job = namespace + "/" + s.Name
		}
		if job != s.Job {
			f.Details = append(f.Details, fmt.Sprintf("its metrics are of the job %q, and the rules and dashboards look for %q: set the resource attribute service.namespace to %q",
				job, s.Job, strings.TrimSuffix(s.Job, "/"+s.Name)))
		}
	}
	slices.Sort(f.Details)
	c.add(f)
	c.metrics(s, seen)
	c.work(s, seen)
	c.spans(s, seen)
	c.events(s, seen)
}

func (c *comparison) metrics(s *model.Service, seen *service) {
	declared := map[string]bool{}
	for _, m := range s.Metrics {
		declared[m.Name] = true
		f := Finding{Service: s.Name, Kind: "metric", Name: m.Name, Standard: m.Standard}
		if got := seen.metrics[m.Name]; got != nil {
			f.Count = got.count
			if got.kind != "" && got.kind != string(m.Kind) {
				f.Details = append(f.Details, fmt.Sprintf("it is a %s, declared is a %s", got.kind, m.Kind))
			}
			if got.unit != m.Unit {
				f.Details = append(f.Details, fmt.Sprintf("its unit is %q, declared is %q: its series has another name", got.unit, m.Unit))
			}
			f.Details = append(f.Details, compareAttributes(m.Attributes, got, m.Standard, !m.Standard)...)
		}
		c.add(f)
	}
	for name, got := range seen.metrics {
		if !declared[name] && !conventional(name) {
			c.add(Finding{State: Unknown, Service: s.Name, Kind: "metric", Name: name, Count: got.count})
		}
	}
}

// conventions are the first words of names that OpenTelemetry defines. Metrics of such
// names come with instrumentation, and need no declaration.
var conventions = []string{"http.", "rpc.", "db.", "messaging.", "go.", "process.", "runtime.", "otel.", "system.", "dns.", "jvm.", "nodejs.", "cpython.", "target_info"}

func conventional(name string) bool {
	return slices.ContainsFunc(conventions, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// compareAttributes says what is wrong with the attributes of a signal. Optional ones
// may be absent; where the set is closed, there may be no others.
func compareAttributes(declared []model.Attribute, got *signal, optional, closed bool) []string {
	var out []string
	names := map[string]bool{"otel.metric.overflow": true}
	for _, a := range declared {
		names[a.Name] = true
		seen := got.attributes[a.Name]
		switch {
		case seen == nil && !optional:
			out = append(out, fmt.Sprintf("the attribute %s is never set", a.Name))
		case seen != nil:
			out = append(out, compareValues(a, seen, optional)...)
		}
	}
	if closed {
		for name := range got.attributes {
			if !names[name] {
				out = append(out, fmt.Sprintf("the attribute %s is not declared", name))
			}
		}
	}
	slices.Sort(out)
	return out
}

// otherValue is what values above max_cardinality fall into.
const otherValue = "_other"

// compareValues leaves out the types of standard attributes: the model has them as
// labels, which are all texts.
func compareValues(a model.Attribute, seen *attribute, standard bool) []string {
	var out []string
	for kind := range seen.kinds {
		if !standard && !fits(a.Type, kind) {
			out = append(out, fmt.Sprintf("the attribute %s is of type %s, declared is %s", a.Name, strings.ToLower(kind.String()), a.Type))
		}
	}
	if len(a.Values) == 0 {
		return out
	}
	var others []string
	for value := range seen.values {
		if value != otherValue && !slices.Contains(a.Values, value) {
			others = append(others, fmt.Sprintf("%q", value))
		}
	}
	if len(others) > 0 {
		slices.Sort(others)
		more := ""
		if len(others) > 5 {
			others, more = others[:5], " and others"
		}
		out = append(out, fmt.Sprintf("the attribute %s has the undeclared value %s%s", a.Name, strings.Join(others, ", "), more))
	}
	return out
}

func fits(declared model.AttributeType, kind pcommon.ValueType) bool {
	switch declared {
	case model.NumberType:
		return kind == pcommon.ValueTypeInt || kind == pcommon.ValueTypeDouble
	case model.BoolType:
		return kind == pcommon.ValueTypeBool
	case model.StringType:
		return kind == pcommon.ValueTypeStr
	}
	return true
}
