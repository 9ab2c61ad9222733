package query

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzParsePromQL(f *testing.F) {
	for _, tc := range promQLErrorCases {
		f.Add(tc.text)
	}
	for _, tc := range promQLCases {
		f.Add(tc.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, errs := ParsePromQL(text)
		if (q == nil) == (errs == nil) {
			t.Fatalf("got a query %v and errors %v", q, errs)
		}
		checkErrors(t, text, errs)
		if q == nil {
			return
		}
		for _, s := range q.Selectors {
			checkRange(t, text, s.Start, s.End)
			checkRange(t, text, s.NameStart, s.NameEnd)
			checkMatchers(t, text, s.Matchers)
			if s.NameEnd > 0 && (s.NameStart < s.Start || s.NameEnd > s.End) {
				t.Errorf("name at %d:%d outside its selector at %d:%d", s.NameStart, s.NameEnd, s.Start, s.End)
			}
		}
		checkGroupings(t, text, q.Groupings)
	})
}

func FuzzParseLogQL(f *testing.F) {
	for _, tc := range logQLErrorCases {
		f.Add(tc.text)
	}
	for _, text := range append(validLogQL, metricLogQL...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, errs := ParseLogQL(text)
		if (q == nil) == (errs == nil) {
			t.Fatalf("got a query %v and errors %v", q, errs)
		}
		checkErrors(t, text, errs)
		if q == nil {
			return
		}
		for _, matchers := range q.Selectors {
			checkMatchers(t, text, matchers)
		}
		checkGroupings(t, text, q.Groupings)
	})
}

func FuzzQuotePromQL(f *testing.F) {
	f.Add("up", "job", "a\"b\\c\nd`e'f")
	f.Add("http.requests", "service.name", "\x00\x7f\u00e9\ufffd\ufeff\u2028")
	f.Add("on", "by", "")
	f.Add("", "inf", "x")
	f.Fuzz(func(t *testing.T, metric, label, value string) {
		if tooOdd(metric, label, value) || label == "" || label == nameLabel {
			return
		}
		for _, op := range []MatchOp{MatchEqual, MatchNotEqual} {
			text := Selector(metric, Matcher{Label: label, Op: op, Value: value}, Matcher{Label: "x", Value: "y"})
			for _, around := range []string{"%", "1+%", "sum(%)", "up>bool %", "sum by(x)(%)or %"} {
				around = strings.ReplaceAll(around, "%", text)
				q, errs := ParsePromQL(around)
				if errs != nil {
					t.Fatalf("%s: %v", around, errs)
				}
				s := q.Selectors[len(q.Selectors)-1]
				got := [4]string{s.Metric, s.Matchers[0].Label, string(s.Matchers[0].Op), s.Matchers[0].Value}
				if diff := cmp.Diff([4]string{metric, label, string(op), value}, got); diff != "" {
					t.Fatalf("%s: %s", around, diff)
				}
			}
		}
	})
}

func FuzzQuoteLogQL(f *testing.F) {
	f.Add("a\"b\\c\nd`e'f")
	f.Add("\x00\x7f\u00e9\ufffd\ufeff\u2028")
	f.Fuzz(func(t *testing.T, value string) {
		if tooOdd(value) {
			return
		}
		text := `{a="b", c=` + QuoteLogQL(value) + `}`
		q, errs := ParseLogQL(text)
		if errs != nil {
			t.Fatalf("%s: %v", text, errs)
		}
		if diff := cmp.Diff(value, q.Selectors[0][1].Value); diff != "" {
			t.Fatalf("%s: %s", text, diff)
		}
	})
}

func FuzzRegexpAny(f *testing.F) {
	f.Add("GET", "POST", "PUT")
	f.Add("", "a|b", "a")
	f.Add("a.b\n", `\E(`, "axb")
	f.Fuzz(func(t *testing.T, a, b, other string) {
		if tooOdd(a, b, other) {
			return
		}
		text := RegexpAny([]string{a, b})
		re := regexp.MustCompile("^(?:" + text + ")$")
		if !re.MatchString(a) || !re.MatchString(b) {
			t.Errorf("%s does not match %q or %q", re, a, b)
		}
		if re.MatchString(other) != (other == a || other == b) {
			t.Errorf("%s and %q", re, other)
		}
		if _, errs := ParsePromQL(Selector("up", Matcher{Label: "l", Op: MatchRegexp, Value: text})); errs != nil {
			t.Error(errs)
		}
	})
}

// tooOdd reports values that no label can have, or that are too long to try.
func tooOdd(values ...string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) || len(v) > 5000 })
}

func checkErrors(t *testing.T, text string, errs []Error) {
	t.Helper()
	for _, e := range errs {
		checkRange(t, text, e.Start, e.End)
		if e.Message == "" {
			t.Errorf("error without a message at %d:%d", e.Start, e.End)
		}
	}
}

func checkMatchers(t *testing.T, text string, matchers []Matcher) {
	t.Helper()
	for _, m := range matchers {
		checkRange(t, text, m.Start, m.End)
	}
}

func checkGroupings(t *testing.T, text string, groupings []Grouping) {
	t.Helper()
	for _, g := range groupings {
		checkRange(t, text, g.Start, g.End)
		for _, l := range g.Labels {
			checkRange(t, text, l.Start, l.End)
		}
	}
}

// checkRange wants a range inside the text that cuts no rune in two.
func checkRange(t *testing.T, text string, start, end int) {
	t.Helper()
	if start < 0 || start > end || end > len(text) {
		t.Fatalf("range %d:%d in a text of %d bytes", start, end, len(text))
	}
	for _, at := range []int{start, end} {
		if at < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[at]) {
			t.Errorf("range %d:%d cuts a rune in two", start, end)
		}
	}
}
