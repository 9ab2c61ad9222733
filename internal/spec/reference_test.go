package spec

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// decoded is a block as the decoding structs have it.
type decoded struct {
	labels []string
	many   bool
	args   map[string]ArgumentDoc // name, type and whether it is required
}

// decodedBlocks lists the blocks below a struct by their paths.
func decodedBlocks(kind reflect.Type, path string, many bool, into map[string]decoded) {
	block := decoded{many: many, args: map[string]ArgumentDoc{}}
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, class, _ := strings.Cut(field.Tag.Get("hcl"), ",")
		switch class {
		case "label":
			block.labels = append(block.labels, name)
		case "", "optional":
			word := strings.ToLower(field.Type.Name())
			if name != "" && word != "secret" {
				block.args[name] = ArgumentDoc{Name: name, Type: word, Required: class == ""}
			}
		case "block":
			nested := field.Type
			if nested.Kind() == reflect.Slice {
				nested = nested.Elem()
			}
			decodedBlocks(nested.Elem(), strings.TrimPrefix(path+"."+name, "."), field.Type.Kind() == reflect.Slice, into)
		}
	}
	if path != "" {
		into[path] = block
	}
}

func TestReferenceDescribesWhatIsDecoded(t *testing.T) {
	t.Parallel()
	want := map[string]decoded{}
	decodedBlocks(reflect.TypeFor[Document](), "", false, want)
	described := map[string]bool{}
	for _, doc := range Language().Blocks {
		for _, path := range doc.Paths {
			block, ok := want[path]
			if !ok || described[path] {
				t.Errorf("%s: there is no block %s, or it is described twice", doc.Title, path)
				continue
			}
			described[path] = true
			checkBlockDoc(t, doc, path, block)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if !described[path] {
			t.Errorf("the block %s is not described", path)
		}
	}
}

func checkBlockDoc(t *testing.T, doc BlockDoc, path string, block decoded) {
	t.Helper()
	var labels []string
	if doc.Label != nil {
		labels = []string{doc.Label.Name}
	}
	if diff := cmp.Diff(block.labels, labels); diff != "" {
		t.Errorf("%s: labels differ from %s (-decoded +described):\n%s", doc.Title, path, diff)
	}
	// Of these resolve allows fewer than the decoding does.
	limited := path == "system" || path == "stack"
	if many := doc.Count == AnyNumber; many != (block.many && !limited) {
		t.Errorf("%s: %s of %s, but decoding allows many: %t", doc.Title, doc.Count, path, block.many)
	}
	args := map[string]ArgumentDoc{}
	for _, arg := range doc.Arguments {
		if _, ok := args[arg.Name]; ok {
			t.Errorf("%s: %s is described twice", doc.Title, arg.Name)
		}
		args[arg.Name] = ArgumentDoc{Name: arg.Name, Type: arg.Type, Required: arg.Required}
		if arg.Required && (arg.Default != "" || arg.Without != "") {
			t.Errorf("%s: %s is required and has a default", doc.Title, arg.Name)
		}
	}
	if diff := cmp.Diff(block.args, args); diff != "" {
		t.Errorf("%s: arguments differ from %s (-decoded +described):\n%s", doc.Title, path, diff)
	}
}

func TestReferenceDescribesTypesOnce(t *testing.T) {
	t.Parallel()
	want := map[string]bool{}
	for _, doc := range Language().Blocks {
		for _, arg := range doc.Arguments {
			want[arg.Type] = true
		}
	}
	got := map[string]bool{}
	for _, doc := range Language().Types {
		if got[doc.Word] {
			t.Errorf("%s is described twice", doc.Word)
		}
		got[doc.Word] = true
		if _, diags := hclsyntax.ParseExpression([]byte(doc.Example), "example", hcl.InitialPos); diags.HasErrors() {
			t.Errorf("%s: %s", doc.Word, diags)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("types of arguments (-used +described):\n%s", diff)
	}
}

func TestReferenceDescribesFunctions(t *testing.T) {
	t.Parallel()
	want := append(slices.Collect(maps.Keys(functions)), "series")
	var got []string
	for _, doc := range Language().Functions {
		got = append(got, doc.Name)
		if !strings.HasPrefix(doc.Example, doc.Name+"(") {
			t.Errorf("%s: the example %s does not call it", doc.Name, doc.Example)
		}
		if doc.Name != "series" { // what that gives depends on the spec
			if call, gives := asJSON(t, doc.Example), asJSON(t, doc.Gives); call != gives {
				t.Errorf("%s is %s, not %s", doc.Example, call, gives)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions (-callable +described):\n%s", diff)
	}
}

// asJSON evaluates an expression.
func asJSON(t *testing.T, text string) string {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(text), "example", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %s", text, diags)
	}
	value, diags := expr.Value(&hcl.EvalContext{Functions: functions})
	if diags.HasErrors() {
		t.Fatalf("%s: %s", text, diags)
	}
	encoded, err := stdlib.JSONEncode(value)
	if err != nil || encoded.Type() != cty.String {
		t.Fatalf("%s: %v", text, err)
	}
	return encoded.AsString()
}
