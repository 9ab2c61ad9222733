package diff

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// entity is a thing of a model, or a part of one, as named fields. Two entities
// of one key have the same fields in the same order.
type entity struct {
	subject string
	part    string
	breaks  bool // removing it breaks queries
	fields  []field
}

type field struct {
	name   string
	value  string
	items  []string
	list   bool
	breaks bool // changing it breaks queries
}

func text(name, value string) field { return field{name: name, value: value} }

func list(name string, items []string) field { return field{name: name, items: items, list: true} }

func (f field) breaking() field { f.breaks = true; return f }

type described map[string]*entity

func (d described) add(subject, part string, breaks bool, fields ...field) {
	key := subject
	if part != "" {
		key += "\x00" + part
	}
	d[key] = &entity{subject, part, breaks, fields}
}

// describe lists what a model has, by subject and part.
func describe(sys *model.System) described {
	d := described{}
	if sys.Name != "" {
		d.add("system", "", false, text("name", sys.Name).breaking(), text("description", sys.Description), text("environment", sys.Environment), list("labels", pairs(sys.Labels)))
		d.stack(sys.Stack)
	}
	for _, t := range sys.Teams {
		d.add("team "+t.Name, "", false, text("description", t.Description), list("notify", notifies(t.Notify)))
	}
	for kind, resources := range map[string][]model.Resource{"database": sys.Databases, "cache": sys.Caches, "queue": sys.Queues} {
		for _, r := range resources {
			d.add(kind+" "+r.Name, "", false, text("description", r.Description), text("system", r.System), text("destination", r.Destination))
		}
	}
	for _, e := range sys.Externals {
		d.add("external "+e.Name, "", false, text("description", e.Description), text("protocol", e.Protocol))
	}
	for _, s := range sys.Services {
		d.service(s)
	}
	return d
}

func (d described) stack(s model.Stack) {
	ports := make([]string, len(s.Ports))
	for i, p := range s.Ports {
		ports[i] = fmt.Sprintf("%s=%d", p.Name, p.Number)
	}
	d.add("stack", "", false,
		text("flavour", s.Flavour),
		text("retention of metrics", model.FormatDuration(s.Retention.Metrics)),
		text("retention of logs", model.FormatDuration(s.Retention.Logs)),
		text("retention of traces", model.FormatDuration(s.Retention.Traces)),
		text("URL of Grafana", s.URLs.Grafana),
		text("URL of Prometheus", s.URLs.Prometheus),
		text("URL of Alertmanager", s.URLs.Alertmanager),
		text("URL of the runbooks", s.URLs.Runbooks),
		text("sampling", sampling(s.Sampling)),
		text("mail server", mailServer(s.SMTP)), text("watchdog", s.Watchdog),
		list("ports", ports), list("images", pairs(s.Images)), list("exporters", encoded(s.Exporters)))
}

func mailServer(s *model.SMTP) string {
	if s == nil {
		return ""
	}
	out := s.Smarthost
	for _, part := range [][2]string{{"from ", s.From}, {"as ", s.AuthUsername}, {"password in ", s.AuthPasswordFile}} {
		if part[1] != "" {
			out += ", " + part[0] + part[1]
		}
	}
	if !s.RequireTLS {
		out += ", TLS not required"
	}
	return out
}

// notifies describes ways to reach a team, in words: who is told of what.
func notifies(ways []model.Notify) []string {
	out := make([]string, len(ways))
	for i, n := range ways {
		severities := make([]string, len(n.Severities))
		for j, s := range n.Severities {
			severities[j] = string(s) + "s"
		}
		out[i] = fmt.Sprintf("%s of %s (%s)", n.Kind, strings.Join(severities, " and "), strings.Join(pairs(n.Settings), ", "))
	}
	return out
}

func sampling(s model.Sampling) string {
	out := fmt.Sprintf("ratio %g", s.Ratio)
	if s.KeepErrors {
		out += ", all errors"
	}
	if s.KeepSlowerThan > 0 {
		out += ", all slower than " + model.FormatDuration(s.KeepSlowerThan)
	}
	return out
}

func (d described) service(s model.Service) {
	name := "service " + s.Name
	d.add(name, "", true,
		text("description", s.Description), text("team", s.Team), text("tier", strconv.Itoa(s.Tier)), list("labels", pairs(s.Labels)),
		text("job", s.Job).breaking(), list("calls", refs(s.Calls)), list("uses", refs(s.Uses)),
		text("runbook", s.Runbook.Text), text("runbook URL", s.Runbook.URL), list("hidden sections", s.Hide),
		list("instruments", encoded(s.Instruments)), text("source", one(s.Source)))
	for _, o := range s.Routes {
		d.add(name, "route "+o.Name, true, text("description", o.Description))
	}
	for _, o := range s.Methods {
		d.add(name, "method "+o.Name, true, text("description", o.Description))
	}
	for _, c := range s.Consumers {
		d.add(name, "consumer "+c.Name, true, text("description", c.Description), text("queue", c.Queue))
	}
	for _, j := range s.Jobs {
		d.add(name, "job "+j.Name, true, text("description", j.Description), text("every", model.FormatDuration(j.Every)))
	}
	d.signals(s)
	d.promises(s)
}

func (d described) signals(s model.Service) {
	for _, m := range s.Metrics {
		if m.Standard {
			continue // follows from the service's work, which is described
		}
		name := "metric " + s.Name + "/" + m.Name
		d.add(name, "", true,
			text("description", m.Description), text("kind", string(m.Kind)).breaking(), text("unit", m.Unit).breaking(),
			text("series", m.Series).breaking(), text("native", strconv.FormatBool(m.Native)).breaking(), list("buckets", bounds(m.Buckets)).breaking())
		d.attributes(name, m.Attributes)
	}
	for _, span := range s.Spans {
		name := "span " + s.Name + "/" + span.Name
		d.add(name, "", true, text("description", span.Description))
		d.attributes(name, span.Attributes)
	}
	for _, e := range s.Events {
		name := "event " + s.Name + "/" + e.Name
		d.add(name, "", true, text("description", e.Description), text("severity", e.Severity))
		d.attributes(name, e.Attributes)
	}
}

func (d described) attributes(of string, attributes []model.Attribute) {
	for _, a := range attributes {
		limit := ""
		if a.MaxCardinality > 0 {
			limit = strconv.Itoa(a.MaxCardinality)
		}
		d.add(of, "attribute "+a.Name, true,
			text("description", a.Description), text("label", a.Label).breaking(), text("type", string(a.Type)),
			list("values", a.Values).breaking(), text("max_cardinality", limit))
	}
}

// promises describes what a service promises and what is watched.
func (d described) promises(s model.Service) {
	for _, sli := range s.SLIs {
		objective := ""
		if sli.Objective != 0 {
			objective = sli.Objective.String()
		}
		d.add("SLO "+s.Name+"/"+sli.Name, "", false,
			text("description", sli.Description), text("kind", string(sli.Kind)), text("objective", objective), text("window", sli.Window.String()),
			text("measured", measured(sli)), text("alerts", alerting(sli.Alerting)))
	}
	for _, k := range s.KPIs {
		d.add("KPI "+s.Name+"/"+k.Name, "", false,
			text("description", k.Description), text("unit", k.Unit), text("query", k.Query.Text), text("compare", duration(k.Compare)),
			text("deviation", fmt.Sprintf("%g", k.Deviation)), text("severity", string(k.Severity)), text("for", duration(k.For)))
	}
	for _, c := range s.Capacities {
		d.add("capacity "+s.Name+"/"+c.Name, "", false,
			text("description", c.Description), text("unit", c.Unit), text("query", c.Query.Text), text("limit", fmt.Sprintf("%g", c.Limit)),
			text("warn_at", fmt.Sprintf("%g", c.WarnAt)), text("forecast", duration(c.Forecast)), text("severity", string(c.Severity)))
	}
	for _, a := range s.Alerts {
		d.add("alert "+s.Name+"/"+a.Name, "", false,
			text("summary", a.Summary), text("description", a.Description), text("severity", string(a.Severity)), text("query", a.Query.Text),
			text("for", duration(a.For)), text("keep_firing_for", duration(a.KeepFiringFor)), list("labels", pairs(a.Labels)))
	}
	for _, p := range s.Panels {
		d.add("panel "+s.Name+"/"+p.Title, "", false,
			text("description", p.Description), text("unit", p.Unit), text("type", p.Type), list("queries", encoded(p.Queries)))
	}
}

func measured(sli model.SLI) string {
	switch {
	case sli.Requests != nil:
		r := sli.Requests
		out := strings.TrimSpace(string(r.Work) + " " + strings.Join(r.Names, ", "))
		if r.Work == "" {
			out = r.Metric + where(r.Where)
		}
		if r.Threshold > 0 {
			out += " within " + model.FormatDuration(r.Threshold)
		}
		if r.CountFailures {
			out += ", failures count"
		}
		return out
	case sli.Events != nil:
		return ratio(eventCount(&sli.Events.Total), eventCount(sli.Events.Good), eventCount(sli.Events.Bad))
	case sli.Logs != nil:
		return ratio(sli.Logs.Total.Text, queryText(sli.Logs.Good), queryText(sli.Logs.Bad))
	case sli.Slices != nil:
		return sliceCondition(sli.Slices)
	}
	return ""
}

func sliceCondition(s *model.SliceSLI) string {
	out := s.Metric + where(s.Where) + queryText(s.Query)
	if s.Above != nil {
		out += fmt.Sprintf(" above %g", *s.Above)
	}
	if s.Below != nil {
		out += fmt.Sprintf(" below %g", *s.Below)
	}
	return out + " per " + model.FormatDuration(s.Slice)
}

func ratio(total, good, bad string) string {
	if good != "" {
		return good + " of " + total
	}
	return "all but " + bad + " of " + total
}

func eventCount(e *model.EventCount) string {
	if e == nil {
		return ""
	}
	return e.Metric + where(e.Where) + queryText(e.Query)
}

func queryText(q *model.Query) string {
	if q == nil {
		return ""
	}
	return q.Text
}

func where(conditions []model.Where) string {
	if len(conditions) == 0 {
		return ""
	}
	parts := make([]string, len(conditions))
	for i, c := range conditions {
		parts[i] = c.Attribute + " = " + strings.Join(c.Values, " or ")
	}
	return " where " + strings.Join(parts, " and ")
}

func alerting(a model.Alerting) string {
	var parts []string
	for _, on := range []struct {
		name string
		set  bool
	}{{"page", a.Page}, {"ticket", a.Ticket}, {"missing data", a.MissingData}} {
		if on.set {
			parts = append(parts, on.name)
		}
	}
	if a.MinEvents > 0 {
		parts = append(parts, fmt.Sprintf("min_events %d", a.MinEvents))
	}
	return strings.Join(parts, ", ")
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return model.FormatDuration(d)
}

func pairs(labels []model.Label) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = l.Name + "=" + l.Value
	}
	return out
}

func refs(refs []model.Ref) []string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = string(r.Kind) + "." + r.Name
	}
	return out
}

func bounds(values []float64) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return out
}

// encoded describes parts that are compared as a whole.
func encoded[T any](items []T) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = one(item)
	}
	return slices.Clip(out)
}

func one(item any) string {
	data, err := json.Marshal(item)
	if err != nil || string(data) == "null" {
		return ""
	}
	return string(data)
}
