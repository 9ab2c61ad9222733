// Package generate turns a model into artifacts.
//
// In: a model.System. Out: an artifact.Set, every output file in memory. A
// generator is a pure function: it knows no disk, clock, environment or
// randomness, so that the same model gives the same bytes. The package must
// not import spec or resolve.
package generate

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
)

// Generator makes one kind of artifact.
type Generator struct {
	Name     string // in errors
	Generate func(*model.System) ([]artifact.File, error)
}

// generators in the order in which a reader meets their files.
var generators = []Generator{
	{"README", readme},        // README.md: what is here and how to work with it
	{"catalog", catalog},      // catalog.md: services, signals, SLOs, owners, the service map
	{"rules", rules},          // prometheus/rules/<service>.yaml: SLOs, alerts
	{"rule tests", ruleTests}, // prometheus/tests/<service>.yaml: promtool unit tests of the rules
	{"Loki rules", lokiRules}, // loki/rules/fake/<service>.yaml: SLIs that count log records
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
	return artifact.NewSet(files...)
}
