package spec_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

// eachArgument calls f for all arguments with the example of their block.
func eachArgument(t *testing.T, f func(t *testing.T, arg spec.ArgumentDoc, example func(expr string) []byte)) {
	t.Helper()
	for _, doc := range spec.Language().Blocks {
		for _, arg := range doc.Arguments {
			t.Run(doc.Title+"/"+arg.Name, func(t *testing.T) {
				t.Parallel()
				f(t, arg, func(expr string) []byte { return with(t, doc, arg.Name, expr) })
			})
		}
	}
}

// with returns the spec of a block's example, with an argument set to an
// expression, or removed if that is empty.
func with(t *testing.T, doc spec.BlockDoc, name, expr string) []byte {
	t.Helper()
	file := whole(t, doc.Example)
	block := shown(t, doc, file)
	block.Body().RemoveAttribute(name)
	if expr != "" {
		tokens, diags := hclsyntax.LexExpression([]byte(expr), "example", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatalf("%s: %s", expr, diags)
		}
		var raw hclwrite.Tokens
		for _, token := range tokens {
			if token.Type != hclsyntax.TokenEOF {
				raw = append(raw, &hclwrite.Token{Type: token.Type, Bytes: token.Bytes})
			}
		}
		block.Body().SetAttributeRaw(name, raw)
	}
	return file.Bytes()
}

func TestReferenceDefaultsHold(t *testing.T) {
	t.Parallel()
	eachArgument(t, func(t *testing.T, arg spec.ArgumentDoc, example func(string) []byte) {
		if arg.Default == "" {
			return
		}
		without, diags := load(t, "obsboot.hcl", example(""))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		set, diags := load(t, "obsboot.hcl", example(arg.Default))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if diff := cmp.Diff(without, set); diff != "" {
			t.Errorf("%s is not the default (-without +set):\n%s", arg.Default, diff)
		}
	})
}

func TestReferenceRequiresWhatIsRequired(t *testing.T) {
	t.Parallel()
	eachArgument(t, func(t *testing.T, arg spec.ArgumentDoc, example func(string) []byte) {
		if !arg.Required {
			return
		}
		if _, diags := load(t, "obsboot.hcl", example("")); !reports(diags, "Missing argument", arg.Name) {
			t.Errorf("%s is not missed: %v", arg.Name, diags)
		}
	})
}

func reports(diags hcl.Diagnostics, summary, name string) bool {
	return slices.ContainsFunc(diags, func(diag *hcl.Diagnostic) bool {
		return diag.Summary == summary && strings.Contains(diag.Detail, fmt.Sprintf("%q", name))
	})
}

func TestReferenceBoundsHold(t *testing.T) {
	t.Parallel()
	eachArgument(t, func(t *testing.T, arg spec.ArgumentDoc, example func(string) []byte) {
		if arg.Type == "duration" && arg.Min+arg.Max == "" && arg.Values == nil {
			t.Fatal("a duration without bounds")
		}
		refused := func(expr string) bool {
			_, diags := load(t, "obsboot.hcl", example(expr))
			return reports(diags, "Out of range", arg.Name)
		}
		for _, expr := range []string{arg.Min, arg.Max} {
			if expr != "" && refused(expr) {
				t.Errorf("%s is out of range", expr)
			}
		}
		for _, expr := range outside(t, arg) {
			if !refused(expr) {
				t.Errorf("%s is not out of range", expr)
			}
		}
		if arg.Type == "number" && refused("2.5") != arg.Whole && arg.Max != "1" {
			t.Errorf("2.5 is refused: %t, although Whole is %t", !arg.Whole, arg.Whole)
		}
		if arg.Type == "number" && arg.Max == "" && refused("1e100") {
			t.Error("1e100 is out of range, but no bound is described")
		}
	})
}

// outside returns expressions just out of an argument's bounds.
func outside(t *testing.T, arg spec.ArgumentDoc) []string {
	t.Helper()
	if arg.Min == "" {
		return nil
	}
	if arg.Type == "number" {
		return []string{"(" + arg.Min + ") - 0.001", "(" + arg.Max + ") + 0.001"}
	}
	low, high := duration(t, arg.Min), duration(t, arg.Max)
	out := []string{fmt.Sprintf("%q", model.FormatDuration(high+time.Microsecond))}
	if low > 0 {
		out = append(out, fmt.Sprintf("%q", model.FormatDuration(low-time.Microsecond)))
	}
	return out
}

func duration(t *testing.T, expr string) time.Duration {
	t.Helper()
	d, err := model.ParseDuration(strings.Trim(expr, `"`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReferenceValuesAreAllThatAreAllowed(t *testing.T) {
	t.Parallel()
	eachArgument(t, func(t *testing.T, arg spec.ArgumentDoc, example func(string) []byte) {
		if arg.Values != nil {
			checkValues(t, arg.Values, func(value string) hcl.Diagnostics {
				expr := fmt.Sprintf("%q", value)
				switch arg.Type {
				case "type":
					expr = value
				case "texts":
					expr = "[" + expr + "]"
				}
				_, diags := load(t, "obsboot.hcl", example(expr))
				return diags
			})
		}
	})
}

func TestReferenceLabelsAreAllThatAreAllowed(t *testing.T) {
	t.Parallel()
	for _, doc := range spec.Language().Blocks {
		if doc.Label == nil || doc.Label.Values == nil {
			continue
		}
		checkValues(t, doc.Label.Values, func(value string) hcl.Diagnostics {
			file := whole(t, doc.Example)
			shown(t, doc, file).SetLabels([]string{value})
			_, diags := load(t, "obsboot.hcl", file.Bytes())
			return diags
		})
	}
}

// checkValues compares the values that are described with those that try
// accepts. What is allowed and not described stands in the diagnostic of a
// value that nobody knows.
func checkValues(t *testing.T, values []string, try func(value string) hcl.Diagnostics) {
	t.Helper()
	for _, value := range values {
		if diag := ofValue(try(value)); diag != nil {
			t.Errorf("%q is described and refused: %s", value, diag)
		}
	}
	unknown := "zzzzzzzz"
	if _, err := model.ParseDuration(values[0]); err == nil {
		unknown = "5d"
	}
	refused := ofValue(try(unknown))
	if refused == nil {
		t.Errorf("%q is not refused", unknown)
		return
	}
	for _, word := range regexp.MustCompile(`\w+`).FindAllString(refused.Detail, -1) {
		if !slices.Contains(values, word) && ofValue(try(word)) == nil {
			t.Errorf("%q is allowed and not described", word)
		}
	}
}

// ofValue returns the diagnostic which says that a value is not allowed.
func ofValue(diags hcl.Diagnostics) *hcl.Diagnostic {
	for _, diag := range diags {
		if slices.Contains([]string{"Window not supported", "Wrong type", "Not a duration", "Out of range"}, diag.Summary) || strings.HasPrefix(diag.Summary, "Unknown ") {
			return diag
		}
	}
	return nil
}

func TestReferenceCountsHold(t *testing.T) {
	t.Parallel()
	for _, doc := range spec.Language().Blocks {
		if doc.Count == spec.AnyNumber {
			continue
		}
		file := whole(t, doc.Example)
		block := shown(t, doc, file)
		parent := file.Body()
		if path := strings.Split(doc.Paths[0], "."); len(path) > 1 {
			parent = parentOf(file.Body(), block)
		}
		again := parent.AppendNewBlock(block.Type(), nil)
		if doc.Label != nil {
			again.SetLabels([]string{"other"})
		}
		again.Body().SetAttributeValue("description", cty.StringVal("second"))
		_, diags := load(t, "obsboot.hcl", file.Bytes())
		second := slices.ContainsFunc(diags, func(diag *hcl.Diagnostic) bool {
			return strings.HasPrefix(diag.Summary, "Duplicate ") || strings.HasPrefix(diag.Summary, "Second ")
		})
		if !second {
			t.Errorf("%s: a second one is not refused: %v", doc.Title, diags)
		}
	}
	if _, diags := load(t, "obsboot.hcl", []byte(`team "web" {}`)); !slices.ContainsFunc(diags, func(diag *hcl.Diagnostic) bool { return diag.Summary == "No system" }) {
		t.Errorf("a spec without a system is not refused: %v", diags)
	}
}

func parentOf(body *hclwrite.Body, of *hclwrite.Block) *hclwrite.Body {
	for _, block := range body.Blocks() {
		if block == of {
			return body
		}
		if parent := parentOf(block.Body(), of); parent != nil {
			return parent
		}
	}
	return nil
}

func TestReferenceMetricsAreTheStandardOnes(t *testing.T) {
	t.Parallel()
	sys, diags := load(t, "obsboot.hcl", whole(t, "gauge \"shop.backlog\" {\n  attribute \"depot\" { type = string }\n}").Bytes())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	want := map[string]spec.MetricDoc{}
	for _, m := range sys.Services[0].Metrics {
		if !m.Standard {
			continue
		}
		doc := spec.MetricDoc{Name: m.Name, Kind: string(m.Kind), Unit: m.Unit}
		for _, a := range m.Attributes {
			doc.Attributes = append(doc.Attributes, a.Name)
		}
		want[m.Name] = doc
	}
	got := map[string]spec.MetricDoc{}
	for _, doc := range spec.Language().Metrics {
		doc.When = ""
		got[doc.Name] = doc
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("standard metrics (-emitted +described):\n%s", diff)
	}
}

// TestReferenceKnowsWhatNotificationsTake reads the start of each description:
// the kind that takes the argument, and whether it must have it.
func TestReferenceKnowsWhatNotificationsTake(t *testing.T) {
	t.Parallel()
	blocks := spec.Language().Blocks
	notify := blocks[slices.IndexFunc(blocks, func(doc spec.BlockDoc) bool { return doc.Title == "team notify" })]
	for _, arg := range notify.Arguments {
		for _, kind := range notify.Label.Values {
			source := fmt.Sprintf("system \"s\" {}\nteam \"t\" {\n  notify %q {\n    %%s\n  }\n}\n", kind)
			_, without := load(t, "obsboot.hcl", fmt.Appendf(nil, source, ""))
			_, set := load(t, "obsboot.hcl", fmt.Appendf(nil, source, arg.Name+` = "x"`))
			takes := strings.HasPrefix(arg.Text, "`"+kind+"`") || arg.Name == "severities"
			if reports(set, "Unexpected argument", arg.Name) == takes {
				t.Errorf("%s takes %s: %t", kind, arg.Name, !takes)
			}
			required := strings.HasPrefix(arg.Text, "`"+kind+"`, required:")
			if reports(without, "Missing argument", arg.Name) != required {
				t.Errorf("%s requires %s: %t", kind, arg.Name, !required)
			}
		}
	}
}
