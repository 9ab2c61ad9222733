package query

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var logQLErrorCases = []errorCase{
	{" ", []Error{{0, 1, "the query is empty", ""}}},
	{"# nothing", []Error{{0, 9, "the query is empty", ""}}},
	{"foo", []Error{{0, 3, `unexpected name "foo", expected a stream selector or a function`, ""}}},
	{`foo{a="b"}`, []Error{{0, 3, `unexpected name "foo" before a stream selector`, "LogQL has no metric names"}}},
	{"{}", []Error{{0, 2, "a stream selector needs a matcher that does not match the empty string", `such as {service_name=~".+"}`}}},
	{`{a=""}`, []Error{{0, 6, "a stream selector needs a matcher that does not match the empty string", `such as {service_name=~".+"}`}}},
	{`{a=~".*", b!="c"}`, []Error{{0, 17, "a stream selector needs a matcher that does not match the empty string", `such as {service_name=~".+"}`}}},
	{`{a=="b"}`, []Error{{2, 4, `unexpected "==", expected "=", "!=", "=~" or "!~"`, "a matcher has a single ="}}},
	{`{a="b",}`, []Error{{7, 8, `unexpected "}", expected a label name`, ""}}},
	{`{a="b" c="d"}`, []Error{{7, 8, `unexpected name "c", expected "," or "}"`, ""}}},
	{`{a="b"`, []Error{{0, 1, "unclosed left brace", ""}}},
	{"{a=b}", []Error{{3, 4, `unexpected name "b", expected a quoted string`, ""}}},
	{"{a='b'}", []Error{{3, 4, "strings are quoted with \" or `", ""}}},
	{`{a="b`, []Error{{3, 4, "the string has no closing quote", ""}}},
	{`{a="\q"}`, []Error{{3, 7, "the string has an invalid escape sequence", ""}}},
	{`{a="\'"}`, []Error{{3, 7, "the string has an invalid escape sequence", ""}}},
	{`{a!="x"}`, []Error{{0, 8, "a stream selector needs a matcher that does not match the empty string", `such as {service_name=~".+"}`}}},
	{`{by="x"}`, []Error{{1, 3, `"by" is a keyword and cannot be a label name`, ""}}},
	{`{a=~"(", b=~"[", c="d"}`, []Error{
		{4, 7, "broken regular expression: missing closing ): `(`", ""},
		{12, 15, "broken regular expression: missing closing ]: `[`", ""},
	}},
	{`{a="b"} |= x`, []Error{{11, 12, `unexpected name "x", expected a quoted string or ip(…)`, ""}}},
	{`{a="b"} |~ "("`, []Error{{11, 14, "broken regular expression: missing closing ): `(`", ""}}},
	{`{a="b"} |> "<x>"`, []Error{{11, 16, "captures in a line filter have no names, got <x>", "write <_>"}}},
	{`{a="b"} |~ ip("10.0.0.1")`, []Error{{8, 10, "ip(…) works only with |= and !=", ""}}},
	{`{a="b"} |= ip("10.0.0")`, []Error{{14, 22, "this is no IP address, prefix or range", `such as "10.0.0.0/8"`}}},
	{`{a="b"} |= ip("10.0.0.9-10.0.0.1")`, []Error{{14, 33, "this is no IP address, prefix or range", `such as "10.0.0.0/8"`}}},
	{`rate({a="b"}[300y])`, []Error{{12, 18, "a range is a duration in brackets, such as [5m]", ""}}},
	{`{a="b"} | jsn`, []Error{{10, 13, `unknown stage "jsn"`, "did you mean json?"}}},
	{`{a="b"} | json x="a..b"`, []Error{{17, 23, "this is no path into a JSON object", `such as "request.headers[0]"`}}},
	{`{a="b"} | logfmt x="a b"`, []Error{{19, 24, "this is no key of a logfmt line", ""}}},
	{`{a="b"} | logfmt --strct`, []Error{{17, 24, "unknown flag --strct, expected --strict or --keep-empty", ""}}},
	{`{a="b"} | pattern "x"`, []Error{{18, 21, "the pattern has no named capture", "such as <status>"}}},
	{`{a="b"} | pattern "<a><b>"`, []Error{{18, 26, "captures need text between them", ""}}},
	{`{a="b"} | pattern "<a> <a>"`, []Error{{18, 27, `two captures have the name "a"`, ""}}},
	{`{a="b"} | regexp "x"`, []Error{{17, 20, "the regular expression has no named group", "such as (?P<status>\\d+)"}}},
	{`{a="b"} | regexp "(?P<n>x"`, []Error{{17, 26, "broken regular expression: missing closing ): `(?P<n>x`", ""}}},
	{`{a="b"} | line_format "{{.x | uper}}"`, []Error{{22, 37, `broken template: function "uper" not defined`, "did you mean upper?"}}},
	{`{a="b"} | line_format "{{.x"`, []Error{{22, 28, "broken template: unclosed action", ""}}},
	{`{a="b"} | label_format x=y,x=z`, []Error{{27, 28, `label "x" is formatted twice`, "use a second label_format stage"}}},
	{`{a="b"} | label_format __error__=y`, []Error{{23, 32, "__error__ cannot be formatted", ""}}},
	{`{a="b"} | x`, []Error{{10, 11, `unknown stage "x"`, ""}}},
	{`{a="b"} | x == "y"`, []Error{{15, 18, "unexpected string, expected a number, a duration or a size", "compare strings with = or =~"}}},
	{`{a="b"} | x > "5"`, []Error{{14, 17, "unexpected string, expected a number, a duration or a size", "compare strings with = or =~"}}},
	{`{a="b"} | (x > 5`, []Error{{10, 11, "unclosed left parenthesis", ""}}},
	{`{a="b"} | unwrap x`, []Error{{10, 16, "unwrap works only inside a range aggregation", "such as avg_over_time({…} | unwrap … [5m])"}}},
	{`{a="b"} | by`, []Error{{10, 12, `unexpected keyword "by", expected a parser, a filter or a formatter`, ""}}},
	{`rate({a="b"}`, []Error{{4, 5, "unclosed left parenthesis", ""}}},
	{`rate({a="b"})`, []Error{{5, 12, "rate needs a range after the selector", "such as [5m]"}}},
	{`rate({a="b"}[5x])`, []Error{{12, 16, "a range is a duration in brackets, such as [5m]", ""}}},
	{`rate({a="b"}[5m)`, []Error{{12, 13, "the range has no closing bracket", ""}}},
	{`rate({a="b"}[5m] [5m])`, []Error{{17, 21, "unexpected range [5m]", "a range goes after a stream selector, inside a function such as rate(…)"}}},
	{`rate(sum(rate({a="b"}[5m]))[5m])`, []Error{{5, 8, `unexpected function "sum", expected a stream selector`, "a range aggregation takes log lines; LogQL has no subqueries"}}},
	{`sum(rate({a="b"}[5m]))[5m]`, []Error{{22, 26, "unexpected range [5m]", "a range goes after a stream selector, inside a function such as rate(…)"}}},
	{`sum({a="b"}[5m])`, []Error{{11, 15, "unexpected range [5m]", "a range goes after a stream selector, inside a function such as rate(…)"}}},
	{`sum({a="b"})`, []Error{{4, 11, "sum needs a metric query, got a log query", "turn log lines into series with count_over_time({…}[5m]) or rate({…}[5m])"}}},
	{`ratee({a="b"}[5m])`, []Error{{0, 5, `unknown function "ratee"`, "did you mean rate?"}}},
	{`rate(5, {a="b"}[5m])`, []Error{{5, 6, "rate takes no parameter", ""}}},
	{`rate({a="b"}[5m]) by (x)`, []Error{{18, 24, "rate takes no by", "group with sum by (…) around it"}}},
	{`rate((({a="b"}))[5m])`, []Error{{5, 6, "only one pair of parentheses can stand between a selector and its range", ""}}},
	{`bytes_rate({a="b"} | unwrap x [5m])`, []Error{{21, 27, "bytes_rate takes no unwrap", ""}}},
	{`sum_over_time({a="b"}[5m])`, []Error{{0, 13, "sum_over_time needs a value to aggregate", "add | unwrap and a label"}}},
	{`sum_over_time({a="b"} | unwrap secs(x) [5m])`, []Error{{31, 35, `unwrap has no conversion "secs"`, "bytes, duration and duration_seconds exist"}}},
	{`sum_over_time({a="b"} | unwrap rate(x) [5m])`, []Error{{31, 35, `unwrap has no conversion "rate"`, "bytes, duration and duration_seconds exist"}}},
	{`sum_over_time({a="b"} | unwrap x |= "y" [5m])`, []Error{{33, 35, `unexpected "|="`, "line filters go before unwrap"}}},
	{`sum_over_time({a="b"} | unwrap x | json [5m])`, []Error{{35, 39, `unexpected keyword "json", expected a label filter`, "only label filters can follow unwrap"}}},
	{`quantile_over_time({a="b"} | unwrap x [5m])`, []Error{{0, 18, "quantile_over_time needs a quantile before the selector", "such as quantile_over_time(0.99, …)"}}},
	{`topk(rate({a="b"}[5m]))`, []Error{{0, 4, "topk needs a number before the metric query", "such as topk(10, …)"}}},
	{`topk(0, rate({a="b"}[5m]))`, []Error{{5, 6, "the parameter of topk is a whole number above 0", ""}}},
	{`sum(1, rate({a="b"}[5m]))`, []Error{{4, 5, "sum takes no parameter", ""}}},
	{`sort by (x) (rate({a="b"}[5m]))`, []Error{{5, 11, "sort takes no by", ""}}},
	{`{a="b"} + 1`, []Error{{0, 7, "operator + needs metric queries, got a log query", "turn log lines into series with count_over_time({…}[5m]) or rate({…}[5m])"}}},
	{`rate({a="b"}[5m]) and 1`, []Error{{22, 23, "operator and needs vectors, got a number", "write vector(…) around the number"}}},
	{`rate({a="b"}[5m]) = 1`, []Error{{18, 19, `unexpected "="`, "compare values with =="}}},
	{`rate({a="b"}[5m]) * group_left rate({a="b"}[5m])`, []Error{{20, 30, `unexpected keyword "group_left"`, "on(…) or ignoring(…) goes before it"}}},
	{`label_replace(rate({a="b"}[5m]), "x", "y", "z", "(")`, []Error{{48, 51, "broken regular expression: missing closing ): `(`", ""}}},
	{`bytes({a="b"})`, []Error{{0, 5, `unexpected function "bytes", expected a stream selector or a function`, "bytes(…) goes into a pipeline"}}},
	{"0B + 1_0", []Error{{0, 2, "Loki cannot read 0B, write 0kB", ""}}},
	{"1 ; 2", []Error{{2, 3, "unexpected character: ';'", ""}}},
	{`{a="b"} |= "x" /* y`, []Error{{15, 17, "the comment has no end", ""}}},
	{"vector(-1)", []Error{{7, 8, `unexpected "-", expected a number without sign`, ""}}},
	{`variants(rate({a="b"}[5m])) of ({a="b"}[5m])`, []Error{{0, 8, "variants is experimental and not supported", ""}}},
}

// What Loki 3.7 accepts, each line for some rule of the grammar.
var validLogQL = []string{
	`{a="b"}`,
	"{a=`b`, c!=\"d\", e=~\"f.+\", g!~\"h\"}",
	`{a!=""}`, `{a!="(", b!~".*c?"}`,
	`({a="b"} |= "x")`,
	`{a="b"} |= "x" != "y" |~ "z+" !~ "(?i)w" |> "<_> x <_>" !> "a"`,
	`{a="b"} |= "x" or "y" or ip("10.0.0.0/8") != ip("10.0.0.1-10.0.0.9")`,
	`{a="b"} | json`,
	`{a="b"} | json x, y="z.a[0][\"b c\"]" | x = "1"`,
	`{a="b"} | logfmt --strict --keep-empty x, y="z" | unpack`,
	`{a="b"} | pattern "<x> - <_> <y>" | regexp "(?P<n>\\d+)"`,
	`{a="b"} | x > 5 and y <= 1.5 or z == -3, w != 0 v = 1e3`,
	`{a="b"} | (x > 5s or y < 1h30m) and z >= 10MB | w = 1.5KiB`,
	`{a="b"} | addr = ip("::1") or addr != ip("10.0.0.1")`,
	`{a="b"} | duration > 5s | bytes < 1kB | rate = "x" | SUM =~ "y"`,
	"{a=\"b\"} | line_format \"{{.x | upper}}\" | label_format x=y, z=`{{ __line__ }}`",
	`{a="b"} | decolorize | drop x, y="1", z=~"2" | keep w != "3"`,
	"{a=\"b\"} # comment\n// and\n/* another */ |= \"x\"",
}

var metricLogQL = []string{
	`1`, `-1`, `1 + -2 ^ 2`, `vector(1)`, `(1)`,
	`rate({a="b"}[5m])`,
	`RATE({a="b"}[1h30m] offset -5m)`,
	`rate({a="b"} | json [5m] offset 1d)`,
	`rate({a="b"}[5m] offset 5m | json |= "x")`,
	`rate(({a="b"} |= "x")[5m])`,
	`rate((({a="b"})[5m]))`,
	`sum_over_time(({a="b"})[5m] | unwrap x)`,
	`sum_over_time({a="b"}[5m] | json | unwrap bytes(x) | y = "z")`,
	`quantile_over_time(0.99, {a="b"} | unwrap duration(x) | __error__="" [5m]) by (c)`,
	`absent_over_time({a="b"}[5m])`,
	`first_over_time({a="b"} | unwrap duration_seconds(x) [5m]) without (c, d)`,
	`sum(1)`,
	`sum by (a) (rate({a="b"}[5m]))`,
	`sum(rate({a="b"}[5m])) without ()`,
	`topk(3, sum by(x)(rate({a="b"}[5m])))`, `approx_topk(3, rate({a="b"}[5m]))`,
	`sort by () (rate({a="b"}[5m]))`,
	`label_replace(rate({a="b"}[5m]), "x", "$1", "y", "(.*)")`,
	`rate({a="b"}[5m]) > bool 1 or vector(0) unless vector(1)`,
	`rate({a="b"}[5m]) / on (x) group_left (y) rate({a="c"}[5m])`,
	`rate({a="b"}[5m]) * ignoring () group_right rate({a="c"}[5m])`,
}

func TestLogQL(t *testing.T) {
	for metric, texts := range map[bool][]string{false: validLogQL, true: metricLogQL} {
		for _, text := range texts {
			q, errs := ParseLogQL(text)
			if errs != nil {
				t.Errorf("%s: %v", text, errs)
				continue
			}
			if q.Metric != metric {
				t.Errorf("%s: got metric %v", text, q.Metric)
			}
		}
	}
}

// Loki's rules, which functions take log lines, unwrapped values and grouping.
func TestLogQLRangeFunctions(t *testing.T) {
	functions := map[string]string{
		"absent_over_time": "lines values", "avg_over_time": "values grouped",
		"bytes_over_time": "lines", "bytes_rate": "lines", "count_over_time": "lines",
		"first_over_time": "values grouped", "last_over_time": "values grouped",
		"max_over_time": "values grouped", "min_over_time": "values grouped",
		"rate": "lines values", "rate_counter": "values",
		"stddev_over_time": "values grouped", "stdvar_over_time": "values grouped",
		"sum_over_time": "values",
	}
	for name, want := range functions {
		for form, text := range map[string]string{
			"lines":   name + `({a="b"}[5m])`,
			"values":  name + `({a="b"} | unwrap x [5m])`,
			"grouped": name + `({a="b"} | unwrap x [5m]) by (y)`,
		} {
			if _, errs := ParseLogQL(text); (errs == nil) != strings.Contains(want, form) {
				t.Errorf("%s: %v", text, errs)
			}
		}
	}
	if len(functions)+1 != len(rangeFunctions) { // and quantile_over_time
		t.Errorf("tried %d of %d functions", len(functions), len(rangeFunctions))
	}
}

func TestLogQLParts(t *testing.T) {
	text := "\uFEFF" + `sum by (a) (rate({x="é", y!~"2"}[5m])) / on(b, c) group_left count_over_time({z=~` + "`3`" + `}[5m]) without ()`
	_, errs := ParseLogQL(text)
	wantErrs := []Error{{
		Start: 95, End: 105, Message: "count_over_time takes no without", Hint: "group with sum without (…) around it",
	}}
	if diff := cmp.Diff(wantErrs, errs); diff != "" {
		t.Error(diff)
	}
	got, errs := ParseLogQL(strings.TrimSuffix(text, "without ()"))
	if errs != nil {
		t.Fatal(errs)
	}
	want := &LogQL{
		Metric: true,
		Selectors: [][]Matcher{
			{
				{Label: "x", Op: MatchEqual, Value: "é", Start: 21, End: 27},
				{Label: "y", Op: MatchNotRegexp, Value: "2", Start: 29, End: 35},
			},
			{{Label: "z", Op: MatchRegexp, Value: "3", Start: 82, End: 88}},
		},
		Groupings: []Grouping{
			{Keyword: "by", Start: 7, End: 13, Labels: []Label{{"a", 11, 12}}},
			{Keyword: "on", Start: 45, End: 53, Labels: []Label{{"b", 48, 49}, {"c", 51, 52}}},
			{Keyword: "group_left", Start: 54, End: 64},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLogQLErrors(t *testing.T) {
	for _, tc := range logQLErrorCases {
		q, errs := ParseLogQL(tc.text)
		if q != nil {
			t.Errorf("%s: accepted", tc.text)
		}
		if diff := cmp.Diff(tc.want, errs); diff != "" {
			t.Errorf("%s: %s", tc.text, diff)
		}
	}
}

func TestLogQLExtremes(t *testing.T) {
	deep := "the query is nested too deeply"
	for text, want := range map[string]string{
		strings.Repeat("(", 1e6):                              "the query is longer than 131071 bytes",
		strings.Repeat("(", 1e5):                              deep,
		strings.Repeat("sum(", 1e4):                           deep,
		"rate" + strings.Repeat("(", 1e5):                     deep,
		strings.Repeat("1^", 6e4) + "1":                       deep,
		`{a="b"} | ` + strings.Repeat("(", 1e5):               deep,
		strings.Repeat("1+", 6e4) + "x":                       `unexpected name "x", expected a stream selector or a function`,
		`{a="b"}` + strings.Repeat(`|="a" or "b"`, 5e3) + "!": `unexpected character: '!'`,
	} {
		_, errs := ParseLogQL(text)
		if len(errs) == 0 || errs[0].Message != want {
			t.Errorf("%.10s…: got %v", text, errs)
		}
		checkErrors(t, text, errs)
	}
}
