// Package generate turns a model into artifacts.
//
// In: a model.System. Out: an artifact.Set, every output file in memory. A
// generator is a pure function: it knows no disk, clock, environment or
// randomness, so that the same model gives the same bytes. The package must
// not import spec or resolve.
package generate

import (
	"fmt"
	"slices"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/instrument"
	"github.com/obsboot/obsboot/internal/model"
)

// Generator makes one kind of artifact.
type Generator struct {
	Name     string // in errors
	Generate func(*model.System) ([]artifact.File, error)
}

// generators in the order in which a reader meets their files.
var generators = []Generator{
	{"README", readme},                             // README.md: what is here and how to work with it
	{"catalog", catalog},                           // catalog.md: services, signals, SLOs, owners, the service map
	{"rules", rules},                               // prometheus/rules/<service>.yaml: SLOs, alerts
	{"rule tests", ruleTests},                      // prometheus/tests/<service>.yaml: promtool unit tests of the rules
	{"Loki rules", lokiRules},                      // loki/rules/fake/<service>.yaml: SLIs that count log records
	{"Alertmanager configuration", alertmanager},   // alertmanager/: who is told of alerts, when, and what is muted
	{"runbooks", runbooks},                         // runbooks/<service>/<alert>.md: what to do about an alert
	{"collector configuration", collectorConfig},   // collector/config.yaml
	{"Prometheus configuration", prometheusConfig}, // prometheus/prometheus.yaml
	{"Loki configuration", lokiConfig},             // loki/config.yaml
	{"Tempo configuration", tempoConfig},           // tempo/config.yaml
	{"Grafana provisioning", grafanaProvisioning},  // grafana/provisioning/datasources: data sources, correlations
	{"dashboards", grafanaDashboards},              // grafana/dashboards: what people look at; and where Grafana finds it
	{"environment", envExample},                    // .env.example, .gitignore
	{"Go helpers", instrument.Go},                  // <instrument.dir>/*.go: how a service emits its signals
}

// All runs every generator.
func All(sys *model.System) (*artifact.Set, error) {
	var files [][]artifact.File
	for _, g := range generators {
		made, err := g.Generate(sys)
		if err != nil {
			return nil, fmt.Errorf("make the %s: %w", g.Name, err)
		}
		files = append(files, made)
	}
	// compose.yaml comes last, because it knows the others by their hashes.
	composed, err := compose(sys, slices.Concat(files...))
	if err != nil {
		return nil, fmt.Errorf("make compose.yaml: %w", err)
	}
	return artifact.NewSet(append(files, composed)...)
}

// Rules runs the generators of what an engine evaluates and shows by itself: rules and
// runbooks.
func Rules(sys *model.System) ([]artifact.File, error) {
	files, err := rules(sys)
	if err != nil {
		return nil, fmt.Errorf("make the rules: %w", err)
	}
	pages, err := runbooks(sys)
	if err != nil {
		return nil, fmt.Errorf("make the runbooks: %w", err)
	}
	return append(files, pages...), nil
}
