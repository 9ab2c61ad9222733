package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

const environPrefix = "OBSBOOT_VAR_"

// input is a variable's value from outside, as text or as an expression.
type input struct {
	origin string // how it was given, for diagnostics
	text   string
	expr   hcl.Expression // from a file; nil for text
}

// read collects the inputs; of several for a variable the last wins: the
// environment, then files, then flags.
func (in Inputs) read(f *File) (map[string]input, error) {
	given := map[string]input{}
	for _, pair := range in.Environ {
		if name, text, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, environPrefix) {
			name = strings.TrimPrefix(name, environPrefix)
			if _, declared := slices.BinarySearch(f.Scope.known["var"], name); declared {
				given[name] = input{origin: "the environment variable " + environPrefix + name, text: text}
			}
		}
	}
	for _, path := range in.Files {
		if err := f.readVarFile(path, given); err != nil {
			return nil, err
		}
	}
	for _, pair := range in.Values {
		name, text, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("-var %q has no value; write -var name=value", pair)
		}
		name = strings.TrimSpace(name)
		if _, declared := slices.BinarySearch(f.Scope.known["var"], name); !declared {
			return nil, fmt.Errorf("-var %s: the spec has no variable %q.%s", pair, name, DidYouMean(name, f.Scope.known["var"]))
		}
		given[name] = input{origin: "-var " + name, text: text}
	}
	return given, nil
}

func (f *File) readVarFile(path string, given map[string]input) error {
	content, err := readLimited(path)
	if err != nil {
		return fmt.Errorf("cannot read the variables in %s: %w", path, cause(err))
	}
	f.Sources[path] = content
	body, diags := parseBody(content, path)
	f.Scope.Diags.Add(diags...)
	if body == nil {
		return nil
	}
	attrs, diags := body.JustAttributes()
	f.Scope.Diags.Add(diags...)
	for name, attr := range attrs {
		if _, declared := slices.BinarySearch(f.Scope.known["var"], name); !declared {
			f.Scope.Diags.Error(attr.NameRange, "Unknown variable", "The spec has no variable %q.%s", name, DidYouMean(name, f.Scope.known["var"]))
			continue
		}
		given[name] = input{origin: path, expr: attr.Expr}
	}
	return nil
}

// evaluateVariables puts var into the scope.
func (f *File) evaluateVariables(given map[string]input) {
	values := map[string]cty.Value{}
	for _, v := range f.Variables {
		want := f.variableType(v)
		value, at := cty.DynamicVal, v.Range
		if in, ok := given[v.Name]; ok {
			value, at = f.inputValue(v, in, want)
		} else if v.Default != nil {
			at = v.Default.Expr.Range()
			value = f.constant(v.Default.Expr)
		} else {
			f.Scope.Diags.Error(v.Range, "Variable without a value",
				"The variable %q has no default. Give it a value with -var %s=..., a -var-file or the environment variable %s%s.", v.Name, v.Name, environPrefix, v.Name)
		}
		converted, err := convert.Convert(value, want)
		if err != nil {
			f.Scope.Diags.Error(at, "Wrong type", "This value does not fit the type of the variable %q, %s: %s.", v.Name, want.FriendlyNameForConstraint(), err)
			converted = cty.DynamicVal
		}
		values[v.Name] = converted
	}
	f.Scope.ctx.Variables["var"] = cty.ObjectVal(values)
}

// validateVariables checks the conditions of all variables; they may use locals.
func (f *File) validateVariables() {
	for _, v := range f.Variables {
		f.validate(v)
	}
}

// constant evaluates an expression that may call functions but refers to
// nothing.
func (f *File) constant(expr hcl.Expression) cty.Value {
	value, diags := expr.Value(&hcl.EvalContext{Functions: functions})
	f.Scope.Diags.Add(diags...)
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	return value
}

func (f *File) variableType(v *Variable) cty.Type {
	if v.Type == nil {
		return cty.DynamicPseudoType
	}
	if at := v.Type.Expr.Range(); at.End.Byte-at.Start.Byte > maxType { // in JSON it is a string, which nobody guards
		f.Scope.Diags.Error(at, "Type too long", "A type has at most %d bytes.", maxType)
		return cty.DynamicPseudoType
	}
	want, diags := typeexpr.TypeConstraint(v.Type.Expr)
	f.Scope.Diags.Add(diags...)
	if diags.HasErrors() {
		return cty.DynamicPseudoType
	}
	return want
}

// inputValue reads a value from outside: a string as it stands for a variable
// that wants one, or has no type; otherwise an HCL expression.
func (f *File) inputValue(v *Variable, in input, want cty.Type) (cty.Value, hcl.Range) {
	if in.expr != nil {
		return f.constant(in.expr), in.expr.Range()
	}
	if want.IsPrimitiveType() || want == cty.DynamicPseudoType {
		return cty.StringVal(in.text), v.Range
	}
	name := "<" + in.origin + ">"
	f.Sources[name] = []byte(in.text)
	if diags := guardNative([]byte(in.text), name); diags.HasErrors() {
		f.Scope.Diags.Add(diags...)
		return cty.DynamicVal, v.Range
	}
	expr, diags := hclsyntax.ParseExpression([]byte(in.text), name, hcl.InitialPos)
	f.Scope.Diags.Add(diags...)
	if diags.HasErrors() {
		return cty.DynamicVal, v.Range
	}
	return f.constant(expr), expr.Range()
}

func (f *File) validate(v *Variable) {
	for _, rule := range v.Validations {
		if rule.Condition == nil {
			continue
		}
		value, ok := f.Scope.value(rule.Condition)
		if !ok {
			continue
		}
		holds, err := convert.Convert(value, cty.Bool)
		if err != nil {
			f.Scope.wrongType(rule.Condition, value, "true or false")
			continue
		}
		if holds.False() {
			message := f.Scope.TextOr(rule.ErrorMessage, "The value does not meet this condition.")
			f.Scope.Diags.Error(rule.Condition.Expr.Range(), "Invalid value for variable", "var.%s: %s", v.Name, message)
		}
	}
}

// evaluateLocals puts local into the scope. Locals may refer to each other in
// any order, but not in circles.
func (f *File) evaluateLocals() {
	attrs := hcl.Attributes{}
	for _, block := range f.Locals {
		for name, attr := range block.Values {
			if first, ok := attrs[name]; ok {
				f.Scope.Diags.Error(attr.NameRange, "Duplicate local value", "%q is declared at %s already. Rename one of them.", name, Place(first.NameRange))
				continue
			}
			attrs[name] = attr
		}
	}
	l := &locals{file: f, attrs: attrs, values: map[string]cty.Value{}}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		l.evaluate(name, nil)
	}
	f.Scope.ctx.Variables["local"] = cty.ObjectVal(l.values)
}

type locals struct {
	file   *File
	attrs  hcl.Attributes
	values map[string]cty.Value
	weight int // of all values
}

func (l *locals) evaluate(name string, chain []string) {
	attr, ok := l.attrs[name]
	if _, done := l.values[name]; done || !ok {
		return
	}
	chain = append(chain, name)
	if len(chain) > maxSteps {
		l.file.Scope.Diags.Error(attr.NameRange, "Locals too deep", "local.%s leads to local.%s over %d others. Say it in fewer steps.", chain[0], name, maxSteps)
		l.values[name] = cty.DynamicVal
		return
	}
	needed := map[string]cty.Value{}
	for _, traversal := range attr.Expr.Variables() {
		if len(traversal) < 2 || traversal.RootName() != "local" {
			continue
		}
		next, _ := stepName(traversal[1])
		if i := slices.Index(chain, next); i >= 0 {
			l.file.Scope.Diags.Error(attr.NameRange, "Cycle of local values", "local.%s leads back to itself: %s.",
				next, strings.Join(append(chain[i:], next), " uses "))
			l.values[next] = cty.DynamicVal
		}
		l.evaluate(next, chain)
		if value, ok := l.values[next]; ok {
			needed[next] = value
		}
	}
	if _, done := l.values[name]; done {
		return
	}
	l.file.Scope.ctx.Variables["local"] = cty.ObjectVal(needed)
	value, ok := l.file.Scope.evaluate(attr.Expr)
	if !ok || !l.weigh(attr, value) {
		value = cty.DynamicVal
	}
	l.values[name] = value
}

// weigh reports whether a value still fits beside those before it.
func (l *locals) weigh(attr *hcl.Attribute, value cty.Value) bool {
	weight, _ := weigh(value)
	if l.weight+weight <= maxLocals {
		l.weight += weight
		return true
	}
	l.file.Scope.Diags.Error(attr.NameRange, "Locals too large", "With local.%s all local values together have more than %d MiB.", attr.Name, maxLocals>>20)
	return false
}
