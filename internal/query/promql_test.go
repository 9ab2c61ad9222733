package query

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type errorCase struct {
	text string
	want []Error
}

var promQLErrorCases = []errorCase{
	{" ", []Error{{0, 1, "the query is empty", ""}}},
	{"# nothing", []Error{{0, 9, "the query is empty", ""}}},
	{"sum(rate(foo[5m])", []Error{{3, 4, "unclosed left parenthesis", ""}}},
	{"sum(rate(foo[5m]) by (a)", []Error{
		{3, 4, "unclosed left parenthesis", ""},
		{18, 20, "unexpected keyword by in aggregation", ""},
	}},
	{"sum(foo))", []Error{{8, 9, "unexpected right parenthesis", ""}}},
	{"ratee(foo[5m])", []Error{{0, 5, `unknown function with name "ratee"`, "did you mean rate?"}}},
	{"summ(foo)", []Error{{0, 4, `unknown function with name "summ"`, "did you mean sum?"}}},
	{"frobnicate_everything(foo)", []Error{{0, 21, `unknown function with name "frobnicate_everything"`, ""}}},
	{"rate(foo)", []Error{{5, 8, `expected type range vector in call to function "rate", got instant vector`, "add a range to the selector, such as [5m]"}}},
	{"abs(foo[5m])", []Error{{4, 11, `expected type instant vector in call to function "abs", got range vector`, "a range vector needs a function around it, such as rate(…)"}}},
	{"sum(foo[5m])", []Error{{4, 11, "expected type instant vector in aggregation expression, got range vector", "a range vector needs a function around it, such as rate(…)"}}},
	{"sum(foo)[5m]", []Error{{8, 12, "ranges only allowed for vector selectors", "put the range on the selector inside, or use a subquery, such as [5m:1m]"}}},
	{`foo{a=="b"}`, []Error{{5, 7, "unexpected operator == in label matching", "a matcher has a single ="}}},
	{`foo{a="b" c="d"}`, []Error{{10, 11, `unexpected identifier "c" in label matching, expected "," or "}"`, ""}}},
	{`foo{a="b"`, []Error{{3, 4, "unclosed left brace", ""}}},
	{`foo{a=~"("}`, []Error{{4, 10, "broken regular expression: missing closing ): `(`", ""}}},
	{`foo{a="b`, []Error{{6, 8, "unterminated quoted string", ""}}},
	{"foo[5m", []Error{{3, 4, "unclosed left bracket", ""}}},
	{"foo[5x]", []Error{{4, 7, `bad number or duration syntax: "5"`, ""}}},
	{"foo ==", []Error{{6, 6, "unexpected end of input", ""}}},
	{"foo = 1", []Error{{4, 5, `unexpected "="`, "compare values with =="}}},
	{"foo => 1", []Error{{4, 5, `unexpected "="`, "compare values with =="}}},
	{"1 == 2", []Error{{2, 4, "comparisons between scalars must use bool modifier", "write bool after the operator"}}},
	{"foo + bool bar", []Error{{4, 10, "bool modifier can only be used on comparison operators", ""}}},
	{"foo and 1", []Error{{0, 9, `set operator "and" not allowed in binary scalar expression`, ""}}},
	{`{a=""}`, []Error{{0, 6, "vector selector must contain at least one non-empty matcher", "name a metric, or add a matcher that does not match the empty string"}}},
	{`foo{__name__="bar"}`, []Error{{0, 19, `metric name must not be set twice: "foo" or "bar"`, ""}}},
	{"foo * on(a) group_left(a) bar", []Error{{4, 25, `label "a" must not occur in on and group clause at once`, ""}}},
	{"sum by a (foo)", []Error{{7, 8, `unexpected identifier "a" in grouping opts, expected "("`, ""}}},
	{"sum()", []Error{{0, 5, "no arguments for aggregate expression provided", ""}}},
	{"sum() + sum()", []Error{
		{0, 5, "no arguments for aggregate expression provided", ""},
		{8, 13, "no arguments for aggregate expression provided", ""},
	}},
	{"sum(a, b)", []Error{{0, 9, "wrong number of arguments for aggregate expression provided, expected 1, got 2", ""}}},
	{"topk(foo)", []Error{{0, 9, "wrong number of arguments for aggregate expression provided, expected 2, got 1", ""}}},
	{`topk("é", foo)`, []Error{{5, 9, "expected type scalar in aggregation parameter, got string", ""}}},
	{"rate(foo[5m], 3)", []Error{{0, 16, `expected 1 argument(s) in call to "rate", got 2`, ""}}},
	{"mad_over_time(foo[5m])", []Error{{0, 13, `function "mad_over_time" is not enabled`, "Prometheus has it behind a feature flag only"}}},
	{"limitk(3, foo)", []Error{{0, 14, "limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions", "Prometheus has it behind a feature flag only"}}},
	{"foo @ 1 @ 2", []Error{{0, 7, "@ timestamp may not be set multiple times", ""}}},
	{`"a" + 1`, []Error{{0, 3, "binary expression must contain only scalar and instant vector types", ""}}},
	{"foo bar", []Error{{4, 7, `unexpected identifier "bar"`, ""}}},
	{"$foo", []Error{{0, 1, "unexpected character: '$'", ""}}},
	{"é", []Error{{0, 2, "unexpected character: 'é'", ""}}},
}

var promQLCases = []struct {
	text   string
	kind   Kind
	single bool
}{
	{`1`, Scalar, true},
	{`"a"`, String, false},
	{`time() - 5m`, Scalar, true},
	{`up`, Vector, false},
	{`up[5m]`, Matrix, false},
	{`sum(up)`, Vector, true},
	{`sum by () (up)`, Vector, true},
	{`sum by (job) (up)`, Vector, false},
	{`sum without (job) (up)`, Vector, false},
	{`sum by (job) (sum(up))`, Vector, true},
	{`sum without (job) (sum by (job) (up))`, Vector, true},
	{`sum without (job) (sum by (job, instance) (up))`, Vector, false},
	{`(-sum(up))`, Vector, true},
	{`sum(rate(a[5m])) / sum(rate(b[5m]))`, Vector, true},
	{`sum(rate(a[5m])) / sum(rate(b[5m])) > 0.1`, Vector, true},
	{`1 - sum(a) / on() sum(b) or vector(0)`, Vector, true},
	{`sum(a) or b`, Vector, false},
	{`sum(a) and b`, Vector, true},
	{`a and sum(b)`, Vector, false},
	{`a * on (job) sum by (job) (b)`, Vector, false},
	{`a / on () b`, Vector, true},
	{`sum(a) / ignoring (job) b`, Vector, true},
	{`a * on () group_left (x) sum(b)`, Vector, false},
	{`sum(a) * on () group_left sum(b)`, Vector, true},
	{`sum(a) * on () group_left (x) b`, Vector, false},
	{`sum(a) * on () group_right b`, Vector, false},
	{`2 * a`, Vector, false},
	{`2 * sum(a)`, Vector, true},
	{`vector(1)`, Vector, true},
	{`scalar(up)`, Scalar, true},
	{`abs(sum(up))`, Vector, true},
	{`clamp_max(up, 1)`, Vector, false},
	{`topk(1, up)`, Vector, false},
	{`topk(1, sum(up))`, Vector, true},
	{`count_values("v", sum(up))`, Vector, false},
	{`absent(up{job="a"})`, Vector, false},
	{`absent(sum(up))`, Vector, true},
	{`histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m])))`, Vector, true},
	{`histogram_quantile(0.9, sum by (le, job) (rate(a_bucket[5m])))`, Vector, false},
	{`histogram_quantile(0.9, rate(a[5m]))`, Vector, false},
	{`label_replace(sum(a), "x", "$1", "y", ".*")`, Vector, false},
	{`max_over_time(sum(rate(a[5m]))[1h:])`, Vector, true},
	{`day_of_month()`, Vector, true},
}

func TestPromQL(t *testing.T) {
	for _, tc := range promQLCases {
		q, errs := ParsePromQL(tc.text)
		if errs != nil {
			t.Errorf("%s: %v", tc.text, errs)
			continue
		}
		if q.Kind != tc.kind || q.Single != tc.single {
			t.Errorf("%s: got %s, single %v", tc.text, q.Kind, q.Single)
		}
	}
}

func TestPromQLParts(t *testing.T) {
	text := `sum by (a, "b.c") (rate(foo{x="1", y!~'2',}[5m] offset 1d)) / on(x) group_left {"m.x", # é
z!="é"} + {__name__="n", __name__=~"n|m"} * ignoring() bar`
	got, errs := ParsePromQL(text)
	if errs != nil {
		t.Fatal(errs)
	}
	want := &PromQL{
		Kind: Vector,
		Selectors: []VectorSelector{
			{Metric: "foo", NameStart: 24, NameEnd: 27, Start: 24, End: 43, Matchers: []Matcher{
				{Label: "x", Op: MatchEqual, Value: "1", Start: 28, End: 33},
				{Label: "y", Op: MatchNotRegexp, Value: "2", Start: 35, End: 41},
			}},
			{Metric: "m.x", NameStart: 80, NameEnd: 85, Start: 79, End: 100, Matchers: []Matcher{
				{Label: "z", Op: MatchNotEqual, Value: "é", Start: 92, End: 99},
			}},
			{Metric: "n", NameStart: 113, NameEnd: 116, Start: 103, End: 134, Matchers: []Matcher{
				{Label: "__name__", Op: MatchRegexp, Value: "n|m", Start: 118, End: 133},
			}},
			{Metric: "bar", NameStart: 148, NameEnd: 151, Start: 148, End: 151, Matchers: []Matcher{}},
		},
		Groupings: []Grouping{
			{Keyword: "by", Start: 4, End: 17, Labels: []Label{{"a", 8, 9}, {"b.c", 11, 16}}},
			{Keyword: "on", Start: 62, End: 67, Labels: []Label{{"x", 65, 66}}},
			{Keyword: "ignoring", Start: 137, End: 147},
		},
		Labels:  []string{"a", "b.c"},
		Bounded: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPromQLErrors(t *testing.T) {
	for _, tc := range promQLErrorCases {
		q, errs := ParsePromQL(tc.text)
		if q != nil {
			t.Errorf("%s: accepted", tc.text)
		}
		if diff := cmp.Diff(tc.want, errs); diff != "" {
			t.Errorf("%s: %s", tc.text, diff)
		}
	}
}

// What would take the parser minutes, or its stack, is refused beforehand.
func TestPromQLExtremes(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("(", 1e6):           "the query is longer than 65536 bytes",
		strings.Repeat("(", 5e4):           "the query is nested too deeply",
		strings.Repeat("sum(", 1e4):        "the query is nested too deeply",
		strings.Repeat("1+", 3e4) + "1":    "the query has too many operators",
		strings.Repeat("-", 6e4) + "a":     "the query has too many operators",
		"a" + strings.Repeat("[1m:]", 1e4): "subquery is only allowed on instant vector, got matrix instead",
	} {
		_, errs := ParsePromQL(text)
		if len(errs) == 0 || errs[0].Message != want {
			t.Errorf("%.10s…: got %v", text, errs)
		}
		checkErrors(t, text, errs)
	}
}
