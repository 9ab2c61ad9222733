package spec

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/obsboot/obsboot/internal/model"
)

// Item is an element of a list, and where it was written.
type Item struct {
	Text  string
	Range hcl.Range
}

// value evaluates an argument; an absent one is not ok.
func (s *Scope) value(a *hcl.Attribute) (cty.Value, bool) {
	if a == nil {
		return cty.NilVal, false
	}
	v, ok := s.evaluate(a.Expr)
	if ok && v.IsNull() {
		if s.required[a] {
			s.Diags.Error(a.Expr.Range(), "Missing argument", "This block needs the argument %q, and null is none.", a.Name)
		}
		return cty.NilVal, false
	}
	return v, ok
}

// wrongType reports a value that the argument cannot take.
func (s *Scope) wrongType(a *hcl.Attribute, v cty.Value, want string) {
	s.Diags.Error(a.Expr.Range(), "Wrong type", "%q must be %s, not %s.", a.Name, want, describe(v))
}

func describe(v cty.Value) string {
	ty := v.Type()
	switch {
	case v.IsNull():
		return "null"
	case ty == cty.String:
		return "the string " + shorten(fmt.Sprintf("%q", v.AsString()))
	case ty == cty.Number:
		return "the number " + shorten(v.AsBigFloat().Text('g', 20))
	case ty == cty.Bool:
		return "a bool"
	case isReference(v):
		return fmt.Sprintf("a reference to %s %q", v.GetAttr("kind").AsString(), v.GetAttr("name").AsString())
	case ty.IsTupleType() || ty.IsListType() || ty.IsSetType():
		return "a list"
	case ty.IsObjectType() || ty.IsMapType():
		return "an object"
	default:
		return ty.FriendlyName()
	}
}

func shorten(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:57]) + "..."
	}
	return text
}

// Text evaluates a string. Numbers and bools become strings, as in templates.
func (s *Scope) Text(a *hcl.Attribute) (string, bool) {
	v, ok := s.value(a)
	if !ok {
		return "", false
	}
	text, ok := asString(v)
	if !ok {
		s.wrongType(a, v, "a string")
	}
	return text, ok
}

func asString(v cty.Value) (string, bool) {
	if v.IsNull() || !v.Type().IsPrimitiveType() {
		return "", false
	}
	if v.Type() == cty.Number && abs(v.AsBigFloat().MantExp(nil)) > 2000 {
		return "", false // hundreds of digits, or billions
	}
	text, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", false
	}
	return text.AsString(), true
}

// TextOr evaluates a string that has a default.
func (s *Scope) TextOr(a *hcl.Attribute, fallback string) string {
	if text, ok := s.Text(a); ok {
		return text
	}
	return fallback
}

// OneOf evaluates a string that must be one of a few; the first is the
// default.
func (s *Scope) OneOf(a *hcl.Attribute, known ...string) string {
	text, ok := s.Text(a)
	if !ok {
		return known[0]
	}
	if !slices.Contains(known, text) {
		one := "it is one of "
		if len(known) == 1 {
			one = "it can only be "
		}
		s.Diags.Error(a.Expr.Range(), "Unknown value", "%q cannot be %q; %s%s.", a.Name, text, one, Quoted(known))
		return known[0]
	}
	return text
}

// Bool evaluates a bool that has a default.
func (s *Scope) Bool(a *hcl.Attribute, fallback bool) bool {
	v, ok := s.value(a)
	if !ok {
		return fallback
	}
	converted, err := convert.Convert(v, cty.Bool)
	if err != nil {
		s.wrongType(a, v, "true or false")
		return fallback
	}
	return converted.True()
}

// Number evaluates a number between two bounds.
func (s *Scope) Number(a *hcl.Attribute, low, high float64) (float64, bool) {
	exact, ok := s.bigNumber(a, "a number")
	if !ok {
		return 0, false
	}
	number, _ := exact.Float64()
	if number < low || number > high {
		s.Diags.Error(a.Expr.Range(), "Out of range", "%q must be %s, not %s.", a.Name, between(low, high), exact.Text('g', 12))
		return 0, false
	}
	return number, true
}

// Bounds of numbers that have none but for being finite, or above 0.
const (
	Unlimited = math.MaxFloat64
	Positive  = math.SmallestNonzeroFloat64
)

func between(low, high float64) string {
	switch {
	case low == Positive && high == Unlimited:
		return "above 0"
	case low == -Unlimited && high == Unlimited:
		return "finite"
	}
	return fmt.Sprintf("between %g and %g", low, high)
}

// Int evaluates a whole number between two bounds, with a default.
func (s *Scope) Int(a *hcl.Attribute, low, high, fallback int) int {
	number, ok := s.Number(a, float64(low), float64(high))
	if !ok {
		return fallback
	}
	if number != math.Trunc(number) {
		s.Diags.Error(a.Expr.Range(), "Out of range", "%q must be a whole number, not %g.", a.Name, number)
		return fallback
	}
	return int(number)
}

func (s *Scope) bigNumber(a *hcl.Attribute, want string) (*big.Float, bool) {
	v, ok := s.value(a)
	if !ok {
		return nil, false
	}
	if v.Type() == cty.Bool {
		s.wrongType(a, v, want)
		return nil, false
	}
	number, err := convert.Convert(v, cty.Number)
	if err != nil {
		s.wrongType(a, v, want)
		return nil, false
	}
	return number.AsBigFloat(), true
}

// Percent evaluates a percentage exactly, to a millionth of a percent. Whether
// it is a sensible objective is not its question.
func (s *Scope) Percent(a *hcl.Attribute) (model.Percent, bool) {
	exact, ok := s.bigNumber(a, "a percentage such as 99.9")
	if !ok {
		return 0, false
	}
	if number, _ := exact.Float64(); math.Abs(number) > 1000 {
		s.Diags.Error(a.Expr.Range(), "Out of range", "%q is a percentage such as 99.9; %g is none.", a.Name, number)
		return 0, false
	}
	scaled := new(big.Float).SetPrec(512).Mul(exact, big.NewFloat(model.PercentScale))
	nearest, _ := new(big.Float).SetPrec(512).Add(scaled, big.NewFloat(math.Copysign(0.5, float64(scaled.Sign())))).Int64()
	rest, _ := new(big.Float).Sub(scaled, new(big.Float).SetInt64(nearest)).Float64()
	if math.Abs(rest) > 1e-9 {
		s.Diags.Error(a.Expr.Range(), "Out of range", "%q has more than six decimals; nobody can measure that. Round it.", a.Name)
		return 0, false
	}
	return model.Percent(nearest), true
}

// Duration evaluates a duration of at least low.
func (s *Scope) Duration(a *hcl.Attribute, low, high, fallback time.Duration) time.Duration {
	v, ok := s.value(a)
	if !ok {
		return fallback
	}
	if v.Type() != cty.String {
		s.wrongType(a, v, `a duration such as "250ms" or "30d"`)
		return fallback
	}
	d, err := model.ParseDuration(v.AsString())
	if err != nil {
		s.Diags.Error(a.Expr.Range(), "Not a duration", "%q: %s.", a.Name, err)
		return fallback
	}
	if d < low || d > high {
		s.Diags.Error(a.Expr.Range(), "Out of range", "%q must be between %s and %s, not %s.",
			a.Name, model.FormatDuration(low), model.FormatDuration(high), model.FormatDuration(d))
		return fallback
	}
	return d
}

// Texts evaluates a list of strings. An empty list is not nil; what is absent
// or no list is.
func (s *Scope) Texts(a *hcl.Attribute) []Item {
	items := []Item(nil)
	ok := s.each(a, "string", func(v cty.Value, at hcl.Range) bool {
		text, ok := asString(v)
		if ok {
			items = append(items, Item{text, at})
		}
		return ok
	})
	if ok && items == nil {
		return []Item{}
	}
	return items
}

// Numbers evaluates a list of numbers, with their places. As with Texts an empty
// list is not nil.
func (s *Scope) Numbers(a *hcl.Attribute) ([]float64, []hcl.Range) {
	var numbers []float64
	var ranges []hcl.Range
	ok := s.each(a, "number", func(v cty.Value, at hcl.Range) bool {
		if v.Type() != cty.Number {
			return false
		}
		number, _ := v.AsBigFloat().Float64()
		numbers, ranges = append(numbers, number), append(ranges, at)
		return true
	})
	if ok && numbers == nil {
		numbers = []float64{}
	}
	return numbers, ranges
}

// each calls f with the elements of a list and their ranges, as narrow as the
// expression allows; f says whether the element has the right type. It
// returns whether there was a list.
func (s *Scope) each(a *hcl.Attribute, element string, f func(cty.Value, hcl.Range) bool) bool {
	v, ok := s.value(a)
	if !ok {
		return false
	}
	if ty := v.Type(); !ty.IsTupleType() && !ty.IsListType() && !ty.IsSetType() {
		s.wrongType(a, v, "a list of "+element+"s")
		return false
	}
	exprs, _ := hcl.ExprList(a.Expr)
	if len(exprs) != v.LengthInt() {
		exprs = nil
	}
	i := 0
	for _, value := range v.Elements() {
		at := a.Expr.Range()
		if exprs != nil {
			at = exprs[i].Range()
		}
		if value.IsNull() || !f(value, at) {
			s.Diags.Error(at, "Wrong type", "Every element of %q must be a %s; this one is %s.", a.Name, element, describe(value))
		}
		i++
	}
	return true
}

func abs(n int) int { return max(n, -n) }
