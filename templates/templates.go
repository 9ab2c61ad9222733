// Package templates holds the templates of generated Markdown and Go, each
// named after the file that it makes, and those that Alertmanager makes
// notifications with.
package templates

import "embed"

// FS has the templates.
//
//go:embed *.tmpl go/*.tmpl
var FS embed.FS
