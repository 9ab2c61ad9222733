package spec

import "github.com/zclconf/go-cty/cty"

// Limits of values. Locals that use each other double with every step, so that
// a few lines can ask for more memory than there is.
const (
	maxWeight   = 1 << 20  // of one value
	maxLocals   = 64 << 20 // of all locals
	maxNesting  = 200      // lists and objects in a value
	maxSteps    = 500      // locals that lead from one to another
	maxExponent = 2048     // of a number, in bits; a 64-bit number has 1023
)

// weigh returns how many elements and bytes of text a value has, and whether
// that is within the limits; it stops where it is not.
func weigh(value cty.Value) (weight int, ok bool) {
	ok = add(value, 0, &weight)
	return weight, ok
}

func add(value cty.Value, nesting int, weight *int) bool {
	*weight++
	switch ty := value.Type(); {
	case !value.IsKnown() || value.IsNull():
	case ty == cty.String:
		*weight += len(value.AsString())
	case ty == cty.Number:
		if exponent := value.AsBigFloat().MantExp(nil); max(exponent, -exponent) > maxExponent {
			return false
		}
	case value.CanIterateElements():
		if nesting > maxNesting {
			return false
		}
		for _, element := range value.Elements() {
			if !add(element, nesting+1, weight) {
				return false
			}
		}
	}
	return *weight <= maxWeight
}
