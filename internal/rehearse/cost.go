package rehearse

import (
	"time"

	"github.com/prometheus/prometheus/rules"
)

// Cost is what the evaluations of a rule have cost so far.
type Cost struct {
	Group, Rule string
	Labels      string // tell rules of one name apart
	Interval    time.Duration
	Recording   bool
	Evaluations int
	Samples     int64         // read by all evaluations
	Wall        time.Duration // of all evaluations
	Series      int           // in the result of the last evaluation
}

// costs are those of rules, by what tells them apart.
type costs map[string]*Cost

func key(name, labels, query string) string { return name + labels + query }

// note adds what the query of a rule read.
func (c costs) note(rule rules.RuleDetail, read int64, series int) {
	cost := c.of(key(rule.Name, rule.Labels.String(), rule.Query))
	cost.Samples += read
	cost.Series = series
	cost.Evaluations++
}

// took adds how long the last evaluation of a rule took, as Prometheus measured
// it.
func (c costs) took(rule rules.Rule) {
	c.of(key(rule.Name(), rule.Labels().String(), rule.Query().String())).Wall += rule.GetEvaluationDuration()
}

func (c costs) of(key string) *Cost {
	if c[key] == nil {
		c[key] = &Cost{}
	}
	return c[key]
}

// Costs returns what each rule has cost so far, in the order of the files.
func (r *Rehearsal) Costs() []Cost {
	var out []Cost
	for _, g := range r.groups {
		for _, rule := range g.Rules() {
			cost := *r.costs.of(key(rule.Name(), rule.Labels().String(), rule.Query().String()))
			cost.Group, cost.Rule, cost.Labels, cost.Interval = g.Name(), rule.Name(), rule.Labels().String(), g.Interval()
			_, cost.Recording = rule.(*rules.RecordingRule)
			out = append(out, cost)
		}
	}
	return out
}
