package query

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/strutil"
)

// promQLItems returns the tokens of the text, without comments, up to its end
// or the first error.
func promQLItems(text string) []parser.Item {
	var items []parser.Item
	lexer := parser.Lex(text)
	for {
		var item parser.Item
		lexer.NextItem(&item)
		switch item.Typ {
		case parser.COMMENT:
		case parser.EOF, parser.ERROR:
			return items
		default:
			items = append(items, item)
		}
	}
}

func itemEnd(item parser.Item) int { return int(item.Pos) + len(item.Val) }

// tooMuch refuses tokens whose expression would take too long to check.
func tooMuch(items []parser.Item) []Error {
	depth, operators := 0, 0
	for _, item := range items {
		switch item.Typ {
		case parser.LEFT_PAREN, parser.LEFT_BRACKET:
			depth++
		case parser.RIGHT_PAREN, parser.RIGHT_BRACKET:
			depth--
		}
		if item.Typ.IsOperator() {
			operators++
		}
		switch {
		case depth > maxDepth:
			return []Error{{Start: int(item.Pos), End: itemEnd(item), Message: tooDeepMessage}}
		case operators > maxOperators:
			return []Error{{Start: int(item.Pos), End: itemEnd(item), Message: "the query has too many operators"}}
		}
	}
	return nil
}

// vectorSelectors collects the selectors of a valid query in their order.
func vectorSelectors(expr parser.Expr, items []parser.Item) []VectorSelector {
	var found []VectorSelector
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if vs, ok := node.(*parser.VectorSelector); ok {
			found = append(found, vectorSelector(vs, items))
		}
		return nil
	})
	slices.SortStableFunc(found, func(a, b VectorSelector) int { return a.Start - b.Start })
	return found
}

// vectorSelector pairs the parser's matchers, which have no positions, with
// the tokens from which they came: both are in the order of the text, but the
// parser puts a name before the braces last.
func vectorSelector(vs *parser.VectorSelector, items []parser.Item) VectorSelector {
	at, _ := slices.BinarySearchFunc(items, int(vs.PosRange.Start), func(item parser.Item, pos int) int {
		return int(item.Pos) - pos
	})
	first := items[at]
	sel := VectorSelector{Start: int(first.Pos), End: itemEnd(first), Matchers: []Matcher{}}
	if first.Typ != parser.LEFT_BRACE {
		sel.Metric, sel.NameStart, sel.NameEnd = vs.Name, sel.Start, sel.End
		if at+1 >= len(items) || items[at+1].Typ != parser.LEFT_BRACE {
			return sel
		}
		at++
	}
	for i := at + 1; ; i++ {
		start := i
		for items[i].Typ != parser.COMMA && items[i].Typ != parser.RIGHT_BRACE {
			i++
		}
		if i > start {
			addMatcher(&sel, vs, items[start], items[i-1])
		}
		if items[i].Typ == parser.RIGHT_BRACE {
			sel.End = itemEnd(items[i])
			return sel
		}
	}
}

// addMatcher adds the next of the selector's matchers, which reaches from the
// first token to the last. An equality on the name is the metric.
func addMatcher(sel *VectorSelector, vs *parser.VectorSelector, first, last parser.Item) {
	n := len(sel.Matchers)
	if sel.Metric != "" && vs.Name == "" {
		n++
	}
	lm := vs.LabelMatchers[n]
	m := Matcher{
		Label: lm.Name, Op: MatchOp(lm.Type.String()), Value: lm.Value,
		Start: int(first.Pos), End: itemEnd(last),
	}
	if m.Label == nameLabel && m.Op == MatchEqual && m.Value != "" && sel.Metric == "" {
		sel.Metric, sel.NameStart, sel.NameEnd = m.Value, int(last.Pos), m.End
		return
	}
	sel.Matchers = append(sel.Matchers, m)
}

// groupings finds the label lists of a valid query.
func groupings(items []parser.Item) []Grouping {
	var found []Grouping
	for i := 0; i+1 < len(items); i++ {
		if !groupingKeyword(items[i].Typ) || items[i+1].Typ != parser.LEFT_PAREN {
			continue
		}
		g := Grouping{Keyword: items[i].Typ.String(), Start: int(items[i].Pos)}
		for i += 2; items[i].Typ != parser.RIGHT_PAREN; i++ {
			if items[i].Typ != parser.COMMA {
				g.Labels = append(g.Labels, itemLabel(items[i]))
			}
		}
		g.End = itemEnd(items[i])
		found = append(found, g)
	}
	return found
}

func itemLabel(item parser.Item) Label {
	name := item.Val
	if item.Typ == parser.STRING {
		// The query is valid, so its string literals are.
		name, _ = strutil.Unquote(item.Val)
	}
	return Label{Name: name, Start: int(item.Pos), End: itemEnd(item)}
}

func groupingKeyword(t parser.ItemType) bool {
	switch t {
	case parser.BY, parser.WITHOUT, parser.ON, parser.IGNORING, parser.GROUP_LEFT, parser.GROUP_RIGHT:
		return true
	}
	return false
}
