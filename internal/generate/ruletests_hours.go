package generate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// windowTests hand in recorded rates, over five minutes or an hour, and look at
// what is made of them over longer windows.
func windowTests(slos []*testedSLI) []ruleTest {
	tried := filter(slos, func(t *testedSLI) bool { return t.injectable && t.hasObjective() })
	if len(tried) == 0 {
		return nil
	}
	return append([]ruleTest{hourTest(tried), dayTest(tried)}, minEventsTests(tried)...)
}

// The minutes of the test of hours, between its evaluations and at its end, and
// its rates.
const (
	hourTestStep = 24 * 60
	hourTestEnd  = 48 * 60
	busyRate     = 10_000
)

// hourTest looks at windows of minutes and hours: while there is nothing older,
// without traffic, and while errors rise.
func hourTest(slos []*testedSLI) ruleTest {
	test := ruleTest{
		Name:     "ratios over 5m to 6h count each event once, are there from the first minute on and are not without traffic",
		Interval: "1m",
	}
	fed := map[bool]*courses{false: hourCourses(0), true: hourCourses(1)}
	for _, t := range slos {
		c := fed[t.badByDefault()]
		test.input(t.recorded(naming.SLOTotal), c.total.text.String())
		test.input(t.recorded(naming.SLOErrors), c.errors.text.String())
	}
	test.check("0s", ratioValues(slos, ""), ratioSamples(slos, (*testedSLI).windows, func(t *testedSLI, _ time.Duration) float64 {
		return fed[t.badByDefault()].ratio(0, 1, 1)
	})...)
	of := "{" + selecting(slos) + "}"
	short := func(t *testedSLI) []time.Duration { return t.windows()[:5] }
	const windows = `, window=~"5m|30m|1h|2h|6h"`
	test.check("1d", naming.SLORatio+"{"+selecting(slos)+windows+"}")
	test.check("2d", ratioValues(slos, windows), ratioSamples(slos, short, func(t *testedSLI, window time.Duration) float64 {
		return fed[t.badByDefault()].hourRatio(window, t.oldest())
	})...)
	test.check("2d", "max by (slo) (round("+naming.SLOBurn+of+", 1e-6))", each(slos, func(t *testedSLI) float64 {
		return rounded(fed[t.badByDefault()].hourRatio(time.Hour, t.oldest()) / t.allowedShare())
	})...)
	test.check("2d", "max by (slo) ("+naming.SLOObjective+of+")", each(slos, func(t *testedSLI) float64 {
		objective, _ := strconv.ParseFloat(decimal(t.sli.Objective), 64)
		return objective
	})...)
	test.check("2d", "max by (objective, slo, window) ("+naming.SLOInfo+of+")", infos(slos)...)
	return test
}

// hourCourses begin with a minute of traffic, stop for a day, and then have
// errors that rise. Whenever the rules are evaluated, that of the errors writes
// what it makes of a total without anything else, a share of it.
func hourCourses(share float64) *courses {
	c := &courses{}
	c.total.steady(1, busyRate)
	c.total.steady(hourTestStep, 0)
	c.total.steady(hourTestEnd-hourTestStep, busyRate)
	c.errors.steady(1, busyRate*share)
	c.errors.steady(hourTestStep, 0)
	c.errors.rise(hourTestEnd - hourTestStep - 1)
	c.errors.steady(1, busyRate*share)
	return c
}

// hourRatio is what the rules make of the courses at the end. Of an hour they see
// the last half only: nobody has recorded the one before.
func (c *courses) hourRatio(window, oldest time.Duration) float64 {
	switch {
	case window == baseWindow:
		return c.ratio(hourTestEnd, 1, 1)
	case window <= time.Hour:
		return c.halfHourRatio(hourTestEnd, int(oldest.Minutes()))
	}
	return c.ratio(hourTestEnd, int(window.Minutes()), 5)
}

// badByDefault reports whether the errors of an SLI are what is not counted as
// good, so that a total alone is all bad.
func (t *testedSLI) badByDefault() bool {
	return t.sli.Kind == model.Latency || t.sli.Kind == model.Events && t.sli.Events.Good != nil
}

// recorded is the series that the rules record over five minutes, with the
// labels that the spec puts on every rule.
func (t *testedSLI) recorded(name string) string {
	matchers := []query.Matcher{{Label: "service", Value: t.s.Name}, {Label: "slo", Value: t.sli.Name}, {Label: "window", Value: model.FormatDuration(baseWindow)}}
	for _, l := range t.sys.Labels {
		matchers = append(matchers, query.Matcher{Label: l.Name, Value: l.Value})
	}
	return query.Selector(name, matchers...)
}

// ratioValues counts the ratios of a window that have the same value.
func ratioValues(slos []*testedSLI, matchers string) string {
	return `count_values by (window) ("ratio", round(` + naming.SLORatio + "{" + selecting(slos) + matchers + "}, 1e-6))"
}

// ratioSamples are what ratioValues gives.
func ratioSamples(slos []*testedSLI, windows func(*testedSLI) []time.Duration, ratio func(*testedSLI, time.Duration) float64) []testSample {
	counts := map[string]int{}
	for _, t := range slos {
		for _, window := range windows(t) {
			counts[fmt.Sprintf("{ratio=%q, window=%q}", plainNumber(rounded(ratio(t, window))), t.labelOf(window))]++
		}
	}
	var out []testSample
	for _, labels := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, testSample{labels, float64(counts[labels])})
	}
	return out
}

func infos(slos []*testedSLI) []testSample {
	out := make([]testSample, len(slos))
	for i, t := range slos {
		out[i] = testSample{fmt.Sprintf("{objective=%q, slo=%s, window=%q}", t.sli.Objective, query.QuotePromQL(t.name()), t.sli.Window), 1}
	}
	return out
}
