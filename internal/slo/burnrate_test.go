package slo

import (
	"math"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

const day = 24 * time.Hour

// TestBurn checks the burn rates of the SRE Workbook's table 5-8, and those of
// other windows by hand: share of the budget times window over long window, and
// 1 at least.
func TestBurn(t *testing.T) {
	for _, test := range []struct {
		days int
		want [4]float64
	}{
		{30, [4]float64{14.4, 6, 3, 1}},
		{28, [4]float64{13.44, 5.6, 2.8, 1}}, // the last by its share: 0.93
		{7, [4]float64{3.36, 1.4, 1, 1}},     // the last two: 0.7 and 0.23
		{90, [4]float64{43.2, 18, 9, 3}},
	} {
		for i, alert := range Alerts {
			if got := alert.Burn(time.Duration(test.days) * day); math.Abs(got-test.want[i]) > 1e-12 {
				t.Errorf("%d days, alert %d: burn rate %v, want %v", test.days, i, got, test.want[i])
			}
		}
	}
}

func TestReachable(t *testing.T) {
	for _, test := range []struct {
		objective model.Percent
		days      int
		want      [4]bool
	}{
		{99_900_000, 30, [4]bool{true, true, true, true}},
		{90_000_000, 30, [4]bool{false, true, true, true}},  // 144 %, 60 %
		{80_000_000, 30, [4]bool{false, false, true, true}}, // 288 %, 120 %, 60 %
		{95_000_000, 7, [4]bool{true, true, true, true}},    // 16.8 %
		{95_000_000, 90, [4]bool{false, true, true, true}},  // 216 %, 90 %
	} {
		for i, alert := range Alerts {
			if got := alert.Reachable(test.objective, time.Duration(test.days)*day); got != test.want[i] {
				t.Errorf("objective %s over %d days, alert %d: reachable %v", test.objective, test.days, i, got)
			}
		}
	}
}

// TestLowestObjective checks that the lowest objective can alert and that a
// hundredth of a percent less cannot.
func TestLowestObjective(t *testing.T) {
	const step = model.PercentScale / 100
	for _, days := range []time.Duration{7, 28, 30, 90} {
		for i, alert := range Alerts {
			lowest := alert.LowestObjective(days * day)
			if !alert.Reachable(lowest, days*day) {
				t.Errorf("%d days, alert %d: %s is not reachable", days, i, lowest)
			}
			if lowest > step && alert.Reachable(lowest-step, days*day) {
				t.Errorf("%d days, alert %d: %s is not the lowest", days, i, lowest)
			}
		}
	}
}

func TestErrorPercent(t *testing.T) {
	if got := Alerts[0].ErrorPercent(90_000_000, 30*day); math.Abs(got-144) > 1e-9 {
		t.Errorf("a page at an objective of 90 %% needs %v %% errors, want 144", got)
	}
}
