package resolve

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// leavesFolder reports whether a relative path climbs out of its folder. An
// absolute one does not: it names its place on purpose.
func leavesFolder(name string) bool {
	if strings.HasPrefix(name, "/") || filepath.IsAbs(name) {
		return false
	}
	return !filepath.IsLocal(filepath.FromSlash(name))
}

// below joins a path of the spec with the folder of the file that it stands
// in, and reports whether the result is inside the project.
func below(folder, name string) (string, bool) {
	if name == "" || strings.Contains(name, "\\") || path.IsAbs(name) || filepath.IsAbs(name) {
		return "", false
	}
	joined := path.Join(filepath.ToSlash(folder), name)
	return joined, filepath.IsLocal(filepath.FromSlash(joined))
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
