package lint

import (
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/query"
)

// sample fills in the placeholders of a query, so that it parses.
func sample(text string) string {
	return board.Expand(text, func(name string) (string, bool) {
		switch name {
		case board.Rate, board.Span, board.Step:
			return "5m", true
		}
		return "x", true
	})
}

// query checks a query of a panel, an annotation or a link.
func (c *checker) query(q *board.Query, p *board.Panel) {
	if strings.TrimSpace(q.Text) == "" {
		c.report("a query is empty")
		return
	}
	for _, name := range board.Placeholders(q.Text) {
		builtIn := name == board.Rate || name == board.Span || name == board.Step
		if !builtIn && !strings.HasPrefix(name, board.RowLabel) {
			c.variable(name)
		}
	}
	c.variable(board.SourceVariable(q.Language))
	switch q.Language {
	case board.PromQL:
		c.promQL(q)
	case board.LogQL:
		parsed, errs := query.ParseLogQL(sample(q.Text))
		for _, err := range errs {
			c.report("LogQL: %s: %s", err.Message, q.Text)
		}
		if parsed != nil && p != nil && parsed.Metric == (p.Kind == board.Logs) && slices.ContainsFunc(p.Queries, func(o board.Query) bool { return o.Text == q.Text }) {
			c.report("a query does not fit the panel: %s", q.Text)
		}
	}
}

func (c *checker) promQL(q *board.Query) {
	text := sample(q.Text)
	parsed, errs := query.ParsePromQL(text)
	for _, err := range errs {
		c.report("PromQL: %s: %s", err.Message, q.Text)
	}
	if parsed == nil {
		return
	}
	var series []*Series
	for _, use := range query.PromQLUses(text) {
		if use.Metric == "" {
			continue
		}
		s, ok := c.known[use.Metric]
		if !ok {
			c.report("nothing emits %s: %s", use.Metric, q.Text)
			continue
		}
		series = append(series, s)
		c.use(q, use, s)
	}
	if len(series) == 0 {
		return
	}
	for _, g := range parsed.Groupings {
		for _, l := range g.Labels {
			known := slices.ContainsFunc(series, func(s *Series) bool { return s.has(l.Name) })
			if !known && !strings.Contains(text, `"`+l.Name+`"`) { // made by label_replace
				c.report("nothing that it reads has the label %s: %s", l.Name, q.Text)
			}
		}
	}
}

// use checks what is done with the series of one selector.
func (c *checker) use(q *board.Query, use query.Use, s *Series) {
	for _, m := range use.Matchers {
		if !s.has(m.Label) {
			c.report("%s has no label %s: %s", use.Metric, m.Label, q.Text)
		}
	}
	if s.Counter && !use.Calling("rate", "increase", "irate", "resets", "changes") && !use.Calling("absent", "count_over_time", "timestamp") {
		c.report("the value of a counter, %s, says nothing; take its rate: %s", use.Metric, q.Text)
	}
	if !s.Counter && use.Calling("rate", "increase", "irate") {
		c.report("%s goes up and down, its rate says nothing: %s", use.Metric, q.Text)
	}
	if s.Bucket && use.Calling("histogram_quantile") && !use.Buckets {
		c.report("le is gone before histogram_quantile: %s", q.Text)
	}
}

// gives reports whether series of a query may have a label.
func (c *checker) gives(q *board.Query, label string) bool {
	if q.Language != board.PromQL {
		return true
	}
	text := sample(q.Text)
	parsed, _ := query.ParsePromQL(text)
	if parsed == nil {
		return true // reported already
	}
	if parsed.Bounded {
		return slices.Contains(parsed.Labels, label)
	}
	return strings.Contains(text, `"`+label+`"`) || slices.ContainsFunc(parsed.Selectors, func(s query.VectorSelector) bool {
		series := c.known[s.Metric]
		return series == nil || series.has(label)
	})
}

// labels checks that the labels in a legend are there.
func (c *checker) labels(q *board.Query, text string) {
	for _, name := range board.Placeholders(text) {
		if label, ok := strings.CutPrefix(name, board.RowLabel); ok && !c.gives(q, label) {
			c.report("the legend needs the label %s, which its query does not give: %s", label, q.Text)
		}
	}
}

// Queries lists all queries of some dashboards, those of links too, as a server
// might get them: placeholders stand for some value.
func Queries(all []board.Dashboard) []board.Query {
	var out []board.Query
	add := func(q board.Query) {
		q.Text = sample(q.Text)
		out = append(out, q)
	}
	links := func(links []board.Link) {
		for _, l := range links {
			if l.Explore != nil {
				add(*l.Explore)
			}
		}
	}
	for i := range all {
		for _, p := range all[i].Panels() {
			for _, q := range p.Queries {
				add(q)
			}
			links(p.Links)
			links(p.DataLinks)
			for _, c := range p.Columns {
				links(c.Links)
			}
		}
	}
	return out
}
