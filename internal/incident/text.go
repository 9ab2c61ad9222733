package incident

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// moment is a line of the timeline.
type moment struct {
	at         time.Duration // since the beginning
	what, note string
}

// timeline is what happened, in order.
func (o *Outcome) timeline() []moment {
	end := o.start + seconds(o.Incident.Duration)
	out := []moment{{o.start, "the incident begins", ""}, {end, "the incident is over", fmt.Sprintf("%s of the budget used", percent(o.Budget.Used))}}
	for _, a := range o.Alerts {
		out = append(out, moment{o.start + seconds(a.FiresAfter), "fires: " + a.title(), fmt.Sprintf("%s of the budget used", percent(a.BudgetUsed))})
		if a.ResolvesAfter != nil {
			out = append(out, moment{o.start + seconds(*a.ResolvesAfter), "resolves: " + a.title(), ""})
		}
	}
	for _, n := range o.Told {
		what := "told: " + n.Receiver
		if len(n.Firing) == 0 {
			what = "told it is over: " + n.Receiver
		}
		out = append(out, moment{n.at, what, n.contents()})
	}
	slices.SortStableFunc(out, func(a, b moment) int { return int(a.at/time.Second - b.at/time.Second) })
	return out
}

// contents are what fires and, behind it, what is over.
func (n *Notification) contents() string {
	text := strings.Join(n.Firing, ", ")
	if len(n.Firing) > 0 && len(n.Resolved) > 0 {
		text += "; over: "
	}
	return text + strings.Join(n.Resolved, ", ")
}

func (a *Alert) title() string {
	text := a.Alert
	if a.Window != "" {
		text += " " + a.Window
	}
	return text + ", " + a.Severity + " of " + a.SLO
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func percent(s Share) string {
	if math.IsNaN(float64(s)) {
		return "an unknown share"
	}
	return fmt.Sprintf("%.3g %%", 100*float64(s))
}

// clock writes a time since the beginning as hours of days.
func clock(d time.Duration) string {
	d = d.Round(time.Second)
	text := fmt.Sprintf("%02d:%02d:%02d", d/time.Hour%24, d/time.Minute%60, d/time.Second%60)
	if days := d / day; days > 0 {
		text = fmt.Sprintf("%dd ", days) + text
	}
	return text
}

// since writes a time since the incident began, with its sign.
func since(d time.Duration) string {
	d = d.Round(time.Second)
	if d < 0 {
		return "-" + model.FormatDuration(-d)
	}
	return "+" + model.FormatDuration(d)
}

// WriteText prints the outcome for a person.
func (o *Outcome) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %% over %s\n", o.SLO, o.Objective, o.Window)
	for _, f := range o.Incident.Faults {
		fmt.Fprintf(&b, "  %s\n", f)
	}
	b.WriteString("\n")
	o.plot(&b)
	b.WriteString("\n")
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, m := range o.timeline() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", clock(m.at), since(m.at-o.start), m.what, m.note)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(o.Alerts) == 0 {
		b.WriteString("\nNo alert fires.\n")
	}
	if o.Other != nil {
		if err := o.compared(&b); err != nil {
			return err
		}
	}
	fmt.Fprintf(&b, "\nUsers had %.0f of %.0f events go bad. Of the budget %s were left before, and %s after.\n",
		o.Users.Bad, o.Users.Events, percent(o.Budget.Before), percent(o.Budget.After))
	for _, a := range o.Alerts {
		if a.Muted {
			fmt.Fprintf(&b, "Nobody is told of %s: it is muted, has no receiver, or is over too soon.\n", a.title())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// columns is how wide a plot is.
const columns = 72

var levels = []rune(" ▁▂▃▄▅▆▇█")

// span is the part of the rehearsal that plots show: the incident and what came
// of it.
func (o *Outcome) span() (from, to time.Duration) {
	to = o.start + seconds(o.Incident.Duration)
	for _, a := range o.Alerts {
		last := a.FiresAfter
		if a.ResolvesAfter != nil {
			last = *a.ResolvesAfter
		}
		to = max(to, o.start+seconds(last))
	}
	length := to - o.start
	return max(0, o.start-length/8), min(o.over, to+length/8)
}

// plot draws each window's ratio on the scale of its threshold, and each alert as
// a band.
func (o *Outcome) plot(b *strings.Builder) {
	from, to := o.span()
	at := func(column int) time.Duration { return from + time.Duration(column)*(to-from)/columns }
	fmt.Fprintf(b, "%-22s%s%s%s\n", "", clock(from), strings.Repeat(" ", max(1, columns-len(clock(from))-len(clock(to)))), clock(to))
	for _, c := range o.curves {
		fmt.Fprintf(b, "%-22s", fmt.Sprintf("errors over %s", c.Window))
		for column := range columns {
			b.WriteRune(levels[level(c.most(at(column), at(column+1)), c.Threshold)])
		}
		fmt.Fprintf(b, "  full: %.3g %%, where the %s fires\n", 100*c.Threshold, c.Severity)
	}
	for _, a := range o.Alerts {
		fmt.Fprintf(b, "%-22s", cut(strings.TrimSpace(a.Alert+" "+a.Window), 21))
		for column := range columns {
			fires := o.start + seconds(a.FiresAfter)
			over := a.ResolvesAfter != nil && at(column) >= o.start+seconds(*a.ResolvesAfter)
			if at(column+1) > fires && !over {
				b.WriteRune('█')
			} else {
				b.WriteRune('·')
			}
		}
		fmt.Fprintf(b, "  %s of %s\n", a.Severity, a.SLO)
	}
}

func cut(text string, length int) string {
	if len(text) > length {
		return text[:length]
	}
	return text
}

// most is the highest value of a time.
func (c *curve) most(from, to time.Duration) float64 {
	most := 0.0
	for i := int(from / interval); i <= int(to/interval) && i < len(c.Values); i++ {
		if v := c.Values[i]; !math.IsNaN(v) {
			most = max(most, v)
		}
	}
	return most
}

// level is a value on the scale of a threshold, which is the top.
func level(value, threshold float64) int {
	top := len(levels) - 1
	if value > threshold {
		return top
	}
	return min(top-1, int(math.Ceil(value/threshold*float64(top-1))))
}

// pair is an alert of one file beside the same place of another.
type pair struct{ ours, theirs *Alert }

// pairs sets the alerts of the SLO itself beside those of the other rules, each
// in the order in which they fire.
func (o *Outcome) pairs() []pair {
	var out []pair
	for _, a := range o.Alerts {
		if a.SLO == o.SLO {
			out = append(out, pair{ours: a})
		}
	}
	for i, a := range o.Other.Alerts {
		if i == len(out) {
			out = append(out, pair{})
		}
		out[i].theirs = a
	}
	return out
}

// fate says in a line when an alert fires and resolves.
func (a *Alert) fate() string {
	if a == nil {
		return ""
	}
	text := strings.TrimSpace(a.Severity+" "+a.Alert+" "+a.Window) + " fires " + since(seconds(a.FiresAfter))
	if a.ResolvesAfter == nil {
		return text + ", still fires"
	}
	return text + ", resolves " + since(seconds(*a.ResolvesAfter))
}

func (o *Outcome) compared(b *strings.Builder) error {
	b.WriteString("\n")
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "these rules\t%s\n", o.Other.File)
	for _, p := range o.pairs() {
		fmt.Fprintf(table, "%s\t%s\n", p.ours.fate(), p.theirs.fate())
	}
	return table.Flush()
}

// WriteText prints the matrix for a person.
func (m *Matrix) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %% over %s. An incident that goes on, at even traffic: when each alert\n", m.SLO, m.Objective, m.Window)
	b.WriteString("fires, the budget used by then, and when it resolves after the end.\n\n")
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "bad")
	for _, c := range m.Alerts {
		fmt.Fprintf(table, "\t%s %s (above %.3g %%)", c.Severity, c.Window, 100*c.Threshold)
	}
	fmt.Fprintln(table)
	for _, r := range m.Rows {
		fmt.Fprintf(table, "%.3g %%", 100*r.Bad)
		for _, c := range r.Cells {
			fmt.Fprintf(table, "\t%s", c.text())
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	b.WriteString("\n░ up to 2 % of the budget used, ▒ up to 5 %, ▓ up to 10 %, █ more\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Cell) text() string {
	if c == nil {
		return "-"
	}
	text := fmt.Sprintf("%s %s, %s", c.shade(), model.FormatDuration(seconds(c.FiresAfter).Round(time.Second)), percent(c.BudgetUsed))
	if c.ResolvesAfter == nil {
		return text
	}
	return text + ", " + since(seconds(*c.ResolvesAfter))
}

// heats are the shares of the budget from which a cell is hotter. An alert that
// fires at its own share must not seem hotter for a rounding.
var heats = []float64{0.022, 0.055, 0.11}

func (c *Cell) heat() int {
	n := 0
	for n < len(heats) && float64(c.BudgetUsed) > heats[n] {
		n++
	}
	return n
}

func (c *Cell) shade() string { return []string{"░", "▒", "▓", "█"}[c.heat()] }
