package send_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote/otlptranslator/prometheusremotewrite"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/traffic"
	"github.com/obsboot/obsboot/internal/traffic/send"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func load(t testing.TB, path string) *model.System {
	t.Helper()
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	for _, d := range file.Scope.Diags.Sorted() {
		if d.Severity == hcl.DiagError {
			t.Fatal(d)
		}
	}
	return sys
}

func parse(t testing.TB, source string) *model.System {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "obsboot.hcl"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return load(t, folder)
}

// collected is an appender that keeps the labels.
type collected struct{ series map[string]bool }

func (c *collected) Append(_ storage.SeriesRef, ls labels.Labels, _, _ int64, _ float64, _ *histogram.Histogram, _ *histogram.FloatHistogram, _ storage.AOptions) (storage.SeriesRef, error) {
	c.series[ls.String()] = true
	return 0, nil
}
func (c *collected) Commit() error   { return nil }
func (c *collected) Rollback() error { return nil }

// TestSeriesAreThoseOfTheTranslation compares the series that the model claims
// with what Prometheus makes of the telemetry that is sent.
func TestSeriesAreThoseOfTheTranslation(t *testing.T) {
	for name, sys := range map[string]*model.System{"shop": load(t, "../../../examples/shop"), "native": parse(t, nativeSpec)} {
		t.Run(name, func(t *testing.T) {
			var faults []traffic.Fault
			for _, s := range sys.Services { // everything happens
				faults = append(faults, traffic.Fault{Target: "service." + s.Name, Errors: 0.2})
			}
			for _, d := range sys.Databases {
				faults = append(faults, traffic.Fault{Target: "database." + d.Name, Errors: 0.2})
			}
			m, err := traffic.New(sys, traffic.Options{Seed: 1, Rate: 100, Start: noon.Add(-2 * time.Hour), Faults: faults})
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(1, 1))
			meter := m.NewMeter(random, noon)
			end := noon.Add(2 * time.Minute)
			m.Requests(random, noon.Add(-2*time.Hour), noon, 50, meter.Measure)
			got := &collected{map[string]bool{}}
			converter := prometheusremotewrite.NewPrometheusConverter(got)
			_, err = converter.FromMetrics(context.Background(), send.Metrics(sys, meter, noon, end), prometheusremotewrite.Settings{
				AddMetricSuffixes: true, LabelNamePreserveMultipleUnderscores: true,
				PromoteResourceAttributes: prometheusremotewrite.NewPromoteResourceAttributes(config.OTLPConfig{
					PromoteResourceAttributes: []string{"service.namespace", "service.version", "deployment.environment.name"},
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for ls, samples := range m.Series(traffic.Span{From: noon.Add(-2 * time.Hour), To: noon, Step: time.Minute}, nil) {
				for range samples {
					if ls.Get("job") != "" && !strings.HasPrefix(ls.Get("job"), "obsboot/") {
						want[ls.String()] = true
					}
					break
				}
			}
			if diff := cmp.Diff(sorted(want), sorted(got.series)); diff != "" || len(want) < 100 {
				t.Errorf("%d series; -model +sent:\n%.3000s", len(want), diff)
			}
		})
	}
}

func sorted(set map[string]bool) []string {
	var out []string
	for s := range set {
		if !strings.Contains(s, "job_run_duration") || !strings.Contains(s, "error_type") { // of so few runs none need fail
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

const nativeSpec = `
system "demo" {}

queue "mails" { system = "kafka" }
cache "sessions" { system = "redis" }

service "web" {
  calls = [service.mailer]
  uses  = [queue.mails, cache.sessions]

  http {
    route "GET /" {}
    route "POST /login" {}
  }

  counter "demo.logins" {
    attribute "ok" { type = bool }
    attribute "tenant" { type = string }
    attribute "shard" {
      type            = number
      max_cardinality = 3
    }
  }
  updowncounter "demo.sessions" {}
  counter "demo.bytes" { unit = "By" }
  histogram "demo.lag" { unit = "ms" }

  instrument "go" {
    package           = "telemetry"
    dir               = "web/telemetry"
    native_histograms = true
  }
}

service "mailer" {
  http {}
  consumer "mails" { queue = queue.mails }
}
`
