package model

import (
	"strconv"
	"strings"
	"time"
)

// SLIKind says how an SLI tells good from bad.
type SLIKind string

// The kinds of SLI.
const (
	Availability SLIKind = "availability"
	Latency      SLIKind = "latency"
	Events       SLIKind = "events"
	Slices       SLIKind = "slices"
	Logs         SLIKind = "logs"
)

// SLI is a measurement; with an objective it is an SLO.
type SLI struct {
	Name        string
	Description string
	Kind        SLIKind
	Objective   Percent // 0: a measurement without a target
	Window      Window
	Requests    *Requests // availability and latency
	Events      *EventSLI
	Slices      *SliceSLI
	Logs        *LogSLI
	Alerting    Alerting
}

// Work is a kind of work that a service does.
type Work string

// The kinds of work.
const (
	WorkHTTP     Work = "http"
	WorkGRPC     Work = "grpc"
	WorkConsumer Work = "consumer"
	WorkJob      Work = "job"
)

// Requests is the work that an availability or latency SLI looks at.
type Requests struct {
	Work          Work   // empty for latency on a declared histogram
	Metric        string // OpenTelemetry name of the histogram that measures it
	Names         []string
	Where         []Where
	Threshold     time.Duration // latency only
	Bound         float64       // latency only: the threshold in the metric's unit
	CountFailures bool          // latency only: failed requests are bad instead of left out
}

// Where restricts a metric to values of one of its attributes.
type Where struct {
	Attribute string
	Values    []string
}

// EventSLI counts events: Total, and one of Good and Bad.
type EventSLI struct {
	Total EventCount
	Good  *EventCount
	Bad   *EventCount
}

// EventCount is a declared metric with restrictions, or a query.
type EventCount struct {
	Metric string
	Where  []Where
	Query  *Query
}

// SliceSLI holds in a time slice when its value is above and below the limits.
type SliceSLI struct {
	Metric string
	Where  []Where
	Query  *Query
	Above  *float64
	Below  *float64
	Slice  time.Duration
}

// LogSLI counts log records: Total, and one of Good and Bad.
type LogSLI struct {
	Total Query
	Good  *Query
	Bad   *Query
}

// Alerting is how an SLO alerts.
type Alerting struct {
	Page        bool
	Ticket      bool
	MissingData bool
	MinEvents   int // per alerting window; below it nobody is told
}

// Percent is a percentage in millionths: 99.95 % is 99_950_000. It is exact,
// as binary fractions are not.
type Percent int64

// PercentScale is how many units of Percent one percent has.
const PercentScale = 1_000_000

// String returns the percentage without trailing zeros: "99.95".
func (p Percent) String() string {
	digits := strconv.FormatInt(int64(p), 10)
	if pad := 7 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	cut := len(digits) - 6
	fraction := strings.TrimRight(digits[cut:], "0")
	if fraction == "" {
		return digits[:cut]
	}
	return digits[:cut] + "." + fraction
}

// Window is the time over which an SLO holds: a number of days, or the
// calendar month.
type Window struct {
	Days     int
	Calendar string // "month", or empty for a rolling window
}

// Duration returns the length of the window. A calendar month counts as 30
// days, the length that burn rates are computed for.
func (w Window) Duration() time.Duration { return time.Duration(w.Days) * 24 * time.Hour }

// Needs returns the retention of metrics that the whole window needs.
func (w Window) Needs() time.Duration {
	if w.Calendar != "" {
		return 31 * 24 * time.Hour
	}
	return w.Duration()
}

// String returns "30d" or "month".
func (w Window) String() string {
	if w.Calendar != "" {
		return w.Calendar
	}
	return strconv.Itoa(w.Days) + "d"
}
