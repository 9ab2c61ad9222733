package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
)

// readme makes README.md: what is in the folder and how to work with it.
func readme(sys *model.System) ([]artifact.File, error) {
	return page("README.md", sys)
}
