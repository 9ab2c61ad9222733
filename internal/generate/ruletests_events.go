package generate

import (
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// selection is the series that a count of events reads.
type selection struct {
	series     string
	conditions []condition
	native     bool
	perSecond  float64 // what the count makes of an event a minute
}

// eventFeed feeds events that are counted by a metric of the spec, or by a query
// that is as simple.
func eventFeed(s *model.Service, sli *model.SLI) feed {
	part, good := sli.Events.Bad, false
	if part == nil {
		part, good = sli.Events.Good, true
	}
	all, ok := selectionOf(s, &sli.Events.Total)
	some, okSome := selectionOf(s, part)
	if !ok || !okSome || all.perSecond != some.perSecond {
		return feed{}
	}
	n := perMinute(sli)
	f := feed{rate: n * all.perSecond}
	if all.series == some.series {
		f.shared(all, some, good, n)
	} else {
		f.separate(all, some, good, n)
	}
	if f.known() {
		f.strangers(all, some, n)
	}
	return f
}

func selectionOf(s *model.Service, count *model.EventCount) (selection, bool) {
	if count.Query == nil {
		m := metricNamed(s, count.Metric)
		series := m.Series
		if m.Kind == model.Histogram && !m.Native {
			series += "_count"
		}
		return selection{series, append([]condition{jobCondition(s)}, whereConditions(m, count.Where)...), m.Native, 1. / 60}, true
	}
	shape, ok := query.ShapeOf(strings.ReplaceAll(count.Query.Text, "${window}", model.FormatDuration(baseWindow)), baseWindow)
	sel := selection{series: shape.Series, perSecond: 1. / 60}
	switch shape.Over {
	case "":
		return selection{}, false
	case "increase":
		sel.perSecond = baseWindow.Minutes()
	}
	for _, m := range shape.Matchers {
		sel.conditions = append(sel.conditions, matcherCondition(m))
	}
	return sel, ok
}

// shared feeds one metric that holds both the events that are told apart and
// the rest.
func (f *feed) shared(all, some selection, good bool, n float64) {
	both := slices.Concat(all.conditions, some.conditions)
	rests := restOf(all, some)
	if len(rests) == 0 {
		return
	}
	for i := range 2 {
		labels, ok := labelsMeeting(i, both...)
		if !ok {
			return
		}
		f.add(all.series, with(labels, instance(i)), told(good, n/2, all.native, i == 0))
	}
	for i, labels := range rests {
		f.add(all.series, with(labels, instance(i)), told(!good, n/float64(len(rests)), all.native, i == 0))
	}
}

// restOf makes up the labels of events that count in all and not in some: for
// each condition of some those that fail it alone.
func restOf(all, some selection) [][]query.Matcher {
	var out [][]query.Matcher
	for i, c := range some.conditions {
		others := slices.Concat(all.conditions, some.conditions[:i], some.conditions[i+1:])
		labels, ok := labelsMeeting(0, append(others, c.not())...)
		if !ok {
			labels, ok = labelsMeeting(0, append(slices.Clone(all.conditions), c.not())...)
		}
		if ok && meet(labels, all.conditions) && !meet(labels, some.conditions) {
			out = append(out, labels)
		}
	}
	return out
}

// told are events that are all good or all bad.
func told(good bool, n float64, native, restarts bool) growth {
	if good {
		return growth{good: []float64{n}, bad: []float64{0}, native: native, restarts: restarts}
	}
	return growth{good: []float64{0}, bad: []float64{n}, native: native, late: true}
}

// separate feeds two metrics, one of all events and one of some.
func (f *feed) separate(all, some selection, good bool, n float64) {
	for i := range 2 {
		labels, ok := labelsMeeting(i, all.conditions...)
		part, okPart := labelsMeeting(i, some.conditions...)
		if !ok || !okPart {
			f.inputs = nil
			return
		}
		each := []float64{n / 2}
		f.add(all.series, with(labels, instance(i)), growth{good: each, bad: each, native: all.native, restarts: i == 0})
		g := told(good, n/2, some.native, i == 0)
		if good && !some.native {
			g.skew = n / 2
		}
		f.add(some.series, with(part, instance(i)), g)
	}
}

// strangers feeds events that differ in one label from those that count.
func (f *feed) strangers(all, some selection, n float64) {
	for i, c := range all.conditions {
		others := slices.Concat(all.conditions[:i], all.conditions[i+1:])
		if all.series == some.series {
			others = append(others, slices.DeleteFunc(slices.Clone(some.conditions), func(d condition) bool { return d.label == c.label })...)
		}
		labels, ok := labelsMeeting(0, append(others, c.not())...)
		if ok && !meet(labels, all.conditions) && (all.series != some.series || !meet(labels, some.conditions)) {
			f.add(all.series, labels, growth{good: []float64{n}, bad: []float64{n}, native: all.native, always: true})
		}
	}
}
