package promapi

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// The forms of rules and alerts in the API.
type (
	ruleGroup struct {
		Name           string    `json:"name"`
		File           string    `json:"file"`
		Rules          []any     `json:"rules"`
		Interval       float64   `json:"interval"`
		Limit          int       `json:"limit"`
		EvaluationTime float64   `json:"evaluationTime"`
		LastEvaluation time.Time `json:"lastEvaluation"`
	}

	// common is what all rules have.
	common struct {
		Name           string           `json:"name"`
		Query          string           `json:"query"`
		Labels         labels.Labels    `json:"labels"`
		Health         rules.RuleHealth `json:"health"`
		LastError      string           `json:"lastError,omitempty"`
		EvaluationTime float64          `json:"evaluationTime"`
		LastEvaluation time.Time        `json:"lastEvaluation"`
		Type           string           `json:"type"`
	}

	alertingRule struct {
		common
		State         string        `json:"state"`
		Duration      float64       `json:"duration"`
		KeepFiringFor float64       `json:"keepFiringFor"`
		Annotations   labels.Labels `json:"annotations"`
		Alerts        []Alert       `json:"alerts"`
	}

	// Alert is an alert that is pending or fires.
	Alert struct {
		Labels          labels.Labels `json:"labels"`
		Annotations     labels.Labels `json:"annotations"`
		State           string        `json:"state"`
		ActiveAt        *time.Time    `json:"activeAt,omitempty"`
		KeepFiringSince *time.Time    `json:"keepFiringSince,omitempty"`
		Value           string        `json:"value"`
	}
)

func (a *api) rules(r *http.Request) (any, notes, error) {
	selectors, err := a.selectorsOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	kind, names := r.FormValue("type"), r.Form["rule_name[]"]
	files, groups := r.Form["file[]"], r.Form["rule_group[]"]
	wanted := func(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }
	out := []ruleGroup{}
	for _, g := range a.store.RuleGroups() {
		if !wanted(files, g.File()) || !wanted(groups, g.Name()) {
			continue
		}
		group := ruleGroup{
			Name: g.Name(), File: g.File(), Rules: []any{}, Interval: g.Interval().Seconds(), Limit: g.Limit(),
			EvaluationTime: g.GetEvaluationTime().Seconds(), LastEvaluation: g.GetLastEvaluation(),
		}
		for _, rule := range g.Rules(selectors...) {
			if wanted(names, rule.Name()) {
				group.add(rule, kind)
			}
		}
		if len(group.Rules) > 0 {
			out = append(out, group)
		}
	}
	return map[string]any{"groups": out}, notes{}, nil
}

func (g *ruleGroup) add(rule rules.Rule, kind string) {
	shared := common{
		Name: rule.Name(), Query: rule.Query().String(), Labels: rule.Labels(), Health: rule.Health(),
		EvaluationTime: rule.GetEvaluationDuration().Seconds(), LastEvaluation: rule.GetEvaluationTimestamp(),
	}
	if err := rule.LastError(); err != nil {
		shared.LastError = err.Error()
	}
	alerting, ok := rule.(*rules.AlertingRule)
	switch {
	case ok && kind != "record":
		shared.Type = "alerting"
		g.Rules = append(g.Rules, alertingRule{
			common: shared, State: alerting.State().String(), Duration: alerting.HoldDuration().Seconds(),
			KeepFiringFor: alerting.KeepFiringFor().Seconds(), Annotations: alerting.Annotations(), Alerts: AlertsOf(alerting),
		})
	case !ok && kind != "alert":
		shared.Type = "recording"
		g.Rules = append(g.Rules, shared)
	}
}

// AlertsOf returns the alerts of a rule that are pending or fire.
func AlertsOf(rule *rules.AlertingRule) []Alert {
	out := []Alert{}
	for _, active := range rule.ActiveAlerts() {
		alert := Alert{
			Labels: active.Labels, Annotations: active.Annotations, State: active.State.String(), ActiveAt: &active.ActiveAt,
			Value: strconv.FormatFloat(active.Value, 'e', -1, 64),
		}
		if !active.KeepFiringSince.IsZero() {
			alert.KeepFiringSince = &active.KeepFiringSince
		}
		out = append(out, alert)
	}
	slices.SortFunc(out, func(a, b Alert) int { return labels.Compare(a.Labels, b.Labels) })
	return out
}

func (a *api) alerts(*http.Request) (any, notes, error) {
	out := []Alert{}
	for _, g := range a.store.RuleGroups() {
		for _, rule := range g.AlertingRules() {
			out = append(out, AlertsOf(rule)...)
		}
	}
	return map[string]any{"alerts": out}, notes{}, nil
}

// family is what is known of a metric.
type family struct {
	Type string `json:"type"`
	Help string `json:"help"`
	Unit string `json:"unit"`
}

func (a *api) metadata(r *http.Request) (any, notes, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	out, metric := map[string][]family{}, r.FormValue("metric")
	for name, m := range a.store.Families() {
		if metric != "" && name != metric || limit > 0 && len(out) >= limit {
			continue
		}
		out[name] = []family{{string(m.Type), m.Help, m.Unit}}
	}
	return out, notes{}, nil
}
