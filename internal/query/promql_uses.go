package query

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// Use is a selector of a PromQL query, with what is done with its series.
type Use struct {
	Metric   string // "" if the selector has no name
	Matchers []Matcher
	Calls    []string // functions around it, the innermost first
	// Buckets says whether the label le reaches histogram_quantile, if the
	// selector stands below one.
	Buckets bool
	// Ranged is whether it selects a range.
	Ranged bool
}

// Calling reports whether one of the functions stands around the selector.
func (u Use) Calling(functions ...string) bool {
	return slices.ContainsFunc(u.Calls, func(f string) bool { return slices.Contains(functions, f) })
}

// PromQLUses lists the selectors of a valid query. Of an invalid one it knows
// nothing.
func PromQLUses(text string) []Use {
	expr, err := promQLParser.ParseExpr(text)
	if err != nil {
		return nil
	}
	var uses []Use
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		if vs, ok := node.(*parser.VectorSelector); ok {
			uses = append(uses, useOf(vs, path))
		}
		return nil
	})
	return uses
}

func useOf(vs *parser.VectorSelector, path []parser.Node) Use {
	u := Use{Metric: vs.Name, Buckets: true}
	for _, m := range vs.LabelMatchers {
		if m.Name == nameLabel {
			if m.Type.String() == string(MatchEqual) {
				u.Metric = m.Value
			}
			continue
		}
		u.Matchers = append(u.Matchers, Matcher{Label: m.Name, Op: MatchOp(m.Type.String()), Value: m.Value})
	}
	for _, node := range slices.Backward(path) {
		switch n := node.(type) {
		case *parser.MatrixSelector:
			u.Ranged = true
		case *parser.Call:
			u.Calls = append(u.Calls, n.Func.Name)
		case *parser.AggregateExpr:
			if !u.Calling("histogram_quantile") && n.Op != parser.TOPK && n.Op != parser.BOTTOMK {
				u.Buckets = u.Buckets && slices.Contains(n.Grouping, "le") != n.Without
			}
		}
	}
	return u
}
