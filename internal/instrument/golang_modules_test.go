package instrument_test

import (
	"os"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/obsboot/obsboot/internal/instrument"
)

// TestGoModules compares the versions that services are told to require with
// those that the packages in testdata and the example are tested with.
func TestGoModules(t *testing.T) {
	for _, folder := range []string{everything, "../../examples/shop"} {
		content, err := os.ReadFile(folder + "/go.mod")
		if err != nil {
			t.Fatal(err)
		}
		mod, err := modfile.Parse("go.mod", content, nil)
		if err != nil {
			t.Fatal(err)
		}
		tested := map[string]string{}
		for _, r := range mod.Require {
			if !r.Indirect {
				tested[r.Mod.Path] = r.Mod.Version
			}
		}
		packages, err := instrument.GoPackages(generated(t, folder))
		if err != nil {
			t.Fatal(err)
		}
		if len(packages) == 0 {
			t.Errorf("%s has no packages", folder)
		}
		for _, p := range packages {
			if len(p.Modules) == 0 {
				t.Errorf("%s needs no modules", p.Dir)
			}
			for _, m := range p.Modules {
				if tested[m.Path] != m.Version {
					t.Errorf("%s needs %s %s, and is tested with %q", p.Dir, m.Path, m.Version, tested[m.Path])
				}
			}
		}
	}
}
