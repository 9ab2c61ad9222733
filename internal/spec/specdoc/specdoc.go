// Package specdoc writes the reference page of the spec language.
//
// In: the reference, as spec.Language has it. Out: docs/spec.md. The package
// decides how the page looks, and states no fact of its own. It must not import
// resolve or a generator.
package specdoc

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec"
)

//go:embed spec.md.tmpl
var source string

var page = template.Must(template.New("spec.md").Funcs(template.FuncMap{
	"anchor":  naming.Anchor,
	"cell":    cell,
	"code":    code,
	"codes":   codes,
	"default": defaultOf,
	"meaning": meaning,
}).Parse(source))

// content is what the template prints.
type content struct {
	spec.LanguageDoc
	Contents []entry
	Sections []section
	Groups   []group
}

// group is functions of a kind.
type group struct {
	Name      string
	Functions []spec.FunctionDoc
}

// entry is a line of the table of contents.
type entry struct {
	link
	Depth int
	Below []link // on the same line
}

// section is the section of a block.
type section struct {
	spec.BlockDoc
	Hashes string // of its heading
	Header string // the block's first line, in HCL
	In     []link // the blocks that it stands in
	Blocks []nested
}

type link struct{ Text, Title string }

type nested struct {
	link
	Count spec.Count
}

// Render returns the page, in Markdown.
func Render() ([]byte, error) {
	c := content{LanguageDoc: spec.Language()}
	for _, doc := range c.Blocks {
		c.Contents = listed(c.Contents, doc)
		c.Sections = append(c.Sections, sectionOf(doc, c.Blocks))
	}
	for _, doc := range c.Functions {
		if n := len(c.Groups); n == 0 || c.Groups[n-1].Name != doc.Group {
			c.Groups = append(c.Groups, group{Name: doc.Group})
		}
		g := &c.Groups[len(c.Groups)-1]
		g.Functions = append(g.Functions, doc)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, c); err != nil {
		return nil, fmt.Errorf("render the reference: %w", err)
	}
	return b.Bytes(), nil
}

// listed adds a block to the table of contents: a line for each block at the
// top of a file and for each of a service, with those below on the same line.
func listed(entries []entry, doc spec.BlockDoc) []entry {
	l := link{last(doc.Paths[0]), doc.Title}
	path, inService := strings.CutPrefix(doc.Paths[0], "service.")
	if strings.Contains(path, ".") {
		l.Text = doc.Title
		below := &entries[len(entries)-1].Below
		*below = append(*below, l)
		return entries
	}
	depth := 0
	if inService {
		depth = 1
	}
	return append(entries, entry{link: l, Depth: depth})
}

func sectionOf(doc spec.BlockDoc, all []spec.BlockDoc) section {
	depth := strings.Count(doc.Paths[0], ".")
	s := section{BlockDoc: doc, Hashes: strings.Repeat("#", min(2+depth, 4)), Header: header(doc)}
	for _, other := range all {
		around := func(path string) bool { return slices.Contains(other.Paths, parent(path)) }
		if slices.ContainsFunc(doc.Paths, around) {
			s.In = append(s.In, link{last(other.Paths[0]), other.Title})
		}
		for _, path := range other.Paths {
			below := nested{link{last(path), other.Title}, other.Count}
			if slices.Contains(doc.Paths, parent(path)) && !slices.Contains(s.Blocks, below) {
				s.Blocks = append(s.Blocks, below)
			}
		}
	}
	return s
}

func parent(path string) string {
	if i := strings.LastIndex(path, "."); i >= 0 {
		return path[:i]
	}
	return ""
}

func last(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// header returns a block's first line, with its label in capitals.
func header(doc spec.BlockDoc) string {
	var types []string
	for _, path := range doc.Paths {
		if name := last(path); !slices.Contains(types, name) {
			types = append(types, name)
		}
	}
	for i := range types {
		if doc.Label != nil {
			types[i] += " " + strings.ToUpper(doc.Label.Name)
		}
		types[i] = code(types[i])
	}
	return strings.Join(types, ", ")
}

// code shows an expression in a code span.
func code(text string) string {
	ticks := "`"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	if len(ticks) > 1 {
		return ticks + " " + text + " " + ticks
	}
	return ticks + text + ticks
}

func codes(texts []string) string {
	if len(texts) == 0 {
		return "none"
	}
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = code(text)
	}
	return strings.Join(out, ", ")
}

// cell fits Markdown into a cell of a table, where bars are escaped even in
// code.
func cell(markdown string) string {
	return strings.ReplaceAll(strings.ReplaceAll(markdown, "|", `\|`), "\n", " ")
}

// defaultOf returns what holds without an argument.
func defaultOf(arg spec.ArgumentDoc) string {
	switch {
	case arg.Required:
		return "**required**"
	case arg.Default != "":
		return code(arg.Default)
	case arg.Without != "":
		return arg.Without
	}
	return "none"
}

// meaning returns what an argument means and which values it takes.
func meaning(arg spec.ArgumentDoc) string {
	text := arg.Text
	if len(arg.Values) > 0 {
		values := slices.Clone(arg.Values)
		for i := range values {
			if arg.Type != "type" {
				values[i] = fmt.Sprintf("%q", values[i])
			}
		}
		word := " One of "
		switch {
		case arg.Type == "texts":
			word = " Of "
		case len(values) == 1:
			word = " Only "
		}
		text += word + codes(values) + "."
	}
	switch {
	case arg.Min != "" && arg.Whole:
		text += fmt.Sprintf(" A whole number from %s to %s.", arg.Min, arg.Max)
	case arg.Min != "":
		text += fmt.Sprintf(" From %s to %s.", strings.Trim(arg.Min, `"`), strings.Trim(arg.Max, `"`))
	}
	return text
}
