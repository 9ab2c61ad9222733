package board_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/board/grafana"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/spec/spectest"
)

// BenchmarkDashboards makes all dashboards of 100 services with 10 SLIs each.
func BenchmarkDashboards(b *testing.B) {
	folder := b.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "obsboot.hcl"), []byte(spectest.Large(100, 10)), 0o600); err != nil {
		b.Fatal(err)
	}
	file, err := spec.Load(folder, spec.Inputs{})
	if err != nil {
		b.Fatal(err)
	}
	sys := resolve.System(file)
	b.ReportAllocs()
	for b.Loop() {
		bytes := 0
		for _, dashboard := range board.Makers(sys) {
			d := dashboard()
			content, err := grafana.Render(&d)
			if err != nil {
				b.Fatal(err)
			}
			bytes += len(content)
		}
		b.ReportMetric(float64(bytes)/(1<<20), "MiB-written")
	}
}
