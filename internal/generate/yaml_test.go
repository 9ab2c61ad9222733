package generate

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"

	"github.com/obsboot/obsboot/internal/model"
)

// hardScalars are what YAML readers take for something else than a string, or
// end too early.
var hardScalars = []string{
	"", " ", "a", "null", "Null", "~", "true", "Yes", "no", "on", "OFF", "y", "N", "0", "1", "12", "1.5", "-1", "+1", "1e3", "1E5", ".5", "1_000",
	"0x1F", "0o17", "0b11", "017", ".inf", "-.INF", ".nan", "NaN", "2026-11-24", "2026-11-24T10:00:00Z", "12:30", "1:20:30", "5m", "30d", "1h30m", "<<", "=",
	"a: b", "a:", "a:b", ": a", "a #b", "a#b", "# a", "#", "- a", "-a", "-", "--- a", "---", "...", "? a", "?", "&a", "*a", "!a", "!!str a", "%a", "@a", "`a`", "|", ">",
	"'a'", `"a"`, "it's", `a "b"`, "[a]", "{a: b}", "a, b", "{{ a }}", "$a", "${a}", "(a", "a\n", "\na", "a\nb", "a\n\nb", " a\nb", "a\n b", "a \nb", "a\nb ", "a\tb", "\ta", "a\r\nb",
	"a\n# b", "a\n- b\n", "\x00", "\x1b[31m", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffd", "\u202eb", "é", "日本", "😀", "e\u0301", "\U000e0001", `\n`, `a\`, "a\u2028\nb", "é: b",
	"sum(rate(x{a=\"b\"}[5m])) or 0 * y", "1 - x", "1d", "0", "0d", "00", "1T", "e", "1e", "1.e", "99.9",
}

// FuzzYAML compares what the writer writes with what a general decoder reads.
func FuzzYAML(f *testing.F) {
	for i, s := range hardScalars {
		f.Add(s, hardScalars[(i*7+3)%len(hardScalars)], 1.5)
	}
	f.Fuzz(func(t *testing.T, a, b string, number float64) {
		if math.IsNaN(number) || math.IsInf(number, 0) {
			number = 0 // tests expect no such value
		}
		a, b = valid(a), valid(b)
		readsBack(t, ruleFile{Groups: []ruleGroup{
			{Name: a, Interval: b, Labels: map[string]string{a: b, b: a}, Rules: []rule{
				{Record: a, Expr: b, Labels: map[string]string{b: b}},
				{Alert: b, Expr: a, For: a, KeepFiringFor: b, Annotations: map[string]string{"description": a, "summary": b}},
			}},
			{Name: b, Rules: []rule{{Expr: a}}},
		}})
		readsBack(t, testFile{[]string{a, b}, b, []ruleTest{
			{
				Name: a, Interval: b, Input: []testInput{{a, b}, {b, a}},
				Checks: []testCheck{{Expr: a, Time: b, Samples: []testSample{{b, number}, {a, -number}}}, {Expr: b, Time: a}},
			},
			{Name: b},
		}})
	})
}

// valid is a text as models hold it.
func valid(s string) string { return string([]rune(s)) }

func readsBack[T any](t *testing.T, want T) {
	t.Helper()
	file, err := yamlFile(&model.System{Spec: "obsboot.hcl"}, "x.yaml", want)
	if err != nil {
		t.Fatal(err)
	}
	var got T
	if err := yaml.Unmarshal(file.Content, &got); err != nil {
		t.Fatalf("%v:\n%s", err, file.Content)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, file.Content)
	}
}
