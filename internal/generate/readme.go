package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
)

// readme makes README.md: what is in the folder and how to work with it.
func readme(sys *model.System) ([]artifact.File, error) {
	data := readmePage{System: sys, Secrets: secretsOf(sys)}
	data.Guarded = guard(data.Secrets) != nil
	for _, s := range sys.Services {
		for _, sli := range s.SLIs {
			data.HasLogs = data.HasLogs || sli.Kind == model.Logs
		}
	}
	return page("README.md", data)
}

// readmePage is what README.md shows.
type readmePage struct {
	*model.System
	HasLogs bool // an SLI counts log records
	Secrets []secret
	Guarded bool // some of them stand in secrets/
}
