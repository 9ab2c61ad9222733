package generate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// timeRange is the range that a link opens, as it stands in a URL: numbers of
// Grafana (milliseconds since 1970, or relative to now), or a template for them.
type timeRange struct{ from, to string }

// lately is the range of links that stand in a file.
var lately = timeRange{"now-6h", "now"}

// untilNow is the range of links in an alert: from some time before it was last
// evaluated until then. Whoever follows the link later sees the same.
func untilNow(before time.Duration) timeRange {
	milliseconds := func(expr string) string { return "{{ query `" + expr + "` | first | value | printf `%.0f` }}" }
	return timeRange{milliseconds(fmt.Sprintf("1000 * (time() - %g)", before.Seconds())), milliseconds("1000 * time()")}
}

// escape makes a text a value in a URL. Spaces are %20, which fragments know,
// too. Nothing of a template is left.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// dashboardLink opens a dashboard with its variables set.
func dashboardLink(sys *model.System, uid string, at timeRange, variables ...model.Label) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/d/%s?", sys.Stack.URLs.Grafana, uid)
	for _, v := range variables {
		fmt.Fprintf(&b, "var-%s=%s&", v.Name, escape(v.Value))
	}
	fmt.Fprintf(&b, "from=%s&to=%s", at.from, at.to)
	return b.String()
}

// sloLink opens the dashboard of an SLO.
func sloLink(sys *model.System, s *model.Service, sli *model.SLI, at timeRange) string {
	return dashboardLink(sys, naming.SLODashboard(sys.Name), at,
		model.Label{Name: "service", Value: s.Name}, model.Label{Name: "slo", Value: sli.Name})
}

// serviceLink opens the dashboard of a service.
func serviceLink(sys *model.System, s *model.Service, at timeRange) string {
	return dashboardLink(sys, naming.ServiceDashboard(sys.Name, s.Name), at)
}

// exploreQuery is a query in Grafana's Explore, with the keys that its data
// source has for it.
type exploreQuery struct {
	RefID     string `json:"refId"`
	QueryType string `json:"queryType,omitempty"`
	Query     string `json:"query,omitempty"` // Tempo
	Expr      string `json:"expr,omitempty"`  // Loki
}

// exploreLink opens a query in Explore. The range stands outside of what is
// escaped, because it may be a template.
func exploreLink(sys *model.System, datasource string, q exploreQuery, at timeRange) string {
	q.RefID = "A"
	var queries bytes.Buffer
	encoder := json.NewEncoder(&queries)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode([]exploreQuery{q}) // texts always encode
	pane := fmt.Sprintf(`{"a":{"datasource":%q,"queries":%s,"range":{"from":"`, datasource, bytes.TrimSpace(queries.Bytes()))
	return sys.Stack.URLs.Grafana + "/explore?schemaVersion=1&panes=" + escape(pane) + at.from +
		escape(`","to":"`) + at.to + escape(`"}}}`)
}

// tracesLink finds the traces that an SLI counts as bad, or is "" where there
// are none.
func tracesLink(sys *model.System, s *model.Service, sli *model.SLI, at timeRange) string {
	search := query.BadTraces(s, sli)
	if search == "" {
		return ""
	}
	return exploreLink(sys, naming.TempoUID, exploreQuery{QueryType: "traceql", Query: search}, at)
}

// logsLink shows what a service logged of warnings and errors.
func logsLink(sys *model.System, s *model.Service, at timeRange) string {
	expr := query.Selector("", query.Matcher{Label: "service_name", Value: s.Name}) + ` | detected_level=~"warn|error|fatal|critical"`
	return exploreLink(sys, naming.LokiUID, exploreQuery{QueryType: "range", Expr: expr}, at)
}

// matcherText matches a label in Alertmanager.
func matcherText(l model.Label) string { return l.Name + "=" + query.QuotePromQL(l.Value) }

// silenceLink opens Alertmanager's form for a silence of some labels.
func silenceLink(sys *model.System, labels []model.Label) string {
	matchers := make([]string, len(labels))
	for i, l := range labels {
		matchers[i] = matcherText(l)
	}
	return sys.Stack.URLs.Alertmanager + "/#/silences/new?filter=" + escape("{"+strings.Join(matchers, ",")+"}")
}

// runbookLink opens the page of an alert.
func runbookLink(sys *model.System, service, page string) string {
	return sys.Stack.URLs.Runbooks + "/" + naming.Slug(service) + "/" + page + ".md"
}
