package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
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
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

// surroundings are what examples refer to; an example that declares one of
// these itself replaces it.
const surroundings = `
system "shop" {}
database "orders" {
  system = "postgresql"
}
cache "sessions" {
  system = "redis"
}
queue "paid" {
  system = "nats"
}
external "acquirer" {}
service "payments" {
  grpc {}
}
service "checkout" {
  calls = [service.payments, external.acquirer]
  uses  = [database.orders, cache.sessions, queue.paid]
}
`

// work is what the service does whose blocks an example shows.
const work = `
http {
  route "GET /products" {}
  route "POST /checkout" {}
}
grpc {
  method "shop.v1.Checkout/PlaceOrder" {}
}
consumer "paid" {
  queue = queue.paid
}
job "reconcile" {
  every = "1h"
}
counter "shop.orders" {
  attribute "outcome" {
    values = ["placed", "refused", "failed"]
  }
}
histogram "shop.order.value" {
  unit = "EUR"
}
gauge "shop.backlog" {}
instrument "go" {}
`

var topLevel = []string{"variable", "locals", "system", "stack", "team", "profile", "database", "cache", "queue", "external", "service"}

// whole completes an example, the blocks of a spec or of a service, to a spec.
func whole(t *testing.T, example string) *hclwrite.File {
	t.Helper()
	given := parse(t, example)
	file := parse(t, surroundings)
	if slices.Contains(topLevel, given.Body().Blocks()[0].Type()) {
		replace(file.Body(), given.Body())
		own(file.Body())
		return file
	}
	service := file.Body().FirstMatchingBlock("service", []string{"checkout"}).Body()
	replace(service, parse(t, work).Body())
	replace(service, given.Body())
	return file
}

// own gives services an owner if there is any, since none is worth a warning.
func own(body *hclwrite.Body) {
	teams := blocksAt(body, []string{"team"})
	for _, service := range blocksAt(body, []string{"service"}) {
		if len(teams) > 0 && service.Body().GetAttribute("team") == nil {
			service.Body().SetAttributeTraversal("team", hcl.Traversal{hcl.TraverseRoot{Name: "team"}, hcl.TraverseAttr{Name: teams[0].Labels()[0]}})
		}
	}
}

func parse(t *testing.T, source string) *hclwrite.File {
	t.Helper()
	file, diags := hclwrite.ParseConfig([]byte(source+"\n"), "example", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", diags, source)
	}
	return file
}

// replace adds blocks to a body, in place of those of the same type and labels.
func replace(body, with *hclwrite.Body) {
	for _, block := range with.Blocks() {
		if old := body.FirstMatchingBlock(block.Type(), block.Labels()); old != nil {
			body.RemoveBlock(old)
		}
		body.AppendNewline()
		body.AppendBlock(block)
	}
}

func load(t *testing.T, name string, source []byte) (*model.System, hcl.Diagnostics) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, source, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	return sys, file.Scope.Diags.Sorted()
}

func mustBeClean(t *testing.T, name string, source []byte) {
	t.Helper()
	if _, diags := load(t, name, source); len(diags) > 0 {
		for _, diag := range diags {
			t.Errorf("%s: %s", diag.Summary, diag)
		}
		t.Errorf("in\n%s", source)
	}
}

// blocksAt returns the blocks of a path below a body.
func blocksAt(body *hclwrite.Body, path []string) []*hclwrite.Block {
	var found []*hclwrite.Block
	for _, block := range body.Blocks() {
		switch {
		case block.Type() != path[0]:
		case len(path) == 1:
			found = append(found, block)
		default:
			found = append(found, blocksAt(block.Body(), path[1:])...)
		}
	}
	return found
}

// shown returns the block of its own example that a description is about.
func shown(t *testing.T, doc spec.BlockDoc, file *hclwrite.File) *hclwrite.Block {
	t.Helper()
	label := ""
	if match := regexp.MustCompile(`(?m)^ *` + doc.Paths[0][strings.LastIndex(doc.Paths[0], ".")+1:] + ` "([^"]*)"`).FindStringSubmatch(doc.Example); match != nil {
		label = match[1]
	}
	for _, path := range doc.Paths {
		for _, block := range blocksAt(file.Body(), strings.Split(path, ".")) {
			if label == "" || slices.Equal(block.Labels(), []string{label}) {
				return block
			}
		}
	}
	t.Fatalf("%s: the example has no block of %s", doc.Title, doc.Paths)
	return nil
}

func TestReferenceExamplesAreValid(t *testing.T) {
	t.Parallel()
	language := spec.Language()
	mustBeClean(t, "obsboot.hcl", []byte(language.Overview))
	for _, doc := range language.Blocks {
		t.Run(doc.Title, func(t *testing.T) {
			t.Parallel()
			if formatted := string(hclwrite.Format([]byte(doc.Example))); formatted != doc.Example {
				t.Errorf("the example is not formatted:\n%s", formatted)
			}
			file := whole(t, doc.Example)
			shown(t, doc, file)
			mustBeClean(t, "obsboot.hcl", file.Bytes())
		})
	}
}

var fence = regexp.MustCompile("(?s)```(\\w+)\n(.*?)\n```")

func TestReferenceTopicsHaveValidExamples(t *testing.T) {
	t.Parallel()
	examples := 0
	for _, topic := range spec.Language().Topics {
		for _, match := range fence.FindAllStringSubmatch(topic.Text, -1) {
			examples++
			switch match[1] {
			case "hcl":
				mustBeClean(t, "obsboot.hcl", whole(t, match[2]).Bytes())
			case "json":
				mustBeClean(t, "obsboot.hcl.json", []byte(match[2]))
			default:
				t.Errorf("%s: an example in %s", topic.Title, match[1])
			}
		}
	}
	if examples < 3 {
		t.Errorf("%d examples found in the topics", examples)
	}
}

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
		if arg.Values == nil {
			return
		}
		for _, value := range append(slices.Clone(arg.Values), "5d") {
			known := slices.Contains(arg.Values, value)
			expr := map[string]string{"type": value, "texts": fmt.Sprintf("[%q]", value)}[arg.Type]
			if expr == "" {
				expr = fmt.Sprintf("%q", value)
			}
			if value == "5d" && arg.Type == "type" {
				expr = "text"
			}
			_, diags := load(t, "obsboot.hcl", example(expr))
			if refused := slices.ContainsFunc(diags, ofValue); refused == known {
				t.Errorf("%s is refused: %t: %v", expr, refused, diags)
			}
		}
	})
}

// ofValue reports whether a diagnostic says that a value is not allowed.
func ofValue(diag *hcl.Diagnostic) bool {
	return strings.HasPrefix(diag.Summary, "Unknown ") || diag.Summary == "Window not supported"
}

func TestReferenceLabelsAreAllThatAreAllowed(t *testing.T) {
	t.Parallel()
	for _, doc := range spec.Language().Blocks {
		if doc.Label == nil || doc.Label.Values == nil {
			continue
		}
		for _, value := range append(slices.Clone(doc.Label.Values), "nonsense") {
			file := whole(t, doc.Example)
			shown(t, doc, file).SetLabels([]string{value})
			_, diags := load(t, "obsboot.hcl", file.Bytes())
			if refused := slices.ContainsFunc(diags, ofValue); refused != (value == "nonsense") {
				t.Errorf("%s %q is refused: %t", doc.Title, value, refused)
			}
		}
	}
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
	sys, diags := load(t, "obsboot.hcl", whole(t, `gauge "shop.backlog" {}`).Bytes())
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
