// Package grafana renders dashboards as Grafana's JSON of schema v1, which
// Grafana 12 and 13 load from files.
//
// In: a board.Dashboard. Out: bytes. Types of the Foundation SDK are filled in
// directly, without its builders, whose defaults hide links and whose errors name
// no panel. What the SDK gets wrong is put right in sdk.go. Content is decided
// in board; the package must not know the model, so that a rendering for another
// schema can stand beside it.
package grafana

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/obsboot/obsboot/internal/board"
)

// Render makes the file of a dashboard.
func Render(d *board.Dashboard) ([]byte, error) {
	out := newDashboard()
	out.Uid, out.Title, out.Description, out.Tags = &d.UID, &d.Title, &d.Description, d.Tags
	out.Time = &dashboard.DashboardDashboardTime{From: d.Range.From, To: d.Range.To}
	if d.Refresh > 0 {
		out.Refresh = ptr(duration(d.Refresh))
	}
	for i := range d.Variables {
		out.Templating.List = append(out.Templating.List, variable(&d.Variables[i]))
	}
	for i := range d.Annotations {
		out.Annotations.List = append(out.Annotations.List, annotationOf(&d.Annotations[i]))
	}
	r := renderer{d: d}
	for _, l := range d.Links {
		out.Links = append(out.Links, r.dashboardLink(l))
	}
	for i := range d.Rows {
		out.Panels = append(out.Panels, r.row(i)...)
	}
	return encode(out)
}

// encoding is an encoder and what it writes into.
type encoding struct {
	*json.Encoder
	buffer bytes.Buffer
}

// encoders are used again, because most of the memory that they take is for the
// indentation.
var encoders = sync.Pool{New: func() any {
	e := &encoding{}
	e.Encoder = json.NewEncoder(&e.buffer)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e
}}

// encode writes JSON that people can read in a difference.
func encode(value any) ([]byte, error) {
	e := encoders.Get().(*encoding)
	defer encoders.Put(e)
	e.buffer.Reset()
	if err := e.Encode(value); err != nil {
		return nil, fmt.Errorf("encode the dashboard: %w", err)
	}
	return bytes.Clone(e.buffer.Bytes()), nil
}

// renderer renders the parts of a dashboard.
type renderer struct{ d *board.Dashboard }

// row gives the title of a row and its panels. Those of a closed row stand inside
// it.
func (r renderer) row(index int) []any {
	row := &r.d.Rows[index]
	panels := make([]dashboard.Panel, len(row.Panels))
	top := 0
	for i := range row.Panels {
		panels[i] = r.panel(&row.Panels[i])
		if i == 0 || row.Panels[i].At.Y < top {
			top = row.Panels[i].At.Y
		}
	}
	var out []any
	if row.Title != "" {
		title := newRow(row.ID, text(row.Title), top-1)
		if title.Collapsed = row.Collapsed; row.Collapsed {
			title.Panels = panels
			return []any{title}
		}
		out = append(out, title)
	}
	for i := range panels {
		out = append(out, panels[i])
	}
	return out
}

func variable(v *board.Variable) dashboard.VariableModel {
	out := newVariable(v.Name, v.Label, v.Description)
	switch v.Kind {
	case board.DataSource:
		out.Type, out.Query = dashboard.VariableTypeDatasource, stringOrMap(dataSourceType(v.Source))
		out.Current = option(v.Default, v.Default, true)
		out.Refresh = ptr(dashboard.VariableRefreshOnDashboardLoad)
	case board.LabelOf:
		out.Type, out.Datasource = dashboard.VariableTypeQuery, dataSource(board.PromQL)
		query, pattern := fmt.Sprintf("label_values(%s, %s)", v.Query, v.Of), ""
		if v.Computed {
			query, pattern = fmt.Sprintf("query_result(%s)", v.Query), fmt.Sprintf(`/%s="([^"]+)"/`, v.Of)
		}
		out.Query = &dashboard.StringOrMap{Map: map[string]any{"query": query, "refId": "variable"}}
		out.Definition, out.Regex = &query, &pattern
		out.Refresh, out.Sort = ptr(dashboard.VariableRefreshOnTimeRangeChanged), ptr(dashboard.VariableSortAlphabeticalAsc)
		if v.All != "" {
			out.IncludeAll, out.Multi, out.AllValue = ptr(true), ptr(true), &v.All
			out.Current = allOption()
		}
	case board.Choice:
		out.Type = dashboard.VariableTypeCustom
		for _, value := range v.Values {
			out.Options = append(out.Options, *option(value, value, value == v.Default))
		}
		out.Query, out.Current = stringOrMap(join(v.Values)), option(v.Default, v.Default, true)
	}
	if v.Hidden {
		out.Hide = ptr(dashboard.VariableHideHideVariable)
	}
	return out
}

// annotationOf marks moments by what Prometheus answers.
func annotationOf(a *board.Annotation) annotation {
	out := newAnnotation(a.Name, color(a.Color), !a.Hidden)
	out.Expr = ptr(queryText(a.Query.Text))
	out.TitleFormat, out.TextFormat = legend(a.Title), legend(a.Text)
	return out
}
