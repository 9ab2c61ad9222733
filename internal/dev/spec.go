package dev

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/dev/api"
	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// Spec is a model with what is generated from it, as far as the engine runs it.
type Spec struct {
	api.Spec
	Rules map[string][]byte // by the name of the file
}

// Folders of the output.
const (
	rulesDir    = "prometheus/rules/"
	runbooksDir = "runbooks/"
)

// NewSpec generates what an engine needs. Links of alerts lead to the page.
func NewSpec(sys *model.System, page string) (*Spec, error) {
	local := *sys
	local.Stack.URLs = model.URLs{Alertmanager: page, Grafana: page, Prometheus: page, Runbooks: page + "/runbooks"}
	files, err := generate.Rules(&local)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	out := &Spec{
		Spec:  api.Spec{System: &local, Boards: boards(&local), Runbooks: map[string][]byte{}},
		Rules: map[string][]byte{},
	}
	for _, f := range files {
		switch {
		case strings.HasPrefix(f.Path, rulesDir):
			out.Rules[path.Base(f.Path)] = f.Content
		case strings.HasPrefix(f.Path, runbooksDir):
			out.Runbooks[strings.TrimPrefix(f.Path, runbooksDir)] = f.Content
		}
	}
	return out, nil
}

// boards leaves out the dashboard of the stack's own servers, which do not run here.
func boards(sys *model.System) []board.Dashboard {
	return slices.DeleteFunc(board.All(sys), func(b board.Dashboard) bool { return b.UID == naming.StackDashboard(sys.Name) })
}
