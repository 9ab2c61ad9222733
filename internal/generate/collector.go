package generate

import (
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/stack"
)

// collectorConfig makes collector/config.yaml: OTLP in, and out to Prometheus,
// Loki, Tempo and whomever the spec names; tail sampling in between.
func collectorConfig(sys *model.System) ([]artifact.File, error) {
	base := openBase("collector.yaml")
	exporters := map[string][]string{
		"metrics": {"otlp_http/prometheus"},
		"logs":    {"otlp_http/loki"},
		"traces":  {"otlp_grpc/tempo"},
	}
	for _, e := range sys.Stack.Exporters {
		id := "otlp_" + e.Protocol + "/spec-" + e.Name
		base.set(exporterConfig(e), "exporters", id)
		for _, signal := range e.Signals {
			exporters[signal] = append(exporters[signal], id)
		}
	}
	for _, signal := range []string{"metrics", "logs", "traces"} {
		base.set(flow(exporters[signal]), "service", "pipelines", signal, "exporters")
	}
	if stack.Samples(sys.Stack) {
		sampling(base, sys.Stack.Sampling)
	}
	return base.file(sys, "collector/config.yaml")
}

// exporter is a further destination.
type exporter struct {
	Endpoint string   `yaml:"endpoint"`
	Headers  string   `yaml:"headers,omitempty"`
	Retry    retries  `yaml:"retry_on_failure"`
	Queue    outQueue `yaml:"sending_queue"`
}

type retries struct {
	MaxElapsedTime string `yaml:"max_elapsed_time"`
}

type outQueue struct {
	Storage   string     `yaml:"storage"`
	Sizer     string     `yaml:"sizer"`
	QueueSize int        `yaml:"queue_size"`
	Batch     batchSizes `yaml:"batch"`
}

type batchSizes struct {
	FlushTimeout string `yaml:"flush_timeout"`
	MinSize      int    `yaml:"min_size"`
	MaxSize      int    `yaml:"max_size"`
}

// exporterConfig gives a destination of the spec a queue on disk of its own. It
// is given up after an hour: what is far away may stay away.
func exporterConfig(e model.Exporter) exporter {
	out := exporter{
		Endpoint: escapeDollars(e.Endpoint),
		Retry:    retries{"1h"},
		Queue:    outQueue{"file_storage", "bytes", 128 << 20, batchSizes{"1s", 256 << 10, 2 << 20}},
	}
	if e.Protocol == "http" && !strings.Contains(out.Endpoint, "://") {
		out.Endpoint = "https://" + out.Endpoint
	}
	if e.HeadersFile != "" {
		out.Headers = "${file:" + escapeDollars(stack.SecretPath(e.HeadersFile)) + "}"
	}
	return out
}

// restPolicy samples what no other policy keeps. Only its spans are weighted.
const restPolicy = "rest"

// tailSampling decides over whole traces.
type tailSampling struct {
	DecisionWait       string           `yaml:"decision_wait"`
	NumTraces          int              `yaml:"num_traces"`
	SampleOnFirstMatch bool             `yaml:"sample_on_first_match"`
	DecisionCache      decisionCache    `yaml:"decision_cache"`
	Policies           []samplingPolicy `yaml:"policies"`
}

// decisionCache remembers decisions for spans that come late.
type decisionCache struct {
	Sampled    int `yaml:"sampled_cache_size"`
	NonSampled int `yaml:"non_sampled_cache_size"`
}

type samplingPolicy struct {
	Name          string            `yaml:"name"`
	Type          string            `yaml:"type"`
	StatusCode    *statusPolicy     `yaml:"status_code,omitempty"`
	Latency       *latencyPolicy    `yaml:"latency,omitempty"`
	Probabilistic *percentagePolicy `yaml:"probabilistic,omitempty"`
}

type statusPolicy struct {
	StatusCodes []string `yaml:"status_codes,flow"`
}

type latencyPolicy struct {
	ThresholdMS int64 `yaml:"threshold_ms"`
}

type percentagePolicy struct {
	SamplingPercentage float64 `yaml:"sampling_percentage"`
}

type transform struct {
	ErrorMode       string   `yaml:"error_mode"`
	TraceStatements []string `yaml:"trace_statements"`
}

// sampling keeps errors, then what was slow, then a share of the rest, and notes
// that share on the spans.
func sampling(base *yamlBase, s model.Sampling) {
	processor := tailSampling{
		DecisionWait: model.FormatDuration(decisionWait(s)), NumTraces: 100000, SampleOnFirstMatch: true,
		DecisionCache: decisionCache{100000, 100000},
	}
	if s.KeepErrors {
		processor.Policies = append(processor.Policies,
			samplingPolicy{Name: "errors", Type: "status_code", StatusCode: &statusPolicy{[]string{"ERROR"}}})
	}
	if s.KeepSlowerThan > 0 {
		processor.Policies = append(processor.Policies,
			samplingPolicy{Name: "slow", Type: "latency", Latency: &latencyPolicy{s.KeepSlowerThan.Milliseconds()}})
	}
	processor.Policies = append(processor.Policies,
		samplingPolicy{Name: restPolicy, Type: "probabilistic", Probabilistic: &percentagePolicy{100 * s.Ratio}})
	base.set(processor, "processors", "tail_sampling")
	base.set(transform{"ignore", []string{
		`set(span.attributes["` + naming.SamplingRatio + `"], ` + pointed(s.Ratio) + `) where scope.attributes["tailsampling.policy"] == "` + restPolicy + `"`,
	}}, "processors", "transform/sampling")
	base.set(flow([]string{"memory_limiter", "tail_sampling", "transform/sampling"}), "service", "pipelines", "traces", "processors")
}

// decisionWait is how long the spans of a trace are waited for. A slow trace is
// known as such only after it ended.
func decisionWait(s model.Sampling) time.Duration {
	const usual, longest = 10 * time.Second, 5 * time.Minute
	return min(max(usual, (s.KeepSlowerThan+5*time.Second).Round(time.Second)), longest)
}
