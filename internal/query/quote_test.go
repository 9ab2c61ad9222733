package query

import (
	"regexp"
	"testing"
)

func TestSelector(t *testing.T) {
	ab := Matcher{Label: "a", Value: "b"}
	for _, tc := range []struct {
		metric   string
		matchers []Matcher
		want     string
	}{
		{"up", nil, `up`},
		{"a:b", nil, `a:b`},
		{"", []Matcher{ab}, `{a="b"}`},
		{"up", []Matcher{ab, {Label: "c", Op: MatchNotRegexp, Value: `\d`}}, `up{a="b", c!~"\\d"}`},
		{"http.requests", []Matcher{{Label: "service.name", Value: "é\n"}}, `{"http.requests", "service.name"="é\n"}`},
		{"1up", nil, `{"1up"}`},
		{"on", nil, `{"on"}`},
		{"NaN", []Matcher{ab}, `{"NaN", a="b"}`},
	} {
		if got := Selector(tc.metric, tc.matchers...); got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
}

// Every word of PromQL must come back as a metric name.
func TestSelectorReserved(t *testing.T) {
	for word := range promQLReserved {
		for _, before := range []string{"", "1 + ", "up > bool ", "up * on(a) group_left "} {
			q, errs := ParsePromQL(before + Selector(word))
			if errs != nil || q.Selectors[len(q.Selectors)-1].Metric != word {
				t.Errorf("%s%s: %v", before, Selector(word), errs)
			}
		}
	}
}

func TestRegexpAny(t *testing.T) {
	for _, tc := range []struct {
		values []string
		want   string
	}{
		{nil, `[^\x00-\x{10FFFF}]`},
		{[]string{""}, ``},
		{[]string{"a.b", "c|d", "a.b"}, `a\.b|c\|d`},
	} {
		got := RegexpAny(tc.values)
		if got != tc.want {
			t.Errorf("%q: got %s", tc.values, got)
		}
	}
	nothing := regexp.MustCompile("^(?:" + RegexpAny(nil) + ")$")
	for _, s := range []string{"", "a", "\n", "\U0010FFFF"} {
		if nothing.MatchString(s) {
			t.Errorf("%s matches %q", nothing, s)
		}
	}
}
