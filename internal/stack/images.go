package stack

import (
	"regexp"
	"strconv"

	"github.com/obsboot/obsboot/internal/model"
)

// images are what the configurations are written for and tested with. The tests
// in e2e run servers of these versions.
var images = map[string]string{
	Collector:    "docker.io/otel/opentelemetry-collector-contrib:0.155.0",
	Prometheus:   "docker.io/prom/prometheus:v3.16.0",
	Alertmanager: "docker.io/prom/alertmanager:v0.34.2",
	Loki:         "docker.io/grafana/loki:3.7.8",
	Tempo:        "docker.io/grafana/tempo:2.8.0",
	Grafana:      "docker.io/grafana/grafana:12.3.0",
}

// Image returns the image of a component: the spec's, or the pinned one.
func Image(s model.Stack, component string) string {
	for _, override := range s.Images {
		if override.Name == component {
			return override.Value
		}
	}
	return images[component]
}

var tagVersion = regexp.MustCompile(`:v?(\d+)\.\d+`)

// TempoFormat is the major version of Tempo, which decides how its configuration
// is written. An image that does not say is taken for the pinned version.
func TempoFormat(s model.Stack) int {
	m := tagVersion.FindStringSubmatch(Image(s, Tempo))
	if m == nil {
		m = tagVersion.FindStringSubmatch(images[Tempo])
	}
	major, _ := strconv.Atoi(m[1])
	return major
}
