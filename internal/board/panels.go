package board

import (
	"strings"
	"time"
)

// Heights and widths that panels have where nothing else is said.
const (
	small  = 4 // of a figure
	medium = 8 // of a graph
	tall   = 10
	third  = 8 // of the width
	half   = 12
	full   = Columns
)

// noTraffic is what stands in panels of rates while there is nothing to count.
const noTraffic = "no traffic in this range"

// prom asks Prometheus.
func prom(text, legend string) Query {
	q := Query{Language: PromQL, Text: text, Legend: legend}
	if strings.Contains(text, placeholder(Rate)) {
		q.Step = leastStep
	}
	return q
}

// leastStep makes windows of rates long enough for services that send their
// metrics once a minute, as OpenTelemetry's SDKs do by default.
const leastStep = time.Minute

// few is how many points graphs have that read many series: buckets, or those of
// all services. Each point is of the five minutes before it, so that such a graph
// costs the same over a month as over a day.
const few = 300

// now asks for the last value only.
func now(text, legend string) Query {
	return Query{Language: PromQL, Text: text, Legend: legend, Instant: true}
}

// silent says why a query may have no data although all is well.
func silent(q Query, why string) Query {
	q.Silent = why
	return q
}

// figure is a large number.
func figure(title, description string, unit Unit, w int, q Query, steps ...Threshold) Panel {
	return Panel{
		Title: title, Description: description, Kind: Stat, At: Box{W: w, H: small}, Unit: unit,
		Queries: []Query{q}, Thresholds: steps,
	}
}

// graph is a time series.
func graph(title, description string, unit Unit, w int, queries ...Query) Panel {
	p := Panel{
		Title: title, Description: description, Kind: TimeSeries, At: Box{W: w, H: medium}, Unit: unit,
		Queries: queries, Min: at(0), NoValue: noTraffic,
	}
	switch unit { // an axis of nothing but zeros would reach up to anything
	case Share:
		p.SoftMax = at(0.01)
	case Number:
		p.SoftMax = at(1)
	}
	return p
}

// table has a row for each set of labels.
func table(title, description string, w, h int, queries []Query, columns []Column) Panel {
	return Panel{
		Title: title, Description: description, Kind: Table, At: Box{W: w, H: h}, Unit: NoUnit,
		Queries: queries, Columns: columns,
	}
}

func at(value float64) *float64 { return &value }

func digits(n int) *int { return &n }

// with changes a panel in one place.
func (p Panel) with(change func(*Panel)) Panel {
	change(&p)
	return p
}

// steps are thresholds: a colour, and then values from which on it is another.
func steps(first Color, more ...Threshold) []Threshold {
	return append([]Threshold{{Color: first}}, more...)
}

func from(value float64, color Color) Threshold { return Threshold{value, color} }

// Thresholds that mean the same wherever they stand.
var (
	budgetSteps = steps(Red, from(0, Orange), from(0.2, Yellow), from(0.5, Green))
	burnSteps   = steps(Green, from(1, Yellow), from(6, Orange), from(14.4, Red))
	errorSteps  = steps(Green, from(0.001, Yellow), from(0.01, Orange), from(0.05, Red))
	countSteps  = steps(Green, from(1, Red))
	ticketSteps = steps(Green, from(1, Orange))
	plainSteps  = steps(Plain)
	blueSteps   = steps(Blue)
)

// statusStyles colour the classes of HTTP status codes.
var statusStyles = []Style{
	{Pattern: "^2", Color: Green}, {Pattern: "^3", Color: Yellow}, {Pattern: "^4", Color: Blue}, {Pattern: "^5", Color: Red}, {Pattern: "^1", Color: Grey},
}

// quantileStyles colour quantiles from common to rare.
var quantileStyles = []Style{
	{Series: "p50", Color: Green}, {Series: "p95", Color: Yellow}, {Series: "p99", Color: Red},
}

// levelStyles colour the levels of log records.
var levelStyles = []Style{
	{Pattern: "^(error|fatal|critical)$", Color: Red},
	{Pattern: "^warn", Color: Orange},
	{Pattern: "^info$", Color: Green},
	{Pattern: "^(debug|trace)$", Color: Blue},
	{Pattern: "^unknown$", Color: Grey},
}
