package generate

import (
	"maps"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// lokiTenant is the tenant of a Loki without authentication, and so the folder
// that its ruler reads.
const lokiTenant = "fake"

// lokiRules makes loki/rules/fake/<service>.yaml for services with SLIs of kind
// logs. Loki's ruler counts the records and writes the rates into Prometheus,
// where the service's other rules go on from them.
func lokiRules(sys *model.System) ([]artifact.File, error) {
	var files []artifact.File
	for i := range sys.Services {
		s := &sys.Services[i]
		var groups []ruleGroup
		for j := range s.SLIs {
			if sli := &s.SLIs[j]; sli.Kind == model.Logs {
				g := &sloRules{sys, s, sli}
				group := g.group()
				rates := query.LogRates(sli.Logs, baseWindow)
				group.Rules = g.pair(baseWindow, rates.Total, rates.Errors)
				for _, r := range group.Rules {
					maps.Copy(r.Labels, group.Labels)
				}
				group.Labels = nil // Loki's groups have none
				groups = append(groups, group)
			}
		}
		if len(groups) == 0 {
			continue
		}
		file, err := yamlFile(sys, "loki/rules/"+lokiTenant+"/"+naming.Slug(s.Name)+".yaml", ruleFile{groups})
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
