package board

import (
	"fmt"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// runtimeRow is about the processes themselves.
func runtimeRow(s *model.Service) Row {
	var panels []Panel
	add := func(name, title, description string, unit Unit, expr func(measured) string, legend string) {
		if m, ok := metric(s, name); ok {
			p := graph(title, description, unit, third, prom(expr(m), legend))
			p.NoValue = "not sent in this range"
			panels = append(panels, p)
		}
	}
	byInstance := func(m measured) string { return "sum by (instance) (" + m.selector("") + ")" }
	rate := func(m measured) string {
		return "sum by (instance) (rate(" + m.selector("") + "[" + placeholder(Rate) + "]))"
	}
	if s.Source == nil {
		add("go.memory.used", "Memory of the Go runtime", "Memory that each process uses. Steady growth over days is a leak.", Bytes, byInstance, row("instance"))
		add("go.goroutine.count", "Goroutines", "Goroutines of each process. Growth without more work is a leak: something waits and never ends.", Number, byInstance, row("instance"))
		add("go.memory.allocated", "Allocation", "Memory that each process allocates a second. The more, the busier the garbage collector.", BytesPerSecond, rate, row("instance"))
		add("go.memory.gc.goal", "Heap goal", "The size of the heap at which the garbage collector begins its next cycle.", Bytes, byInstance, row("instance"))
		add(naming.TelemetryErrors, "Errors of the telemetry itself", "What could not be exported, a second. Above 0 for long, what the other panels say has gaps.", PerSecond, rate, row("instance"))
		add(naming.Overflow, "Attribute values beyond their limit", "Measurements a second whose value of an open attribute was beyond its max_cardinality, and is counted under _other.", PerSecond,
			func(m measured) string {
				return "sum by (metric, attribute) (rate(" + m.selector("") + "[" + placeholder(Rate) + "]))"
			}, row("metric")+" "+row("attribute"))
		for i := range panels {
			if n := panels[i].Title; n == "Errors of the telemetry itself" || n == "Attribute values beyond their limit" {
				panels[i].Queries[0].Silent = "only once there was one"
				panels[i].NoValue = "there was none"
			}
		}
	} else {
		up := graph("Scrapes that succeed", "1 while an instance is scraped, 0 while it does not answer.", Number, half, prom(recorded("up", matchers(s)...), row("instance")))
		up.Max, up.NoValue = at(1), "no target"
		took := graph("Duration of scrapes", "How long the instances take to give their metrics.", Seconds, half, prom(recorded("scrape_duration_seconds", matchers(s)...), row("instance")))
		took.NoValue = "no target"
		panels = append(panels, up, took)
	}
	return Row{Title: "How are its processes?", Section: runtimeSection, Panels: panels}
}

// logsOf selects the log records of a service.
func logsOf(s *model.Service) string {
	return fmt.Sprintf("%s | deployment_environment_name =~ %s", recorded("", is("service_name", s.Name)), query.QuoteLogQL(placeholder(environmentVariable)))
}

// logsRow shows what the service logs.
func logsRow(s *model.Service) Row {
	if s.Source != nil {
		return Row{}
	}
	volume := graph("Log records by level", "How many records there are of each level, in each step of the graph. A change of the mix is often the first sign.", Number, third,
		Query{
			Language: LogQL, Text: fmt.Sprintf("sum by (detected_level) (count_over_time(%s [%s]))", logsOf(s), placeholder(Step)), Legend: row("detected_level"),
			Silent: "a service may log nothing",
		})
	volume.Bars, volume.Stacked, volume.Styles, volume.NoValue = true, true, levelStyles, "nothing was logged in this range"
	volume.At.H = tall
	records := Panel{
		Title: "Warnings and errors", Description: "The latest records of level warn and above. Open one to see its attributes; the link beside trace_id opens the trace that it belongs to.",
		Kind: Logs, At: Box{W: full - third, H: tall}, Unit: NoUnit, NoValue: "no warning and no error in this range",
		Queries: []Query{{
			Language: LogQL, Text: logsOf(s) + ` | detected_level =~ "warn|error|fatal|critical"`, Limit: 200,
			Silent: "only while something is worth a warning",
		}},
	}
	records.Links = []Link{{Title: "All records", Explore: &Query{Language: LogQL, Text: recorded("", is("service_name", s.Name))}}}
	return Row{Title: "What is it saying?", Section: logsSection, Panels: []Panel{volume, records}}
}

// slowUnlessPromised is what a slow trace is where no latency is promised.
const slowUnlessPromised = 500 * time.Millisecond

// tracesRow finds the traces that are worth a look.
func tracesRow(s *model.Service) Row {
	if s.Source != nil {
		return Row{}
	}
	slow := slowUnlessPromised
	for _, sli := range promises(s) {
		if sli.Kind == model.Latency && sli.Requests.Work != "" {
			slow = sli.Requests.Threshold
			break
		}
	}
	environment := fmt.Sprintf(` && resource.deployment.environment.name =~ "%s"`, placeholder(environmentVariable))
	list := func(name, description, condition, none string) Panel {
		q := Query{Language: TraceQL, Text: "{ " + tracesOf(s) + environment + " && " + condition + " }", Limit: traceLimit, Silent: "only while there are such traces, and sampling keeps them"}
		return Panel{
			Title: name, Description: description, Kind: Traces, At: Box{W: half, H: tall}, Unit: NoUnit, NoValue: none, Queries: []Query{q},
			Links: []Link{{Title: "Search on", Explore: &Query{Language: TraceQL, Text: "{ " + tracesOf(s) + " && " + condition + " }"}}},
		}
	}
	return Row{Title: "Which traces are worth a look?", Section: tracesSection, Panels: []Panel{
		list("Failing traces", "Traces in which a span of this service failed. A click shows the trace, its logs and the metrics of its services.", "status = error", "no failing trace in this range"),
		list("Slow traces", "Traces in which a span of this service took longer than "+model.FormatDuration(slow)+". A click shows where the time went.",
			fmt.Sprintf("duration > %s", traceDuration(slow)), "no slow trace in this range"),
	}}
}

func traceDuration(d time.Duration) string { return fmt.Sprintf("%dus", d.Microseconds()) }
