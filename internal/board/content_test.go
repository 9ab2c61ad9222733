package board_test

import (
	"testing"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

func TestTmp(t *testing.T) {
	file, err := spec.Load("../../examples/shop", spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range board.All(resolve.System(file)) {
		for _, r := range d.Rows {
			for _, p := range r.Panels {
				for _, q := range p.Queries {
					t.Logf("%s | %s | %s | %d,%d | %s", d.UID, r.Title, p.Title, p.At.X, p.At.Y, q.Text)
				}
			}
		}
	}
}
