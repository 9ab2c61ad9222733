package spec

// workArguments are the arguments that say which work an SLI looks at.
func workArguments(first ...ArgumentDoc) []ArgumentDoc {
	return append(first,
		ArgumentDoc{
			Name: "of", Type: "text", Without: "the first that the service does", Values: []string{"http", "grpc", "consumer", "job"},
			Text: "The kind of work. It follows from the lists below, if one is given.",
		},
		ArgumentDoc{Name: "routes", Type: "names", Without: "all", Text: "HTTP routes to look at, as their blocks name them."},
		ArgumentDoc{Name: "methods", Type: "names", Without: "all", Text: "gRPC methods to look at."},
		ArgumentDoc{Name: "consumers", Type: "names", Without: "all", Text: "Consumers to look at."},
		ArgumentDoc{Name: "jobs", Type: "names", Without: "all", Text: "Jobs to look at."},
	)
}

var sliBlocks = []BlockDoc{
	{
		Title: "sli",
		Paths: inServices("sli"),
		Label: &LabelDoc{Name: "name", Text: nameSyntax},
		Count: AnyNumber,
		Text: "A measurement of how much of the work is good. With `objective` it is a promise, an SLO: it has an error budget and alerts. " +
			"It has one kind: `availability`, `latency`, `events`, `slices` or `logs`.",
		Example: `sli "availability" {
  description = "Requests that did not fail because of us"
  objective   = 99.9
  window      = "30d"
  availability {}
}`,
		Arguments: []ArgumentDoc{
			described("What is good, in words."),
			{Name: "objective", Type: "percent", Without: "a measurement only", Text: "How much must be good: above 1 and below 100. " +
				"An objective so low that one of its alerts could never fire is an error; the message says what is possible."},
			{Name: "window", Type: "duration", Default: `"30d"`, Values: []string{"7d", "28d", "30d", "90d"}, Text: "The rolling time over which the objective holds."},
			{Name: "calendar", Type: "text", Values: []string{"month"}, Text: "The calendar month, in place of `window`."},
		},
	},
	{
		Title: "sli availability",
		Paths: inServices("sli.availability"),
		Count: AtMostOne,
		Text: "Good is what did not fail. HTTP requests fail with 5xx; gRPC calls with UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, " +
			"UNAVAILABLE or DATA_LOSS; messages and job runs with an error. An empty block looks at everything of the first kind of work that the service does, " +
			"in the order HTTP, gRPC, consumers, jobs.",
		Example: `sli "checkout-availability" {
  objective = 99.95
  window    = "28d"
  availability {
    routes = ["POST /checkout"]
  }
}`,
		Arguments: workArguments(),
	},
	{
		Title: "sli latency",
		Paths: inServices("sli.latency"),
		Count: AtMostOne,
		Text:  "Good is what took `threshold` at most. It looks at the service's work as `availability` does, or at a declared histogram of times.",
		Example: `sli "latency" {
  objective = 99
  latency {
    threshold = "250ms"
    routes    = ["GET /products"]
  }
}`,
		Arguments: append(workArguments(
			ArgumentDoc{
				Name: "threshold", Type: "duration", Required: true, Min: `"1us"`, Max: `"30d"`,
				Text: "The longest time that is good. It must be a bucket bound of the histogram; where obsboot chooses the buckets it becomes one.",
			},
			ArgumentDoc{Name: "count_failures", Type: "bool", Default: "false", Text: "Failed requests count as bad. Otherwise they are left out."},
		),
			ArgumentDoc{Name: "metric", Type: "name", Without: "the service's work", Text: "A histogram in a unit of time (`s`, `ms`)."},
			ArgumentDoc{Name: "where", Type: "where", Without: "all", Text: "With `metric`: which of its values to look at."},
		),
	},
	{
		Title: "sli events",
		Paths: inServices("sli.events"),
		Count: AtMostOne,
		Text:  "Good and all are counted: `total`, and one of `good` and `bad`.",
		Example: `sli "order-success" {
  objective = 99.5
  events {
    total {
      metric = "shop.orders"
    }
    bad {
      metric = "shop.orders"
      where  = { outcome = ["failed"] }
    }
  }
}`,
	},
	{
		Title: "events total, good, bad",
		Paths: inServices("sli.events.total", "sli.events.good", "sli.events.bad"),
		Count: AtMostOne,
		Text:  "What is counted: a metric of the service, or a query. `total` is always there, and beside it one of `good` and `bad`.",
		Example: `sli "searches" {
  objective = 99
  events {
    total {
      metric = "shop.orders"
    }
    good {
      promql = "sum(rate(${series("shop.orders", { outcome = "placed" })}[${window}]))"
    }
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "metric", Type: "name", Text: "A counter or a histogram of the service, declared or [standard](#standard-metrics)."},
			{Name: "where", Type: "where", Without: "all", Text: "With `metric`: which of its events to count."},
			{Name: "promql", Type: "promql", Text: "In place of `metric`: a query that gives one series without labels, with `${window}` as its range."},
		},
	},
	{
		Title: "sli slices",
		Paths: inServices("sli.slices"),
		Count: AtMostOne,
		Text: "Time is cut into slices, and a slice is good when its value is above and below the limits. " +
			"For freshness, backlog, saturation and throughput.",
		Example: `sli "backlog" {
  objective = 95
  window    = "7d"
  slices {
    metric = "shop.backlog"
    below  = 100
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "metric", Type: "name", Text: "A gauge or an updowncounter of the service."},
			{Name: "where", Type: "where", Without: "all", Text: "With `metric`: which of its values to look at."},
			{Name: "promql", Type: "promql", Text: "In place of `metric`: a query that gives one series. It takes no `${window}`."},
			{Name: "above", Type: "number", Text: "A good value is above it. One of `above` and `below` must be there."},
			{Name: "below", Type: "number", Text: "A good value is below it."},
			{Name: "slice", Type: "duration", Default: `"1m"`, Min: `"15s"`, Max: `"1h"`, Text: "The length of a slice."},
		},
	},
}

var countBlocks = []BlockDoc{
	{
		Title: "sli logs",
		Paths: inServices("sli.logs"),
		Count: AtMostOne,
		Text:  "Good and all are log records, counted by Loki: `total`, and one of `good` and `bad`.",
		Example: `sli "imports" {
  objective = 99
  logs {
    total {
      logql = "{service_name=\"checkout\"} |= \"import done\""
    }
    bad {
      logql = "{service_name=\"checkout\"} |= \"import done\" |= \"with errors\""
    }
  }
}`,
	},
	{
		Title: "logs total, good, bad",
		Paths: inServices("sli.logs.total", "sli.logs.good", "sli.logs.bad"),
		Count: AtMostOne,
		Text:  "Which records are counted. `total` is always there, and beside it one of `good` and `bad`.",
		Example: `sli "exports" {
  objective = 95
  logs {
    total {
      logql = "{service_name=\"checkout\"} |= \"export\""
    }
    good {
      logql = "{service_name=\"checkout\"} |= \"export\" | detected_level=\"info\""
    }
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "logql", Type: "logql", Required: true, Text: "A log stream with its filters. It counts nothing itself: no `count_over_time` or `rate`."},
		},
	},
	{
		Title: "sli alert",
		Paths: inServices("sli.alert"),
		Count: AtMostOne,
		Text:  "Tunes the alerts of an SLO. It needs an `objective`.",
		Example: `sli "quiet-nights" {
  objective = 99.5
  availability {}
  alert {
    min_events = 20
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "page", Type: "bool", Default: "true", Text: "Page when the budget goes fast."},
			{Name: "ticket", Type: "bool", Default: "true", Text: "Write a ticket when the budget goes slowly."},
			{Name: "missing_data", Type: "bool", Default: "true", Text: "Tell when the SLI is not measured."},
			{Name: "min_events", Type: "number", Default: "0", Min: "0", Max: "1000000000", Whole: true, Text: "With fewer events in an alert's window nobody is told."},
		},
	},
}
