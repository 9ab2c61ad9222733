package resolve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec"
)

// watched resolves what a service watches beside its promises: business
// figures, capacities, alerts and panels, its own and those of its profiles.
func (s *service) watched() {
	s.identifiers()
	slugs := s.newUnique()
	for _, b := range merged(s, s.block.KPIs, func(p *spec.Profile) []*spec.KPI { return p.KPIs }, func(b *spec.KPI) string { return b.Name }) {
		s.watch(slugs, "kpi", b.Name, b.NameRange)
		s.out.KPIs = append(s.out.KPIs, s.kpi(b))
	}
	for _, b := range merged(s, s.block.Capacities, func(p *spec.Profile) []*spec.Capacity { return p.Capacities }, func(b *spec.Capacity) string { return b.Name }) {
		s.watch(slugs, "capacity", b.Name, b.NameRange)
		s.out.Capacities = append(s.out.Capacities, s.capacity(b))
	}
	for _, b := range merged(s, s.block.Alerts, func(p *spec.Profile) []*spec.Alert { return p.Alerts }, func(b *spec.Alert) string { return b.Name }) {
		s.watch(slugs, "alert", b.Name, b.NameRange)
		s.out.Alerts = append(s.out.Alerts, s.alert(b))
	}
	for _, b := range merged(s, s.block.Panels, func(p *spec.Profile) []*spec.Panel { return p.Panels }, func(b *spec.Panel) string { return b.Title }) {
		if s.checkTitle("panel", b.Title, b.TitleRange) {
			s.out.Panels = append(s.out.Panels, s.panel(b))
		}
	}
	slices.SortFunc(s.out.KPIs, func(a, b model.KPI) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.out.Capacities, func(a, b model.Capacity) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.out.Alerts, func(a, b model.Alert) int { return strings.Compare(a.Name, b.Name) })
}

// watch checks a name that becomes part of a rule and a file.
func (s *service) watch(slugs *unique, kind, name string, at hcl.Range) {
	if s.checkName(kind, name, at) {
		slugs.claim(kind+" "+naming.Slug(name), fmt.Sprintf("the %s %q", kind, name), "the rule and file name of the", at)
	}
}

func (s *service) severity(a spec.Text, fallback model.Severity) model.Severity {
	if a == nil {
		return fallback
	}
	return model.Severity(s.scope.OneOf(a, string(model.Page), string(model.Ticket)))
}

func (s *service) kpi(b *spec.KPI) model.KPI {
	out := model.KPI{
		Name:        b.Name,
		Description: s.scope.TextOr(b.Description, ""),
		Unit:        s.scope.TextOr(b.Unit, ""),
		Compare:     s.scope.Duration(b.Compare, time.Hour, 366*day, 0),
		Severity:    s.severity(b.Severity, model.Ticket),
		For:         s.scope.Duration(b.For, 0, 7*day, 30*time.Minute),
	}
	out.Query, _, _ = s.promQL(b.PromQL)
	out.Deviation, _ = s.scope.Number(b.Deviation, 0.01, 100)
	if b.Deviation != nil && b.Compare == nil {
		s.diags.Error(b.Deviation.NameRange, "Nothing to deviate from", "deviation compares a figure with itself some time ago. Add compare = \"7d\" or another.")
	}
	return out
}

func (s *service) capacity(b *spec.Capacity) model.Capacity {
	out := model.Capacity{
		Name:        b.Name,
		Description: s.scope.TextOr(b.Description, ""),
		Unit:        s.scope.TextOr(b.Unit, ""),
		WarnAt:      0.8,
		Forecast:    s.scope.Duration(b.Forecast, time.Hour, 366*day, 0),
		Severity:    s.severity(b.Severity, model.Ticket),
	}
	out.Query, _, _ = s.promQL(b.PromQL)
	out.Limit, _ = s.scope.Number(b.Limit, spec.Positive, spec.Unlimited)
	if at, ok := s.scope.Number(b.WarnAt, 0.01, 1); ok {
		out.WarnAt = at
	}
	return out
}

func (s *service) alert(b *spec.Alert) model.Alert {
	out := model.Alert{
		Name:          b.Name,
		Summary:       s.scope.TextOr(b.Summary, ""),
		Description:   s.scope.TextOr(b.Description, ""),
		Severity:      s.severity(b.Severity, model.Ticket),
		For:           s.scope.Duration(b.For, 0, 30*day, 0),
		KeepFiringFor: s.scope.Duration(b.KeepFiringFor, 0, 30*day, 0),
		Labels:        s.labels(s.scope, b.Labels),
	}
	out.Query, _, _ = s.promQL(b.PromQL)
	return out
}

// panelTypes are how a panel can show its queries; the first is the default.
var panelTypes = []string{"timeseries", "stat", "gauge", "bar", "table", "heatmap", "logs"}

func (s *service) panel(b *spec.Panel) model.Panel {
	out := model.Panel{Title: b.Title, Description: s.scope.TextOr(b.Description, ""), Unit: s.scope.TextOr(b.Unit, "")}
	out.Type = s.scope.OneOf(b.Type, panelTypes...)
	if b.Type == nil && b.LogQL != nil {
		out.Type = "logs"
	}
	queries := b.Queries
	if b.PromQL != nil || b.LogQL != nil {
		if len(queries) > 0 {
			s.diags.Error(queries[0].Range, "Query twice", "A panel has one query as an argument, or several as query blocks. Move the argument into a block.")
		}
		queries = []*spec.PanelQuery{{Legend: s.scope.TextOr(b.Legend, ""), Range: b.Range, PromQL: b.PromQL, LogQL: b.LogQL}}
	}
	if b.Legend != nil && len(b.Queries) > 0 {
		s.diags.Error(b.Legend.NameRange, "Legend without a query", "The label of a query block is its legend. Remove this one.")
	}
	if len(queries) == 0 {
		s.diags.Error(b.Range, "Panel without a query", "Write promql = \"...\" or logql = \"...\", or several in query \"legend\" { ... } blocks.")
	}
	for _, q := range queries {
		out.Queries = append(out.Queries, s.panelQuery(q, out.Type))
	}
	return out
}

func (s *service) panelQuery(b *spec.PanelQuery, panelType string) model.PanelQuery {
	out := model.PanelQuery{Legend: b.Legend}
	switch {
	case b.PromQL != nil && b.LogQL != nil:
		s.diags.Error(b.LogQL.NameRange, "Query twice", "A query is PromQL or LogQL. Make a query block of each.")
	case b.PromQL != nil:
		out.Query, _, _ = s.promQL(b.PromQL)
	case b.LogQL != nil:
		q, parsed, t := s.logQL(b.LogQL)
		if parsed != nil && parsed.Metric == (panelType == "logs") {
			s.diags.Error(t.Range(0, len(t.Text)), "Query does not fit the panel", "A panel of type \"logs\" shows a log stream, every other type shows numbers, as sum(count_over_time({...}[5m])) gives.")
		}
		out.Query = q
	default:
		s.diags.Error(b.Range, "Panel without a query", "Write promql = \"...\" or logql = \"...\" into the query block.")
	}
	return out
}
