package generate

import (
	"fmt"
	"strconv"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/slo"
)

// thresholdTests hand in the ratios, so that each alert is tried exactly at its
// threshold and right above it.
func thresholdTests(slos []*testedSLI) []ruleTest {
	tried := filter(slos, func(t *testedSLI) bool { return t.hasObjective() && t.ratiosGiven() })
	if len(tried) == 0 {
		return nil
	}
	test := ruleTest{
		Name:     "alerts are silent at their thresholds and fire right above them; the budget is exhausted at 0; what is not measured is missed after 15 minutes",
		Interval: "1m",
	}
	for _, t := range tried {
		t.feedThresholds(&test)
	}
	test.thresholdChecks(tried)
	return []ruleTest{test}
}

// ratiosGiven reports whether tests may hand in ratios. A total that is always
// measured must be 0 where there is no series.
func (t *testedSLI) ratiosGiven() bool { return t.missable || t.known() }

// threshold is what the expression of an alert compares with, to the last bit.
func (t *testedSLI) threshold(a slo.Alert) float64 {
	burn, _ := strconv.ParseFloat(t.burn(a), 64)
	return burn * t.allowedShare()
}

func (t *testedSLI) allowedShare() float64 {
	allowed, _ := strconv.ParseFloat(t.allowed(), 64)
	return allowed
}

// The minutes of the test of thresholds. An alert has a long and a short window;
// the last alert's short window is another's long one, so it is tried alone.
const (
	longAtThreshold  = 1 // first three alerts: silent
	shortAtThreshold = 2
	aboveThreshold   = 3 // they fire
	lastLong         = 4 // the last alert: the same
	lastShort        = 5
	lastAbove        = 6
	budgetGone       = 8 // and for five minutes more
	budgetFires      = budgetGone + 5
	missingFires     = 15
)

// feedThresholds hands in a ratio for each window and minute.
func (t *testedSLI) feedThresholds(test *ruleTest) {
	ratios := map[time.Duration][]float64{}
	for i, a := range slo.Alerts {
		at := [3]int{longAtThreshold, shortAtThreshold, aboveThreshold}
		if i == len(slo.Alerts)-1 {
			at = [3]int{lastLong, lastShort, lastAbove}
		}
		for _, window := range []time.Duration{a.Long, a.Short} {
			if ratios[window] == nil {
				ratios[window] = make([]float64, budgetGone)
			}
		}
		exact := t.threshold(a)
		above := exact * 1.001
		ratios[a.Long][at[0]], ratios[a.Short][at[0]] = exact, 1
		ratios[a.Long][at[1]], ratios[a.Short][at[1]] = 1, exact
		ratios[a.Long][at[2]], ratios[a.Short][at[2]] = above, above
	}
	for _, window := range t.windows()[:7] {
		n := &notation{}
		for _, ratio := range ratios[window] {
			n.steady(1, ratio)
		}
		n.steady(1, 0)
		test.input(t.ratio(window), n.String())
	}
	left := t.allowedShare() * 0.999
	n := &notation{}
	n.steady(budgetGone, left)
	n.steady(budgetFires+1-budgetGone, t.allowedShare())
	n.steady(3, left)
	test.input(t.ratio(t.sli.Window.Duration()), n.String())
	t.feedTraffic(test)
}

// feedTraffic hands in events enough to alert, and shows after a while that the
// SLI is measured.
func (t *testedSLI) feedTraffic(test *ruleTest) {
	if !t.missable {
		return
	}
	n := &notation{}
	n.absent(missingFires + 1)
	n.steady(1, 0)
	test.input(t.series5m(naming.SLOTotal), n.String())
	if t.sli.Alerting.MinEvents > 0 {
		n := &notation{}
		n.steady(missingFires+1, float64(t.sli.Alerting.MinEvents))
		test.input(t.series(naming.SLOTotal, halfHour), n.String())
		test.input(t.series(naming.SLOTotal, tile), n.String())
	}
}

func (r *ruleTest) thresholdChecks(slos []*testedSLI) {
	before := func(minutes int) string {
		return fmt.Sprintf("last_over_time(ALERTS{alertname=~\"SLO.*\", alertstate=\"firing\", %s}[%dm])", selecting(slos), minutes)
	}
	const by = "count by (alertname, severity, slo, window) "
	now := by + fmt.Sprintf("(ALERTS{alertname=~\"SLO.*\", alertstate=\"firing\", %s})", selecting(slos))
	r.check(minute(shortAtThreshold), before(shortAtThreshold+1))
	r.check(minute(aboveThreshold), now, burning(slos, slo.Alerts[:3])...)
	r.check(minute(lastShort), before(lastShort-aboveThreshold))
	r.check(minute(lastAbove), now, burning(slos, slo.Alerts[3:])...)
	r.check(minute(budgetFires-1), before(budgetFires-1-lastAbove))
	r.check(minute(budgetFires), now, tickets(filter(slos, func(t *testedSLI) bool { return t.sli.Alerting.Ticket }), naming.AlertExhausted, "")...)
	r.check(minute(missingFires-1), now)
	r.check(minute(missingFires), now, tickets(filter(slos, func(t *testedSLI) bool { return t.sli.Alerting.MissingData && t.missable }), naming.AlertMissingData, "5m")...)
	r.check(minute(missingFires+1), now)
}

// burning are the samples of burn-rate alerts that fire, as far as the spec
// wants them.
func burning(slos []*testedSLI, alerts []slo.Alert) []testSample {
	var out []testSample
	for _, t := range slos {
		for _, a := range alerts {
			if t.enabled(a) {
				out = append(out, firing(naming.AlertBurnRate, t, a.Severity, model.FormatDuration(a.Long)))
			}
		}
	}
	return out
}

func tickets(slos []*testedSLI, alert, window string) []testSample {
	out := make([]testSample, len(slos))
	for i, t := range slos {
		out[i] = firing(alert, t, model.Ticket, window)
	}
	return out
}

func firing(alert string, t *testedSLI, severity model.Severity, window string) testSample {
	labels := fmt.Sprintf("{alertname=%q, severity=%q, slo=%s", alert, severity, query.QuotePromQL(t.name()))
	if window != "" {
		labels += fmt.Sprintf(", window=%q", window)
	}
	return testSample{labels + "}", 1}
}
