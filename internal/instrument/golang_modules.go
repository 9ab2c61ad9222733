package instrument

import (
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/artifact"
)

// GoModule is a module at a version.
type GoModule struct{ Path, Version string }

// GoPackage is a generated package and the modules that it imports, sorted.
type GoPackage struct {
	Dir     string // below the project's root, with slashes
	Modules []GoModule
}

// goModules are the modules that templates import, at the versions that they are
// tested with; a test compares them with those of the packages in testdata.
var goModules = []GoModule{
	{"github.com/nats-io/nats.go", "v1.55.0"},
	{"github.com/twmb/franz-go", "v1.22.3"},
	{"go.opentelemetry.io/contrib/bridges/otelslog", "v0.21.0"},
	{"go.opentelemetry.io/contrib/instrumentation/runtime", "v0.72.0"},
	{"go.opentelemetry.io/otel", "v1.47.0"},
	{"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc", "v0.23.0"},
	{"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp", "v0.23.0"},
	{"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc", "v1.47.0"},
	{"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp", "v1.47.0"},
	{"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc", "v1.47.0"},
	{"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp", "v1.47.0"},
	{"go.opentelemetry.io/otel/log", "v1.47.0"},
	{"go.opentelemetry.io/otel/sdk", "v1.47.0"},
	{"go.opentelemetry.io/otel/sdk/log", "v1.47.0"},
	{"go.opentelemetry.io/otel/sdk/metric", "v1.47.0"},
	{"go.opentelemetry.io/otel/trace", "v1.47.0"},
	{"google.golang.org/grpc", "v1.83.2"},
}

// GoPackages lists the Go packages among generated files, by folder, with the
// modules that they need.
func GoPackages(files []artifact.File) ([]GoPackage, error) {
	modules := map[string][]GoModule{}
	for _, f := range files {
		if f.Tree != artifact.Project || !strings.HasSuffix(f.Path, ".go") {
			continue
		}
		needed, err := modulesOf(f)
		if err != nil {
			return nil, err
		}
		dir := path.Dir(f.Path)
		modules[dir] = append(modules[dir], needed...)
	}
	var packages []GoPackage
	for dir, needed := range modules {
		slices.SortFunc(needed, func(a, b GoModule) int { return strings.Compare(a.Path, b.Path) })
		packages = append(packages, GoPackage{dir, slices.Compact(needed)})
	}
	slices.SortFunc(packages, func(a, b GoPackage) int { return strings.Compare(a.Dir, b.Dir) })
	return packages, nil
}

func modulesOf(f artifact.File) ([]GoModule, error) {
	file, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Content, parser.ImportsOnly)
	if err != nil {
		return nil, fmt.Errorf("read the imports of %s: %w", f.Path, err)
	}
	var modules []GoModule
	for _, i := range file.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("read the imports of %s: %w", f.Path, err)
		}
		if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
			continue // of the standard library
		}
		m, ok := moduleOf(imported)
		if !ok {
			return nil, fmt.Errorf("%s imports %s, of no module that is known", f.Path, imported)
		}
		modules = append(modules, m)
	}
	return modules, nil
}

// moduleOf returns the module of a package: that with the longest path.
func moduleOf(imported string) (found GoModule, ok bool) {
	for _, m := range goModules {
		if (imported == m.Path || strings.HasPrefix(imported, m.Path+"/")) && len(m.Path) > len(found.Path) {
			found, ok = m, true
		}
	}
	return found, ok
}
