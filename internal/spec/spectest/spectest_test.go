package spectest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/spec/spectest"
)

func TestLargeIsValid(t *testing.T) {
	for _, size := range []struct{ services, slis int }{{0, 0}, {1, 0}, {1, 1}, {2, 5}, {41, 13}} {
		t.Run(fmt.Sprintf("%dx%d", size.services, size.slis), func(t *testing.T) {
			text := spectest.Large(size.services, size.slis)
			if string(hclwrite.Format([]byte(text))) != text {
				t.Error("the spec is not in the usual format")
			}
			path := filepath.Join(t.TempDir(), "obsboot.hcl")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			file, err := spec.Load(path, spec.Inputs{})
			if err != nil {
				t.Fatal(err)
			}
			sys := resolve.System(file)
			for _, d := range file.Scope.Diags.Sorted() {
				t.Errorf("%s: %s", d, text[d.Subject.Start.Byte:d.Subject.End.Byte])
			}
			if len(sys.Services) != size.services {
				t.Errorf("%d services", len(sys.Services))
			}
			for _, s := range sys.Services {
				if len(s.SLIs) != max(size.slis, 1) {
					t.Errorf("%s has %d SLIs", s.Name, len(s.SLIs))
				}
			}
		})
	}
}
