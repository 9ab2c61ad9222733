package generate_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/obsboot/obsboot/internal/artifact"
)

// config generates from a spec and reads one of the YAML files.
func config(t *testing.T, spec, path string) map[string]any {
	t.Helper()
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "obsboot.hcl"), []byte(spec))
	files := generated(t, folder)
	i := slices.IndexFunc(files, func(f artifact.File) bool { return f.Path == path })
	if i < 0 {
		t.Fatalf("no %s", path)
	}
	var value map[string]any
	if err := yaml.Unmarshal(files[i].Content, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// at follows keys and, into lists, indexes.
func at(value any, path ...any) any {
	for _, key := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[key.(string)]
		case []any:
			value = v[key.(int)]
		default:
			return nil
		}
	}
	return value
}

// TestTempoFormats checks that each version of Tempo gets the keys that it knows.
func TestTempoFormats(t *testing.T) {
	two := config(t, `system "s" {}`, "tempo/config.yaml")
	three := config(t, "system \"s\" {}\nstack \"local\" {\n  images {\n    tempo = \"grafana/tempo:3.0.2\"\n  }\n}", "tempo/config.yaml")
	if at(two, "compactor", "compaction", "block_retention") != "72h" || two["ingester"] == nil || two["backend_worker"] != nil {
		t.Errorf("Tempo 2: %v", two)
	}
	if at(three, "backend_worker", "compaction", "block_retention") != "72h" || three["ingester"] != nil || three["compactor"] != nil {
		t.Errorf("Tempo 3: %v", three)
	}
}

const exporting = `
system "s" {}
stack "local" {
  exporter "vendor" {
    endpoint     = "otlp.example.com:4317"
    signals      = ["traces"]
    headers_file = "secrets/vendor$headers"
  }
  exporter "web" {
    endpoint = "otlp.example.com"
    protocol = "http"
  }
}
`

func TestExporters(t *testing.T) {
	c := config(t, exporting, "collector/config.yaml")
	if got := at(c, "exporters", "otlp_grpc/spec-vendor", "headers"); got != "${file:/etc/obsboot/secrets/vendor$$headers}" {
		t.Errorf("headers %v", got)
	}
	if got := at(c, "exporters", "otlp_http/spec-web", "endpoint"); got != "https://otlp.example.com" {
		t.Errorf("endpoint %v", got)
	}
	for signal, want := range map[string]int{"traces": 3, "metrics": 2, "logs": 2} {
		if got := at(c, "service", "pipelines", signal, "exporters").([]any); len(got) != want {
			t.Errorf("%s go to %v", signal, got)
		}
	}
	if at(c, "processors", "tail_sampling") != nil {
		t.Error("traces are sampled, although all are to be kept")
	}
}

func TestSampling(t *testing.T) {
	const spec = "system \"s\" {}\nstack \"local\" {\n  sampling {\n    keep_errors = %s\n    keep_slower_than = \"%t\"\n    ratio = 0.25\n  }\n}"
	c := config(t, strings.NewReplacer("%s", "false", "%t", "20s").Replace(spec), "collector/config.yaml")
	if got := at(c, "processors", "tail_sampling", "decision_wait"); got != "25s" {
		t.Errorf("a trace of 20s is decided about after %v", got)
	}
	if got := at(c, "processors", "tail_sampling", "policies", 0, "latency", "threshold_ms"); got != 20000 {
		t.Errorf("slow is %v", got)
	}
	if got := at(c, "processors", "tail_sampling", "policies", 1, "probabilistic", "sampling_percentage"); got != 25 {
		t.Errorf("of the rest %v %% are kept", got)
	}
	weight := at(c, "processors", "transform/sampling", "trace_statements", 0)
	if weight != `set(span.attributes["obsboot.sampling.ratio"], 0.25) where scope.attributes["tailsampling.policy"] == "rest"` {
		t.Errorf("spans are weighted by %v", weight)
	}
}

func TestSourcesAreScraped(t *testing.T) {
	c := config(t, `
system "s" {}
service "legacy" {
  labels = { region = "eu" }
  source "prometheus" {
    targets = ["legacy:8080", "host.docker.internal:9000"]
    scheme  = "https"
    path    = "/m"
    job     = "old"
  }
}`, "prometheus/prometheus.yaml")
	scrape := at(c, "scrape_configs").([]any)
	last := scrape[len(scrape)-1]
	if at(last, "job_name") != "service/legacy" || at(last, "scheme") != "https" || at(last, "metrics_path") != "/m" ||
		at(last, "static_configs", 0, "labels", "job") != "old" || at(last, "static_configs", 0, "labels", "region") != "eu" ||
		len(at(last, "static_configs", 0, "targets").([]any)) != 2 {
		t.Errorf("%v", last)
	}
}
