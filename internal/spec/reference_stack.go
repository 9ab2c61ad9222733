package spec

var stackBlocks = []BlockDoc{
	{
		Title: "stack",
		Paths: []string{"stack"},
		Label: &LabelDoc{Name: "flavour", Values: []string{"local"}, Text: "`local` is a Docker Compose stack on one machine."},
		Count: AtMostOne,
		Text:  "The servers: OpenTelemetry Collector, Prometheus, Alertmanager, Loki, Tempo and Grafana. Without the block `stack \"local\" {}` applies.",
		Example: `stack "local" {
  retention {
    metrics = "90d"
  }
  ports {
    grafana = 8080
  }
}`,
	},
	{
		Title: "stack retention",
		Paths: []string{"stack.retention"},
		Count: AtMostOne,
		Text:  "How long data is kept. An SLO needs metrics for its whole window, and 31 days for a calendar month; `validate` warns of less.",
		Example: `stack "local" {
  retention {
    metrics = "35d"
    logs    = "7d"
    traces  = "3d"
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "metrics", Type: "duration", Default: `"35d"`, Min: `"2h"`, Max: `"3650d"`, Text: "In Prometheus."},
			{Name: "logs", Type: "duration", Default: `"7d"`, Min: `"1d"`, Max: `"3650d"`, Text: "In Loki."},
			{Name: "traces", Type: "duration", Default: `"3d"`, Min: `"1h"`, Max: `"3650d"`, Text: "In Tempo."},
		},
	},
	{
		Title: "stack ports",
		Paths: []string{"stack.ports"},
		Count: AtMostOne,
		Text:  "The ports that the servers are published on, all on loopback. No two may be the same.",
		Example: `stack "local" {
  ports {
    grafana   = 3300
    otlp_grpc = 14317
  }
}`,
		Arguments: []ArgumentDoc{
			port("grafana", "3000", "Dashboards."),
			port("prometheus", "9090", "Metrics and rules."),
			port("alertmanager", "9093", "Alerts."),
			port("loki", "3100", "Logs."),
			port("tempo", "3200", "Traces."),
			port("otlp_grpc", "4317", "The collector: OTLP over gRPC."),
			port("otlp_http", "4318", "The collector: OTLP over HTTP."),
		},
	},
	{
		Title: "stack urls",
		Paths: []string{"stack.urls"},
		Count: AtMostOne,
		Text:  "Where people open the servers from the links of alerts and runbooks, when that is not this machine.",
		Example: `stack "local" {
  urls {
    grafana  = "https://grafana.example.com"
    runbooks = "https://git.example.com/shop/tree/main/observability/runbooks"
  }
}`,
		Arguments: []ArgumentDoc{
			serverURL("grafana", "its port on localhost", "Grafana."),
			serverURL("prometheus", "its port on localhost", "Prometheus."),
			serverURL("alertmanager", "its port on localhost", "Alertmanager."),
			serverURL("runbooks", "the copy that Grafana serves", "The folder `runbooks` of the output, wherever people read it."),
		},
	},
	{
		Title: "stack images",
		Paths: []string{"stack.images"},
		Count: AtMostOne,
		Text:  "Container images in place of the pinned ones. Each names a version or a digest; `latest` is refused.",
		Example: `stack "local" {
  images {
    grafana = "registry.example.com/grafana:12.3.0"
  }
}`,
		Arguments: []ArgumentDoc{
			image("grafana"), image("prometheus"), image("alertmanager"), image("loki"), image("tempo"), image("collector"),
		},
	},
	{
		Title: "stack sampling",
		Paths: []string{"stack.sampling"},
		Count: AtMostOne,
		Text:  "Which traces the collector keeps, once it has seen them whole. Without the block it keeps all.",
		Example: `stack "local" {
  sampling {
    keep_errors      = true
    keep_slower_than = "500ms"
    ratio            = 0.2
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "keep_errors", Type: "bool", Default: "true", Text: "Keep every trace with an error."},
			{Name: "keep_slower_than", Type: "duration", Without: "none is kept for being slow", Min: `"1ms"`, Max: `"1h"`, Text: "Keep every trace that took longer."},
			{Name: "ratio", Type: "number", Default: "1", Min: "0", Max: "1", Text: "The share of all others that is kept; 0.2 is one in five."},
		},
	},
	{
		Title: "stack smtp",
		Paths: []string{"stack.smtp"},
		Count: AtMostOne,
		Text: "The mail server that [notifications](#team-notify) by email go through. A notification with a `smarthost` of its own uses nothing of it but `from`. " +
			"Without a server, `validate` warns and `localhost:25` is tried. `auth_password` is refused; write `auth_password_file`.",
		Example: `stack "local" {
  smtp {
    smarthost          = "smtp.example.com:587"
    from               = "alerts@example.com"
    auth_username      = "alerts"
    auth_password_file = "secrets/smtp"
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "smarthost", Type: "text", Required: true, Text: "The server, as host and port. On port 465 the connection begins with TLS, on others with STARTTLS."},
			{Name: "from", Type: "text", Default: `"alertmanager@localhost"`, Text: "The sender's address."},
			{Name: "auth_username", Type: "text", Without: "no authentication", Text: "The user at the server."},
			{Name: "auth_password_file", Type: "secretfile", Text: "File with that user's password."},
			{Name: "require_tls", Type: "bool", Default: "true", Text: "Whether mail is sent only over TLS. `false` is for a relay nearby that has none."},
		},
	},
	{
		Title: "stack watchdog",
		Paths: []string{"stack.watchdog"},
		Count: AtMostOne,
		Text: "A dead man's switch outside of the stack, such as Healthchecks or Dead Man's Snitch. The alert `Watchdog` always fires, and Alertmanager posts it there every minute or two. " +
			"The switch raises the alarm when it hears nothing, because then no alert would arrive. `url` is refused, because whoever knows it can keep the switch quiet; write `url_file`.",
		Example: `stack "local" {
  watchdog {
    url_file = "secrets/watchdog"
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "url_file", Type: "secretfile", Text: "Required: file with the URL that is posted to."},
		},
	},
	{
		Title: "stack exporter",
		Paths: []string{"stack.exporter"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax},
		Count: AnyNumber,
		Text:  "A further OTLP destination that the collector sends to. `headers` is refused, because headers hold secrets; write `headers_file`.",
		Example: `stack "local" {
  exporter "vendor" {
    endpoint     = "otlp.example.com:4317"
    signals      = ["traces"]
    headers_file = "secrets/vendor-headers"
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "endpoint", Type: "text", Required: true, Text: "Where it sends."},
			{Name: "protocol", Type: "text", Default: `"grpc"`, Values: []string{"grpc", "http"}, Text: "OTLP over gRPC or over HTTP."},
			{Name: "signals", Type: "texts", Default: `["metrics", "logs", "traces"]`, Values: []string{"metrics", "logs", "traces"}, Text: "What it sends."},
			{Name: "headers_file", Type: "secretfile", Text: "File with a line `Name: value` for each header."},
		},
	},
}

func port(name, number, text string) ArgumentDoc {
	return ArgumentDoc{Name: name, Type: "number", Default: number, Min: "1", Max: "65535", Whole: true, Text: text}
}

func serverURL(name, without, text string) ArgumentDoc {
	return ArgumentDoc{Name: name, Type: "text", Without: without, Text: text + " An http or https URL."}
}

func image(name string) ArgumentDoc {
	return ArgumentDoc{Name: name, Type: "text", Without: "the pinned image", Text: "An image with a tag or a digest."}
}
