package spec

import (
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// checkBlocks reports what gohcl does not see: arguments that a block must
// have (to gohcl an unevaluated argument is optional), and two blocks of one
// type and name side by side.
//
// It notes the arguments that are required, because their value may be null.
func checkBlocks(block reflect.Value, diags *Diags, required map[*hcl.Attribute]bool) {
	kind := block.Type()
	for i := range kind.NumField() {
		name, class, _ := strings.Cut(kind.Field(i).Tag.Get("hcl"), ",")
		switch field := block.Field(i); class {
		case "":
			if name == "" {
				continue
			}
			if field.IsNil() {
				diags.Error(rangeOf(block), "Missing argument", "This block needs the argument %q.", name)
				continue
			}
			required[field.Convert(reflect.TypeFor[*hcl.Attribute]()).Interface().(*hcl.Attribute)] = true
		case "block":
			nested := nestedBlocks(field)
			checkDuplicates(name, nested, diags)
			for _, block := range nested {
				checkBlocks(block, diags, required)
			}
		}
	}
}

func rangeOf(block reflect.Value) hcl.Range {
	return block.FieldByName("Range").Interface().(hcl.Range)
}

func nestedBlocks(field reflect.Value) []reflect.Value {
	switch {
	case field.Kind() == reflect.Slice:
		blocks := make([]reflect.Value, field.Len())
		for i := range blocks {
			blocks[i] = field.Index(i).Elem()
		}
		return blocks
	case field.Kind() == reflect.Pointer && !field.IsNil():
		return []reflect.Value{field.Elem()}
	}
	return nil
}

// checkDuplicates compares the labels of blocks of one type. A team may well
// have two notify blocks of a kind, and each included file a system block.
func checkDuplicates(kind string, blocks []reflect.Value, diags *Diags) {
	if kind == "notify" || kind == "system" || len(blocks) < 2 {
		return
	}
	first := map[string]hcl.Range{}
	for _, block := range blocks {
		names := labels(block)
		if len(names) == 0 {
			continue
		}
		key := strings.Join(names, "\x00")
		if at, ok := first[key]; ok {
			diags.Error(rangeOf(block), "Duplicate "+kind, "%s %s is declared at %s already. Rename one of them.", kind, Quoted(names), Place(at))
			continue
		}
		first[key] = rangeOf(block)
	}
}

// labels returns the labels of a block.
func labels(block reflect.Value) []string {
	kind := block.Type()
	var names []string
	for i := range kind.NumField() {
		if strings.HasSuffix(kind.Field(i).Tag.Get("hcl"), ",label") {
			names = append(names, block.Field(i).String())
		}
	}
	return slices.Clip(names)
}
