package resolve_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/spec/spectest"
)

// BenchmarkSystem is for profiles; cmd/obsboot measures what people wait for.
func BenchmarkSystem(b *testing.B) {
	path := filepath.Join(b.TempDir(), "obsboot.hcl")
	if err := os.WriteFile(path, []byte(spectest.Large(100, 10)), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		file, err := spec.Load(path, spec.Inputs{})
		if err != nil {
			b.Fatal(err)
		}
		resolve.System(file)
		if file.Scope.Diags.HasErrors() {
			b.Fatal(file.Scope.Diags.Sorted())
		}
	}
}
