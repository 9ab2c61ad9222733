package incident

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/obsboot/obsboot/internal/query"
)

// readRules reads the groups of files of rules.
func readRules(files []File) ([]rulefmt.RuleGroup, error) {
	var out []rulefmt.RuleGroup
	for _, f := range files {
		var read rulefmt.RuleGroups
		if err := yaml.Unmarshal(f.Content, &read); err != nil {
			return nil, fmt.Errorf("read the rules in %s: %w", f.Name, err)
		}
		out = append(out, read.Groups...)
	}
	return out, nil
}

// of are the groups of an SLO.
func of(groups []rulefmt.RuleGroup, t Target) []rulefmt.RuleGroup {
	var out []rulefmt.RuleGroup
	for _, g := range groups {
		if g.Labels["service"] == t.Service.Name && g.Labels["slo"] == t.SLI.Name {
			out = append(out, g)
		}
	}
	return out
}

// file writes groups as a file of rules. Alerts keep what a timeline shows of
// them: links would be computed anew at every evaluation.
func file(groups []rulefmt.RuleGroup) ([]byte, error) {
	var out rulefmt.RuleGroups
	for _, g := range groups {
		rules := g.Rules
		g.Rules = nil
		for _, r := range rules {
			if summary := r.Annotations["summary"]; r.Alert != "" && summary != "" {
				r.Annotations = map[string]string{"summary": summary}
			} else {
				r.Annotations = nil
			}
			g.Rules = append(g.Rules, r)
		}
		out.Groups = append(out.Groups, g)
	}
	return yaml.Marshal(out)
}

func recording(r rulefmt.Rule) bool { return r.Record != "" }
func alerting(r rulefmt.Rule) bool  { return r.Alert != "" }

// tile is a rule that long windows are made of.
func tile(r rulefmt.Rule) bool {
	return strings.HasSuffix(r.Record, ":rate") && r.Labels["window"] == "1h"
}

// exprs are the queries of groups.
func exprs(groups []rulefmt.RuleGroup) []string {
	var out []string
	for _, g := range groups {
		for _, r := range g.Rules {
			out = append(out, r.Expr)
		}
	}
	return out
}

// metricsRead are those that groups read and do not record themselves.
func metricsRead(groups []rulefmt.RuleGroup) []string {
	recorded := map[string]bool{}
	for _, g := range groups {
		for _, r := range g.Rules {
			recorded[r.Record] = true
		}
	}
	var out []string
	seen := map[string]bool{}
	for _, text := range exprs(groups) {
		parsed, errs := query.ParsePromQL(text)
		if errs != nil {
			continue
		}
		for _, s := range parsed.Selectors {
			if s.Metric != "" && !recorded[s.Metric] && !seen[s.Metric] {
				seen[s.Metric] = true
				out = append(out, s.Metric)
			}
		}
	}
	return out
}
