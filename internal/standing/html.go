package standing

import (
	"html/template"
	"io"

	"github.com/obsboot/obsboot/templates"
)

// pages are self-contained: they load nothing from anywhere.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"percent": func(v *float64) string { return percent(v, 3) },
}).ParseFS(templates.FS, "capacity.html.tmpl"))

// WriteHTML prints the map as one page.
func (b *Bottlenecks) WriteHTML(w io.Writer) error { return pages.ExecuteTemplate(w, "capacity", b) }

// Bar is how long the bar of the use is, of 100.
func (c *Capacity) Bar() float64 { return max(0, min(100, 100*c.used())) }

// State is how bad that is: a class of the page.
func (c *Capacity) State() string {
	switch used := c.used(); {
	case used < 0:
		return "unknown"
	case used >= 1:
		return "full"
	case used > c.WarnAt:
		return "near"
	}
	return "fine"
}

// Amounts are the peak and the limit, in words.
func (c *Capacity) Amounts() string { return c.amount(c.Peak) + " of " + c.amount(&c.Limit) }
