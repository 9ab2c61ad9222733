// Package spec reads HCL: it finds the files of a spec, parses and merges them
// and evaluates its expressions.
//
// In: a path, and values for the spec's variables. Out: a File with the blocks
// as they were written, a Scope that evaluates their arguments, and
// diagnostics. The package knows what is written, not what it means: whether a
// service has the metric that an SLI names is resolve's question. It must not
// import a generator or resolve.
package spec

import (
	"maps"
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// File is a spec, merged from all its files.
type File struct {
	Document
	Scope   *Scope
	Root    string // the project's folder
	Main    string // the spec's first file, relative to Root, with slashes
	Sources map[string][]byte
}

// Inputs are values for variables from outside of the spec.
type Inputs struct {
	Environ []string // the environment; OBSBOOT_VAR_name sets a variable
	Files   []string // -var-file, the later wins
	Values  []string // -var name=value, the later wins
}

// Load reads the spec at path. The File is usable for further checks even if
// diagnostics were reported; the error says that nothing could be read.
func Load(path string, inputs Inputs) (*File, error) {
	parsed, err := Parse(path)
	if err != nil {
		return nil, err
	}
	diags := &parsed.Diags
	file := &File{Root: parsed.Root, Main: parsed.Main, Sources: map[string][]byte{}}
	for _, source := range parsed.Sources {
		file.Sources[source.Path] = source.Bytes
	}
	file.Document = *merge(parsed.Sources, diags)
	required := map[*hcl.Attribute]bool{}
	checkBlocks(reflect.ValueOf(&file.Document).Elem(), diags, required)

	file.Scope = &Scope{Diags: diags, sources: file.Sources, known: file.names(), Broken: parsed.broken, required: required}
	file.Scope.ctx = &hcl.EvalContext{Variables: file.references(), Functions: functions}
	given, err := inputs.read(file)
	if err != nil {
		return nil, err
	}
	file.evaluateVariables(given)
	file.evaluateLocals()
	file.validateVariables()
	return file, nil
}

// names lists what can stand behind each root of a reference.
func (f *File) names() map[string][]string {
	known := map[string][]string{
		"var":      namesOf(f.Variables, func(b *Variable) string { return b.Name }),
		"team":     namesOf(f.Teams, func(b *Team) string { return b.Name }),
		"profile":  namesOf(f.Profiles, func(b *Profile) string { return b.Name }),
		"database": namesOf(f.Databases, func(b *Resource) string { return b.Name }),
		"cache":    namesOf(f.Caches, func(b *Resource) string { return b.Name }),
		"queue":    namesOf(f.Queues, func(b *Queue) string { return b.Name }),
		"external": namesOf(f.Externals, func(b *External) string { return b.Name }),
		"service":  namesOf(f.Services, func(b *Service) string { return b.Name }),
	}
	known["local"] = []string{}
	for _, locals := range f.Locals {
		known["local"] = append(known["local"], slices.Collect(maps.Keys(locals.Values))...)
	}
	slices.Sort(known["local"])
	return known
}

func namesOf[B any](blocks []B, name func(B) string) []string {
	names := make([]string, 0, len(blocks))
	for _, block := range blocks {
		names = append(names, name(block))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// references builds the objects behind service, team and the other roots.
func (f *File) references() map[string]cty.Value {
	roots := map[string]cty.Value{}
	for root, names := range f.Scope.known {
		if root == "var" || root == "local" {
			continue
		}
		values := make(map[string]cty.Value, len(names))
		for _, name := range names {
			values[name] = referenceValue(root, name)
		}
		roots[root] = cty.ObjectVal(values)
	}
	return roots
}
