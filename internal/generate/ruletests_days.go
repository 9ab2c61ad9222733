package generate

import (
	"slices"
	"time"

	"github.com/obsboot/obsboot/internal/naming"
)

// The hours of the test of days: a day without traffic, then errors that rise,
// and in between a day without data.
const (
	risesFrom  = 24
	gapFrom    = 100
	gapUntil   = 124
	longerThan = 48 // than the window
	january    = 31 * 24
)

// dayTest looks at windows of days, at the budget and at how much is covered.
func dayTest(slos []*testedSLI) ruleTest {
	test := ruleTest{
		Name:     "ratios over days count each event once; what is left of the budget follows; a gap is not covered",
		Interval: "1h",
	}
	var checks []dayCheck
	for _, t := range slos {
		checks = addDayChecks(checks, t)
	}
	fed := dayCourses(slices.MaxFunc(checks, func(a, b dayCheck) int { return a.at - b.at }).at)
	for _, t := range slos {
		test.input(t.series(naming.SLOTotal, tile), fed.total.text.String())
		test.input(t.series(naming.SLOErrors, tile), fed.errors.text.String())
	}
	test.check(hour(risesFrom), naming.SLORatio+"{"+selecting(slos)+"}")
	test.checkCoverage(slos, fed, risesFrom)
	test.checkDays(slos, fed, checks[0].at)
	for _, c := range checks {
		test.checkBudget(c.slos, fed, c.at)
		test.checkCoverage(c.slos, fed, c.at)
	}
	return test
}

// dayCheck is an hour at which the whole window of some SLOs is looked at.
type dayCheck struct {
	at   int
	slos []*testedSLI
}

// addDayChecks looks at a window at a time of its own. The test starts with
// January 1970: a calendar month is looked at on its last day, and when the next
// has begun.
func addDayChecks(checks []dayCheck, t *testedSLI) []dayCheck {
	times := []int{t.days() + longerThan}
	if t.sli.Window.Calendar != "" {
		times = []int{january - 24, january}
	}
	for _, at := range times {
		i := slices.IndexFunc(checks, func(c dayCheck) bool { return c.at == at && c.slos[0].sli.Window == t.sli.Window })
		if i < 0 {
			i, checks = len(checks), append(checks, dayCheck{at: at})
		}
		checks[i].slos = append(checks[i].slos, t)
	}
	return checks
}

// days is the window in hours.
func (t *testedSLI) days() int { return int(t.sli.Window.Duration().Hours()) }

// span is how many hours the window has at some hour.
func (t *testedSLI) span(at int) int {
	switch {
	case t.sli.Window.Calendar == "":
		return t.days()
	case at >= january:
		return at - january + 1
	}
	return at + 1
}

// dayCourses are the tiles until some hour.
func dayCourses(end int) *courses {
	c := &courses{}
	c.total.steady(risesFrom+1, 0)
	c.errors.steady(risesFrom+1, 0)
	c.total.steady(gapFrom-risesFrom-1, busyRate)
	c.errors.rise(gapFrom - risesFrom - 1)
	c.total.absent(gapUntil - gapFrom)
	c.errors.absent(gapUntil - gapFrom)
	c.total.steady(end-gapUntil+1, busyRate)
	c.errors.rise(end - gapUntil + 1)
	return c
}

func (r *ruleTest) checkDays(slos []*testedSLI, fed *courses, at int) {
	days := func(t *testedSLI) []time.Duration { return t.windows()[5:7] }
	r.check(hour(at), ratioValues(slos, `, window=~"1d|3d"`), ratioSamples(slos, days, func(_ *testedSLI, window time.Duration) float64 {
		return fed.ratio(at, int(window.Hours()), 1)
	})...)
}

// checkBudget looks at the whole window and what is left of its budget.
func (r *ruleTest) checkBudget(slos []*testedSLI, fed *courses, at int) {
	own := func(t *testedSLI) []time.Duration { return []time.Duration{t.sli.Window.Duration()} }
	ratio := func(t *testedSLI, _ time.Duration) float64 { return fed.ratio(at, t.span(at), 1) }
	window := slos[0].labelOf(slos[0].sli.Window.Duration())
	r.check(hour(at), ratioValues(slos, ", window=\""+window+"\""), ratioSamples(slos, own, ratio)...)
	r.check(hour(at), "max by (slo) (round("+naming.SLOBudget+"{"+selecting(slos)+"}, 1e-6))", each(slos, func(t *testedSLI) float64 {
		return rounded(1 - float64(ratio(t, 0)/t.allowedShare()))
	})...)
}

func (r *ruleTest) checkCoverage(slos []*testedSLI, fed *courses, at int) {
	r.check(hour(at), "max by (slo) (round("+naming.SLOCoverage+"{"+selecting(slos)+"}, 1e-6))", each(slos, func(t *testedSLI) float64 {
		_, count := fed.total.sum(at, t.span(at), 1)
		return rounded(float64(count) / float64(t.span(at)))
	})...)
}
