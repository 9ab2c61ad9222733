package cli

import (
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

// pipeline is the one path from spec to files:
//
//	HCL files -spec.Load-> spec.File -resolve.System-> model.System -generate.All-> artifact.Set -artifact.Write-> files
//
// validate stops after resolve; diff and generate --check compare the set with
// the disk; generate writes it.
type pipeline struct {
	*streams
	path   string
	inputs spec.Inputs
	out    string // --out, empty for observability/ beside the spec
	json   bool   // --json: diagnostics go into a JSON result
}

// addSpecFlags adds the flags that every command takes which reads a spec.
func (p *pipeline) addSpecFlags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&p.inputs.Values, "var", nil, "set a variable of the spec: `name=value`; may be repeated")
	cmd.Flags().StringArrayVar(&p.inputs.Files, "var-file", nil, "set variables from a `file` of name = value lines; may be repeated")
}

// load reads and resolves the spec, and reports what is wrong with it. The
// model is nil if the spec is invalid.
func (p *pipeline) load() (*model.System, *report, error) {
	p.inputs.Environ = environ()
	file, err := spec.Load(p.path, p.inputs)
	if err != nil {
		return nil, nil, err
	}
	sys := resolve.System(file)
	r := &report{Diagnostics: file.Scope.Diags.Sorted(), Sources: file.Sources}
	if r.Diagnostics.HasErrors() {
		sys = nil
	}
	return sys, r, nil
}

// mustLoad is load for commands that need a valid spec.
func (p *pipeline) mustLoad() (*model.System, error) {
	sys, r, err := p.load()
	if err != nil {
		return nil, err
	}
	if p.json && sys == nil {
		return nil, r.writeJSON(p.streams.out)
	}
	r.writeText(p.err)
	if sys == nil {
		return nil, errNo
	}
	return sys, nil
}

// render makes all artifacts in memory.
func (p *pipeline) render(sys *model.System) (*artifact.Set, error) {
	set, err := generate.All(sys)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return set, nil
}

// roots are the folders that artifacts are written below.
func (p *pipeline) roots() artifact.Roots {
	project := projectFolder(p.path)
	out := p.out
	if out == "" {
		out = filepath.Join(project, "observability")
	}
	return artifact.Roots{Project: project, Out: out}
}

// report is the diagnostics of a run and the sources that they point into.
type report struct {
	Diagnostics hcl.Diagnostics
	Sources     map[string][]byte
}
