package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Map evaluates an object of strings, sorted by key.
func (s *Scope) Map(a *hcl.Attribute) []Entry {
	return s.entries(a, "an object of strings", func(e *Entry, v cty.Value) bool {
		text, ok := asString(v)
		e.Values = []Item{{text, e.ValueRange}}
		return ok
	})
}

// Where evaluates an object of attributes and the values that they may have,
// one or a list, sorted by attribute.
func (s *Scope) Where(a *hcl.Attribute) []Entry {
	return s.entries(a, "an object of attributes and their values", func(e *Entry, v cty.Value) bool {
		if text, ok := asString(v); ok {
			e.Values = []Item{{text, e.ValueRange}}
			return true
		}
		if !v.CanIterateElements() || v.Type().IsObjectType() || v.Type().IsMapType() {
			return false
		}
		exprs, _ := hcl.ExprList(e.expr)
		for i, element := range v.AsValueSlice() {
			text, ok := asString(element)
			if !ok {
				return false
			}
			at := e.ValueRange
			if i < len(exprs) {
				at = exprs[i].Range()
			}
			e.Values = append(e.Values, Item{text, at})
		}
		return true
	})
}

// Entry is a key of an object with its values.
type Entry struct {
	Key        string
	Range      hcl.Range
	ValueRange hcl.Range
	Values     []Item
	expr       hcl.Expression
}

func (s *Scope) entries(a *hcl.Attribute, want string, f func(*Entry, cty.Value) bool) []Entry {
	v, ok := s.value(a)
	if !ok {
		return nil
	}
	if ty := v.Type(); !ty.IsObjectType() && !ty.IsMapType() || ty.Equals(referenceType) {
		s.wrongType(a, v, want)
		return nil
	}
	pairs := map[string]hcl.KeyValuePair{}
	written, _ := hcl.ExprMap(a.Expr)
	for _, pair := range written {
		if key, diags := pair.Key.Value(s.ctx); !diags.HasErrors() && key.Type() == cty.String && key.IsKnown() && !key.IsNull() {
			pairs[key.AsString()] = pair
		}
	}
	var entries []Entry
	for key, value := range v.Elements() {
		e := Entry{Key: key.AsString(), Range: a.Expr.Range(), ValueRange: a.Expr.Range(), expr: a.Expr}
		if pair, ok := pairs[e.Key]; ok {
			e.Range, e.ValueRange, e.expr = pair.Key.Range(), pair.Value.Range(), pair.Value
		}
		if value.IsNull() || !f(&e, value) {
			s.Diags.Error(e.ValueRange, "Wrong type", "%q must be %s; %q is %s.", a.Name, want, e.Key, describe(value))
			continue
		}
		entries = append(entries, e)
	}
	return entries
}
