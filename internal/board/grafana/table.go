package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/obsboot/obsboot/internal/board"
)

// field is what Grafana calls the column of a table before it is renamed: the
// label, or the value of a query.
func field(p *board.Panel, c *board.Column) string {
	switch {
	case c.Label != "":
		return c.Label
	case len(p.Queries) == 1:
		return "Value"
	}
	return "Value #" + refID(c.Query)
}

// transformations join the queries of a table, and put its columns in order.
func transformations(p *board.Panel) []dashboard.DataTransformerConfig {
	names, order := map[string]string{}, map[string]int{}
	var include []string
	for i := range p.Columns {
		name := field(p, &p.Columns[i])
		include = append(include, name)
		order[name] = i
		if name != p.Columns[i].Title {
			names[name] = text(p.Columns[i].Title)
		}
	}
	return []dashboard.DataTransformerConfig{
		{Id: "merge", Options: map[string]any{}},
		{Id: "filterFieldsByName", Options: map[string]any{"include": map[string]any{"names": include}}},
		{Id: "organize", Options: map[string]any{"excludeByName": map[string]bool{}, "indexByName": order, "renameByName": names}},
	}
}

// columns are the settings of each column.
func (r renderer) columns(p *board.Panel) []dashboard.DashboardFieldConfigSourceOverrides {
	out := []dashboard.DashboardFieldConfigSourceOverrides{}
	for i := range p.Columns {
		if properties := r.column(&p.Columns[i], p); len(properties) > 0 {
			out = append(out, dashboard.DashboardFieldConfigSourceOverrides{
				Matcher:    dashboard.MatcherConfig{Id: "byName", Options: text(p.Columns[i].Title)},
				Properties: properties,
			})
		}
	}
	return out
}

func (r renderer) column(c *board.Column, p *board.Panel) []dashboard.DynamicConfigValue {
	var out []dashboard.DynamicConfigValue
	add := func(when bool, id string, value any) {
		if when {
			out = append(out, property(id, value))
		}
	}
	add(c.Hidden, "custom.hideFrom.viz", true)
	add(c.Unit != "", "unit", unit(c.Unit))
	if c.Decimals != nil {
		add(true, "decimals", *c.Decimals)
	}
	add(c.Width > 0, "custom.width", c.Width)
	// otherwise what a panel says without any data would stand in each empty cell
	add(c.Label == "", "noValue", "–")
	if c.Min != nil {
		add(true, "min", *c.Min)
	}
	if c.Max != nil {
		add(true, "max", *c.Max)
	}
	if len(c.Thresholds) > 0 {
		add(true, "thresholds", thresholds(c.Thresholds))
		add(true, "color", map[string]string{"mode": "thresholds"})
	}
	switch c.Cell {
	case board.ColoredCell:
		add(true, "custom.cellOptions", map[string]string{"type": "color-text"})
	case board.FilledCell:
		add(true, "custom.cellOptions", map[string]string{"type": "color-background", "mode": "basic"})
	case board.BarCell:
		add(true, "custom.cellOptions", map[string]string{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"})
	}
	if len(c.Values) > 0 {
		add(true, "mappings", mappings(c.Values))
	}
	if len(c.Links) > 0 {
		var links []any
		for _, l := range c.Links {
			links = append(links, r.dataLink(l, p))
		}
		add(true, "links", links)
	}
	return out
}

func mappings(values []board.ValueText) []any {
	options := map[string]any{}
	for i, v := range values {
		options[v.Value] = map[string]any{"text": v.Text, "color": color(v.Color), "index": i}
	}
	return []any{map[string]any{"type": "value", "options": options}}
}
