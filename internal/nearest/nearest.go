// Package nearest finds the name that somebody meant.
//
// In: a misspelt name and the known ones. Out: the nearest of them, or none.
package nearest

import (
	"strings"

	"github.com/agext/levenshtein"
)

// Name returns the known name that a misspelt one most likely means, or "" when
// none is near: when more than about a third of it would have to change. Case
// does not count, and of several equally near names the first in the alphabet
// wins.
func Name(name string, known []string) string {
	best, bestDistance := "", len(name)/3+2
	folded := strings.ToLower(name)
	for _, candidate := range known {
		if candidate == name || abs(len(candidate)-len(name)) > bestDistance {
			continue
		}
		distance := levenshtein.Distance(folded, strings.ToLower(candidate), nil)
		if distance < bestDistance || distance == bestDistance && best != "" && candidate < best {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }
