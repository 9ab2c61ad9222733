package board

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// onlyIfAny is why counters of faults may have no series.
const onlyIfAny = "its series begin with the first one"

// stackItself is the dashboard of the servers that all the others depend on.
func stackItself(sys *system) Dashboard {
	d := newDashboard(sys, naming.StackDashboard(sys.Name), sys.Name+": the stack",
		"The servers that keep and evaluate the telemetry: whether they run, what they refuse or lose, and what they cost.", systemTag)
	d.Annotations = []Annotation{firing(recorded("ALERTS", is("alertstate", "firing"), is("alertname", naming.AlertMissingData)))}
	d.Rows = []Row{
		{Title: "Does telemetry arrive?", Panels: stackVitals()},
		{Title: "Collector: does everything pass?", Panels: collectorPanels()},
		{Title: "Prometheus: metrics and rules", Panels: prometheusPanels()},
		{Title: "Alertmanager: are people told?", Panels: alertmanagerPanels()},
		{Title: "Loki: logs", Panels: lokiPanels()},
		{Title: "Tempo: traces", Panels: tempoPanels()},
		{Title: "What do the servers cost?", Panels: costPanels()},
	}
	return d
}

// of selects a series of one of the servers.
func of(component, series string, more ...query.Matcher) string {
	return recorded(series, append([]query.Matcher{is("job", naming.StackJob(component))}, more...)...)
}

// servers matches the job labels of all of them.
const servers = "obsboot/.+"

func rated(selector string, labels ...string) string {
	return "sum " + by(labels...) + "(rate(" + selector + "[" + placeholder(Rate) + "]))"
}

func stackVitals() []Panel {
	up := figure("Servers up", "How many of the servers are scraped and answer.", Share, 4,
		now("sum("+recorded("up", like("job", servers))+") / count("+recorded("up", like("job", servers))+")", ""), steps(Red, from(1, Green))...)
	up.NoValue = "Prometheus scrapes none of them"
	queue := figure("Fullest queue", "How full the fullest sending queue of the collector is. It grows while a server behind it is down or slow; what no longer fits is refused.", Share, 4,
		now(fmt.Sprintf("max(%s / %s)", of("collector", "otelcol_exporter_queue_size"), of("collector", "otelcol_exporter_queue_capacity")), ""),
		steps(Green, from(0.3, Yellow), from(0.7, Red))...)
	queue.NoValue, queue.Decimals = "the collector is not scraped", digits(1)
	refused := figure("Refused", "Spans, records and points a second that the collector refused, for want of memory or of room in a queue. Services try again for a while.", PerSecond, 4,
		now(refusals(rateWindow), ""), steps(Green, from(0.001, Red))...)
	refused.NoValue = "the collector is not scraped"
	failing := figure("Failing rules", "Evaluations of rules a second that failed. Their series and alerts stand still.", PerSecond, 4,
		now("sum(rate("+of("prometheus", "prometheus_rule_evaluation_failures_total")+"[5m]))", ""), steps(Green, from(0.001, Red))...)
	failing.NoValue = "Prometheus is not scraped"
	slowest := figure("Slowest rule group", "How much of its interval the slowest group of rules takes. From 1 on, evaluations are left out.", Share, 4,
		now(fmt.Sprintf("max(%s / %s)", of("prometheus", "prometheus_rule_group_last_duration_seconds"), of("prometheus", "prometheus_rule_group_interval_seconds")), ""),
		steps(Green, from(0.3, Yellow), from(0.8, Red))...)
	slowest.NoValue, slowest.Decimals = "Prometheus is not scraped", digits(1)
	undelivered := figure("Undelivered notifications", "Messages of Alertmanager in the last hour that did not reach anybody.", Number, 4,
		now("sum(increase("+of("alertmanager", "alertmanager_notifications_failed_total")+"[1h]))", ""), steps(Green, from(1, Red))...)
	undelivered.NoValue, undelivered.Decimals = "Alertmanager is not scraped", digits(0)
	return []Panel{up, queue, refused, failing, slowest, undelivered}
}

// refusals are what the collector refused of all signals.
func refusals(window string) string {
	part := func(series string) string {
		return "sum(rate(" + of("collector", series) + "[" + window + "]))"
	}
	return part("otelcol_receiver_refused_spans") + " + " + part("otelcol_receiver_refused_log_records") + " + " + part("otelcol_receiver_refused_metric_points")
}

func collectorPanels() []Panel {
	accepted := graph("Telemetry accepted", "Spans, log records and metric points a second that services sent and the collector took.", PerSecond, third,
		prom(rated(of("collector", "otelcol_receiver_accepted_spans")), "spans"),
		prom(rated(of("collector", "otelcol_receiver_accepted_log_records")), "log records"),
		prom(rated(of("collector", "otelcol_receiver_accepted_metric_points")), "metric points"))
	refused := graph("Telemetry refused", "What the collector refused, a second. Services try again; if this lasts, they drop.", PerSecond, third,
		prom(rated(of("collector", "otelcol_receiver_refused_spans")), "spans"),
		prom(rated(of("collector", "otelcol_receiver_refused_log_records")), "log records"),
		prom(rated(of("collector", "otelcol_receiver_refused_metric_points")), "metric points"))
	sent := graph("Telemetry passed on", "What the collector delivered to each server, a second.", PerSecond, third,
		prom(rated(of("collector", "otelcol_exporter_sent_spans"), "exporter"), "spans to "+row("exporter")),
		prom(rated(of("collector", "otelcol_exporter_sent_log_records"), "exporter"), "log records to "+row("exporter")),
		prom(rated(of("collector", "otelcol_exporter_sent_metric_points"), "exporter"), "metric points to "+row("exporter")))
	queue := graph("Sending queues", "How full the queue to each server is. It is on disk, and survives a restart.", Share, third,
		prom(fmt.Sprintf("sum by (exporter, data_type) (%s) / sum by (exporter, data_type) (%s)", of("collector", "otelcol_exporter_queue_size"), of("collector", "otelcol_exporter_queue_capacity")), row("exporter")+" "+row("data_type")))
	queue.Thresholds, queue.NoValue = steps(Green, from(0.3, Yellow), from(0.7, Red)), "the collector is not scraped"
	failed := graph("Deliveries that failed", "What a server refused or did not take, a second. The collector tries again.", PerSecond, third,
		silent(prom(rated(of("collector", "otelcol_exporter_send_failed_spans"), "exporter"), "spans to "+row("exporter")), onlyIfAny),
		silent(prom(rated(of("collector", "otelcol_exporter_send_failed_log_records"), "exporter"), "log records to "+row("exporter")), onlyIfAny),
		silent(prom(rated(of("collector", "otelcol_exporter_send_failed_metric_points"), "exporter"), "metric points to "+row("exporter")), onlyIfAny))
	failed.NoValue = "none failed"
	lost := graph("Telemetry lost", "What found no room in a sending queue, a second. If its service does not send it again, it is lost.", PerSecond, half,
		silent(prom(rated(of("collector", "otelcol_exporter_enqueue_failed_spans"), "exporter"), "spans to "+row("exporter")), onlyIfAny),
		silent(prom(rated(of("collector", "otelcol_exporter_enqueue_failed_log_records"), "exporter"), "log records to "+row("exporter")), onlyIfAny),
		silent(prom(rated(of("collector", "otelcol_exporter_enqueue_failed_metric_points"), "exporter"), "metric points to "+row("exporter")), onlyIfAny))
	lost.NoValue = "none was lost"
	broken := graph("Telemetry that failed inside", "What the collector took and could not process, a second.", PerSecond, half,
		prom(rated(of("collector", "otelcol_receiver_failed_spans")), "spans"),
		prom(rated(of("collector", "otelcol_receiver_failed_log_records")), "log records"),
		prom(rated(of("collector", "otelcol_receiver_failed_metric_points")), "metric points"))
	sampling := graph("Traces by decision", "Traces a second that tail sampling keeps, and that it drops.", "traces/s", third,
		silent(prom(rated(of("collector", "otelcol_processor_tail_sampling_global_count_traces_sampled"), "decision"), row("decision")), "without sampling nothing is decided"))
	sampling.NoValue = "no trace was decided about"
	return []Panel{accepted, sent, refused, queue, failed, sampling, lost, broken}
}

func prometheusPanels() []Panel {
	series := graph("Series in memory", "Series that are written to now. Growth without more services is a label with too many values.", Number, third,
		prom("sum("+of("prometheus", "prometheus_tsdb_head_series")+")", "series"))
	samples := graph("Samples written", "Samples a second.", SamplesPerSec, third, prom(rated(of("prometheus", "prometheus_tsdb_head_samples_appended_total")), "samples"))
	queries := graph("Duration of queries", "99 % of the queries, of rules and of people, take at most this long.", Seconds, third,
		prom("max by (slice) ("+of("prometheus", "prometheus_engine_query_duration_seconds", is("quantile", "0.99"))+" >= 0)", row("slice")))
	queries.NoValue = "no query in this range"
	cost := graph("Cost of rules", "The share of a processor's time that evaluating each group of rules takes, the ten most expensive.", Share, half,
		prom(fmt.Sprintf(`topk(10, max by (rule_group) (label_replace(%s / %s, "rule_group", "$1", "rule_group", ".*;(.*)")))`, of("prometheus", "prometheus_rule_group_last_duration_seconds"), of("prometheus", "prometheus_rule_group_interval_seconds")), row("rule_group")))
	missed := graph("Evaluations left out", "Evaluations a second that were left out, because the one before took too long, or that failed.", PerSecond, half,
		prom(rated(of("prometheus", "prometheus_rule_group_iterations_missed_total")), "left out"),
		prom(rated(of("prometheus", "prometheus_rule_evaluation_failures_total")), "failed"))
	late := graph("Samples out of order", "Samples a second that came late and were still taken, and such that were too late.", SamplesPerSec, half,
		prom(rated(of("prometheus", "prometheus_tsdb_head_out_of_order_samples_appended_total")), "taken"),
		prom(rated(of("prometheus", "prometheus_tsdb_too_old_samples_total")), "refused as too old"),
		prom(rated(of("prometheus", "prometheus_tsdb_out_of_bound_samples_total")), "refused as out of bounds"))
	size := graph("Data of Prometheus on disk", "What the blocks of the storage take.", Bytes, half, prom("sum("+of("prometheus", "prometheus_tsdb_storage_blocks_bytes")+")", "blocks"))
	return []Panel{series, samples, queries, cost, missed, late, size}
}

func alertmanagerPanels() []Panel {
	sent := graph("Notifications", "Messages a second by the way they took.", PerSecond, third, silent(prom(rated(of("alertmanager", "alertmanager_notifications_total"), "integration")+" > 0", row("integration")), "only while somebody is told"))
	failed := graph("Notifications that failed", "Messages a second that did not arrive, by the way they took.", PerSecond, third, silent(prom(rated(of("alertmanager", "alertmanager_notifications_failed_total"), "integration")+" > 0", row("integration")), "only while one fails"))
	sent.NoValue, failed.NoValue = "nobody was told of anything in this range", "none failed"
	alerts := graph("Alerts by state", "Alerts that Alertmanager knows.", Number, third, prom("sum by (state) ("+of("alertmanager", "alertmanager_alerts")+")", row("state")))
	return []Panel{sent, failed, alerts}
}

func lokiPanels() []Panel {
	lines := graph("Log records taken", "Records a second.", RecordsPerSec, third, silent(prom(rated(of("loki", "loki_distributor_lines_received_total")), "records"), onlyIfAny))
	lines.NoValue = "no record has arrived"
	dropped := graph("Log records refused by Loki", "Records a second that Loki did not take, by the reason.", RecordsPerSec, third, silent(prom(rated(of("loki", "loki_discarded_samples_total"), "reason"), row("reason")), onlyIfAny))
	dropped.NoValue = "none was refused"
	streams := graph("Streams in memory", "Streams that are written to now. Many small ones are slow: a label has too many values.", Number, third, prom("sum("+of("loki", "loki_ingester_memory_streams")+")", "streams"))
	streams.NoValue = "no record has arrived"
	streams.Queries[0].Silent = onlyIfAny
	slow := graph("p99 of Loki's answers", "99 % of the requests take at most this long, by what was asked.", Seconds, half,
		prom("histogram_quantile(0.99, sum by (le, route) (rate("+of("loki", "loki_request_duration_seconds_bucket", like("route", "loki_api_v1_(query|query_range|push)|otlp_v1_logs|.*Push.*|.*Query.*"))+"["+placeholder(Rate)+"]))) >= 0", row("route")))
	slow.NoValue = "nothing was asked"
	slow.Queries[0].Silent = "only while Loki is asked"
	bytes := graph("Log volume", "Bytes a second.", BytesPerSecond, half, silent(prom(rated(of("loki", "loki_distributor_bytes_received_total")), "received"), onlyIfAny))
	bytes.NoValue = "no record has arrived"
	return []Panel{lines, dropped, streams, slow, bytes}
}

func tempoPanels() []Panel {
	spans := graph("Spans taken", "Spans a second.", SpansPerSec, third, silent(prom(rated(of("tempo", "tempo_distributor_spans_received_total")), "spans"), onlyIfAny))
	spans.NoValue = "no span has arrived"
	dropped := graph("Spans refused by Tempo", "Spans a second that Tempo did not take, by the reason.", SpansPerSec, third, silent(prom(rated(of("tempo", "tempo_discarded_spans_total"), "reason"), row("reason")), onlyIfAny))
	dropped.NoValue = "none was refused"
	slow := graph("p99 of Tempo's answers", "99 % of the requests take at most this long, by what was asked.", Seconds, third,
		silent(prom("histogram_quantile(0.99, sum by (le, route) (rate("+of("tempo", "tempo_request_duration_seconds_bucket", like("route", "api_.*|.*Push.*|.*Search.*|.*Trace.*"))+"["+placeholder(Rate)+"]))) >= 0", row("route")), "only while Tempo is asked"))
	slow.NoValue = "nothing was asked"
	generated := graph("Series made of spans", "Series of the service map and of spans that Tempo makes. Growth without more services is a span name with too many values.", Number, half,
		silent(prom("sum("+of("tempo", "tempo_metrics_generator_registry_active_series")+")", "series"), onlyIfAny))
	generated.NoValue = "no span has arrived"
	bytes := graph("Trace volume", "Bytes a second.", BytesPerSecond, half, silent(prom(rated(of("tempo", "tempo_distributor_bytes_received_total")), "received"), onlyIfAny))
	bytes.NoValue = "no span has arrived"
	return []Panel{spans, dropped, slow, generated, bytes}
}

func costPanels() []Panel {
	memory := graph("Memory of the servers", "Memory that each server has taken from the machine.", Bytes, half,
		prom("sum by (job) ("+recorded("process_resident_memory_bytes", like("job", servers))+")", row("job")),
		prom("sum by (job) ("+of("collector", "otelcol_process_memory_rss")+")", row("job")))
	processor := graph("Processor time of the servers", "Processors that each server keeps busy.", Number, half,
		prom(rated(recorded("process_cpu_seconds_total", like("job", servers)), "job"), row("job")),
		prom(rated(of("collector", "otelcol_process_cpu_seconds"), "job"), row("job")))
	processor.Unit = "cores"
	return []Panel{memory, processor}
}
