// Package templates holds the templates of generated Markdown and Go, each
// named after the file that it makes.
package templates

import "embed"

// FS has the templates.
//
//go:embed *.tmpl
var FS embed.FS
