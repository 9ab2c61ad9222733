package generate

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/slo"
)

// story is what happens to services, in minutes from the start: no traffic, good
// traffic, during which an instance restarts, an outage in which everything
// fails, recovery, and perhaps good events that are counted before their total.
type story struct{ idle, restart, outage, recovery, skew, end int }

const (
	idleUntil     = 8
	restartAt     = 30
	outageFrom    = 68 // after a whole hour of traffic
	resolvedAfter = 6  // minutes: the short window of the fastest alert, and an evaluation
	slowToPage    = 3  // minutes that a scrape, a rate and an evaluation may take
)

func newStory(minutes int, skewed bool) story {
	recovery := outageFrom + minutes
	s := story{idleUntil, restartAt, outageFrom, recovery, recovery + resolvedAfter, recovery + resolvedAfter}
	if skewed {
		s.end += 6
	}
	return s
}

// parts are the lengths of three parts of the outage.
func (s story) parts() iter.Seq2[int, int] {
	part := (s.recovery - s.outage) / 3
	return slices.All([]int{part, part, s.recovery - s.outage - 2*part})
}

// stories tells the story of all SLIs, of several in one test where they read
// different metrics.
func stories(slos []*testedSLI) []ruleTest {
	var groups [][]*testedSLI
	for _, t := range slos {
		if !t.known() && (t.sli.Kind != model.Logs || !t.hasObjective()) {
			continue
		}
		i := slices.IndexFunc(groups, func(group []*testedSLI) bool { return !slices.ContainsFunc(group, t.shares) })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], t)
	}
	var tests []ruleTest
	for _, group := range groups {
		tests = append(tests, storyTest(group))
		tests = append(tests, slowBurnTest(group)...)
	}
	return tests
}

// shares reports whether two SLIs read a metric of the same name.
func (t *testedSLI) shares(other *testedSLI) bool {
	return slices.ContainsFunc(t.metrics, func(m string) bool { return slices.Contains(other.metrics, m) })
}

// pagesWithin is how many minutes of an outage of 100 % it takes to page, or 0
// if none of it does.
func (t *testedSLI) pagesWithin() int {
	first := slo.Alerts[0]
	perHour := t.rate * 3600
	switch {
	case !t.hasObjective() || !t.sli.Alerting.Page:
		return 0
	case t.known() && perHour < float64(t.sli.Alerting.MinEvents):
		return 0
	case t.known() && t.slices != nil && t.slices.slice > baseWindow:
		return 0
	}
	ideal := first.FiresAfter(t.sli.Objective, t.sli.Window.Duration())
	if t.known() && t.slices != nil {
		ideal += t.slices.slice
	}
	return int(math.Ceil(ideal.Minutes())) + slowToPage
}

func storyTest(slos []*testedSLI) ruleTest {
	minutes, skewed := resolvedAfter, false
	for _, t := range slos {
		minutes = max(minutes, t.pagesWithin())
		skewed = skewed || t.skewed
		if t.slices != nil && t.slices.both {
			minutes = max(minutes, 24)
		}
	}
	st := newStory(minutes, skewed)
	test := ruleTest{Name: storyName(slos), Interval: "1m"}
	for _, t := range slos {
		for _, s := range t.inputs {
			test.input(s.selector, s.values(st))
		}
		if !t.known() {
			t.feedBase(&test, st)
		}
	}
	test.storyChecks(slos, st)
	return test
}

// feedBase hands in the rates that Loki would record.
func (t *testedSLI) feedBase(test *ruleTest, st story) {
	total, errors := &notation{}, &notation{}
	traffic := perMinute(t.sli) / 60
	total.steady(st.idle+1, 0)
	total.steady(st.end-st.idle, traffic)
	errors.steady(st.outage+1, 0)
	errors.steady(st.recovery-st.outage, traffic)
	errors.steady(st.end-st.recovery, 0)
	test.input(t.series5m(naming.SLOTotal), total.String())
	test.input(t.series5m(naming.SLOErrors), errors.String())
}

func (t *testedSLI) series5m(name string) string { return t.series(name, baseWindow) }

// storyName says what the test shows.
func storyName(slos []*testedSLI) string {
	var names, pages []string
	for _, t := range slos {
		names = append(names, t.name())
		if minutes := t.pagesWithin(); minutes > 0 {
			pages = append(pages, fmt.Sprintf("%s within %dm", t.name(), minutes))
		}
	}
	name := strings.Join(names, ", ") + ": silent without traffic, while healthy and through a restart; errors that appear for the first time count"
	if len(pages) > 0 {
		name += "; a total outage pages (" + strings.Join(pages, ", ") + fmt.Sprintf("), its end resolves the page within %dm", resolvedAfter)
	}
	return name
}

func (r *ruleTest) storyChecks(slos []*testedSLI, st story) {
	all := selecting(slos)
	r.check(minute(st.idle), "ALERTS{"+all+"}")
	if idle := filter(slos, func(t *testedSLI) bool { return t.slices == nil }); len(idle) > 0 {
		r.check(minute(st.idle), naming.SLORatio+"{"+selecting(idle)+"}")
	}
	if fed := filter(slos, (*testedSLI).known); len(fed) > 0 {
		r.rateChecks(fed, st)
	}
	r.check(minute(st.outage), "ALERTS{"+all+"}")
	r.pageChecks(filter(slos, func(t *testedSLI) bool { return t.pagesWithin() > 0 }), st)
}

// rateChecks look at what is made of raw series.
func (r *ruleTest) rateChecks(slos []*testedSLI, st story) {
	r.rateCheck(slos, st, st.idle+2)
	r.rateCheck(slos, st, st.restart+2)
	if both := filter(slos, func(t *testedSLI) bool { return t.slices != nil && t.slices.both }); len(both) > 0 {
		part := (st.recovery - st.outage) / 3
		r.rateCheck(both, st, st.outage+part)
		r.rateCheck(both, st, st.outage+2*part)
	}
	r.rateCheck(slos, st, st.recovery)
	r.check(minute(st.recovery+2), ofBase(naming.SLORatio, slos), each(slos, func(t *testedSLI) float64 {
		total, errors := t.rates(st, st.recovery+2)
		return rounded(errors / total)
	})...)
	if skewed := filter(slos, func(t *testedSLI) bool { return t.skewed }); len(skewed) > 0 {
		r.check(minute(st.end), ofBase(naming.SLOErrors, skewed), each(skewed, func(*testedSLI) float64 { return 0 })...)
	}
}

// rateCheck looks at the recorded rates at one minute.
func (r *ruleTest) rateCheck(slos []*testedSLI, st story, at int) {
	r.check(minute(at), ofBase(naming.SLOTotal, slos), each(slos, func(t *testedSLI) float64 { total, _ := t.rates(st, at); return rounded(total) })...)
	r.check(minute(at), ofBase(naming.SLOErrors, slos), each(slos, func(t *testedSLI) float64 { _, errors := t.rates(st, at); return rounded(errors) })...)
}

// ofBase asks for what is recorded over five minutes.
func ofBase(name string, slos []*testedSLI) string {
	return fmt.Sprintf("round(sum by (slo) (%s{%s, window=%q}), 1e-6)", name, selecting(slos), model.FormatDuration(baseWindow))
}

// rates are all and bad events per second over the five minutes before some
// minute of a story. A rate() looks at the four intervals between five samples.
func (t *testedSLI) rates(st story, at int) (total, errors float64) {
	if t.slices != nil {
		return t.slices.rates(st, at)
	}
	for i := at - 4; i < at; i++ {
		if i >= st.idle {
			total += t.rate / 4
		}
		if i >= st.outage && i < st.recovery {
			errors += t.rate / 4
		}
	}
	return total, errors
}

// rates count slices by what was at their starts.
func (f *sliceFeed) rates(st story, at int) (total, errors float64) {
	window := max(baseWindow, f.slice)
	now := time.Duration(at) * time.Minute
	for start := now.Truncate(f.slice); start > now-window && start >= 0; start -= f.slice {
		total += 1 / window.Seconds()
		if m := int(start / time.Minute); m > st.outage && m <= st.recovery {
			errors += 1 / window.Seconds()
		}
	}
	return total, errors
}

// pageChecks look at the fastest alert.
func (r *ruleTest) pageChecks(slos []*testedSLI, st story) {
	if len(slos) == 0 {
		return
	}
	byTime := slices.Clone(slos)
	slices.SortStableFunc(byTime, func(a, b *testedSLI) int { return a.pagesWithin() - b.pagesWithin() })
	firing := func(slos []*testedSLI) string {
		return fmt.Sprintf("ALERTS{alertname=%q, alertstate=\"firing\", severity=\"page\", window=\"1h\", %s}", naming.AlertBurnRate, selecting(slos))
	}
	for len(byTime) > 0 {
		within := byTime[0].pagesWithin()
		until := slices.IndexFunc(byTime, func(t *testedSLI) bool { return t.pagesWithin() != within })
		if until < 0 {
			until = len(byTime)
		}
		r.check(minute(st.outage+within), "count by (slo) ("+firing(byTime[:until])+")", each(byTime[:until], func(*testedSLI) float64 { return 1 })...)
		byTime = byTime[until:]
	}
	r.check(minute(st.skew), firing(slos))
}

func minute(m int) string { return fmt.Sprintf("%dm", m) }

// rounded is what round(v, 1e-6) gives.
func rounded(v float64) float64 {
	perUnit := 1 / 1e-6
	return math.Floor(float64(v*perUnit)+0.5) / perUnit
}
