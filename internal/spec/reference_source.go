package spec

// sourceArguments describe a histogram that a service exposes itself.
func sourceArguments(of string, labels ...ArgumentDoc) []ArgumentDoc {
	first := ArgumentDoc{Name: "duration", Type: "text", Required: true, Text: "The histogram of the durations of " + of + ", with or without `_bucket`, `_count` or `_sum` at its end."}
	return append(append([]ArgumentDoc{first}, labels...),
		ArgumentDoc{Name: "unit", Type: "text", Without: "`ms` if the name ends in `_milliseconds` or `_ms`, else `s`", Values: []string{"s", "ms"}, Text: "Its unit."},
		ArgumentDoc{Name: "buckets", Type: "numbers", Without: "unknown", Text: "Its bucket bounds in that unit, growing, so that the thresholds of latency SLIs can be checked."},
		ArgumentDoc{Name: "native", Type: "bool", Default: "false", Text: "It is a native histogram."},
	)
}

func label(name, fallback, text string) ArgumentDoc {
	return ArgumentDoc{Name: name, Type: "text", Default: `"` + fallback + `"`, Text: text}
}

var sourceBlocks = []BlockDoc{
	{
		Title: "source",
		Paths: []string{"service.source"},
		Label: &LabelDoc{Name: "kind", Values: []string{"prometheus"}, Text: "Prometheus scrapes the service."},
		Count: AtMostOne,
		Text: "For a service that is instrumented otherwise: where to scrape it, and what its metrics are called. " +
			"Its signals are declared by the names that it exposes, and `http`, `grpc`, `consumer` and `jobs` name the histograms that stand in for the standard ones. " +
			"SLIs measure work that has such a block.",
		Example: `service "legacy" {
  source "prometheus" {
    targets = ["legacy:8080"]
    scheme  = "http"
    path    = "/metrics"
  }

  counter "legacy_logins_total" {}
}`,
		Arguments: []ArgumentDoc{
			{Name: "targets", Type: "texts", Required: true, Text: "What to scrape, each as host and port."},
			{Name: "scheme", Type: "text", Default: `"http"`, Values: []string{"http", "https"}, Text: "How."},
			{Name: "path", Type: "text", Default: `"/metrics"`, Text: "Where on the host; it starts with a slash."},
			{Name: "job", Type: "text", Without: "the service's name", Text: "The `job` label of its series."},
		},
	},
	{
		Title: "source http",
		Paths: []string{"service.source.http"},
		Count: AtMostOne,
		Text:  "The metric of HTTP requests, in place of `http.server.request.duration`, and its labels.",
		Example: `service "legacy" {
  http {
    route "/orders" {}
  }

  source "prometheus" {
    targets = ["legacy:8080"]
    http {
      duration = "http_request_seconds"
      route    = "handler"
      status   = "code"
      buckets  = [0.1, 0.25, 0.5, 1]
    }
  }

  sli "latency" {
    objective = 99
    latency {
      threshold = "250ms"
      routes    = ["/orders"]
    }
  }
}`,
		Arguments: sourceArguments("HTTP requests",
			label("route", "route", "The label of the route."),
			label("method", "method", "The label of the request's method."),
			label("status", "status", "The label of the status code."),
		),
	},
	{
		Title: "source grpc",
		Paths: []string{"service.source.grpc"},
		Count: AtMostOne,
		Text:  "The metric of gRPC calls, in place of `rpc.server.call.duration`, and its labels.",
		Example: `service "legacy" {
  source "prometheus" {
    targets = ["legacy:8080"]
    grpc {
      duration = "grpc_server_handling_seconds"
    }
  }

  sli "availability" {
    objective = 99.5
    availability {}
  }
}`,
		Arguments: sourceArguments("gRPC calls",
			label("method", "grpc_method", "The label of the method."),
			label("status", "grpc_code", "The label of the status code."),
		),
	},
	{
		Title: "source consumer",
		Paths: []string{"service.source.consumer"},
		Count: AtMostOne,
		Text:  "The metric of processed messages, in place of `messaging.process.duration`, and its labels.",
		Example: `service "legacy" {
  source "prometheus" {
    targets = ["legacy:8080"]
    consumer {
      duration = "worker_message_seconds"
      queue    = "topic"
    }
  }
}`,
		Arguments: sourceArguments("processed messages",
			label("queue", "queue", "The label of the queue."),
			label("error", "error", "The label that is set when a message failed."),
		),
	},
	{
		Title: "source jobs",
		Paths: []string{"service.source.jobs"},
		Count: AtMostOne,
		Text:  "The metric of job runs, in place of `job.run.duration`, and its labels.",
		Example: `service "legacy" {
  source "prometheus" {
    targets = ["legacy:8080"]
    jobs {
      duration = "cron_run_seconds"
      name     = "cron"
    }
  }
}`,
		Arguments: sourceArguments("job runs",
			label("name", "job_name", "The label of the job's name."),
			label("error", "error", "The label that is set when a run failed."),
		),
	},
}
