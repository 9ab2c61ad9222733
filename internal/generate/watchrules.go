package generate

import (
	"fmt"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// serviceWatched are the alerts of what a service watches beside its promises.
func serviceWatched(sys *model.System, s *model.Service) []watched {
	var out []watched
	for _, a := range s.Alerts {
		out = append(out, ownAlert(sys, s, a))
	}
	for _, c := range s.Capacities {
		out = append(out, nearLimit(sys, s, c))
		if c.Forecast > 0 {
			out = append(out, forecast(sys, s, c))
		}
	}
	for _, k := range s.KPIs {
		if k.Deviation > 0 {
			out = append(out, deviation(sys, s, k))
		}
	}
	if s.Source != nil {
		return out // what follows is told by our instrumentation only
	}
	for _, j := range s.Jobs {
		out = append(out, overdue(sys, s, j))
	}
	return append(out, overflow(sys, s))
}

// watch completes an alert of a service: links, and the labels that silence it.
func watch(sys *model.System, s *model.Service, w watched, labels ...model.Label) watched {
	for i := range w.rules {
		r := &w.rules[i]
		if r.Annotations[summary] == "" {
			r.Annotations[summary] = w.subject + " " + w.problem
		}
		r.Annotations[runbookURL] = runbookLink(sys, s.Name, w.page)
		if r.Annotations[dashboard] == "" {
			r.Annotations[dashboard] = serviceLink(sys, s, untilNow(6*time.Hour))
		}
	}
	w.silence = append([]model.Label{{Name: "alertname", Value: w.rules[0].Alert}, {Name: "service", Value: s.Name}}, labels...)
	return w
}

func ownAlert(sys *model.System, s *model.Service, a model.Alert) watched {
	own := map[string]string{}
	for _, l := range a.Labels {
		own[l.Name] = l.Value
	}
	annotations := map[string]string{summary: templateText(a.Summary)}
	means := []string{sentence(a.Summary)}
	if a.Description != "" {
		annotations[description] = templateText(a.Description)
		means = append(means, sentence(a.Description))
	}
	return watch(sys, s, watched{
		page: "alert-" + naming.Slug(a.Name), subject: s.Name + ":", problem: a.Name, means: means,
		rules: []rule{{
			Alert: a.Name, Expr: strings.TrimSpace(a.Query.Text), Labels: alertLabels(sys, s, a.Severity, own), Annotations: annotations,
			For: promDuration(a.For), KeepFiringFor: promDuration(a.KeepFiringFor),
		}},
	})
}

// nearLimit warns when a signal is near its limit.
func nearLimit(sys *model.System, s *model.Service, c model.Capacity) watched {
	return watch(sys, s, watched{
		page: "capacity-" + naming.Slug(c.Name) + "-near-limit", subject: s.Name + "/" + c.Name, problem: "is near its limit",
		means: append(described(c.Description), fmt.Sprintf("More than %g %% of %s are in use. Above the limit the service slows down or fails.", 100*c.WarnAt, markdownText(limitText(c)))),
		rules: []rule{{
			Alert:       naming.AlertNearLimit,
			Expr:        fmt.Sprintf("%s / %g > %g", query.Parenthesize(c.Query.Text), c.Limit, c.WarnAt),
			For:         "10m",
			Labels:      alertLabels(sys, s, c.Severity, map[string]string{"capacity": c.Name}),
			Annotations: capacityNotes(sys, "{{ $value | humanizePercentage }} of "+templateText(limitText(c))+" are in use.", 6*time.Hour),
		}},
	}, model.Label{Name: "capacity", Value: c.Name})
}

// forecast warns when the trend of the last day reaches the limit soon.
func forecast(sys *model.System, s *model.Service, c model.Capacity) watched {
	soon := model.FormatDuration(c.Forecast)
	return watch(sys, s, watched{
		page: "capacity-" + naming.Slug(c.Name) + "-forecast", subject: s.Name + "/" + c.Name, problem: "reaches its limit within " + soon,
		means: append(described(c.Description), fmt.Sprintf("If the trend of the last day goes on, %s are in use within %s. There is time: raise the limit, or find out what grows.", markdownText(limitText(c)), soon)),
		rules: []rule{{
			Alert:  naming.AlertForecast,
			Expr:   fmt.Sprintf("predict_linear(%s[1d:10m], %g) > %g", query.Parenthesize(c.Query.Text), c.Forecast.Seconds(), c.Limit),
			For:    "1h",
			Labels: alertLabels(sys, s, c.Severity, map[string]string{"capacity": c.Name}),
			Annotations: capacityNotes(sys, fmt.Sprintf("By the trend of the last day it will be at {{ $value | humanize }} in %s; the limit is %s.",
				soon, templateText(limitText(c))), 48*time.Hour),
		}},
	}, model.Label{Name: "capacity", Value: c.Name})
}

func limitText(c model.Capacity) string {
	return strings.TrimSpace(fmt.Sprintf("%g %s", c.Limit, c.Unit))
}

func capacityNotes(sys *model.System, text string, before time.Duration) map[string]string {
	return map[string]string{
		description: text,
		dashboard:   dashboardLink(sys, naming.CapacityDashboard(sys.Name), untilNow(before)),
	}
}

// deviation warns when a business figure is far from what it was.
func deviation(sys *model.System, s *model.Service, k model.KPI) watched {
	now, ago := query.Parenthesize(k.Query.Text), model.FormatDuration(k.Compare)
	before := fmt.Sprintf("last_over_time(%s[5m:1m] offset %s)", now, ago)
	return watch(sys, s, watched{
		page: "kpi-" + naming.Slug(k.Name), subject: s.Name + "/" + k.Name, problem: "is far from what it was " + ago + " ago",
		means: append(described(k.Description), fmt.Sprintf("The figure differs by more than %g %% from its value %s ago. The systems may be fine: ask what changed for the customers as well.", 100*k.Deviation, ago)),
		rules: []rule{{
			Alert:  naming.AlertDeviation,
			Expr:   fmt.Sprintf("abs(%s / (%s != 0) - 1) > %g", now, before, k.Deviation),
			For:    promDuration(k.For),
			Labels: alertLabels(sys, s, k.Severity, map[string]string{"kpi": k.Name}),
			Annotations: map[string]string{
				description: fmt.Sprintf("It differs by {{ $value | humanizePercentage }} from its value %s ago; more than %g %% is unusual.", ago, 100*k.Deviation),
				dashboard:   dashboardLink(sys, naming.KPIDashboard(sys.Name), untilNow(k.Compare+6*time.Hour)),
			},
		}},
	}, model.Label{Name: "kpi", Value: k.Name})
}

// overdue fires when a job has not succeeded for two of its periods and a
// little: one run may fail, the next must not.
func overdue(sys *model.System, s *model.Service, j model.Job) watched {
	series, matchers := query.JobSuccess(s, j.Name)
	late, every := 2*j.Every+10*time.Minute, model.FormatDuration(j.Every)
	return watch(sys, s, watched{
		page: "job-" + naming.Slug(j.Name) + "-overdue", subject: s.Name + "/" + j.Name, problem: "is overdue",
		means: append(described(j.Description), fmt.Sprintf("The job runs every %s, and has not ended without an error for %s.", every, model.FormatDuration(late))),
		rules: []rule{{
			Alert:  naming.AlertOverdue,
			Expr:   fmt.Sprintf("time() - max(%s) > %g", query.Selector(series, matchers...), late.Seconds()),
			Labels: alertLabels(sys, s, model.Ticket, map[string]string{"job_name": j.Name}),
			Annotations: map[string]string{
				summary:     fmt.Sprintf("The job %s/%s is overdue", s.Name, j.Name),
				description: fmt.Sprintf("It runs every %s and last ended without an error {{ $value | humanizeDuration }} ago.", every),
			},
		}},
	}, model.Label{Name: "job_name", Value: j.Name})
}

// overflow fires while an attribute has more values than are told apart, be it
// by our cap on open attributes or by the SDK's limit on series. A histogram is
// one metric, not its three series.
func overflow(sys *model.System, s *model.Service) watched {
	capped := fmt.Sprintf("sum by (metric, attribute) (increase(%s[1h])) > 0", query.Selector(naming.OverflowSeries, query.JobMatcher(s)))
	limited := fmt.Sprintf(`count by (metric) (label_replace(%s, "metric", "$1", "__name__", "(.+?)(_bucket|_count|_sum)?"))`,
		query.Selector("", query.JobMatcher(s), query.Matcher{Label: "otel_metric_overflow", Value: "true"}))
	return watch(sys, s, watched{
		page: "cardinality-overflow", subject: s.Name, problem: "has more attribute values than are told apart",
		means: []string{
			"Measurements of the values beyond the limit are counted under one value that stands for all others. Totals stay right; what is told apart by that attribute does not.",
			"Look at what the attribute holds. An identifier does not belong into a metric: take it out, or put it on a span. If the values are right, raise `max_cardinality` in the spec.",
		},
		rules: []rule{{
			Alert:  naming.AlertOverflow,
			Expr:   capped + "\nor\n" + limited,
			Labels: alertLabels(sys, s, model.Ticket, nil),
			Annotations: map[string]string{
				summary: fmt.Sprintf("%s has more values of an attribute than are told apart, in {{ $labels.metric }}", s.Name),
				description: "{{ with $labels.attribute }}The attribute {{ . }} is above its max_cardinality: {{ $value | humanize }} measurements of the last hour stand under _other." +
					"{{ else }}The SDK's limit of series for this metric is reached: the rest stands under otel_metric_overflow.{{ end }}",
			},
		}},
	})
}

// described is a description as a paragraph, if there is one.
func described(text string) []string {
	if text == "" {
		return nil
	}
	return []string{sentence(text)}
}

// sentence shows a text of the spec with a full stop.
func sentence(text string) string {
	text = oneLine(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?:") {
		return markdownText(text)
	}
	return markdownText(text) + "."
}
