// Package slo is the arithmetic of objectives: windows, burn rates and error
// budgets.
//
// In: objectives and windows. Out: numbers, exact where decimals are. It knows
// no spec, no query and no file.
package slo

import (
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// Alert is a multi-window burn-rate alert: it fires when the budget burns
// faster than Burn over both windows.
type Alert struct {
	Severity model.Severity
	Share    int           // percent of the budget that is gone when it fires
	Long     time.Duration // the window that the share is spent in
	Short    time.Duration // the window that makes it resolve soon
}

// Alerts are the four pairs of the SRE Workbook, chapter 5 ("Alerting on
// SLOs", table 5-8), fastest first.
var Alerts = []Alert{
	{model.Page, 2, time.Hour, 5 * time.Minute},
	{model.Page, 5, 6 * time.Hour, 30 * time.Minute},
	{model.Ticket, 10, 24 * time.Hour, 2 * time.Hour},
	{model.Ticket, 10, 72 * time.Hour, 6 * time.Hour},
}

// Burn returns the burn rate at which the alert fires: how many times faster
// than evenly over the window the budget goes. For 30 days these are 14.4, 6,
// 3 and 1. It is never below 1: whoever burns slower than that keeps the
// promise, so for short windows the slow alerts fire later than at their share.
func (a Alert) Burn(window time.Duration) float64 {
	return max(1, float64(a.Share)*window.Hours()/(100*a.Long.Hours()))
}

// Reachable reports whether the alert can fire at all: a burn rate of b means
// an error ratio of b times what the objective allows, and no ratio is above 1.
func (a Alert) Reachable(objective model.Percent, window time.Duration) bool {
	return a.errorRatio(objective, window) < 1
}

func (a Alert) errorRatio(objective model.Percent, window time.Duration) float64 {
	return a.Burn(window) * float64(Allowed(objective)) / (100 * model.PercentScale)
}

// ErrorPercent returns the percentage of errors above which the alert fires.
func (a Alert) ErrorPercent(objective model.Percent, window time.Duration) float64 {
	return 100 * a.errorRatio(objective, window)
}

// Allowed returns the percentage of events that may be bad.
func Allowed(objective model.Percent) model.Percent { return 100*model.PercentScale - objective }

// LowestObjective returns the lowest objective, rounded up to a hundredth of a
// percent, with which the alert can fire.
func (a Alert) LowestObjective(window time.Duration) model.Percent {
	const step = model.PercentScale / 100
	allowed := model.Percent(float64(100*model.PercentScale) / a.Burn(window))
	lowest := (Allowed(allowed)/step + 1) * step
	return max(lowest, step)
}

// FiresAfter returns how long everything has to fail, after a time without
// errors and with even traffic, until the ratio over the alert's long window is
// above its threshold.
func (a Alert) FiresAfter(objective model.Percent, window time.Duration) time.Duration {
	return time.Duration(a.errorRatio(objective, window) * float64(a.Long))
}
