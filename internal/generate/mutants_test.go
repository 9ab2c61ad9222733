package generate_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// change is one way to spoil a query: do it to the tree, undo it.
type change struct {
	what     string
	do, undo func()
}

// spoiled returns every query that differs from one in a single place: an
// operator, a number, a window, a step, an offset, an aggregation, a function, a
// series or a matcher.
func spoiled(query string) ([]mutatedQuery, error) {
	p := parser.NewParser(parser.Options{})
	tree, err := p.ParseExpr(query)
	if err != nil {
		return nil, err
	}
	root := &parser.ParenExpr{Expr: tree}
	original := tree.String()
	var changes []change
	parser.Inspect(root, func(node parser.Node, _ []parser.Node) error {
		changes = append(changes, changesOf(node)...)
		return nil
	})
	var out []mutatedQuery
	seen := map[string]bool{original: true}
	for _, c := range changes {
		c.do()
		text := root.Expr.String()
		if _, err := p.ParseExpr(text); err == nil && !seen[text] {
			seen[text] = true
			out = append(out, mutatedQuery{c.what, text})
		}
		c.undo()
		if root.Expr.String() != original {
			return nil, fmt.Errorf("%s was not undone", c.what)
		}
	}
	return out, nil
}

type mutatedQuery struct{ what, text string }

func changesOf(node parser.Node) []change {
	switch n := node.(type) {
	case *parser.NumberLiteral:
		return numberChanges(n)
	case *parser.BinaryExpr:
		return binaryChanges(n)
	case *parser.AggregateExpr:
		return set("aggregation", &n.Op, parser.SUM, parser.AVG, parser.MAX, parser.MIN, parser.COUNT)
	case *parser.Call:
		return callChanges(n)
	case *parser.MatrixSelector:
		return set("range", &n.Range, n.Range-time.Minute, n.Range+time.Minute)
	case *parser.SubqueryExpr:
		changes := set("window", &n.Range, n.Range-n.Step, n.Range+n.Step, n.Range*9/10, n.Range*11/10)
		steps := []time.Duration{n.Step * 2, n.Step / 2}
		if n.Step%(5*time.Minute) == 0 && n.Step < time.Hour {
			steps = []time.Duration{n.Step - time.Minute, n.Step + time.Minute}
		}
		return append(changes, set("step", &n.Step, steps...)...)
	case *parser.VectorSelector:
		return selectorChanges(n)
	}
	return nil
}

// set changes a field of a node to other values.
func set[T comparable](what string, field *T, values ...T) []change {
	var out []change
	was := *field
	for _, v := range values {
		if v != was {
			out = append(out, change{what, func() { *field = v }, func() { *field = was }})
		}
	}
	return out
}

func numberChanges(n *parser.NumberLiteral) []change {
	if n.Val == 0 {
		return set("number", &n.Val, 1, -1)
	}
	return set("number", &n.Val, n.Val*0.9, n.Val*1.1)
}

// siblings are operators that are mistaken for each other.
var siblings = map[parser.ItemType][]parser.ItemType{
	parser.ADD: {parser.SUB}, parser.SUB: {parser.ADD}, parser.MUL: {parser.DIV}, parser.DIV: {parser.MUL},
	parser.GTR: {parser.GTE, parser.LSS}, parser.GTE: {parser.GTR, parser.LSS},
	parser.LSS: {parser.LTE, parser.GTR}, parser.LTE: {parser.LSS, parser.GTR}, parser.EQLC: {parser.NEQ},
	parser.LAND: {parser.LOR, parser.LUNLESS}, parser.LOR: {parser.LAND, parser.LUNLESS},
}

// binaryChanges take other operators, or leave one side out.
func binaryChanges(n *parser.BinaryExpr) []change {
	out := set("operator", &n.Op, siblings[n.Op]...)
	was := *n
	keep := func(what string, side parser.Expr) {
		if side.Type() == parser.ValueTypeVector {
			zero := &parser.NumberLiteral{Val: 1}
			out = append(out, change{what, func() { *n = parser.BinaryExpr{Op: parser.MUL, LHS: side, RHS: zero} }, func() { *n = was }})
		}
	}
	keep("left side alone", n.LHS)
	keep("right side alone", n.RHS)
	if m := n.VectorMatching; m != nil && (len(m.MatchingLabels) > 0 || m.On) {
		plain := &parser.VectorMatching{Card: m.Card}
		out = append(out, change{"matching", func() { n.VectorMatching = plain }, func() { n.VectorMatching = m }})
	}
	return out
}

// relatives are functions that are mistaken for each other.
var relatives = map[string][]string{
	"rate": {"irate", "increase", "delta"}, "sum_over_time": {"avg_over_time", "max_over_time", "count_over_time"},
	"count_over_time": {"sum_over_time"}, "clamp_min": {"clamp_max"}, "clamp_max": {"clamp_min"},
	"absent": {"abs"}, "histogram_count": {"histogram_sum"}, "month": {"day_of_month"}, "day_of_month": {"month"}, "hour": {"minute"},
}

func callChanges(n *parser.Call) []change {
	var others []*parser.Function
	for _, name := range relatives[n.Func.Name] {
		others = append(others, parser.Functions[name])
	}
	return set("function", &n.Func, others...)
}

// rateSeries are each other's opposite.
var opposite = map[string]string{"slo:events:rate": "slo:errors:rate", "slo:errors:rate": "slo:events:rate"}

func selectorChanges(n *parser.VectorSelector) []change {
	out := set("offset", &n.OriginalOffset, offsets(n.OriginalOffset)...)
	if n.StartOrEnd != 0 {
		out = append(out, set("@", &n.StartOrEnd, 0)...)
	}
	for i, m := range n.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			continue
		}
		if m.Name != "service" && m.Name != "slo" { // a file has one service, and this test one SLO of it
			matchers := n.LabelMatchers
			fewer := slices.Delete(slices.Clone(matchers), i, i+1)
			out = append(out, change{"without " + m.Name, func() { n.LabelMatchers = fewer }, func() { n.LabelMatchers = matchers }})
		}
	}
	if other, ok := opposite[n.Name]; ok {
		out = append(out, renamed(n, other))
	}
	return out
}

func offsets(offset time.Duration) []time.Duration {
	if offset == 0 {
		return nil
	}
	return []time.Duration{0, offset - time.Minute, offset + time.Minute}
}

func renamed(n *parser.VectorSelector, name string) change {
	was, matchers := n.Name, n.LabelMatchers
	rest := slices.DeleteFunc(slices.Clone(matchers), func(m *matcher) bool { return m.Name == model.MetricNameLabel })
	return change{"series", func() { n.Name, n.LabelMatchers = name, rest }, func() { n.Name, n.LabelMatchers = was, matchers }}
}

// mutant is a rule that differs in one place.
type mutant struct {
	rule int
	what string
	to   rule
}

func (m mutant) String() string {
	name := m.to.Record + m.to.Alert
	if w := m.to.Labels["window"]; w != "" {
		name += "[" + w + "]"
	}
	return fmt.Sprintf("%s: %s: %s", name, m.what, m.to.Expr)
}

// mutantsOf spoils each rule in each way.
func mutantsOf(rules []rule) ([]mutant, error) {
	var out []mutant
	for i, r := range rules {
		queries, err := spoiled(r.Expr)
		if err != nil {
			return nil, err
		}
		for _, q := range queries {
			to := r
			to.Expr = q.text
			out = append(out, mutant{i, q.what, to})
		}
		if r.For != "" {
			for _, d := range []string{"", "1m", "1h"} {
				to := r
				to.For = d
				out = append(out, mutant{i, "for " + d, to})
			}
		}
		for _, label := range []string{"window", "severity"} {
			if r.Labels[label] != "" && r.Record != "slo:info" {
				to := r
				to.Labels = maps.Clone(r.Labels)
				to.Labels[label] = "other"
				out = append(out, mutant{i, "label " + label, to})
			}
		}
	}
	return out, nil
}
