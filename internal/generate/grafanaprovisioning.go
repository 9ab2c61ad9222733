package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/stack"
)

// grafanaProvisioning makes grafana/provisioning/datasources/datasources.yaml:
// where Grafana finds the servers, and the ways from one signal to another.
func grafanaProvisioning(sys *model.System) ([]artifact.File, error) {
	urls := map[string]string{}
	for _, c := range stack.Components(sys.Stack) {
		urls[c.Name] = "http://" + hostPort(c.Name, c.Listen)
	}
	file, err := yamlFile(sys, "grafana/provisioning/datasources/datasources.yaml", datasourceFile{
		APIVersion: 1,
		Prune:      true,
		Datasources: []datasource{
			prometheusSource(urls[stack.Prometheus]), lokiSource(urls[stack.Loki]),
			tempoSource(urls[stack.Tempo]), alertmanagerSource(urls[stack.Alertmanager]),
		},
	})
	if err != nil {
		return nil, err
	}
	return []artifact.File{file}, nil
}

// datasourceFile is Grafana's format. It expands $ itself, so that each is doubled.
type datasourceFile struct {
	APIVersion  int          `yaml:"apiVersion"`
	Prune       bool         `yaml:"prune"` // removes what is no longer here
	Datasources []datasource `yaml:"datasources"`
}

type datasource struct {
	Name         string         `yaml:"name"`
	UID          string         `yaml:"uid"`
	Type         string         `yaml:"type"`
	Access       string         `yaml:"access"`
	URL          string         `yaml:"url"`
	IsDefault    bool           `yaml:"isDefault,omitempty"`
	Editable     bool           `yaml:"editable"`
	JSONData     map[string]any `yaml:"jsonData"`
	Correlations []correlation  `yaml:"correlations,omitempty"`
}

// correlation is a link from a field of a result to another data source. Grafana
// cannot do without label and description.
type correlation struct {
	TargetUID   string            `yaml:"targetUID"`
	Label       string            `yaml:"label"`
	Description string            `yaml:"description"`
	Type        string            `yaml:"type"`
	Config      correlationConfig `yaml:"config"`
}

type correlationConfig struct {
	Type            string           `yaml:"type"`
	Field           string           `yaml:"field"`
	Target          map[string]any   `yaml:"target"`
	Transformations []transformation `yaml:"transformations,omitempty"`
}

// transformation makes variables of the groups that its expression names.
type transformation struct {
	Type       string `yaml:"type"`
	Expression string `yaml:"expression"`
}

func source(title, uid, kind, url string, settings map[string]any) datasource {
	return datasource{Name: title, UID: uid, Type: kind, Access: "proxy", URL: url, JSONData: settings}
}

func prometheusSource(url string) datasource {
	out := source("Prometheus", naming.PrometheusUID, "prometheus", url, map[string]any{
		"httpMethod":      "POST",
		"prometheusType":  "Prometheus",
		"cacheLevel":      "Low",
		"timeInterval":    "15s",
		"manageAlerts":    true,
		"alertmanagerUid": naming.AlertmanagerUID,
		"exemplarTraceIdDestinations": []map[string]string{
			{"name": "trace_id", "datasourceUid": naming.TempoUID, "urlDisplayLabel": "Trace"},
		},
	})
	out.IsDefault = true
	return out
}

func lokiSource(url string) datasource {
	out := source("Loki", naming.LokiUID, "loki", url, map[string]any{
		"maxLines":        1000,
		"manageAlerts":    true,
		"alertmanagerUid": naming.AlertmanagerUID,
		"derivedFields": []map[string]string{{
			"name": "trace_id", "matcherType": "label", "matcherRegex": "^trace_id$",
			"url": escapeDollars("${__value.raw}"), "datasourceUid": naming.TempoUID, "urlDisplayLabel": "Trace",
		}},
	})
	out.Correlations = []correlation{{
		TargetUID: naming.PrometheusUID, Label: "Request rate",
		Description: "Requests of the service that wrote this record", Type: "query",
		// A record is one field with all its labels, which the expression sees as JSON.
		Config: correlationConfig{Type: "query", Field: "labels", Target: map[string]any{
			"expr": escapeDollars(requestsOf(`job=~"(.*/)?${service_name}"`)),
		}, Transformations: []transformation{{Type: "regex", Expression: `"service_name":"(?<service_name>[^"]+)"`}}},
	}}
	return out
}

// requestsOf is the rate of whatever kinds of requests the service answers.
func requestsOf(matcher string) string {
	rate := func(series, label string) string {
		return "sum by (" + label + ") (rate(" + series + "{" + matcher + "}[5m]))"
	}
	return rate("http_server_request_duration_seconds_count", "http_route") +
		" or " + rate("rpc_server_call_duration_seconds_count", "rpc_method") +
		" or " + rate("messaging_process_duration_seconds_count", "messaging_destination_name")
}

func tempoSource(url string) datasource {
	toService := []map[string]string{{"key": "service.name", "value": "service_name"}, {"key": "service.namespace", "value": "service_namespace"}}
	rate := func(of string) string {
		return escapeDollars("sum(rate(" + of + "{${__tags}}[5m]))")
	}
	return source("Tempo", naming.TempoUID, "tempo", url, map[string]any{
		"tracesToLogsV2": map[string]any{
			"datasourceUid": naming.LokiUID, "spanStartTimeShift": "-5m", "spanEndTimeShift": "5m",
			"tags": toService, "filterByTraceID": false, "filterBySpanID": false, "customQuery": true,
			"query": escapeDollars(`{${__tags}} | trace_id = "${__trace.traceId}"`),
		},
		"tracesToMetrics": map[string]any{
			"datasourceUid": naming.PrometheusUID, "spanStartTimeShift": "-15m", "spanEndTimeShift": "15m",
			"tags": []map[string]string{{"key": "service.name", "value": "service"}},
			"queries": []map[string]string{
				{"name": "Spans per second", "query": rate("traces_spanmetrics_calls_total")},
				{"name": "p95 of the spans' duration", "query": escapeDollars("histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{${__tags}}[5m])))")},
			},
		},
		"serviceMap":       map[string]any{"datasourceUid": naming.PrometheusUID},
		"nodeGraph":        map[string]any{"enabled": true},
		"streamingEnabled": map[string]any{"search": false},
		"search":           map[string]any{"hide": false},
	})
}

func alertmanagerSource(url string) datasource {
	return source("Alertmanager", naming.AlertmanagerUID, "alertmanager", url, map[string]any{"implementation": "prometheus", "handleGrafanaManagedAlerts": false})
}
