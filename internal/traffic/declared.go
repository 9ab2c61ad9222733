package traffic

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

const (
	maxCombinations = 200 // series of a declared metric that traffic makes
	openValues      = 5   // values that an open attribute takes
)

// declared adds a metric that the spec declares. Each request of the service
// that changes something measures it once.
func (w *scribe) declared(m *model.Metric) {
	choices := combinations(m)
	if m.Standard { // of conventions that are not known here
		choices = choices[:1]
		choices[0].share = 1
	}
	if m.Kind == model.Gauge || m.Kind == model.UpDownCounter {
		for i, c := range choices {
			w.gauge(m, c, i)
		}
		return
	}
	roles := w.rolesOf(m)
	for _, op := range w.measuring() {
		for _, o := range serverOutcomes {
			w.add(w.events[op][o], m, w.valueOf(m, o, op), roles.choose(choices, o)...)
		}
	}
	if closed(m) && (len(choices) <= 100 || len(roles.bad)+len(roles.good) > 0) {
		for _, c := range choices {
			w.point(m, c.attributes...).initial = true
		}
	}
}

func closed(m *model.Metric) bool {
	return !slices.ContainsFunc(m.Attributes, func(a model.Attribute) bool { return len(a.Values) == 0 && a.Type != model.BoolType })
}

// measuring are the operations that measure what the service declares.
func (w *scribe) measuring() []*operation {
	var out []*operation
	for _, op := range w.service.operations {
		if op.writes && op.work != model.WorkJob {
			out = append(out, op)
		}
	}
	if len(out) == 0 {
		return w.service.operations
	}
	return out
}

// valuesOf are the values that an attribute takes.
func valuesOf(a model.Attribute) []string {
	switch {
	case len(a.Values) > 0:
		return a.Values
	case a.Type == model.BoolType:
		return []string{"true", "false"}
	}
	var out []string
	short := a.Name[strings.LastIndexByte(a.Name, '.')+1:]
	for i := range openValues {
		if a.MaxCardinality > 0 && i >= a.MaxCardinality {
			break
		}
		if a.Type == model.NumberType {
			out = append(out, fmt.Sprint(i+1))
		} else {
			out = append(out, fmt.Sprintf("%s-%d", short, i+1))
		}
	}
	return out
}

// combinations are the series of a metric, the first values being the most
// frequent.
func combinations(m *model.Metric) []choice {
	out := []choice{{nil, 1}}
	for _, a := range m.Attributes {
		var next []choice
		values := valuesOf(a)
		total := 0.0
		for i := range values {
			total += 1 / float64(i+1)
		}
		for _, c := range out {
			for i, v := range values {
				attributes := append(slices.Clone(c.attributes), Attribute{a.Name, v, a.Type, true})
				next = append(next, choice{attributes, c.share / float64(i+1) / total})
			}
		}
		if len(next) > maxCombinations {
			next = next[:maxCombinations]
		}
		out = next
	}
	return out
}

// roles say which series of a metric count good and which bad events of SLIs.
type roles struct {
	bad, good []func([]Attribute) bool
}

// rolesOf reads them from the event SLIs of the service.
func (w *scribe) rolesOf(m *model.Metric) roles {
	var r roles
	for i := range w.service.spec.SLIs {
		e := w.service.spec.SLIs[i].Events
		if e == nil {
			continue
		}
		total := w.counted(&e.Total, m)
		if bad := w.counted(e.Bad, m); bad != nil {
			r.bad = append(r.bad, bad)
		}
		if good := w.counted(e.Good, m); good != nil {
			if total != nil {
				r.bad = append(r.bad, func(a []Attribute) bool { return total(a) && !good(a) })
			} else {
				r.good = append(r.good, good)
			}
		}
	}
	return r
}

// counted returns what an SLI counts of a metric; nil: nothing.
func (w *scribe) counted(e *model.EventCount, m *model.Metric) func([]Attribute) bool {
	switch {
	case e == nil:
		return nil
	case e.Query != nil:
		return selectedBy(*e.Query, m, w.service.spec.Job)
	case e.Metric != m.Name:
		return nil
	}
	return func(attributes []Attribute) bool {
		for _, where := range e.Where {
			i := slices.IndexFunc(attributes, func(a Attribute) bool { return a.Name == where.Attribute })
			if i < 0 || !slices.Contains(where.Values, attributes[i].Value) {
				return false
			}
		}
		return true
	}
}

// selectedBy returns which series of a metric a query reads, if it reads one
// selector of it.
func selectedBy(q model.Query, m *model.Metric, job string) func([]Attribute) bool {
	parsed, errs := query.ParsePromQL(strings.ReplaceAll(q.Text, "${window}", "5m"))
	if errs != nil || len(parsed.Selectors) != 1 {
		return nil
	}
	selector := parsed.Selectors[0]
	if !slices.Contains(seriesNames(m), selector.Metric) {
		return nil
	}
	matches, err := matcherOf(selector)
	if err != nil {
		return nil
	}
	return func(attributes []Attribute) bool {
		pairs := map[string]string{"job": job}
		for _, a := range attributes {
			pairs[labelOf(m, a.Name)] = a.Value
		}
		return matches(func(name string) string { return pairs[name] }, "le", "instance")
	}
}

// failureWords are parts of values that tell of failures.
var failureWords = []string{"fail", "error", "timeout", "timed_out", "crash", "unavailable", "5xx"}

func soundsBad(attributes []Attribute) bool {
	for _, a := range attributes {
		for _, word := range failureWords {
			if strings.Contains(strings.ToLower(a.Value), word) {
				return true
			}
		}
	}
	return false
}

// choose are the series that a request may be counted in, by how it ended. What
// counts bad events counts failed requests and no others; without an SLI the
// words decide.
func (r roles) choose(choices []choice, o outcome) []choice {
	isFailure := o == failed || o == broken
	isBad := func(c choice) bool {
		return slices.ContainsFunc(r.bad, func(match func([]Attribute) bool) bool { return match(c.attributes) })
	}
	if len(r.bad) == 0 {
		isBad = func(c choice) bool { return soundsBad(c.attributes) }
	}
	isGood := func(c choice) bool {
		return slices.ContainsFunc(r.good, func(match func([]Attribute) bool) bool { return match(c.attributes) })
	}
	var kept []choice
	for _, c := range choices {
		if isBad(c) == isFailure && !(isFailure && isGood(c)) {
			kept = append(kept, c)
		}
	}
	if isFailure && len(kept) == 0 && len(r.bad)+len(r.good) == 0 {
		kept = slices.Clone(choices)
	}
	total := 0.0
	for _, c := range kept {
		total += c.share
	}
	for i := range kept {
		kept[i].share /= total
	}
	return kept
}

// valueOf is what a request measures.
func (w *scribe) valueOf(m *model.Metric, o outcome, op *operation) value {
	if m.Kind == model.Counter {
		if m.Unit == "" || m.Unit == "1" || strings.HasPrefix(m.Unit, "{") {
			return one
		}
		return sized(around(20, 0.8))
	}
	for i := range w.service.spec.SLIs {
		r := w.service.spec.SLIs[i].Requests
		if r == nil || r.Work != "" || r.Metric != m.Name || r.Bound <= 0 {
			continue
		}
		if o == slow || o == failed || o == broken {
			return sized(around(4*r.Bound, 0.2))
		}
		return sized(around(r.Bound/8, 0.5))
	}
	if perSecond(m.Unit) != 1 || m.Unit == "s" {
		return took(m)
	}
	return sized(aroundBuckets(m.Buckets))
}

// aroundBuckets spreads values over the middle of the buckets.
func aroundBuckets(bounds []float64) lognormal {
	positive := slices.DeleteFunc(slices.Clone(bounds), func(b float64) bool { return b <= 0 })
	if len(positive) == 0 {
		return around(100, 1)
	}
	first, last := positive[0], positive[len(positive)-1]
	return around(math.Sqrt(first*last), max(0.4, math.Log(last/first)/5))
}

// gauge adds a series of a gauge that moves around a level. Its SLI's limits say
// which level is good; while the service fails, that share of its values is
// beyond them.
func (w *scribe) gauge(m *model.Metric, c choice, number int) {
	level, bad := 50.0/float64(number+1), math.NaN()
	for i := range w.service.spec.SLIs {
		if s := w.service.spec.SLIs[i].Slices; s != nil && w.judges(s, m) {
			level, bad = goodAndBad(s)
		}
	}
	ops := w.service.operations
	p := w.point(m, c.attributes...)
	whole := strings.HasPrefix(m.Unit, "{") || m.Unit == "By" || m.Kind == model.UpDownCounter
	p.gauge = func(now *moment) float64 {
		if !math.IsNaN(bad) && now.random.Float64() < now.flow.effect(ops[0].service).errors {
			return bad
		}
		swing := level * (0.75 + 0.2*now.load/2 + 0.05*now.random.NormFloat64())
		if whole {
			swing = math.Round(swing)
		}
		if level > 0 {
			return max(0, swing)
		}
		return swing
	}
}

// judges reports whether an SLI looks at the value of a metric.
func (w *scribe) judges(s *model.SliceSLI, m *model.Metric) bool {
	if s.Query != nil {
		return selectedBy(*s.Query, m, w.service.spec.Job) != nil
	}
	return s.Metric == m.Name
}

// goodAndBad are a good and a bad value of an SLI.
func goodAndBad(s *model.SliceSLI) (good, bad float64) {
	switch {
	case s.Above != nil && s.Below != nil:
		return (*s.Above + *s.Below) / 2, *s.Below + (*s.Below - *s.Above)
	case s.Below != nil:
		if *s.Below > 0 {
			return *s.Below * 0.4, *s.Below * 1.5
		}
		return *s.Below*2 - 1, *s.Below + 1
	case *s.Above >= 0:
		return *s.Above*2 + 2, *s.Above * 0.5
	}
	return *s.Above * 0.4, *s.Above * 1.5
}
