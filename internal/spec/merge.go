package spec

import (
	"reflect"
	"slices"
	"strings"
)

// merge joins the documents of all files. Blocks of override files do not add:
// each changes the block of the same type and labels, argument by argument, and
// replaces nested blocks by type, as Terraform's override files do.
func merge(sources []*SourceFile, diags *Diags) *Document {
	merged := &Document{}
	target := reflect.ValueOf(merged).Elem()
	for _, source := range sources {
		if source.Override {
			continue
		}
		from := reflect.ValueOf(&source.document).Elem()
		for i := range target.NumField() {
			target.Field(i).Set(reflect.AppendSlice(target.Field(i), from.Field(i)))
		}
	}
	for _, source := range sources {
		if !source.Override {
			continue
		}
		from := reflect.ValueOf(&source.document).Elem()
		for i := range target.NumField() {
			for j := range from.Field(i).Len() {
				override(target.Field(i), from.Field(i).Index(j), blockName(target.Type().Field(i)), diags)
			}
		}
	}
	return merged
}

func blockName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("hcl"), ",")
	return name
}

func override(blocks, block reflect.Value, name string, diags *Diags) {
	if locals, ok := block.Interface().(*Locals); ok {
		overrideLocals(blocks.Interface().([]*Locals), locals, diags)
		return
	}
	for i := range blocks.Len() {
		if base := blocks.Index(i); slices.Equal(labels(base.Elem()), labels(block.Elem())) {
			overrideFields(base.Elem(), block.Elem())
			return
		}
	}
	diags.Error(rangeOf(block.Elem()), "Nothing to override", "No other file has a %s block %s for this one to change.", name, Quoted(labels(block.Elem())))
}

// overrideFields replaces what the override sets: arguments, and all nested
// blocks of the types that it has.
func overrideFields(base, over reflect.Value) {
	for i := range base.NumField() {
		switch field := over.Field(i); field.Kind() {
		case reflect.Pointer, reflect.Slice:
			if !field.IsNil() {
				base.Field(i).Set(field)
			}
		}
	}
}

func overrideLocals(blocks []*Locals, over *Locals, diags *Diags) {
	for name, attr := range over.Values {
		found := false
		for _, block := range blocks {
			if _, ok := block.Values[name]; ok {
				block.Values[name], found = attr, true
			}
		}
		if !found {
			diags.Error(attr.NameRange, "Nothing to override", "No other file has a local value %q for this one to change.", name)
		}
	}
}
