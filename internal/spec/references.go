package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Reference is where a reference leads, and where it was written.
type Reference struct {
	Kind  string
	Name  string
	Range hcl.Range
}

// referenceType is the value of service.payments and its like; the name can be
// used in strings.
var referenceType = cty.Object(map[string]cty.Type{"kind": cty.String, "name": cty.String})

// isReference reports whether a value is one of those, as far as can be told
// from an object that somebody may have written by hand.
func isReference(v cty.Value) bool {
	return v.Type().Equals(referenceType) && !v.IsNull() && !v.GetAttr("kind").IsNull() && !v.GetAttr("name").IsNull()
}

func referenceValue(kind, name string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"kind": cty.StringVal(kind), "name": cty.StringVal(name)})
}

// Ref evaluates a reference to one of the kinds.
func (s *Scope) Ref(a *hcl.Attribute, kinds ...string) (Reference, bool) {
	v, ok := s.value(a)
	if !ok {
		return Reference{}, false
	}
	return s.reference(a, v, a.Expr.Range(), kinds)
}

// Refs evaluates a list of references.
func (s *Scope) Refs(a *hcl.Attribute, kinds ...string) []Reference {
	var refs []Reference
	s.each(a, "reference", func(v cty.Value, at hcl.Range) bool {
		if ref, ok := s.reference(a, v, at, kinds); ok {
			refs = append(refs, ref)
		}
		return true
	})
	return refs
}

func (s *Scope) reference(a *hcl.Attribute, v cty.Value, at hcl.Range, kinds []string) (Reference, bool) {
	ref := Reference{Range: at}
	switch {
	case isReference(v):
		ref.Kind, ref.Name = v.GetAttr("kind").AsString(), v.GetAttr("name").AsString()
	case v.Type() == cty.String:
		ref.Kind, ref.Name, _ = strings.Cut(v.AsString(), ".")
	}
	known, isKind := s.known[ref.Kind]
	if _, found := slices.BinarySearch(known, ref.Name); isKind && ref.Name != "" && !found {
		s.unknownName(ref.Kind, ref.Name, known, at)
		return ref, false
	}
	if slices.Contains(kinds, ref.Kind) && ref.Name != "" {
		return ref, true
	}
	forms := make([]string, len(kinds))
	for i, kind := range kinds {
		forms[i] = kind + ".NAME"
	}
	hint := ""
	if v.Type() == cty.String {
		for _, kind := range kinds {
			if slices.Contains(s.known[kind], v.AsString()) {
				hint = fmt.Sprintf(" Did you mean %s.%s?", kind, v.AsString())
			}
		}
	}
	s.Diags.Error(at, "Wrong reference", "%q takes a reference of the form %s; this is %s.%s",
		a.Name, strings.Join(forms, ", "), describe(v), hint)
	return ref, false
}
