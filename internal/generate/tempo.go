package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// tempoConfig makes tempo/config.yaml in the format of the image's version:
// Tempo 3 refuses to start with keys of Tempo 2.
func tempoConfig(sys *model.System) ([]artifact.File, error) {
	retention := goDuration(sys.Stack.Retention.Traces)
	if stack.TempoFormat(sys.Stack) >= 3 {
		base := openBase("tempo-3.yaml")
		base.set(retention, "backend_worker", "compaction", "block_retention")
		return base.file(sys, "tempo/config.yaml")
	}
	base := openBase("tempo-2.yaml")
	base.set(retention, "compactor", "compaction", "block_retention")
	return base.file(sys, "tempo/config.yaml")
}
