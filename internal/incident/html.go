package incident

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/templates"
)

// pages are self-contained: they load nothing from anywhere.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"deref": func(d *time.Duration) time.Duration { return *d }, "clock": clock, "since": since, "percent": percent, "seconds": seconds,
	"short": func(d time.Duration) string { return model.FormatDuration(d.Round(time.Second)) },
	"share": func(v float64) string { return fmt.Sprintf("%.3g %%", 100*v) },
}).ParseFS(templates.FS, "rehearse.html.tmpl"))

// Size of a plot, in units of its drawing.
const (
	plotWidth  = 880.0
	plotHeight = 130.0
	bandHeight = 22.0
)

// page is what the template shows of an outcome.
type page struct {
	*Outcome
	Plots    []plot
	Bands    []band
	BandsTop float64 // height of all bands
	Moments  []moment
	Start    time.Duration
	Pairs    []pair
}

// plot is a curve against time.
type plot struct {
	Title, Note, Class string
	Path               string  // of the curve
	Threshold          float64 // y of the line; negative: none
	Label              string  // of that line
	Top, Bottom        string  // what the upper and lower edge stand for
	Ticks              []tick
	From, To           float64 // x of the incident
}

type tick struct {
	X    float64
	Text string
}

// band is the time that an alert fires.
type band struct {
	Name, Severity string
	Y, From, Width float64
	Text           string
}

// WriteHTML prints the outcome as one page.
func (o *Outcome) WriteHTML(w io.Writer) error {
	p := page{Outcome: o, Moments: o.timeline(), Start: o.start}
	scale := o.scale()
	for _, c := range o.curves {
		p.Plots = append(p.Plots, scale.ratio(c))
	}
	p.Plots = append(p.Plots, scale.budget(o.budget))
	add := func(alerts []*Alert, of string) {
		for _, a := range alerts {
			p.Bands = append(p.Bands, scale.band(a, len(p.Bands), of))
		}
	}
	add(o.Alerts, "")
	if o.Other != nil {
		add(o.Other.Alerts, o.Other.File+": ")
		p.Pairs = o.pairs()
	}
	p.BandsTop = bandHeight*float64(len(p.Bands)) + 4
	return pages.ExecuteTemplate(w, "outcome", p)
}

// scale maps times to the width of plots.
type scale struct {
	o        *Outcome
	from, to time.Duration
	ticks    []tick
}

func (o *Outcome) scale() *scale {
	s := &scale{o: o}
	s.from, s.to = o.span()
	every := 5 * time.Minute
	for _, next := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 7 * day} {
		if (s.to-s.from)/every > 9 {
			every = next
		}
	}
	for at := (s.from + every - 1) / every * every; at <= s.to; at += every {
		s.ticks = append(s.ticks, tick{s.x(at), strings.TrimSuffix(clock(at), ":00")})
	}
	return s
}

func (s *scale) x(at time.Duration) float64 {
	at = min(max(at, s.from), s.to)
	return math.Round(10*plotWidth*float64(at-s.from)/float64(s.to-s.from)) / 10
}

func (s *scale) plot(title, class string) plot {
	begins := s.o.start
	return plot{Title: title, Class: class, Ticks: s.ticks, From: s.x(begins), To: s.x(begins + seconds(s.o.Incident.Duration))}
}

// ratio draws a window's ratio, from nothing to a bit above its highest value or
// its threshold.
func (s *scale) ratio(c curve) plot {
	p := s.plot("Bad events over "+c.Window, c.Severity)
	top := c.Threshold
	for i := s.from / interval; i <= s.to/interval && int(i) < len(c.Values); i++ {
		if v := c.Values[i]; v > top {
			top = v
		}
	}
	top = min(1, 1.1*top)
	p.Path = s.path(c.Values, 0, top)
	p.Threshold = y(c.Threshold, 0, top)
	p.Label = fmt.Sprintf("%s above %.3g %%", c.Severity, 100*c.Threshold)
	p.Top, p.Bottom = fmt.Sprintf("%.3g %%", 100*top), "0 %"
	return p
}

// budget draws what is left of the budget.
func (s *scale) budget(values []float64) plot {
	p := s.plot("Error budget left", "budget")
	bottom, top := math.Inf(1), math.Inf(-1)
	for i := s.from / interval; i <= s.to/interval && int(i) < len(values); i++ {
		if v := values[i]; !math.IsNaN(v) {
			bottom, top = min(bottom, v), max(top, v)
		}
	}
	if bottom > top {
		bottom, top = 0, 1
	}
	room := max(0.02, (top-bottom)/10)
	bottom, top = bottom-room, top+room
	p.Path = s.path(values, bottom, top)
	p.Threshold = -1
	if bottom < 0 && top > 0 {
		p.Threshold, p.Label = y(0, bottom, top), "nothing left"
	}
	p.Top, p.Bottom = fmt.Sprintf("%.3g %%", 100*top), fmt.Sprintf("%.3g %%", 100*bottom)
	p.Note = "Windows of days are made of whole hours, so it falls at the full hour."
	return p
}

func y(value, bottom, top float64) float64 {
	return math.Round(10*plotHeight*(1-(value-bottom)/(top-bottom))) / 10
}

// path is a curve with gaps where there is no value.
func (s *scale) path(values []float64, bottom, top float64) string {
	var b strings.Builder
	pen := "M"
	for i := s.from / interval; i <= s.to/interval && int(i) < len(values); i++ {
		v := values[i]
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&b, "%s%g %g", pen, s.x(i*interval), y(v, bottom, top))
		pen = "L"
	}
	return b.String()
}

func (s *scale) band(a *Alert, row int, of string) band {
	from, to := s.o.start+seconds(a.FiresAfter), s.to
	if a.ResolvesAfter != nil {
		to = s.o.start + seconds(*a.ResolvesAfter)
	}
	name := of + strings.TrimSpace(a.Alert+" "+a.Window)
	if of == "" {
		name = a.SLO + " " + a.Window
		if a.Window == "" {
			name = a.SLO + " " + a.Alert
		}
	}
	return band{
		Name: name, Severity: a.Severity, Y: bandHeight * float64(row), From: s.x(from), Width: max(2, s.x(to)-s.x(from)),
		Text: a.title() + ": " + a.fate(),
	}
}

// WriteHTML prints the matrix as one page.
func (m *Matrix) WriteHTML(w io.Writer) error { return pages.ExecuteTemplate(w, "matrix", m) }

// Heat is a class of the page.
func (c *Cell) Heat() int { return c.heat() }

// Reset is when the alert resolves after the end, in words.
func (c *Cell) Reset() string {
	if c.ResolvesAfter == nil {
		return "still fires"
	}
	return since(seconds(*c.ResolvesAfter))
}

// What, When and Note are the columns of the timeline.
func (m moment) What() string { return m.what }

// At is when it happened, since the beginning.
func (m moment) At() time.Duration { return m.at }

// Note is what is to be said about it.
func (m moment) Note() string { return m.note }

// Ours and Theirs are the lines of a comparison.
func (p pair) Ours() string { return p.ours.fate() }

// Theirs is the line of the other rules.
func (p pair) Theirs() string { return p.theirs.fate() }

// Width is that of the incident.
func (p plot) Width() float64 { return p.To - p.From }

// LabelY is where the text of the threshold stands: above its line, or below it
// where there is no room.
func (p plot) LabelY() float64 {
	if p.Threshold < 14 {
		return p.Threshold + 12
	}
	return p.Threshold - 4
}

// NameX is where the name of a band stands: where it begins, or before its end if
// the name would leave the picture.
func (b band) NameX() float64 {
	if b.right() {
		return b.From + b.Width
	}
	return b.From
}

func (b band) right() bool { return b.From > plotWidth/2 }

// Anchor is which end of the name that is.
func (b band) Anchor() string {
	if b.right() {
		return "end"
	}
	return "start"
}

// NameY is below the band.
func (b band) NameY() float64 { return b.Y + 18 }

// Since is a time of the timeline, counted from the beginning of the incident.
func (p page) Since(at time.Duration) string { return since(at - p.Start) }

// FirstPage is when somebody is paged first for this SLO; nil: never.
func (o *Outcome) FirstPage() *time.Duration {
	for _, a := range o.Alerts {
		if a.Severity == string(model.Page) && a.SLO == o.SLO {
			after := seconds(a.FiresAfter)
			return &after
		}
	}
	return nil
}
