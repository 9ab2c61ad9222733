package incident

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/rehearse"
)

// Other is what other rules made of the same incident. Who is told by them is
// not known.
type Other struct {
	File   string   `json:"file"`
	Alerts []*Alert `json:"alerts"`
}

// beforeOthers is how long there is traffic before rules are compared: others
// read raw counters over as long.
const beforeOthers = 3 * day

// Compare plays the plan, and the same samples against another file of rules: of
// another version of the spec, or of another generator for the same metrics.
func Compare(ctx context.Context, p Plan, other File) (*Outcome, error) {
	groups, err := p.others(other)
	if err != nil {
		return nil, err
	}
	p.Before = beforeOthers
	out, err := Run(ctx, p)
	if err != nil {
		return nil, err
	}
	ours, err := readRules(p.Rules)
	if err != nil {
		return nil, err
	}
	// The SLO's own rules are played again, because they count what the incident
	// cost.
	own, theirs := &course{Target: p.Target, plan: &p}, &course{Target: p.Target, plan: &p}
	defer own.close()
	defer theirs.close()
	if err := own.play(ctx, of(ours, p.Target)); err != nil {
		return nil, fmt.Errorf("rehearse %s: %w", p.Target, err)
	}
	if err := theirs.play(ctx, groups); err != nil {
		return nil, fmt.Errorf("rehearse %s: %w", other.Name, err)
	}
	out.Other = &Other{File: other.Name, Alerts: []*Alert{}}
	for _, e := range theirs.alerts {
		out.Other.Alerts = append(out.Other.Alerts, out.fired(ctx, theirs, own, e).alert)
	}
	sortAlerts(out.Other.Alerts)
	return out, nil
}

// others are the groups of another file that are about the SLO: those that say
// so in their labels, or all. They must read something that the traffic has.
func (p *Plan) others(other File) ([]rulefmt.RuleGroup, error) {
	groups, err := checkRules(other)
	if err != nil {
		return nil, err
	}
	if own := of(groups, p.Target); len(own) > 0 {
		groups = own
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("%s has no groups of rules", other.Name)
	}
	has := map[string]bool{}
	for _, m := range p.Target.Service.Metrics {
		for _, name := range naming.SeriesOf(m) {
			has[name] = true
		}
	}
	read := metricsRead(groups)
	for _, name := range read {
		if has[name] {
			return groups, nil
		}
	}
	return nil, fmt.Errorf("the rules in %s read %s, of which %s sends nothing; they must be rules for the metrics of that service",
		other.Name, strings.Join(read, ", "), p.Target.Service.Name)
}

// checkRules reads a file of rules with Prometheus's own loader.
func checkRules(f File) ([]rulefmt.RuleGroup, error) {
	if err := rehearse.Check(f.Name, f.Content); err != nil {
		return nil, err
	}
	return readRules([]File{f})
}
