package lint

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// Series is what is known of the series of a name.
type Series struct {
	Labels  []string // nil: any
	Counter bool     // it only grows, so that its value says nothing
	Bucket  bool
}

// Known are the series that something emits, by name: the services of a system,
// the rules, and the servers of the stack.
type Known map[string]*Series

//go:embed stack.txt
var stackSeries string

// resourceLabels stand on every series that arrives over OTLP or is scraped.
var resourceLabels = []string{
	"job", "instance", "otel_scope_name", "otel_scope_version", "service_namespace", "service_version", "deployment_environment_name",
}

// KnownOf lists what is emitted when a system and its stack run.
func KnownOf(sys *model.System) Known {
	k := Known{}
	for i := range sys.Services {
		for _, m := range sys.Services[i].Metrics {
			k.metric(&m, sys.Services[i].Source != nil)
		}
		for _, l := range sys.Services[i].Labels {
			k.add("up", l.Name)
		}
	}
	k.add("target_info", append([]string{"service_name", "host_name"}, resourceLabels...)...)
	for _, name := range []string{"up", "scrape_duration_seconds", "scrape_samples_scraped"} {
		k.add(name, "job", "instance")
	}
	k.rules(sys)
	k.stack()
	return k
}

func (k Known) add(name string, labels ...string) *Series {
	s, ok := k[name]
	if !ok {
		s = &Series{Labels: []string{}}
		k[name] = s
	}
	if s.Labels != nil {
		s.Labels = append(s.Labels, labels...)
	}
	return s
}

func (k Known) metric(m *model.Metric, scraped bool) {
	for _, name := range naming.SeriesOf(*m) {
		s := k.add(name, resourceLabels...)
		for _, a := range m.Attributes {
			s.Labels = append(s.Labels, a.Label)
		}
		s.Counter = m.Kind == model.Counter || m.Kind == model.Histogram
		if s.Bucket = strings.HasSuffix(name, "_bucket") && m.Kind == model.Histogram; s.Bucket {
			s.Labels = append(s.Labels, "le")
		}
		if scraped {
			s.Labels = nil // what else it has is its own business
		}
	}
}

// rules are what the generated rules record.
func (k Known) rules(sys *model.System) {
	all := []string{"service", "slo"}
	for _, l := range sys.Labels {
		all = append(all, l.Name)
	}
	for _, name := range []string{naming.SLOObjective, naming.SLOBudget, naming.SLOBurn, naming.SLOCoverage} {
		k.add(name, all...)
	}
	for _, name := range []string{naming.SLOTotal, naming.SLOErrors, naming.SLORatio} {
		k.add(name, append([]string{"window"}, all...)...)
	}
	k.add(naming.SLOInfo, append([]string{"window", "team", "tier", "objective"}, all...)...)
	for _, name := range []string{"ALERTS", "ALERTS_FOR_STATE"} {
		k.add(name, append([]string{"alertname", "alertstate", "severity", "team", "window", "capacity", "kpi", "job_name", "metric", "attribute"}, all...)...)
	}
}

// stack are the series of the servers themselves.
func (k Known) stack() {
	StackSeries(func(_, name string, counter bool, labels []string) {
		s := k.add(name, append([]string{"job", "instance"}, labels...)...)
		s.Counter = counter
		s.Bucket = counter && strings.HasSuffix(name, "_bucket")
	})
}

// has reports whether the series may have a label.
func (s *Series) has(label string) bool {
	return s.Labels == nil || label == "__name__" || slices.Contains(s.Labels, label)
}

// StackSeries lists the series of the stack's servers with their labels and, of
// each, the server.
func StackSeries(yield func(server, name string, counter bool, labels []string)) {
	for line := range strings.Lines(stackSeries) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] == "#" {
			continue
		}
		var labels []string
		if len(fields) > 3 {
			labels = strings.Split(fields[3], ",")
		}
		yield(fields[0], fields[1], fields[2] == "counter", labels)
	}
}
