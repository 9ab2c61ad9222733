package query

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// matchNothing is a regular expression for no string at all, not even "".
const matchNothing = `[^\x00-\x{10FFFF}]`

// Selector writes a PromQL vector selector. An empty metric leaves the name
// out; a metric or label name outside the classic character set is quoted.
// With classic label names and no metric the result is a LogQL stream selector
// as well. Without any of them it is empty braces, which no server takes.
func Selector(metric string, matchers ...Matcher) string {
	var parts []string
	prefix := ""
	switch {
	case metric == "":
	case classicMetricName(metric):
		prefix = metric
	default:
		parts = append(parts, QuotePromQL(metric))
	}
	for _, m := range matchers {
		parts = append(parts, matcherText(m))
	}
	if prefix != "" && len(parts) == 0 {
		return prefix
	}
	return prefix + "{" + strings.Join(parts, ", ") + "}"
}

func matcherText(m Matcher) string {
	label, op := m.Label, m.Op
	if !classicLabelName(label) {
		label = QuotePromQL(label)
	}
	if op == "" {
		op = MatchEqual
	}
	return label + string(op) + QuotePromQL(m.Value)
}

// QuotePromQL writes a PromQL string literal of the value.
func QuotePromQL(value string) string {
	// Prometheus's lexer takes U+FFFD in a literal for broken UTF-8.
	return strings.ReplaceAll(strconv.Quote(value), "\uFFFD", `\ufffd`)
}

// QuoteLogQL writes a LogQL string literal of the value.
func QuoteLogQL(value string) string {
	return strconv.Quote(value)
}

// RegexpAny writes a regular expression that matches exactly the values, given
// that it is anchored at both ends as label matchers are. Values must be valid
// UTF-8, as label values are. Without values it matches nothing.
func RegexpAny(values []string) string {
	if len(values) == 0 {
		return matchNothing
	}
	var parts []string
	for _, v := range values {
		if q := regexp.QuoteMeta(v); !slices.Contains(parts, q) {
			parts = append(parts, q)
		}
	}
	return strings.Join(parts, "|")
}

// classicMetricName reports whether PromQL takes the name without quotes as a
// metric name wherever an expression may stand.
func classicMetricName(name string) bool {
	if promQLReserved[strings.ToLower(name)] {
		return false
	}
	return classicName(name, true)
}

func classicLabelName(name string) bool { return classicName(name, false) }

func classicName(name string, colon bool) bool {
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || colon && c == ':'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
