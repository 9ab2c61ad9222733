package instrument

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// attributesPage is what attributes.go shows.
type attributesPage struct {
	goPage
	Types []goType
}

type goType struct {
	Name, Attribute, Of, Description string
	Bits                             int
	Values                           []goValue
}

type goValue struct{ Const, Text string }

func (g *goService) attributes() attributesPage {
	page := attributesPage{goPage: g.page}
	for _, t := range g.types {
		out := goType{Name: t.Name, Attribute: comment(t.Attribute.Name), Of: t.Of, Description: sentence(t.Attribute.Description), Bits: 8}
		if len(t.Attribute.Values) > 255 {
			out.Bits = 16
		}
		for _, value := range t.Attribute.Values {
			out.Values = append(out.Values, goValue{t.Name + naming.GoName(value), value})
		}
		page.Types = append(page.Types, out)
	}
	return page
}

// typeOf returns the type of a closed attribute of a signal.
func (g *goService) typeOf(signal string, a model.Attribute) string {
	for _, t := range g.types {
		if t.Attribute.Name == a.Name && slices.Contains(t.Signals, signal) {
			return t.Name
		}
	}
	return ""
}

// attributeForm is how an attribute is written in Go.
type attributeForm uint8

const (
	closedForm attributeForm = iota
	boolForm
	stringForm
	numberForm
)

func formOf(a model.Attribute) attributeForm {
	switch {
	case a.Type == model.BoolType:
		return boolForm
	case len(a.Values) > 0:
		return closedForm
	case a.Type == model.NumberType:
		return numberForm
	}
	return stringForm
}

// goTypeName is the type of an attribute of a signal in Go.
func (g *goService) goTypeName(signal string, a model.Attribute) string {
	switch formOf(a) {
	case boolForm:
		return "bool"
	case closedForm:
		return g.typeOf(signal, a)
	case numberForm:
		return "float64"
	}
	return "string"
}

// keyValue is the expression of an attribute with the value of a variable.
func keyValue(a model.Attribute, variable string) string {
	key := strconv.Quote(a.Name)
	switch formOf(a) {
	case boolForm:
		return fmt.Sprintf("attribute.Bool(%s, %s)", key, variable)
	case closedForm:
		return fmt.Sprintf("attribute.String(%s, %s.String())", key, variable)
	case numberForm:
		return fmt.Sprintf("attribute.Float64(%s, %s)", key, variable)
	}
	return fmt.Sprintf("attribute.String(%s, %s)", key, variable)
}

// attributeDoc says what the values of an attribute are.
func attributeDoc(a model.Attribute) string {
	var parts []string
	if a.Description != "" {
		parts = append(parts, strings.TrimSuffix(comment(a.Description), "."))
	}
	switch {
	case formOf(a) == closedForm:
		parts = append(parts, quoted(a.Values))
	case a.MaxCardinality > 0:
		parts = append(parts, fmt.Sprintf("any %s, at most %d different ones; above that it is _other", a.Type, a.MaxCardinality))
	}
	if len(parts) == 0 {
		return "a " + string(a.Type)
	}
	return strings.Join(parts, "; ")
}

func quoted(values []string) string {
	const most = 12
	out := make([]string, 0, most)
	for i, v := range values {
		if i == most {
			out = append(out, "...")
			break
		}
		out = append(out, strconv.Quote(v))
	}
	return strings.Join(out, ", ")
}
