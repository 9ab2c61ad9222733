package query

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// resultLabels returns the labels that series of the result can have at most,
// and whether they are known. No two series of a vector have the same labels,
// so a result of known empty labels is one series. A scalar has none.
func resultLabels(expr parser.Expr) ([]string, bool) {
	switch e := expr.(type) {
	case *parser.NumberLiteral:
		return nil, true
	case *parser.ParenExpr:
		return resultLabels(e.Expr)
	case *parser.UnaryExpr:
		return resultLabels(e.Expr)
	case *parser.SubqueryExpr:
		return resultLabels(e.Expr)
	case *parser.AggregateExpr:
		return aggregateLabels(e)
	case *parser.BinaryExpr:
		return binaryLabels(e)
	case *parser.Call:
		return callLabels(e)
	}
	return nil, false
}

func aggregateLabels(e *parser.AggregateExpr) ([]string, bool) {
	labels, known := resultLabels(e.Expr)
	switch e.Op {
	case parser.TOPK, parser.BOTTOMK, parser.LIMITK, parser.LIMIT_RATIO:
		return labels, known
	}
	switch {
	case e.Without:
		labels = minus(labels, e.Grouping)
	case known:
		labels = slices.DeleteFunc(labels, func(l string) bool { return !slices.Contains(e.Grouping, l) })
	default:
		labels, known = slices.Clone(e.Grouping), true
	}
	if e.Op == parser.COUNT_VALUES {
		return withLiteral(labels, e.Param), known
	}
	return labels, known
}

func binaryLabels(e *parser.BinaryExpr) ([]string, bool) {
	left, leftKnown := resultLabels(e.LHS)
	right, rightKnown := resultLabels(e.RHS)
	if e.RHS.Type() == parser.ValueTypeScalar {
		return left, leftKnown
	}
	if e.LHS.Type() == parser.ValueTypeScalar {
		return right, rightKnown
	}
	switch e.Op {
	case parser.LOR:
		return append(left, right...), leftKnown && rightKnown
	case parser.LAND, parser.LUNLESS:
		return left, leftKnown
	}
	switch m := e.VectorMatching; {
	case m.Card == parser.CardManyToOne:
		return append(left, m.Include...), leftKnown
	case m.Card == parser.CardOneToMany:
		return append(right, m.Include...), rightKnown
	case m.On:
		return slices.Clone(m.MatchingLabels), true
	default:
		return minus(left, m.MatchingLabels), leftKnown
	}
}

func callLabels(e *parser.Call) ([]string, bool) {
	var arg parser.Expr
	for _, a := range e.Args {
		if t := a.Type(); t == parser.ValueTypeVector || t == parser.ValueTypeMatrix {
			arg = a
			break
		}
	}
	if arg == nil || e.Func.ReturnType == parser.ValueTypeScalar {
		return nil, true
	}
	labels, known := resultLabels(arg)
	switch e.Func.Name {
	case "absent", "absent_over_time":
		return nil, known // of a selector the labels are those of its matchers
	case "histogram_quantile", "histogram_fraction":
		return minus(labels, []string{"le"}), known
	case "label_replace", "label_join":
		return withLiteral(labels, e.Args[1]), known
	case "info":
		return nil, false
	}
	return labels, known
}

func minus(labels, drop []string) []string {
	return slices.DeleteFunc(labels, func(l string) bool { return slices.Contains(drop, l) })
}

// withLiteral adds the label that a string argument names. An argument that is
// no literal cannot be read, so it counts as some label.
func withLiteral(labels []string, arg parser.Expr) []string {
	if s, ok := arg.(*parser.StringLiteral); ok {
		return append(labels, s.Val)
	}
	return append(labels, "?")
}
