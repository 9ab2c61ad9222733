// Package incident plays an incident against the rules of a spec, offline: what
// fires, who is told, and how much of the error budget is gone by then.
//
// In: a model.System, the rule files and the configuration of Alertmanager that
// follow from it, and faults of package traffic. Out: an Outcome, a Matrix of
// many incidents, and both as text or as a page. It joins what must not know each
// other: traffic makes samples, rehearse evaluates rules on them. It reads no
// clock, and the same seed gives the same outcome. It must not import spec,
// resolve, generate or cli.
package incident

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/nearest"
	"github.com/obsboot/obsboot/internal/slo"
	"github.com/obsboot/obsboot/internal/traffic"
)

// Midnight is when every rehearsal begins, so that hours are those of a day.
var Midnight = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

const (
	day = 24 * time.Hour
	// step is how far apart samples are: the helpers send this often.
	step = 30 * time.Second
	// interval is that of the rules of SLOs.
	interval = time.Minute
	// offset is when in an interval rules are evaluated. Prometheus picks a moment
	// for each group; this is the mean.
	offset = interval / 2
)

// File is a file of rules.
type File struct {
	Name    string
	Content []byte
}

// Plan is what is rehearsed.
type Plan struct {
	System       *model.System
	Target       Target
	Rules        []File // those of all services
	Alertmanager []byte // its configuration
	Traffic      traffic.Options
	Over         time.Duration // how long it is watched
	Before       time.Duration // how long there was traffic before; 0: a day
}

// Target is an SLO.
type Target struct {
	Service *model.Service
	SLI     *model.SLI
}

// String is the name of an SLO: SERVICE/SLI.
func (t Target) String() string { return t.Service.Name + "/" + t.SLI.Name }

// allowed is the share of events that may be bad.
func (t Target) allowed() float64 {
	return float64(slo.Allowed(t.SLI.Objective)) / (100 * model.PercentScale)
}

// Find returns the SLO of a name, SERVICE/SLI. The error says which name is near.
func Find(sys *model.System, name string) (Target, error) {
	var known []string
	for i := range sys.Services {
		for j := range sys.Services[i].SLIs {
			t := Target{&sys.Services[i], &sys.Services[i].SLIs[j]}
			switch {
			case t.String() == name && t.SLI.Objective == 0:
				return Target{}, fmt.Errorf("%s has no objective, so it has no alerts to rehearse; give it one", name)
			case t.String() == name:
				return t, nil
			case t.SLI.Objective != 0:
				known = append(known, t.String())
			}
		}
	}
	if len(known) == 0 {
		return Target{}, fmt.Errorf("the spec has no SLO; give an sli an objective")
	}
	if near := nearest.Name(name, known); near != "" {
		return Target{}, fmt.Errorf("there is no SLO %q; did you mean %q?", name, near)
	}
	return Target{}, fmt.Errorf("there is no SLO %q; there are %s", name, strings.Join(known, ", "))
}

// Run plays the plan.
func Run(ctx context.Context, p Plan) (*Outcome, error) {
	if _, err := traffic.New(p.System, p.Traffic); err != nil {
		return nil, err
	}
	sources, err := readRules(p.Rules)
	if err != nil {
		return nil, err
	}
	tower, err := readAlertmanager(p.Alertmanager)
	if err != nil {
		return nil, err
	}
	targets := append([]Target{p.Target}, callersOf(p.System, p.Target.Service)...)
	courses, err := p.playAll(ctx, targets, sources)
	defer func() {
		for _, c := range courses {
			c.close()
		}
	}()
	if err != nil {
		return nil, err
	}
	return p.outcome(ctx, courses, tower)
}

// callersOf are the SLOs of the services that call one, of their callers, and so
// on: a page of it mutes their tickets.
func callersOf(sys *model.System, called *model.Service) []Target {
	var out []Target
	seen, next := map[string]bool{called.Name: true}, []string{called.Name}
	for len(next) > 0 {
		name := next[0]
		next = next[1:]
		for i := range sys.Services {
			s := &sys.Services[i]
			if seen[s.Name] || !slices.Contains(s.Calls, model.Ref{Kind: model.RefService, Name: name}) {
				continue
			}
			seen[s.Name] = true
			next = append(next, s.Name)
			for j := range s.SLIs {
				if s.SLIs[j].Objective != 0 {
					out = append(out, Target{s, &s.SLIs[j]})
				}
			}
		}
	}
	return out
}

// starts and ends are when the first fault begins and the last one is over,
// counted from the beginning.
func (p *Plan) starts() time.Duration {
	first := p.Over
	for _, f := range p.Traffic.Faults {
		first = min(first, f.After)
	}
	return first
}

func (p *Plan) ends() time.Duration {
	last := time.Duration(0)
	for _, f := range p.Traffic.Faults {
		if f.For == 0 {
			return p.Over
		}
		last = max(last, f.After+f.For)
	}
	return min(last, p.Over)
}
