// Package lint looks for what is wrong with dashboards before anybody sees them.
//
// In: dashboards, and what is known of the series that exist; or the JSON that
// Grafana gets. Out: problems, each with its place. The package knows the model,
// to know what is emitted, and must not import spec, resolve or generate.
package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/query"
)

// Problem is something that is wrong, and where.
type Problem struct {
	Dashboard string
	Panel     string // empty: the dashboard itself
	Message   string
}

func (p Problem) String() string {
	if p.Panel == "" {
		return p.Dashboard + ": " + p.Message
	}
	return fmt.Sprintf("%s, %q: %s", p.Dashboard, p.Panel, p.Message)
}

// checker collects problems.
type checker struct {
	known    Known
	uids     []string
	problems []Problem
	at       *board.Dashboard
	panel    string
	used     map[string]bool // names of variables
}

func (c *checker) report(format string, arguments ...any) {
	c.problems = append(c.problems, Problem{c.at.UID, c.panel, fmt.Sprintf(format, arguments...)})
}

// uidPattern is what Grafana takes for a UID, with our prefix.
var uidPattern = regexp.MustCompile(`^obsboot-[a-zA-Z0-9_-]{1,32}$`)

// Dashboards checks all dashboards of a system together.
func Dashboards(all []board.Dashboard, known Known) []Problem {
	c := &checker{known: known}
	titles := map[string]bool{}
	for i := range all {
		c.at = &all[i]
		if slices.Contains(c.uids, all[i].UID) {
			c.report("another dashboard has this UID")
		}
		if titles[all[i].Title] {
			c.report("another dashboard is titled %q", all[i].Title)
		}
		titles[all[i].Title] = true
		c.uids = append(c.uids, all[i].UID)
	}
	for i := range all {
		c.dashboard(&all[i])
	}
	return c.problems
}

func (c *checker) dashboard(d *board.Dashboard) {
	c.at, c.panel, c.used = d, "", map[string]bool{}
	if !uidPattern.MatchString(d.UID) {
		c.report("%q is no UID", d.UID)
	}
	if d.Title == "" || d.Description == "" || len(d.Tags) == 0 || d.Folder == "" || d.Path == "" {
		c.report("it lacks a title, a description, tags, a folder or a path")
	}
	c.variables(d)
	for i := range d.Annotations {
		c.query(&d.Annotations[i].Query, nil)
		c.labels(&d.Annotations[i].Query, d.Annotations[i].Title+d.Annotations[i].Text)
	}
	for _, l := range d.Links {
		c.link(l, nil)
	}
	c.layout(d)
	ids, titles := map[int]bool{}, map[string]bool{}
	for _, row := range d.Rows {
		ids[row.ID] = true
		for j := range row.Panels {
			p := &row.Panels[j]
			c.panel = p.Title
			if ids[p.ID] || p.ID <= 0 {
				c.report("its id, %d, is not its own", p.ID)
			}
			if titles[p.Title] {
				c.report("another panel has this title")
			}
			ids[p.ID], titles[p.Title] = true, true
			c.checkPanel(p)
		}
	}
	c.panel = ""
	for _, v := range d.Variables {
		if !c.used[v.Name] {
			c.report("nothing uses the variable %s", v.Name)
		}
	}
}

// variables checks where values come from. Queries of variables use variables
// that stand before them.
func (c *checker) variables(d *board.Dashboard) {
	names := map[string]bool{}
	for _, v := range d.Variables {
		if names[v.Name] {
			c.report("two variables are called %s", v.Name)
		}
		names[v.Name] = true
		if v.Label == "" || v.Description == "" {
			c.report("the variable %s lacks a label or a description", v.Name)
		}
		switch v.Kind {
		case board.LabelOf:
			c.query(&board.Query{Language: board.PromQL, Text: v.Query}, nil)
			for _, use := range query.PromQLUses(sample(v.Query)) {
				if s := c.known[use.Metric]; s != nil && !s.has(v.Of) {
					c.report("%s has no label %s for the variable %s", use.Metric, v.Of, v.Name)
				}
			}
		case board.DataSource:
			if v.Default == "" {
				c.report("the variable %s has no default", v.Name)
			}
		}
	}
}

// layout checks that panels stand on the grid, and not on each other.
func (c *checker) layout(d *board.Dashboard) {
	panels := d.Panels()
	for i, p := range panels {
		c.panel = p.Title
		b := p.At
		if b.X < 0 || b.Y < 0 || b.W <= 0 || b.H <= 0 || b.X+b.W > board.Columns {
			c.report("it stands beside the grid: %+v", b)
		}
		for _, o := range panels[:i] {
			if b.X < o.At.X+o.At.W && o.At.X < b.X+b.W && b.Y < o.At.Y+o.At.H && o.At.Y < b.Y+b.H {
				c.report("it stands on %q", o.Title)
			}
		}
	}
	c.panel = ""
}

func (c *checker) checkPanel(p *board.Panel) {
	for what, text := range map[string]string{"title": p.Title, "description": p.Description, "unit": string(p.Unit)} {
		if strings.TrimSpace(text) == "" {
			c.report("it has no %s", what)
		}
	}
	if len(p.Queries) == 0 && p.Kind != board.Text {
		c.report("it has no query")
	}
	legends := map[string]bool{}
	for i := range p.Queries {
		q := &p.Queries[i]
		c.query(q, p)
		if p.Kind != board.Table {
			c.labels(q, q.Legend)
		}
		if p.Kind == board.TimeSeries && legends[q.Legend] && !strings.Contains(q.Legend, "${") {
			c.report("two queries have the legend %q", q.Legend)
		}
		legends[q.Legend] = true
		if p.NoValue == "" && (q.Silent != "" || p.Kind == board.TimeSeries || p.Kind == board.Heatmap) {
			c.report("it does not say why there may be nothing")
		}
	}
	for i := 1; i < len(p.Thresholds); i++ {
		if i > 1 && p.Thresholds[i].From <= p.Thresholds[i-1].From {
			c.report("its thresholds do not grow")
		}
	}
	for name := range board.Placeholders(p.From) {
		c.variable(board.Placeholders(p.From)[name])
	}
	c.columns(p)
	for _, l := range slices.Concat(p.Links, p.DataLinks) {
		c.link(l, p)
	}
}

// columns checks that what a table shows is there.
func (c *checker) columns(p *board.Panel) {
	titles := map[string]bool{}
	for _, col := range p.Columns {
		if col.Title == "" || titles[col.Title] {
			c.report("two columns are titled %q", col.Title)
		}
		titles[col.Title] = true
		switch {
		case col.Label != "":
			if !slices.ContainsFunc(p.Queries, func(q board.Query) bool { return c.gives(&q, col.Label) }) {
				c.report("no query gives the label %s of a column", col.Label)
			}
		case col.Query < 0 || col.Query >= len(p.Queries):
			c.report("the column %q shows a query that is not there", col.Title)
		}
		for _, l := range col.Links {
			c.link(l, p)
		}
	}
	if p.SortBy != "" && !titles[p.SortBy] {
		c.report("it is sorted by %q, which is no column", p.SortBy)
	}
}

// variable notes that a variable is used.
func (c *checker) variable(name string) {
	if _, ok := c.at.Variable(name); !ok {
		c.report("there is no variable %s", name)
	}
	c.used[name] = true
}

// link checks that it leads somewhere, and that its values are there.
func (c *checker) link(l board.Link, p *board.Panel) {
	if l.Title == "" {
		c.report("a link has no title")
	}
	if l.Dashboard != "" && !c.leads(l.Dashboard) {
		c.report("a link leads to %s, which is not there", l.Dashboard)
	}
	if l.Dashboard == "" && l.Explore == nil && l.URL == "" && len(l.Tags) == 0 {
		c.report("the link %q leads nowhere", l.Title)
	}
	texts := []string{l.Dashboard, l.URL}
	for _, v := range l.Variables {
		texts = append(texts, v.Value)
	}
	if l.Explore != nil {
		c.query(l.Explore, p)
		texts = append(texts, l.Explore.Text)
	}
	for _, text := range texts {
		for _, name := range board.Placeholders(text) {
			label, ok := strings.CutPrefix(name, board.RowLabel)
			switch {
			case !ok:
				c.variable(name)
			case p == nil || !slices.ContainsFunc(p.Queries, func(q board.Query) bool { return c.gives(&q, label) }):
				c.report("the link %q needs the label %s, which nothing gives", l.Title, label)
			}
		}
	}
}

// leads reports whether a UID, whose placeholders stand for any text, is that of
// a dashboard.
func (c *checker) leads(uid string) bool {
	pattern := regexp.QuoteMeta(board.Expand(uid, func(string) (string, bool) { return "\x00", true }))
	is := regexp.MustCompile("^" + strings.ReplaceAll(pattern, "\x00", ".+") + "$")
	return slices.ContainsFunc(c.uids, is.MatchString)
}
