package spec

func severity(text string) ArgumentDoc {
	return ArgumentDoc{Name: "severity", Type: "text", Default: `"ticket"`, Values: []string{"page", "ticket"}, Text: text}
}

var watchBlocks = []BlockDoc{
	{
		Title: "kpi",
		Paths: inServices("kpi"),
		Label: &LabelDoc{Name: "name", Text: nameSyntax},
		Count: AnyNumber,
		Text:  "A business figure. With `deviation` it alerts when it differs from what it was.",
		Example: `kpi "revenue" {
  description = "Revenue per minute"
  unit        = "EUR/min"
  promql      = "60 * sum(rate(${series("shop.order.value", "sum")}[5m]))"
  compare     = "7d"
  deviation   = 0.3
}`,
		Arguments: []ArgumentDoc{
			described("What the figure says."),
			{Name: "unit", Type: "text", Text: "Shown with it."},
			{Name: "promql", Type: "promql", Required: true, Text: "The figure."},
			{Name: "compare", Type: "duration", Without: "with nothing", Min: `"1h"`, Max: `"366d"`, Text: "Compare it with its value this long ago."},
			{Name: "deviation", Type: "number", Without: "no alert", Min: "0.01", Max: "100", Text: "Alert when it differs by more than this share of the value compared with; 0.3 is 30 %. It needs `compare`."},
			severity("How soon somebody must look at that alert."),
			{Name: "for", Type: "duration", Default: `"30m"`, Min: `"0s"`, Max: `"7d"`, Text: "How long it must differ before it alerts."},
		},
	},
	{
		Title: "capacity",
		Paths: inServices("capacity"),
		Label: &LabelDoc{Name: "name", Text: nameSyntax},
		Count: AnyNumber,
		Text:  "A signal with a limit. It alerts near the limit and, with `forecast`, when the trend leads there.",
		Example: `capacity "requests" {
  description = "Measured with the last load test"
  unit        = "req/s"
  limit       = 400
  warn_at     = 0.7
  forecast    = "7d"
  promql      = "sum(rate(${series("http.server.request.duration", "count")}[5m]))"
}`,
		Arguments: []ArgumentDoc{
			described("Where the limit comes from."),
			{Name: "unit", Type: "text", Text: "Shown with it."},
			{Name: "promql", Type: "promql", Required: true, Text: "The signal, in the same unit as the limit."},
			{Name: "limit", Type: "number", Required: true, Text: "The most that is possible; above 0."},
			{Name: "warn_at", Type: "number", Default: "0.8", Min: "0.01", Max: "1", Text: "The share of the limit at which it alerts."},
			{Name: "forecast", Type: "duration", Without: "no forecast", Min: `"1h"`, Max: `"366d"`, Text: "Alert when the trend reaches the limit within this time."},
			severity("How soon somebody must look at these alerts."),
		},
	},
	{
		Title: "alert",
		Paths: inServices("alert"),
		Label: &LabelDoc{Name: "name", Text: nameSyntax},
		Count: AnyNumber,
		Text:  "An alert of your own, for what no promise covers.",
		Example: `alert "stuck" {
  summary  = "Nothing was shipped for half an hour while orders wait"
  severity = "page"
  promql   = "sum(rate(${series("messaging.process.duration", "count")}[30m])) == 0 and max(${series("shop.backlog")}) > 0"
  for      = "5m"
}`,
		Arguments: []ArgumentDoc{
			{Name: "summary", Type: "text", Required: true, Text: "One sentence that a person understands at 3 a.m."},
			described("More about it."),
			{Name: "severity", Type: "text", Required: true, Values: []string{"page", "ticket"}, Text: "A page must be looked at now, a ticket in working hours."},
			{Name: "promql", Type: "promql", Required: true, Text: "It fires while this gives any series."},
			{Name: "for", Type: "duration", Default: `"0s"`, Min: `"0s"`, Max: `"30d"`, Text: "How long it must do so first."},
			{Name: "keep_firing_for", Type: "duration", Default: `"0s"`, Min: `"0s"`, Max: `"30d"`, Text: "How long it fires on after that."},
			{Name: "labels", Type: "map", Text: "Further labels of the alert. [Some names are taken](#names)."},
		},
	},
	{
		Title: "panel",
		Paths: inServices("panel"),
		Label: &LabelDoc{Name: "title", Text: "1 to 255 characters, no control characters."},
		Count: AnyNumber,
		Text:  "A panel of the service's dashboard, in the order of the spec. It has one query as an argument, or several as `query` blocks.",
		Example: `panel "Orders by outcome" {
  description = "Failed ones should be a thin line at the bottom"
  unit        = "orders/s"
  promql      = "sum by (outcome) (rate(${series("shop.orders")}[5m]))"
  legend      = "{{outcome}}"
}`,
		Arguments: []ArgumentDoc{
			described("How to read it."),
			{Name: "unit", Type: "text", Text: "The unit of its values."},
			{
				Name: "type", Type: "text", Default: `"timeseries"`, Values: []string{"timeseries", "stat", "gauge", "bar", "table", "heatmap", "logs"},
				Text: "How it is drawn. With `logql` as its argument the default is `logs`. A panel of `logs` shows a log stream, every other one numbers.",
			},
			{Name: "promql", Type: "promql", Text: "What it shows."},
			{Name: "logql", Type: "logql", Text: "In place of `promql`: what it shows."},
			{Name: "legend", Type: "text", Text: "The name of each series; `{{label}}` stands for a label's value."},
		},
	},
	{
		Title: "panel query",
		Paths: inServices("panel.query"),
		Label: &LabelDoc{Name: "legend", Text: "The name of its series in the panel."},
		Count: AnyNumber,
		Text:  "One of several queries of a panel: `promql` or `logql`.",
		Example: `panel "Orders and backlog" {
  query "orders" {
    promql = "sum(rate(${series("shop.orders")}[5m]))"
  }
  query "backlog" {
    promql = "max(${series("shop.backlog")})"
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "promql", Type: "promql", Text: "A query of Prometheus."},
			{Name: "logql", Type: "logql", Text: "A query of Loki."},
		},
	},
	{
		Title: "runbook",
		Paths: inServices("runbook"),
		Count: AtMostOne,
		Text:  "What the service's owners want to read when it fails.",
		Example: `runbook {
  url  = "https://wiki.example.com/checkout"
  text = <<-MD
    If the acquirer is down, switch to the fallback.
  MD
}`,
		Arguments: []ArgumentDoc{
			{Name: "text", Type: "text", Text: "Markdown."},
			{Name: "url", Type: "text", Text: "A page that says more."},
		},
	},
}

var codeBlocks = []BlockDoc{
	{
		Title: "dashboard",
		Paths: []string{"service.dashboard"},
		Count: AtMostOne,
		Text:  "Tunes the service's dashboard.",
		Example: `dashboard {
  hide = ["traces"]
}`,
		Arguments: []ArgumentDoc{
			{Name: "hide", Type: "texts", Values: []string{"promises", "requests", "dependencies", "signals", "runtime", "logs", "traces"}, Text: "Sections to leave out."},
		},
	},
	{
		Title: "instrument",
		Paths: []string{"service.instrument"},
		Label: &LabelDoc{Name: "language", Values: []string{"go"}, Text: "The language of the helpers."},
		Count: AnyNumber,
		Text: "Generates a package of instrumentation helpers for the service. It does not go together with `source`. " +
			"The names of signals, attributes and values must stay different as Go identifiers.",
		Example: `instrument "go" {
  package = "telemetry"
  dir     = "services/checkout/telemetry"
}`,
		Arguments: []ArgumentDoc{
			{Name: "package", Type: "text", Default: `"telemetry"`, Text: "The package's name: small letters, digits and `_`, a letter first."},
			{Name: "dir", Type: "path", Without: "the package's name", Text: "Where it is written. No two services share a folder."},
			{Name: "native_histograms", Type: "bool", Default: "false", Text: "The standard histograms are exponential, native histograms in Prometheus."},
			{
				Name: "libraries", Type: "texts", Values: []string{"chi", "database/sql", "gin", "pgx"}, Without: "`pgx` or `database/sql` where a database needs it",
				Text: "What the helpers have adapters for, each of which they import: the routers `chi` and `gin` beside that of `net/http`, " +
					"`pgx` (version 5) and `database/sql` for databases. A database that speaks SQL needs neither: " +
					"PostgreSQL is asked over `pgx`, others over `database/sql`, unless one of the two is named here. gRPC comes with a `grpc` block and with `calls`.",
			},
		},
	},
}
