package generate

import (
	"fmt"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/slo"
)

const (
	slowBurnMinutes = 60  // ratios over days see each full hour
	slowBurnFactor  = 1.2 // above the threshold of the slowest alert
)

// slowBurnTest burns the budgets of some SLIs evenly from the start, a little
// faster than the slowest alert allows.
func slowBurnTest(slos []*testedSLI) []ruleTest {
	tried := filter(slos, func(t *testedSLI) bool {
		return t.hasObjective() && t.sli.Alerting.Ticket && t.slices == nil && t.slowBurn() < 1
	})
	if len(tried) == 0 {
		return nil
	}
	var names []string
	for _, t := range tried {
		names = append(names, t.name())
	}
	test := ruleTest{
		Name:     fmt.Sprintf("%s: a slow burn, %g times what the slowest alert allows, makes a ticket and no page", strings.Join(names, ", "), slowBurnFactor),
		Interval: "1m",
	}
	for _, t := range tried {
		t.feedSlowBurn(&test)
	}
	now := fmt.Sprintf("count by (alertname, severity, slo, window) (ALERTS{alertname=%q, alertstate=\"firing\", %s})", naming.AlertBurnRate, selecting(tried))
	var firing []testSample
	for _, t := range tried {
		for _, a := range slo.Alerts {
			if t.threshold(a) < t.slowBurn() {
				firing = append(firing, burning([]*testedSLI{t}, []slo.Alert{a})...)
			}
		}
	}
	test.check(minute(slowBurnMinutes), now, firing...)
	return []ruleTest{test}
}

// slowBurn is the share of events that is bad.
func (t *testedSLI) slowBurn() float64 {
	return slowBurnFactor * t.threshold(slo.Alerts[len(slo.Alerts)-1])
}

func (t *testedSLI) feedSlowBurn(test *ruleTest) {
	for _, s := range t.inputs {
		if s.mixed != nil {
			test.input(s.selector, s.mixed(t.slowBurn(), slowBurnMinutes))
		}
	}
	if t.sli.Kind == model.Logs {
		total, errors := &notation{}, &notation{}
		traffic := perMinute(t.sli) / 60
		total.steady(slowBurnMinutes+1, traffic)
		errors.steady(slowBurnMinutes+1, traffic*t.slowBurn())
		test.input(t.series5m(naming.SLOTotal), total.String())
		test.input(t.series5m(naming.SLOErrors), errors.String())
	}
}
