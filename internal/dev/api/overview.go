package api

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/obsboot/obsboot/internal/dev/promapi"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// The parts of the overview. Figures are nil where there is no data.
type (
	overview struct {
		System   systemInfo    `json:"system"`
		Services []serviceInfo `json:"services"`
		Nodes    []node        `json:"nodes"`
		Edges    []Edge        `json:"edges"`
		SLOs     []sloInfo     `json:"slos"`
		Alerts   []alertInfo   `json:"alerts"` // that fire or are pending
	}

	systemInfo struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Environment string `json:"environment"`
	}

	serviceInfo struct {
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Team        string   `json:"team"`
		Tier        int      `json:"tier"`
		Dashboard   string   `json:"dashboard"`
		Rate        *float64 `json:"rate"`   // per second
		Errors      *float64 `json:"errors"` // share
		P95         *float64 `json:"p95"`    // seconds
		Firing      int      `json:"firing"`
	}

	node struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
	}

	sloInfo struct {
		Service   string   `json:"service"`
		Name      string   `json:"name"`
		Objective string   `json:"objective"` // percent
		Window    string   `json:"window"`
		Ratio     *float64 `json:"ratio"`   // of errors, over the window
		Budget    *float64 `json:"budget"`  // 1: untouched
		Burn      *float64 `json:"burn"`    // over an hour
		Covered   *float64 `json:"covered"` // how much of the window there is data of
		Firing    int      `json:"firing"`
	}
)

// measured is a kind of work and the series by which it is measured.
type measured struct{ series, failed string }

// recent is the window of the figures of services.
const recent = "5m"

var work = []measured{
	{"http_server_request_duration_seconds", `http_response_status_code=~"5.."`},
	{"rpc_server_call_duration_seconds", `rpc_response_status_code=~"UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS"`},
	{"messaging_process_duration_seconds", `error_type!=""`},
	{"job_run_duration_seconds", `error_type!=""`},
}

func (a *api) overview(r *http.Request) (any, error) {
	sys := a.Spec().System
	alerts := a.firing()
	out := overview{
		System: systemInfo{sys.Name, sys.Description, sys.Environment}, Services: []serviceInfo{}, Nodes: nodesOf(sys),
		Edges: a.Graph.Edges(sys), SLOs: []sloInfo{}, Alerts: alerts,
	}
	figures, err := a.figures(r.Context())
	if err != nil {
		return nil, err
	}
	for _, s := range sys.Services {
		f := figures[s.Job]
		info := serviceInfo{
			Name: s.Name, Description: s.Description, Team: s.Team, Tier: s.Tier, Dashboard: naming.ServiceDashboard(sys.Name, s.Name),
			Rate: f.rate, P95: f.p95, Firing: countOf(alerts, s.Name, ""),
		}
		if f.rate != nil && *f.rate > 0 {
			share := 0.0
			if f.failed != nil {
				share = *f.failed / *f.rate
			}
			info.Errors = &share
		}
		out.Services = append(out.Services, info)
	}
	out.SLOs, err = a.slos(r.Context(), sys, alerts)
	return out, err
}

func nodesOf(sys *model.System) []node {
	out := []node{}
	for _, s := range sys.Services {
		out = append(out, node{s.Name, string(model.RefService)})
	}
	for _, e := range sys.Externals {
		out = append(out, node{e.Name, string(model.RefExternal)})
	}
	for kind, all := range map[model.RefKind][]model.Resource{model.RefDatabase: sys.Databases, model.RefCache: sys.Caches, model.RefQueue: sys.Queues} {
		for _, r := range all {
			out = append(out, node{r.Name, string(kind)})
		}
	}
	slices.SortFunc(out, func(a, b node) int { return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name)) })
	return out
}

func countOf(alerts []alertInfo, service, slo string) int {
	n := 0
	for _, alert := range alerts {
		if alert.State == "firing" && (service == "" || alert.Service == service) && (slo == "" || alert.SLO == slo) {
			n++
		}
	}
	return n
}

// figures are those of a service. A service that does several kinds of work has the
// sum of them, and the slowest of their percentiles.
type figures struct{ rate, failed, p95 *float64 }

func (a *api) figures(ctx context.Context) (map[string]figures, error) {
	out := map[string]figures{}
	note := func(query string, to func(*figures, float64)) error {
		found, err := a.Metrics.Instant(ctx, query, time.Now())
		if err != nil {
			return fmt.Errorf("ask for the figures of services: %w", err)
		}
		for _, sample := range found {
			if finite(sample) {
				f := out[sample.Metric.Get("job")]
				to(&f, sample.F)
				out[sample.Metric.Get("job")] = f
			}
		}
		return nil
	}
	sum := func(to **float64, v float64) {
		if *to != nil {
			v += **to
		}
		*to = &v
	}
	for _, w := range work {
		for query, to := range map[string]func(*figures, float64){
			fmt.Sprintf("sum by (job) (rate(%s_count[%s]))", w.series, recent):               func(f *figures, v float64) { sum(&f.rate, v) },
			fmt.Sprintf("sum by (job) (rate(%s_count{%s}[%s]))", w.series, w.failed, recent): func(f *figures, v float64) { sum(&f.failed, v) },
			fmt.Sprintf("histogram_quantile(0.95, sum by (job, le) (rate(%s_bucket[%s])))", w.series, recent): func(f *figures, v float64) {
				if f.p95 == nil || v > *f.p95 {
					f.p95 = &v
				}
			},
		} {
			if err := note(query, to); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func finite(s promql.Sample) bool { return s.H == nil && !math.IsNaN(s.F) && !math.IsInf(s.F, 0) }

func (a *api) slos(ctx context.Context, sys *model.System, alerts []alertInfo) ([]sloInfo, error) {
	values := map[string]map[string]float64{}
	for _, series := range []string{naming.SLORatio, naming.SLOBudget, naming.SLOBurn, naming.SLOCoverage} {
		found, err := a.Metrics.Instant(ctx, series, time.Now())
		if err != nil {
			return nil, fmt.Errorf("ask for SLOs: %w", err)
		}
		values[series] = map[string]float64{}
		for _, sample := range found {
			if finite(sample) {
				values[series][sloKey(sample.Metric.Get("service"), sample.Metric.Get("slo"), sample.Metric.Get("window"))] = sample.F
			}
		}
	}
	out := []sloInfo{}
	for _, s := range sys.Services {
		for _, sli := range s.SLIs {
			if sli.Objective == 0 {
				continue
			}
			value := func(series, window string) *float64 {
				if v, ok := values[series][sloKey(s.Name, sli.Name, window)]; ok {
					return &v
				}
				return nil
			}
			out = append(out, sloInfo{
				Service: s.Name, Name: sli.Name, Objective: sli.Objective.String(), Window: sli.Window.String(),
				Ratio: value(naming.SLORatio, sli.Window.String()), Budget: value(naming.SLOBudget, ""), Burn: value(naming.SLOBurn, ""),
				Covered: value(naming.SLOCoverage, ""), Firing: countOf(alerts, s.Name, sli.Name),
			})
		}
	}
	return out, nil
}

func sloKey(parts ...string) string { return strings.Join(parts, "\x00") }

// alertInfo is an alert with what the page needs of it.
type alertInfo struct {
	promapi.Alert
	Name     string  `json:"name"`
	Service  string  `json:"service"`
	SLO      string  `json:"slo"`
	Severity string  `json:"severity"`
	Query    string  `json:"query"`
	For      float64 `json:"for"`
}

// ruleInfo is an alert that could fire.
type ruleInfo struct {
	Name      string            `json:"name"`
	State     string            `json:"state"`
	Labels    map[string]string `json:"labels"`
	Query     string            `json:"query"`
	For       float64           `json:"for"`
	Health    string            `json:"health"`
	LastError string            `json:"last_error"`
}

func (a *api) alerts(*http.Request) (any, error) {
	rules := []ruleInfo{}
	for _, g := range a.Metrics.RuleGroups() {
		for _, rule := range g.AlertingRules() {
			info := ruleInfo{
				Name: rule.Name(), State: rule.State().String(), Labels: rule.Labels().Map(), Query: rule.Query().String(),
				For: rule.HoldDuration().Seconds(), Health: string(rule.Health()),
			}
			if err := rule.LastError(); err != nil {
				info.LastError = err.Error()
			}
			rules = append(rules, info)
		}
	}
	return map[string]any{"active": a.firing(), "rules": rules}, nil
}

// firing returns the alerts that fire or are pending, what is worse first. The
// watchdog, which always fires, is none.
func (a *api) firing() []alertInfo {
	out := []alertInfo{}
	for _, g := range a.Metrics.RuleGroups() {
		for _, rule := range g.AlertingRules() {
			if rule.Name() == naming.AlertWatchdog {
				continue
			}
			for _, alert := range promapi.AlertsOf(rule) {
				out = append(out, alertInfo{
					Alert: alert, Name: rule.Name(), Service: alert.Labels.Get("service"), SLO: alert.Labels.Get("slo"),
					Severity: alert.Labels.Get("severity"), Query: rule.Query().String(), For: rule.HoldDuration().Seconds(),
				})
			}
		}
	}
	rank := func(x alertInfo) string { return x.State + "\x00" + x.Severity + "\x00" + x.Service + "\x00" + x.Name }
	slices.SortStableFunc(out, func(x, y alertInfo) int { return strings.Compare(rank(x), rank(y)) })
	return out
}
