package generate

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// watchedRules are the alerts of what a service watches beside its promises.
func watchedRules(sys *model.System, s *model.Service) []rule {
	var out []rule
	for _, a := range s.Alerts {
		out = append(out, ownAlert(sys, s, a))
	}
	for _, c := range s.Capacities {
		out = append(out, capacityAlerts(sys, s, c)...)
	}
	for _, k := range s.KPIs {
		if k.Deviation > 0 {
			out = append(out, kpiAlert(sys, s, k))
		}
	}
	for _, j := range s.Jobs {
		if s.Source == nil { // others say nothing of their last success
			out = append(out, jobAlert(sys, s, j))
		}
	}
	return out
}

func ownAlert(sys *model.System, s *model.Service, a model.Alert) rule {
	own := map[string]string{}
	for _, l := range a.Labels {
		own[l.Name] = l.Value
	}
	labels := alertLabels(sys, s, a.Severity, own)
	annotations := map[string]string{"summary": templateText(a.Summary)}
	if a.Description != "" {
		annotations["description"] = templateText(a.Description)
	}
	return rule{
		Alert: a.Name, Expr: strings.TrimSpace(a.Query.Text), Labels: labels, Annotations: annotations,
		For: promDuration(a.For), KeepFiringFor: promDuration(a.KeepFiringFor),
	}
}

// capacityAlerts warn when a signal is near its limit, and when its trend of the
// last day gets there soon.
func capacityAlerts(sys *model.System, s *model.Service, c model.Capacity) []rule {
	name, used := s.Name+"/"+c.Name, query.Parenthesize(c.Query.Text)
	labels := alertLabels(sys, s, c.Severity, map[string]string{"capacity": c.Name})
	limit := templateText(strings.TrimSpace(fmt.Sprintf("%g %s", c.Limit, c.Unit)))
	out := []rule{{
		Alert:  "CapacityNearLimit",
		Expr:   fmt.Sprintf("%s / %g > %g", used, c.Limit, c.WarnAt),
		For:    "10m",
		Labels: labels,
		Annotations: map[string]string{
			"summary":     fmt.Sprintf("%s is near its limit", name),
			"description": "{{ $value | humanizePercentage }} of " + limit + " are in use.",
		},
	}}
	if c.Forecast > 0 {
		soon := model.FormatDuration(c.Forecast)
		out = append(out, rule{
			Alert:  "CapacityForecast",
			Expr:   fmt.Sprintf("predict_linear(%s[1d:10m], %g) > %g", used, c.Forecast.Seconds(), c.Limit),
			For:    "1h",
			Labels: maps.Clone(labels),
			Annotations: map[string]string{
				"summary":     fmt.Sprintf("%s reaches its limit within %s", name, soon),
				"description": fmt.Sprintf("By the trend of the last day it will be at {{ $value | humanize }} in %s; the limit is %s.", soon, limit),
			},
		})
	}
	return out
}

func kpiAlert(sys *model.System, s *model.Service, k model.KPI) rule {
	now := query.Parenthesize(k.Query.Text)
	before := fmt.Sprintf("last_over_time(%s[5m:1m] offset %s)", now, model.FormatDuration(k.Compare))
	return rule{
		Alert:  "KPIDeviation",
		Expr:   fmt.Sprintf("abs(%s / (%s != 0) - 1) > %g", now, before, k.Deviation),
		For:    promDuration(k.For),
		Labels: alertLabels(sys, s, k.Severity, map[string]string{"kpi": k.Name}),
		Annotations: map[string]string{
			"summary": fmt.Sprintf("%s/%s is far from what it was %s ago", s.Name, k.Name, model.FormatDuration(k.Compare)),
			"description": fmt.Sprintf("It differs by {{ $value | humanizePercentage }} from its value %s ago; more than %g %% is unusual.",
				model.FormatDuration(k.Compare), 100*k.Deviation),
		},
	}
}

// jobAlert fires when a job has not succeeded for two of its periods and a
// little: one run may fail, the next must not.
func jobAlert(sys *model.System, s *model.Service, j model.Job) rule {
	series, matchers := query.JobSuccess(s, j.Name)
	late := 2*j.Every + 10*time.Minute
	return rule{
		Alert:  "JobOverdue",
		Expr:   fmt.Sprintf("time() - max(%s) > %g", query.Selector(series, matchers...), late.Seconds()),
		Labels: alertLabels(sys, s, model.Ticket, map[string]string{"job_name": j.Name}),
		Annotations: map[string]string{
			"summary":     fmt.Sprintf("The job %s/%s is overdue", s.Name, j.Name),
			"description": fmt.Sprintf("It runs every %s and last ended without an error {{ $value | humanizeDuration }} ago.", model.FormatDuration(j.Every)),
		},
	}
}

// templateText keeps a text of the spec from being a template of Prometheus or
// Alertmanager. Outside of an action }} is text already.
func templateText(text string) string {
	return strings.ReplaceAll(text, "{{", `{{ "{{" }}`)
}
