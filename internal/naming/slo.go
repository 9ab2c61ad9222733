package naming

// The series that the rules of an SLO record. Their labels are service, slo and,
// where there are several, window; what may change stands on SLOInfo only.
const (
	SLOTotal     = "slo:events:rate"            // events per second, over 5m and 1h
	SLOErrors    = "slo:errors:rate"            // bad events per second, over 5m and 1h
	SLORatio     = "slo:errors:ratio"           // bad events of all, per window
	SLOObjective = "slo:objective:ratio"        // the target, 0 to 1
	SLOBudget    = "slo:budget_remaining:ratio" // 1: untouched, 0: gone, below: broken
	SLOBurn      = "slo:burn_rate:ratio"        // how many times faster than evenly the budget goes, over 1h
	SLOCoverage  = "slo:window_covered:ratio"   // how much of the window there is data of, 0 to 1
	SLOInfo      = "slo:info"                   // 1; labels say team, tier, window and objective
)

// Alerts of every SLO.
const (
	AlertBurnRate    = "SLOBurnRate"
	AlertExhausted   = "SLOBudgetExhausted"
	AlertMissingData = "SLOMissingData"
	AlertWatchdog    = "Watchdog"
)

// Alerts of what a service watches beside its SLOs.
const (
	AlertNearLimit = "CapacityNearLimit"
	AlertForecast  = "CapacityForecast"
	AlertDeviation = "KPIDeviation"
	AlertOverdue   = "JobOverdue"
	AlertOverflow  = "CardinalityOverflow"
)

// Overflow is the counter by which the generated helpers tell how often a value
// of an open attribute was beyond its max_cardinality. Its attributes are metric
// and attribute; OverflowSeries is its name in Prometheus.
const (
	Overflow       = "obsboot.attribute.overflow"
	OverflowSeries = "obsboot_attribute_overflow_total"
)

// TelemetryErrors is the counter by which the generated helpers tell of errors
// of the telemetry itself.
const TelemetryErrors = "obsboot.telemetry.errors"
