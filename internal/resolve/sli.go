package resolve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/slo"
	"github.com/obsboot/obsboot/internal/spec"
)

// promises resolves the SLIs, the service's own and those of its profiles.
func (s *service) promises() {
	blocks := merged(s, s.block.SLIs, func(p *spec.Profile) []*spec.SLI { return p.SLIs }, func(b *spec.SLI) string { return b.Name })
	slices.SortStableFunc(blocks, func(a, b *spec.SLI) int { return strings.Compare(a.Name, b.Name) })
	slugs := s.newUnique()
	for _, block := range blocks {
		if !s.checkName("sli", block.Name, block.NameRange) {
			continue
		}
		slugs.claim(naming.Slug(block.Name), fmt.Sprintf("the sli %q", block.Name), "the rule and file name", block.NameRange)
		sli := s.sli(block)
		s.out.SLIs = append(s.out.SLIs, sli)
		s.sliRanges = append(s.sliRanges, block.NameRange)
	}
}

func (s *service) sli(block *spec.SLI) model.SLI {
	out := model.SLI{Name: block.Name, Description: s.scope.TextOr(block.Description, ""), Window: s.window(block), Alerting: s.alerting(block)}
	kinds := sliKinds(block)
	switch {
	case len(kinds) == 0:
		s.diags.Error(block.Range, "SLI without a kind", "Say how good is told from bad, with one of: availability {}, latency { threshold = \"250ms\" }, events { ... }, slices { ... }, logs { ... }.")
		return out
	case len(kinds) > 1:
		s.diags.Error(block.Range, "SLI with several kinds", "An SLI has one kind; this one has %s. Make an sli block of each.", spec.Quoted(kinds))
		return out
	}
	out.Kind = model.SLIKind(kinds[0])
	switch out.Kind {
	case model.Availability:
		out.Requests = s.availability(block.Availability)
	case model.Latency:
		out.Requests = s.latency(block.Latency)
	case model.Events:
		out.Events = s.eventSLI(block.Events)
	case model.Slices:
		out.Slices = s.sliceSLI(block.Slices)
	case model.Logs:
		out.Logs = s.logSLI(block.Logs)
	}
	out.Objective = s.objective(block, out)
	return out
}

func sliKinds(block *spec.SLI) []string {
	var kinds []string
	for _, kind := range []struct {
		name string
		set  bool
	}{
		{"availability", block.Availability != nil},
		{"latency", block.Latency != nil},
		{"events", block.Events != nil},
		{"slices", block.Slices != nil},
		{"logs", block.Logs != nil},
	} {
		if kind.set {
			kinds = append(kinds, kind.name)
		}
	}
	return kinds
}

// windowDays are the lengths of rolling windows.
var windowDays = []int{7, 28, 30, 90}

func (s *service) window(block *spec.SLI) model.Window {
	if block.Calendar != nil {
		if block.Window != nil {
			s.diags.Error(block.Window.Range, "Two windows", "An objective holds over a rolling window or over a calendar month. Remove window, or calendar.")
		}
		s.scope.OneOf(block.Calendar, "month")
		return model.Window{Days: 30, Calendar: "month"}
	}
	length := s.scope.Duration(block.Window, time.Second, 3650*day, 30*day)
	days := int(length / day)
	if length%day != 0 || !slices.Contains(windowDays, days) {
		nearest := slices.MinFunc(windowDays, func(a, b int) int { return distance(a, days) - distance(b, days) })
		s.diags.Error(place(block.Window, block.Range), "Window not supported", "An objective holds over \"7d\", \"28d\", \"30d\" or \"90d\", or over calendar = \"month\"; not over %s. The nearest is \"%dd\".", model.FormatDuration(length), nearest)
		return model.Window{Days: nearest}
	}
	return model.Window{Days: days}
}

func distance(a, b int) int { return max(a-b, b-a) }

func (s *service) alerting(block *spec.SLI) model.Alerting {
	out := model.Alerting{Page: true, Ticket: true, MissingData: true}
	if block.Alert == nil {
		return out
	}
	if block.Objective == nil {
		s.diags.Error(block.Alert.Range, "Alert without an objective", "These alerts say that an objective is in danger, and this SLI has none. Add objective = 99.9 or another, or remove the block.")
	}
	out.Page = s.scope.Bool(block.Alert.Page, true)
	out.Ticket = s.scope.Bool(block.Alert.Ticket, true)
	out.MissingData = s.scope.Bool(block.Alert.MissingData, true)
	out.MinEvents = s.scope.Int(block.Alert.MinEvents, 0, 1_000_000_000, 0)
	return out
}

func (s *service) objective(block *spec.SLI, out model.SLI) model.Percent {
	objective, ok := s.scope.Percent(block.Objective)
	if !ok {
		return 0
	}
	at := block.Objective.Expr.Range()
	const one, hundred = model.PercentScale, 100 * model.PercentScale
	switch {
	case objective <= 0 || objective > hundred:
		s.diags.Error(at, "Objective out of range", "An objective is a percentage above 0 and below 100, such as 99.9; %s is not.", objective)
	case objective == one:
		s.diags.Error(at, "Objective is a fraction", "1 looks like the fraction of 100 %%. An objective is a percentage below 100: write 99.9 or another.")
	case objective < one:
		s.diags.Error(at, "Objective is a fraction", "%s looks like a fraction. An objective is a percentage: write %s.", objective, objective*100)
	case objective == hundred:
		s.diags.Error(at, "Objective allows no error", "An objective of 100 %% leaves no error budget: the first bad event breaks it for the whole window, and no alert can say how fast it goes. Write 99.99 or less.")
	default:
		s.checkAlerts(at, objective, out)
	}
	return objective
}

// checkAlerts refuses objectives whose alerts need more than 100 % errors.
func (s *service) checkAlerts(at hcl.Range, objective model.Percent, out model.SLI) {
	window := out.Window.Duration()
	for _, alert := range slo.Alerts {
		enabled := alert.Severity == model.Page && out.Alerting.Page || alert.Severity == model.Ticket && out.Alerting.Ticket
		if !enabled || alert.Reachable(objective, window) {
			continue
		}
		s.diags.Error(at, "Alert can never fire",
			"With an objective of %s %% over %s, a %s at a burn rate of %.3g needs %.3g %% errors, and there are never more than 100. Raise the objective to %s at least, or do without with alert { %s = false }.",
			objective, out.Window, alert.Severity, alert.Burn(window), alert.ErrorPercent(objective, window), alert.LowestObjective(window), alert.Severity)
		return
	}
}

func (s *service) availability(block *spec.Availability) *model.Requests {
	return s.requests(selection{
		at: block.Range, of: block.Of, routes: block.Routes, methods: block.Methods, consumers: block.Consumers, jobs: block.Jobs,
	})
}

// selection is the arguments that say which work an SLI looks at.
type selection struct {
	at                               hcl.Range
	of                               spec.Text
	routes, methods, consumers, jobs spec.Names
}

// requests resolves which work an SLI looks at: what its arguments name, or
// else what the service does first.
func (s *service) requests(sel selection) *model.Requests {
	does := s.does()
	if len(does) == 0 {
		s.diags.Error(sel.at, "Nothing measures this", "The service %q declares no http, grpc, consumer or job, so no metric says whether its work succeeds and how long it takes. Declare its work, or use events { ... }.", s.block.Name)
		return nil
	}
	out := &model.Requests{Work: does[0]}
	if sel.of != nil {
		out.Work = model.Work(s.scope.OneOf(sel.of, "http", "grpc", "consumer", "job"))
	}
	named := 0
	for _, list := range []struct {
		arg   spec.Names
		work  model.Work
		known []string
	}{
		{sel.routes, model.WorkHTTP, operationNames(s.out.Routes)},
		{sel.methods, model.WorkGRPC, operationNames(s.out.Methods)},
		{sel.consumers, model.WorkConsumer, namesOf(s.out.Consumers, func(c model.Consumer) string { return c.Name })},
		{sel.jobs, model.WorkJob, namesOf(s.out.Jobs, func(j model.Job) string { return j.Name })},
	} {
		if list.arg == nil {
			continue
		}
		if named++; named > 1 || sel.of != nil && out.Work != list.work {
			s.diags.Error(list.arg.NameRange, "Several kinds of work", "An SLI looks at one kind of work. Make an sli block of each.")
		}
		out.Work = list.work
		out.Names = s.namesIn(list.arg, string(list.work), list.known)
	}
	if !slices.Contains(does, out.Work) {
		s.diags.Error(place(sel.of, sel.at), "Nothing measures this", "The service %q has no %s work that a metric measures; it has %s.", s.block.Name, out.Work, spec.Quoted(texts(does)))
		return nil
	}
	out.Metric = workMetric[out.Work]
	return out
}

func texts[T ~string](items []T) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = string(item)
	}
	return out
}

func operationNames(operations []model.Operation) []string {
	return namesOf(operations, func(o model.Operation) string { return o.Name })
}

func namesOf[T any](items []T, name func(T) string) []string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = name(item)
	}
	return names
}

// namesIn evaluates a list of names that the service must have declared.
func (s *service) namesIn(a spec.Names, work string, known []string) []string {
	items := s.scope.Texts(a)
	var names []string
	for _, item := range items {
		if !slices.Contains(known, item.Text) {
			s.diags.Error(item.Range, "Unknown name", "The service %q declares no %q in its %s work.%s", s.block.Name, item.Text, work, spec.DidYouMean(item.Text, known))
			continue
		}
		names = append(names, item.Text)
	}
	if items != nil && len(items) == 0 {
		s.diags.Error(a.Expr.Range(), "Empty list", "An empty list measures nothing. Name some, or leave %q out to measure all.", a.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *service) latency(block *spec.Latency) *model.Requests {
	out := &model.Requests{}
	if block.Metric == nil {
		out = s.requests(selection{
			at: block.Range, of: block.Of, routes: block.Routes, methods: block.Methods, consumers: block.Consumers, jobs: block.Jobs,
		})
		if block.Where != nil {
			s.diags.Error(block.Where.NameRange, "Nothing to restrict", "where belongs to metric = \"...\". For requests use routes or methods.")
		}
	} else {
		out = s.histogramLatency(block)
	}
	threshold := s.scope.Duration(block.Threshold, time.Microsecond, 30*day, 0)
	if out == nil {
		return nil
	}
	out.CountFailures = s.scope.Bool(block.CountFailures, false)
	out.Threshold = threshold
	if threshold != 0 {
		out.Bound = s.bound(s.metricNamed(out.Metric), block, threshold)
	}
	return out
}

// histogramLatency resolves latency on a histogram that the spec declares.
func (s *service) histogramLatency(block *spec.Latency) *model.Requests {
	for _, a := range []*hcl.Attribute{block.CountFailures, block.Of, block.Routes, block.Methods, block.Consumers, block.Jobs} {
		if a != nil {
			s.diags.Error(a.NameRange, "Nothing to choose", "%q belongs to the standard metrics of requests. A declared histogram is restricted with where = { ... }.", a.Name)
		}
	}
	m := s.namedMetric(block.Metric)
	if m == nil {
		return nil
	}
	return &model.Requests{Metric: m.Name, Where: s.where(block.Where, m)}
}

// unitsOfTime are how long a unit of a histogram lasts, in seconds.
var unitsOfTime = map[string]float64{"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}

// bound returns a latency threshold in the metric's unit. It is a bucket bound
// of the metric: where the spec leaves the buckets open it becomes one.
func (s *service) bound(m *model.Metric, block *spec.Latency, threshold time.Duration) float64 {
	at := block.Threshold.Expr.Range()
	size, ok := unitsOfTime[m.Unit]
	switch {
	case m.Kind != model.Histogram:
		s.diags.Error(block.Metric.Expr.Range(), "Nothing measures this", "%q is %s; latency is measured on a histogram.", m.Name, article(string(m.Kind)))
		return 0
	case !ok:
		s.diags.Error(place(block.Metric, at), "Nothing measures this", "%q is in the unit %q, which is no time. Latency is measured on a histogram of \"s\" or \"ms\".", m.Name, m.Unit)
		return 0
	}
	bound := threshold.Seconds() / size
	switch {
	case m.Native || slices.Contains(m.Buckets, bound):
	case s.opensBuckets(m):
		m.Buckets = append(slices.Clone(m.Buckets), bound)
		slices.Sort(m.Buckets)
	case len(m.Buckets) == 0:
		s.diags.Warn(at, "Threshold may be no bucket bound", "The spec does not know the buckets of %s. Name them with buckets = [...] in the source's block, so that obsboot can check that %g is one.", m.Series, bound)
	default:
		s.diags.Error(at, "Threshold is no bucket bound", "%q has no bucket that ends at %g %s, so nothing counts what is faster. Its bounds are %s. Choose one of them, or add %g to its buckets.",
			m.Name, bound, m.Unit, numbers(m.Buckets), bound)
	}
	return bound
}

// opensBuckets reports whether obsboot chooses the buckets of a metric: those
// of standard metrics that it instruments, and those that the spec leaves out.
func (s *service) opensBuckets(m *model.Metric) bool {
	if m.Standard {
		return s.out.Source == nil
	}
	for _, block := range s.block.Histograms {
		if block.Name == m.Name {
			return block.Buckets == nil && s.out.Source == nil
		}
	}
	return false
}

func numbers(values []float64) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf("%g", v)
	}
	return strings.Join(out, ", ")
}

// where resolves restrictions on the attributes of a metric.
func (s *service) where(a spec.Where, m *model.Metric) []model.Where {
	var out []model.Where
	for _, entry := range s.scope.Where(a) {
		i := slices.IndexFunc(m.Attributes, func(attr model.Attribute) bool { return attr.Name == entry.Key })
		if i < 0 {
			s.diags.Error(entry.Range, "Unknown attribute", "The metric %q has no attribute %q.%s", m.Name, entry.Key, orDeclare(spec.DidYouMean(entry.Key, attributeNames(m)), "Declare it with an attribute block of the metric."))
			continue
		}
		w := model.Where{Attribute: entry.Key}
		for _, item := range entry.Values {
			if known := m.Attributes[i].Values; len(known) > 0 && !slices.Contains(known, item.Text) {
				s.diags.Error(item.Range, "Unknown value", "The attribute %q of %q is never %q.%s", entry.Key, m.Name, item.Text, spec.DidYouMean(item.Text, known))
				continue
			}
			w.Values = append(w.Values, item.Text)
		}
		slices.Sort(w.Values)
		w.Values = slices.Compact(w.Values)
		if len(entry.Values) == 0 {
			s.diags.Error(entry.ValueRange, "Empty list", "No value means no event. Name some, or remove %q.", entry.Key)
		}
		out = append(out, w)
	}
	return out
}
