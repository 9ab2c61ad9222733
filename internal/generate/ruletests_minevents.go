package generate

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/slo"
)

// bursts are the hours in which there are exactly min_events, with silence
// between; in the hour smallBurst there are a few less.
var bursts, smallBurst = []int{12, 90, 175, 253}, 396

// burstsSeen says which long windows, in hours, see a burst at an evaluation:
// those that are longer than it is old.
var burstsSeen = []struct {
	at int
	by []int
}{
	{12, []int{1, 6, 24, 72}},  // now
	{24, []int{24, 72}},        // 12 hours old
	{36, []int{72}},            // 24
	{84, nil},                  // 72
	{96, []int{24, 72}},        // 6
	{180, []int{6, 24, 72}},    // 5
	{276, []int{24, 72}},       // 23
	{324, []int{72}},           // 71
	{smallBurst, nil},          // now, and a few less
}

// minEventsTests hand in high ratios and bursts of events.
func minEventsTests(slos []*testedSLI) []ruleTest {
	tried := filter(slos, func(t *testedSLI) bool { return t.sli.Alerting.MinEvents > 0 })
	if len(tried) == 0 {
		return nil
	}
	test := ruleTest{Name: "whatever share of events is bad, alerts are silent while there are less than min_events in their long window", Interval: "1h"}
	for _, t := range tried {
		t.feedBursts(&test)
	}
	now := fmt.Sprintf("count by (alertname, severity, slo, window) (ALERTS{alertname=%q, alertstate=\"firing\", %s})", naming.AlertBurnRate, selecting(tried))
	for _, seen := range burstsSeen {
		alerts := slices.DeleteFunc(slices.Clone(slo.Alerts), func(a slo.Alert) bool { return !slices.Contains(seen.by, int(a.Long.Hours())) })
		test.check(hour(seen.at), now, burning(tried, alerts)...)
	}
	return []ruleTest{test}
}

func (t *testedSLI) feedBursts(test *ruleTest) {
	n := &notation{}
	next := 0
	for _, at := range append(slices.Clone(bursts), smallBurst) {
		n.set(0)
		n.grow(at-next, 0)
		rate := perSecond(t.sli.Alerting.MinEvents)
		if at == smallBurst {
			rate *= 0.999
		}
		n.steady(1, rate)
		next = at + 1
	}
	test.input(t.sloRules.series(naming.SLOTotal, time.Hour), n.String())
	for _, window := range t.windows()[:7] {
		n := &notation{}
		n.steady(smallBurst+1, 1)
		test.input(t.ratio(window), n.String())
	}
}

// perSecond is the rate that makes so many events in an hour, exactly where a
// binary fraction can.
func perSecond(events int) float64 {
	rate := float64(events) / 3600
	for _, near := range []float64{rate, math.Nextafter(rate, 0), math.Nextafter(rate, math.Inf(1))} {
		if near*3600 == float64(events) {
			return near
		}
	}
	return math.Nextafter(rate, math.Inf(1))
}

func hour(h int) string { return model.FormatDuration(time.Duration(h) * time.Hour) }
