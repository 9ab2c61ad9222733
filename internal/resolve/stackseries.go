package resolve

// stackSeries are prefixes of series that the stack's own servers and the
// generated rules make, so that a raw query may read them. Each server has
// hundreds; a prefix tells a typing error from a deep cut well enough.
var stackSeries = []string{
	"alertmanager_", "go_gc_", "go_memstats_", "go_sched_", "grafana_", "loki_", "net_conntrack_", "otelcol_", "process_",
	"prometheus_", "promhttp_", "slo:", "tempo_", "traces_service_graph_", "traces_spanmetrics_", "traces_span_metrics_",
}

// serverSeries are single series with the same purpose.
var serverSeries = []string{"ALERTS", "ALERTS_FOR_STATE", "scrape_duration_seconds", "scrape_samples_scraped", "target_info", "up"}
