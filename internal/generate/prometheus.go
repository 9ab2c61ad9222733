package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// prometheusConfig makes prometheus/prometheus.yaml: OTLP, the rules, and what is
// scraped: the stack's own servers and the services with a source.
func prometheusConfig(sys *model.System) ([]artifact.File, error) {
	base := openBase("prometheus.yaml")
	base.set(model.FormatDuration(sys.Stack.Retention.Metrics), "storage", "tsdb", "retention", "time")
	var jobs []scrapeConfig
	for _, c := range stack.Components(sys.Stack) {
		jobs = append(jobs, scrapeConfig{
			JobName: c.Job(), MetricsPath: shortPath(c.Scrape.Path),
			StaticConfigs: []staticConfig{{Targets: flow{hostPort(c.Name, c.Scrape.Port)}}},
		})
	}
	for i := range sys.Services {
		if s := &sys.Services[i]; s.Source != nil && len(s.Source.Targets) > 0 {
			jobs = append(jobs, sourceScrape(s))
		}
	}
	base.set(jobs, "scrape_configs")
	return base.file(sys, "prometheus/prometheus.yaml")
}

// scrapeConfig is a part of Prometheus's; its own package for it imports half of
// Prometheus.
type scrapeConfig struct {
	JobName                string         `yaml:"job_name"`
	Scheme                 string         `yaml:"scheme,omitempty"`
	MetricsPath            string         `yaml:"metrics_path,omitempty"`
	ScrapeNativeHistograms bool           `yaml:"scrape_native_histograms,omitempty"`
	StaticConfigs          []staticConfig `yaml:"static_configs"`
}

type staticConfig struct {
	Targets flow              `yaml:"targets"`
	Labels  map[string]string `yaml:"labels,omitempty"`
}

// sourceScrape scrapes a service that is instrumented otherwise. The job label is
// a label of its targets, because two services may share one, and the names of
// scrape configurations must differ.
func sourceScrape(s *model.Service) scrapeConfig {
	labels := map[string]string{"job": s.Job}
	for _, l := range s.Labels {
		labels[l.Name] = l.Value
	}
	out := scrapeConfig{
		JobName:                "service/" + s.Name,
		MetricsPath:            shortPath(s.Source.Path),
		ScrapeNativeHistograms: native(s.Source),
		StaticConfigs:          []staticConfig{{Targets: s.Source.Targets, Labels: labels}},
	}
	if s.Source.Scheme != "http" {
		out.Scheme = s.Source.Scheme
	}
	return out
}

// native reports whether a histogram of a source is a native one.
func native(s *model.Source) bool {
	for _, names := range []*model.SourceNames{s.HTTP, s.GRPC, s.Consumer, s.Jobs} {
		if names != nil && names.Native {
			return true
		}
	}
	return false
}

// shortPath leaves out the path that is scraped anyway.
func shortPath(path string) string {
	if path == "/metrics" {
		return ""
	}
	return path
}
