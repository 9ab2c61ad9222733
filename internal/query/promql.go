package query

import (
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// Kind is the type of a query's result.
type Kind string

// The kinds, by the names that Prometheus's API gives them.
const (
	Vector Kind = "vector"
	Scalar Kind = "scalar"
	String Kind = "string"
	Matrix Kind = "matrix"
)

// Limits that keep any text cheap to parse. Prometheus has none of the kind;
// its type check takes quadratic time in the number of chained operators.
const (
	maxPromQL    = 64 << 10
	maxOperators = 5000
	maxDepth     = 200
)

const nameLabel = "__name__"

// VectorSelector is a selector in a PromQL query, without range and offset.
type VectorSelector struct {
	// Metric is the metric name, or "" if the selector has none or only
	// restricts it by another matcher on __name__.
	Metric string
	// NameStart and NameEnd are where the metric name stands, with its
	// quotes; both are 0 if there is none.
	NameStart, NameEnd int
	// Matchers are those in the braces but for the one that is Metric.
	Matchers   []Matcher
	Start, End int
}

// PromQL is what a valid PromQL query says.
type PromQL struct {
	Kind Kind
	// Selectors and Groupings are in the order of the text.
	Selectors []VectorSelector
	Groupings []Grouping
	// Single is whether the result is certainly at most one series, and one
	// without labels, so that "or vector(0)" fills its gaps.
	Single bool
	// Labels are all that series of the result can have, if Bounded.
	Labels  []string
	Bounded bool
}

var promQLParser = parser.NewParser(parser.Options{})

// ParsePromQL checks a PromQL expression. It returns either what the
// expression says or what is wrong with it, sorted by position.
func ParsePromQL(text string) (*PromQL, []Error) {
	if errs := checkSize(text, maxPromQL); errs != nil {
		return nil, errs
	}
	items := promQLItems(text)
	if len(items) == 0 && promQLBlank(text) {
		return nil, emptyQuery(text)
	}
	if errs := tooMuch(items); errs != nil {
		return nil, errs
	}
	expr, err := promQLParser.ParseExpr(text)
	if err != nil {
		return nil, promQLErrors(text, err, items)
	}
	labels, known := resultLabels(expr)
	return &PromQL{
		Kind:      Kind(expr.Type()),
		Selectors: vectorSelectors(expr, items),
		Groupings: groupings(items),
		Single:    known && len(labels) == 0,
		Labels:    labels,
		Bounded:   known,
	}, nil
}

// promQLBlank reports whether the text is nothing but space and comments.
func promQLBlank(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}
