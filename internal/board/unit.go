package board

import "strings"

// Unit is a unit of measurement. Those below are known to renderings, which
// scale and name them; any other text stands behind the number as it is.
type Unit string

// Units that renderings know.
const (
	NoUnit          Unit = "none"
	Number          Unit = "number" // with k, M, G
	Percent         Unit = "percent"
	Share           Unit = "share" // 0 to 1, shown as a percentage
	Seconds         Unit = "s"
	Milliseconds    Unit = "ms"
	Bytes           Unit = "By"
	BytesPerSecond  Unit = "By/s"
	PerSecond       Unit = "/s"
	Requests        Unit = "req/s"
	Moment          Unit = "moment"     // milliseconds since 1970, shown as a date
	Ago             Unit = "ago"        // milliseconds since 1970, shown as the time since
	Multiple        Unit = "x"          // how many times
	SecondsAsDays   Unit = "s(d)"       // seconds, shown in days, hours and minutes
	RecordsPerHour  Unit = "records/h"  // shown as it is
	SamplesPerSec   Unit = "samples/s"  // shown as it is
	MessagesPerSec  Unit = "messages/s" // shown as it is
	CallsPerSec     Unit = "calls/s"    // shown as it is
	SpansPerSec     Unit = "spans/s"    // shown as it is
	RecordsPerSec   Unit = "records/s"  // shown as it is
	EventsPerSec    Unit = "events/s"   // shown as it is
	OperationsPerSc Unit = "ops/s"      // shown as it is
)

// UnitOf is the unit of a metric whose unit is written in UCUM, as
// OpenTelemetry has it.
func UnitOf(ucum string) Unit {
	switch ucum {
	case "", "1":
		return Number
	case "s", "ms", "By", "By/s":
		return Unit(ucum)
	case "%":
		return Percent
	}
	return Unit(annotation(ucum))
}

// PerSecondOf is the unit of the rate of a metric.
func PerSecondOf(ucum string) Unit {
	switch ucum {
	case "", "1":
		return PerSecond
	case "By":
		return BytesPerSecond
	}
	return Unit(annotation(ucum) + "/s")
}

// annotation is the text of a unit in braces, which counts things: {order}.
func annotation(ucum string) string {
	if strings.HasPrefix(ucum, "{") && strings.HasSuffix(ucum, "}") {
		return ucum[1:len(ucum)-1] + "s"
	}
	return ucum
}
