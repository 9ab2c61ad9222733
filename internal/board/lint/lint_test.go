package lint_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/board/grafana"
	"github.com/obsboot/obsboot/internal/board/lint"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

// systems are the specs whose dashboards are checked: the example, and one that
// uses everything.
func systems(t *testing.T) map[string]*model.System {
	t.Helper()
	return map[string]*model.System{
		"shop":       resolved(t, "../../../examples/shop"),
		"everything": resolved(t, unpacked(t, "../../generate/testdata/everything.txtar")),
		"hostile":    resolved(t, unpacked(t, "../../generate/testdata/hostile-text.txtar")),
		"minimal":    resolved(t, unpacked(t, "../../generate/testdata/minimal.txtar")),
	}
}

func unpacked(t *testing.T, archive string) string {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, f := range a.Files {
		if !spec.IsSpecFile(filepath.Base(f.Name)) {
			continue
		}
		path := filepath.Join(folder, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func resolved(t *testing.T, folder string) *model.System {
	t.Helper()
	file, err := spec.Load(folder, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	if file.Scope.Diags.HasErrors() {
		t.Fatal(file.Scope.Diags.Sorted())
	}
	return sys
}

func TestDashboards(t *testing.T) {
	for name, sys := range systems(t) {
		t.Run(name, func(t *testing.T) {
			all := board.All(sys)
			for _, p := range lint.Dashboards(all, lint.KnownOf(sys)) {
				t.Error(p)
			}
			for i := range all {
				content, err := grafana.Render(&all[i])
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range lint.Grafana(all[i].UID, content) {
					t.Error(p)
				}
			}
		})
	}
}
