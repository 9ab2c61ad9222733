package generate

import (
	"math"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// sliceFeed is what a test knows of time slices.
type sliceFeed struct {
	slice time.Duration
	both  bool // there is an upper and a lower limit: the outage breaks them in turn and then together
}

// slicesFeed feeds the value that slices are judged by, right beside its limits
// while it is good and on them while it is bad.
func slicesFeed(s *model.Service, e *model.SliceSLI) feed {
	f := feed{slices: &sliceFeed{e.Slice, e.Above != nil && e.Below != nil}}
	f.rate = 1 / e.Slice.Seconds()
	name, conditions, instances := "", []condition(nil), 2
	if e.Query == nil {
		m := metricNamed(s, e.Metric)
		name, conditions = m.Series, append([]condition{jobCondition(s)}, whereConditions(m, e.Where)...)
	} else {
		shape, ok := query.ShapeOf(e.Query.Text, 0)
		if !ok || shape.Over != "" || shape.OrZero {
			return feed{}
		}
		name, instances = shape.Series, 1
		for _, m := range shape.Matchers {
			conditions = append(conditions, matcherCondition(m))
		}
	}
	good, low, high := sliceValues(e)
	for i := range instances {
		labels, ok := labelsMeeting(i, conditions...)
		if !ok {
			return feed{}
		}
		if instances > 1 {
			labels = with(labels, instance(i))
		}
		f.metrics = []string{name}
		f.inputs = append(f.inputs, fedSeries{query.Selector(name, labels...), gaugeValues(good[i], low, high, i, instances), nil})
	}
	f.strangeGauges(name, conditions, low, high)
	return f
}

// strangeGauges feeds values that are out of bounds and none of the SLI's
// business.
func (f *feed) strangeGauges(name string, conditions []condition, low, high *float64) {
	limit := high
	if limit == nil {
		limit = low
	}
	for i, c := range conditions {
		others := append(append([]condition(nil), conditions[:i]...), conditions[i+1:]...)
		labels, ok := labelsMeeting(0, append(others, c.not())...)
		if ok && !meet(labels, conditions) {
			f.inputs = append(f.inputs, fedSeries{query.Selector(name, labels...), func(st story) string {
				n := &notation{}
				n.steady(st.end+1, *limit)
				return n.String()
			}, nil})
		}
	}
}

// sliceValues returns the good values of two instances, and the limits.
func sliceValues(e *model.SliceSLI) (good [2]float64, low, high *float64) {
	beside := func(limit float64) float64 { return max(math.Abs(limit)/100, 1e-9) }
	switch {
	case e.Below == nil:
		v := *e.Above + beside(*e.Above)
		return [2]float64{v, v}, e.Above, nil
	case e.Above == nil:
		v := *e.Below - beside(*e.Below)
		return [2]float64{v, v}, nil, e.Below
	}
	gap := min(beside(*e.Above), beside(*e.Below), (*e.Below-*e.Above)/4)
	return [2]float64{*e.Below - gap, *e.Above + gap}, e.Above, e.Below
}

// gaugeValues tells the story of one instance. With two limits the first breaks
// the upper one in the first and last part of the outage, the second the lower
// one in the second and last; a single instance breaks them in turn.
func gaugeValues(good float64, low, high *float64, i, instances int) func(story) string {
	return func(st story) string {
		n := &notation{}
		n.steady(st.outage+1, good)
		for part, until := range st.parts() {
			value := good
			switch {
			case low != nil && high != nil:
				breaksHigh, breaksLow := i == 0 && part != 1, i == 1 && part != 0 || instances == 1 && part == 1
				if breaksLow {
					value = *low
				} else if breaksHigh {
					value = *high
				}
			case i == 0 && high != nil:
				value = *high
			case i == 0:
				value = *low
			}
			n.steady(until, value)
		}
		n.steady(st.end-st.recovery, good)
		return n.String()
	}
}
