package query

import (
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Shape is what a simple PromQL query reads, so that somebody who knows no more
// than the query can make up its input.
type Shape struct {
	Series   string
	Matchers []Matcher
	Over     string // rate or increase; empty: the value itself
	OrZero   bool   // it ends in "or vector(0)"
}

// ShapeOf returns the shape of a query that aggregates one selector: the sum of
// its rate or increase over a window, or any of min, max, avg and sum of its
// value. It reports false for all other queries.
func ShapeOf(text string, window time.Duration) (Shape, bool) {
	expr, err := promQLParser.ParseExpr(text)
	if err != nil {
		return Shape{}, false
	}
	var shape Shape
	expr, shape.OrZero = withoutZero(inParens(expr))
	aggregate, ok := expr.(*parser.AggregateExpr)
	if !ok {
		return Shape{}, false
	}
	switch inner := inParens(aggregate.Expr).(type) {
	case *parser.Call:
		if aggregate.Op != parser.SUM || inner.Func.Name != "rate" && inner.Func.Name != "increase" {
			return Shape{}, false
		}
		shape.Over = inner.Func.Name
		matrix, ok := inner.Args[0].(*parser.MatrixSelector)
		return shape.reading(ok && matrix.Range == window, func() parser.Expr { return matrix.VectorSelector })
	case *parser.VectorSelector:
		plain := slices.Contains([]parser.ItemType{parser.MIN, parser.MAX, parser.AVG, parser.SUM}, aggregate.Op)
		return shape.reading(plain, func() parser.Expr { return inner })
	}
	return Shape{}, false
}

func (s Shape) reading(ok bool, selected func() parser.Expr) (Shape, bool) {
	if !ok {
		return Shape{}, false
	}
	selector, ok := selected().(*parser.VectorSelector)
	moved := !ok || selector.OriginalOffset != 0 || selector.Timestamp != nil || selector.StartOrEnd != 0 || selector.Anchored || selector.Smoothed
	if moved || selector.Name == "" {
		return Shape{}, false
	}
	s.Series = selector.Name
	for _, m := range selector.LabelMatchers {
		if m.Name != nameLabel {
			s.Matchers = append(s.Matchers, Matcher{Label: m.Name, Op: matchOps[m.Type], Value: m.Value})
		}
	}
	return s, true
}

var matchOps = map[labels.MatchType]MatchOp{
	labels.MatchEqual: MatchEqual, labels.MatchNotEqual: MatchNotEqual,
	labels.MatchRegexp: MatchRegexp, labels.MatchNotRegexp: MatchNotRegexp,
}

func inParens(expr parser.Expr) parser.Expr {
	for {
		parens, ok := expr.(*parser.ParenExpr)
		if !ok {
			return expr
		}
		expr = parens.Expr
	}
}

// withoutZero takes "or vector(0)" from the end of a query.
func withoutZero(expr parser.Expr) (parser.Expr, bool) {
	or, ok := expr.(*parser.BinaryExpr)
	if !ok || or.Op != parser.LOR {
		return expr, false
	}
	call, ok := inParens(or.RHS).(*parser.Call)
	if !ok || call.Func.Name != "vector" {
		return expr, false
	}
	zero, ok := inParens(call.Args[0]).(*parser.NumberLiteral)
	if !ok || zero.Val != 0 {
		return expr, false
	}
	return inParens(or.LHS), true
}

// NeedsData reports whether a query certainly gives nothing where there are no
// series.
func NeedsData(text string) bool {
	expr, err := promQLParser.ParseExpr(text)
	if err != nil || expr.Type() != parser.ValueTypeVector {
		return false
	}
	needs := true
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if call, ok := node.(*parser.Call); ok && (call.Func.Name == "vector" || call.Func.Name == "absent" || call.Func.Name == "absent_over_time" || len(call.Args) == 0) {
			needs = false
		}
		return nil
	})
	return needs
}
