// Package local holds the parts of the servers' configurations that do not
// depend on the spec; internal/generate fills in the rest. The comments in them
// reach the users, who read the generated files.
package local

import "embed"

// FS has a file per server, and one per format where a server has had several.
//
//go:embed *.yaml
var FS embed.FS
