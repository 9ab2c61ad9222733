package incident

import (
	"testing"
)

// TestShares go from just above the objective to everything.
func TestShares(t *testing.T) {
	for _, allowed := range []float64{0.00001, 0.001, 0.05, 0.3} {
		shares := sharesOf(allowed)
		if shares[0] <= allowed || shares[0] > 2*allowed || shares[len(shares)-1] != 1 {
			t.Errorf("%g: %v", allowed, shares)
		}
	}
}
