package generate

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// condition is what a selector asks of one label, and values to try when a
// series is made up that meets it, or just fails to.
type condition struct {
	label   string
	meets   func(value string) bool
	samples []string
}

// not is met by what fails the condition.
func (c condition) not(more ...string) condition {
	return condition{c.label, func(v string) bool { return !c.meets(v) }, append(slices.Clone(more), "other", "0", "")}
}

func oneOfCondition(label string, values []string) condition {
	return condition{label, func(v string) bool { return slices.Contains(values, v) }, values}
}

func jobCondition(s *model.Service) condition { return oneOfCondition("job", []string{s.Job}) }

// whereConditions are those of a spec's where.
func whereConditions(m *model.Metric, where []model.Where) []condition {
	var out []condition
	for _, w := range where {
		out = append(out, oneOfCondition(labelOf(m, w.Attribute), w.Values))
	}
	return out
}

// matcherCondition is that of a selector in a query of the spec.
func matcherCondition(m query.Matcher) condition {
	equal := oneOfCondition(m.Label, []string{m.Value})
	pattern, err := regexp.Compile("^(?s:" + m.Value + ")$")
	matching := condition{label: m.Label, meets: func(v string) bool { return err == nil && pattern.MatchString(v) }}
	if tree, err := syntax.Parse(m.Value, syntax.Perl); err == nil {
		matching.samples = []string{sampleOf(tree)}
	}
	switch m.Op {
	case query.MatchNotEqual:
		return equal.not()
	case query.MatchRegexp:
		return matching
	case query.MatchNotRegexp:
		return matching.not()
	}
	return equal
}

// sampleOf makes up a text that a regular expression matches, in most cases:
// whoever uses it checks.
func sampleOf(tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		return string(tree.Rune)
	case syntax.OpCharClass:
		if len(tree.Rune) > 0 {
			return string(tree.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "0"
	case syntax.OpAlternate, syntax.OpCapture, syntax.OpPlus:
		return sampleOf(tree.Sub[0])
	case syntax.OpRepeat:
		return strings.Repeat(sampleOf(tree.Sub[0]), tree.Min)
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range tree.Sub {
			b.WriteString(sampleOf(sub))
		}
		return b.String()
	}
	return ""
}

// labelsMeeting makes up labels that meet all conditions; the nth of several
// values where there is a choice.
func labelsMeeting(n int, conditions ...condition) ([]query.Matcher, bool) {
	var out []query.Matcher
	for i, c := range conditions {
		if slices.ContainsFunc(conditions[:i], func(d condition) bool { return d.label == c.label }) {
			continue
		}
		value, ok := valueMeeting(n, c.label, conditions)
		if !ok {
			return nil, false
		}
		if value != "" {
			out = append(out, query.Matcher{Label: c.label, Value: value})
		}
	}
	return out, true
}

func valueMeeting(n int, label string, conditions []condition) (string, bool) {
	on := slices.DeleteFunc(slices.Clone(conditions), func(c condition) bool { return c.label != label })
	var met []string
	for _, c := range on {
		for _, v := range c.samples {
			if !slices.Contains(met, v) && !slices.ContainsFunc(on, func(d condition) bool { return !d.meets(v) }) {
				met = append(met, v)
			}
		}
	}
	if len(met) == 0 {
		return "", false
	}
	return met[n%len(met)], true
}

// meet reports whether a series with these labels meets all conditions.
func meet(labels []query.Matcher, conditions []condition) bool {
	for _, c := range conditions {
		i := slices.IndexFunc(labels, func(l query.Matcher) bool { return l.Label == c.label })
		value := ""
		if i >= 0 {
			value = labels[i].Value
		}
		if !c.meets(value) {
			return false
		}
	}
	return true
}

func metricNamed(s *model.Service, name string) *model.Metric {
	i := slices.IndexFunc(s.Metrics, func(m model.Metric) bool { return m.Name == name })
	if i < 0 {
		return &model.Metric{} // resolve has checked the name
	}
	return &s.Metrics[i]
}

// labelOf returns the Prometheus label of a metric's attribute.
func labelOf(m *model.Metric, attribute string) string {
	for _, a := range m.Attributes {
		if a.Name == attribute {
			return a.Label
		}
	}
	return ""
}
