package spec

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Scope evaluates arguments. What is wrong with them goes to its Diags, once,
// and named after the argument; the caller gets a zero value and false.
type Scope struct {
	Diags  *Diags
	Broken bool // a file did not parse, so what seems to be missing may be there
	ctx    *hcl.EvalContext
	known  map[string][]string // root name to the names behind it, sorted

	required map[*hcl.Attribute]bool // arguments that must not be null
	sources  map[string][]byte
}

// With returns a scope with further variables and functions.
func (s *Scope) With(variables map[string]cty.Value, funcs map[string]function.Function) *Scope {
	child := *s
	child.ctx = s.ctx.NewChild()
	child.ctx.Variables = variables
	child.ctx.Functions = funcs
	return &child
}

// evaluate returns the value of an expression. An unknown value is not ok: it
// means that a diagnostic was already reported.
func (s *Scope) evaluate(expr hcl.Expression) (cty.Value, bool) {
	if !s.checkReferences(expr) {
		return cty.NilVal, false
	}
	value, diags := expr.Value(s.ctx)
	s.Diags.Add(diags...)
	if diags.HasErrors() || !value.IsWhollyKnown() {
		return cty.NilVal, false
	}
	if _, ok := weigh(value); !ok {
		s.Diags.Error(expr.Range(), "Value too large", "A value has at most %d MiB of text and elements, nests at most %d levels deep, and its numbers fit into 64 bits.", maxWeight>>20, maxNesting)
		return cty.NilVal, false
	}
	return value, true
}

// checkReferences reports names behind a known root that do not exist, with
// the nearest one; the HCL library only says that an attribute is missing.
func (s *Scope) checkReferences(expr hcl.Expression) bool {
	ok := true
	for _, traversal := range expr.Variables() {
		root := traversal.RootName()
		if root == "window" && !s.has(root) {
			s.Diags.Error(traversal.SourceRange(), "No window here", "${window} stands in the queries of SLIs, which are evaluated over several windows. Write a range here, such as 5m.")
			ok = false
		}
		if len(traversal) < 2 {
			continue
		}
		known, isRoot := s.known[root]
		name, at := stepName(traversal[1])
		if !isRoot || name == "" {
			continue
		}
		if _, found := slices.BinarySearch(known, name); !found {
			s.unknownName(root, name, known, hcl.RangeBetween(traversal[0].SourceRange(), at))
			ok = false
		}
	}
	return ok
}

// has reports whether a variable is in scope.
func (s *Scope) has(name string) bool {
	for ctx := s.ctx; ctx != nil; ctx = ctx.Parent() {
		if _, ok := ctx.Variables[name]; ok {
			return true
		}
	}
	return false
}

func stepName(step hcl.Traverser) (string, hcl.Range) {
	switch step := step.(type) {
	case hcl.TraverseAttr:
		return step.Name, step.SrcRange
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return step.Key.AsString(), step.SrcRange
		}
	}
	return "", hcl.Range{}
}

func (s *Scope) unknownName(root, name string, known []string, at hcl.Range) {
	if s.Broken {
		return
	}
	what, remedy := root, fmt.Sprintf("Declare it with %s %q { ... }.", root, name)
	switch root {
	case "var":
		what, remedy = "variable", fmt.Sprintf("Declare it with variable %q { ... }.", name)
	case "local":
		what, remedy = "local value", fmt.Sprintf("Declare it in a locals block: %s = ...", name)
	}
	s.Diags.Error(at, "Unknown "+what, "There is no %s %q.%s %s", what, name, DidYouMean(name, known), remedy)
}
