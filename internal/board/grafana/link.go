package grafana

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/obsboot/obsboot/internal/board"
)

// dashboardLink stands at the top of a dashboard.
func (r renderer) dashboardLink(l board.Link) dashboard.DashboardLink {
	if len(l.Tags) > 0 {
		out := newLink(dashboard.DashboardLinkTypeDashboards, text(l.Title), text(l.Tooltip))
		out.Tags, out.AsDropdown, out.Icon, out.IncludeVars = l.Tags, true, "external link", true
		return out
	}
	out := newLink(dashboard.DashboardLinkTypeLink, text(l.Title), text(l.Tooltip))
	out.Icon = "dashboard"
	out.IncludeVars = l.Dashboard != ""
	if l.Dashboard == "" {
		out.Icon, out.TargetBlank, out.KeepTime = "doc", true, false
	}
	out.Url = ptr(r.address(l, nil, false))
	return out
}

// panelLink stands in the title of a panel.
func (r renderer) panelLink(l board.Link, p *board.Panel) dashboard.DashboardLink {
	out := newLink(dashboard.DashboardLinkTypeLink, text(l.Title), text(l.Tooltip))
	out.KeepTime = false // the address has it
	out.Url = ptr(r.address(l, p, true))
	return out
}

// dataLink is followed from a value. Grafana knows a title and an address of it
// only.
func (r renderer) dataLink(l board.Link, p *board.Panel) dashboard.DashboardLink {
	out := r.panelLink(l, p)
	out.Icon = ""
	return out
}

// address is where a link leads; withRange takes the range that is shown along.
func (r renderer) address(l board.Link, p *board.Panel, withRange bool) string {
	switch {
	case l.Explore != nil:
		return r.explore(l.Explore, p)
	case l.Dashboard == "":
		return escape(l.URL, p, false)
	}
	var parameters []string
	if withRange {
		parameters = append(parameters, "${__url_time_range}")
		for _, name := range []string{board.SourceVariable(board.PromQL), board.SourceVariable(board.LogQL), board.SourceVariable(board.TraceQL), "environment"} {
			if _, ok := r.d.Variable(name); ok {
				parameters = append(parameters, "${"+name+":queryparam}")
			}
		}
	}
	for _, v := range l.Variables {
		parameters = append(parameters, "var-"+v.Name+"="+escape(v.Value, p, true))
	}
	out := "/d/" + escape(l.Dashboard, p, true)
	if len(parameters) > 0 {
		out += "?" + strings.Join(parameters, "&")
	}
	return out
}

// explore opens a query in Explore.
func (r renderer) explore(q *board.Query, p *board.Panel) string {
	query := map[string]any{"refId": "A", "datasource": map[string]string{"type": dataSourceType(q.Language), "uid": "${" + board.SourceVariable(q.Language) + "}"}}
	if q.Language == board.TraceQL {
		query["queryType"], query["query"] = "traceql", q.Text
		if q.Limit > 0 {
			query["limit"] = q.Limit
		}
	} else {
		query["queryType"], query["expr"] = "range", q.Text
	}
	panes := map[string]any{"a": map[string]any{
		"datasource": "${" + board.SourceVariable(q.Language) + "}",
		"queries":    []any{query},
		"range":      map[string]string{"from": "${__from}", "to": "${__to}"},
	}}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(panes) // texts and numbers always encode
	return "/explore?schemaVersion=1&panes=" + escape(strings.TrimSpace(b.String()), p, true)
}

// escape makes a text part of an address. Grafana's variables stay, and values of
// rows become Grafana's.
func escape(text string, p *board.Panel, quote bool) string {
	var b strings.Builder
	plain := func(s string) {
		if quote {
			s = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
		}
		b.WriteString(s)
	}
	for {
		before, after, ok := strings.Cut(text, "${")
		plain(before)
		if !ok {
			return b.String()
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			plain("${" + after)
			return b.String()
		}
		b.WriteString(value(name, p, quote))
		text = rest
	}
}

// value is Grafana's word for a variable, or for a label of a row or series.
func value(name string, p *board.Panel, quote bool) string {
	format := ""
	if quote {
		format = ":percentencode"
	}
	label, ok := strings.CutPrefix(name, board.RowLabel)
	switch {
	case strings.HasPrefix(name, "__"):
		return "${" + name + "}"
	case !ok:
		return "${" + name + format + "}"
	case p != nil && p.Kind == board.Table:
		return "${__data.fields." + columnTitle(p, label) + format + "}"
	}
	return "${__field.labels." + label + format + "}"
}

// columnTitle is how a column is called once a table is in order.
func columnTitle(p *board.Panel, label string) string {
	for i := range p.Columns {
		if p.Columns[i].Label == label {
			return p.Columns[i].Title
		}
	}
	return label
}
