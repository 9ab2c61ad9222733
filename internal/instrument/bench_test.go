package instrument_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/obsboot/obsboot/internal/instrument"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/spec/spectest"
)

// BenchmarkGo makes the packages of a hundred services.
func BenchmarkGo(b *testing.B) {
	path := filepath.Join(b.TempDir(), "obsboot.hcl")
	if err := os.WriteFile(path, []byte(spectest.Large(100, 10)), 0o600); err != nil {
		b.Fatal(err)
	}
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		b.Fatal(err)
	}
	sys := resolve.System(file)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := instrument.Go(sys); err != nil {
			b.Fatal(err)
		}
	}
}
