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

// halves is how many samples the test of bursts has in an hour.
const halves = 2

// bursts are the hours in which there are exactly min_events, with silence
// between. At halfBurst there are as many, but between full hours: of windows
// above an hour no rule looks there. At smallBurst there are a few less.
var bursts = []float64{24, 138, 235, 337}

const (
	halfBurst  = 431.5
	smallBurst = 480
)

// burstsSeen says which long windows, in hours, see a burst at an evaluation:
// those that are longer than it is old.
var burstsSeen = []struct {
	at int
	by []int
}{
	{24, []int{1, 6, 24, 72}}, // now
	{48, []int{72}},           // 24 hours old
	{96, nil},                 // 72
	{144, []int{24, 72}},      // 6
	{240, []int{6, 24, 72}},   // 5
	{360, []int{24, 72}},      // 23
	{408, []int{72}},          // 71
	{432, []int{1}},           // half an hour
	{smallBurst, nil},         // now, and a few less
}

// minEventsTests hand in high ratios and bursts of events.
func minEventsTests(slos []*testedSLI) []ruleTest {
	tried := filter(slos, func(t *testedSLI) bool { return t.sli.Alerting.MinEvents > 0 })
	if len(tried) == 0 {
		return nil
	}
	test := ruleTest{Name: "whatever share of events is bad, alerts are silent while there are less than min_events in their long window", Interval: "30m"}
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
	for _, of := range []time.Duration{halfHour, tile} {
		n := &notation{}
		next := 0
		burst := func(hour, rate float64) {
			at := int(hour * halves)
			n.set(0)
			n.grow(at-next, 0)
			n.steady(1, rate)
			next = at + 1
		}
		rate := perSecond(t.sli.Alerting.MinEvents, of)
		for _, at := range bursts {
			burst(at, rate)
		}
		burst(halfBurst, rate)
		burst(smallBurst, rate*0.999)
		test.input(t.series(naming.SLOTotal, of), n.String())
	}
	for _, window := range t.windows()[:7] {
		n := &notation{}
		n.steady(halves*smallBurst+1, 1)
		test.input(t.ratio(window), n.String())
	}
}

// perSecond is the rate that makes so many events in some time, exactly where a
// binary fraction can.
func perSecond(events int, in time.Duration) float64 {
	rate := float64(events) / in.Seconds()
	for _, near := range []float64{rate, math.Nextafter(rate, 0), math.Nextafter(rate, math.Inf(1))} {
		if near*in.Seconds() == float64(events) {
			return near
		}
	}
	return math.Nextafter(rate, math.Inf(1))
}

func hour(h int) string { return model.FormatDuration(time.Duration(h) * time.Hour) }
