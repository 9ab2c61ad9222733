package naming

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/obsboot/obsboot/internal/model"
)

// GoLocal returns an unexported Go identifier for a name: "order.id" is
// orderID, "id" is id. What Go, or a generated function, uses already gets a
// suffix.
func GoLocal(name string) string {
	exported := GoName(name)
	first := firstWord(name)
	if initialisms[strings.ToUpper(first)] {
		exported = strings.ToLower(first) + exported[len(first):]
	} else if exported != "" {
		r, size := utf8.DecodeRuneInString(exported)
		exported = string(unicode.ToLower(r)) + exported[size:]
	}
	if takenLocals[exported] {
		return exported + "Attr"
	}
	return exported
}

func firstWord(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// takenLocals are Go's keywords, its predeclared identifiers, and what the
// bodies of generated functions use.
var takenLocals = words(`
	break case chan const continue default defer else fallthrough for func go goto if import interface map package
	range return select struct switch type var
	any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false float32 float64
	imag int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune string true
	uint uint8 uint16 uint32 uint64 uintptr
	attribute attributes bounds context cell ctx current d e entry k log m math n noSpan number open other run s semconv series set slog
	span state table text time value`)

// GoReserved reports whether the helpers of a Go package have an exported
// identifier of that name already, whatever the spec says.
func GoReserved(identifier string) bool { return reservedGo[identifier] }

var reservedGo = words(`
	GRPCClientHandler GRPCServerHandler HTTPHandler HTTPTransport KafkaHooks Option Producer SetHTTPRoute Setup Span
	WithAttributes WithFlushTimeout WithInstanceID WithLogLevel WithLogOutput WithLogProcessor WithMetricInterval
	WithMetricReader WithSampler WithSpanProcessor WithVersion`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}

// GoType is the Go type of a closed attribute, which signals share that
// declare the same values.
type GoType struct {
	Name      string // PaymentMethod, or with the signal's name before it
	Of        string // the signal, if the type is its own
	Attribute model.Attribute
	Signals   []string // by the identifiers of their helpers, sorted
}

// GoTypes returns the types of a service's closed attributes, sorted by name.
// Booleans need none. An attribute that all signals give the same values has
// one type of its name; where they differ, so does a set of values that several
// signals share, if no other set is shared. All else is prefixed with its
// signal.
func GoTypes(s *model.Service) []GoType {
	groups := map[string][]GoType{} // by attribute
	add := func(signal string, attributes []model.Attribute) {
		for _, a := range attributes {
			if len(a.Values) > 0 && a.Type != model.BoolType {
				groups[a.Name] = joined(groups[a.Name], signal, a)
			}
		}
	}
	for _, m := range s.Metrics {
		if !m.Standard {
			add(GoName(m.Name), m.Attributes)
		}
	}
	for _, span := range s.Spans {
		add(GoName(span.Name), span.Attributes)
	}
	for _, event := range s.Events {
		add(GoName(event.Name), event.Attributes)
	}
	var types []GoType
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		types = append(types, named(name, groups[name])...)
	}
	slices.SortStableFunc(types, func(a, b GoType) int { return strings.Compare(a.Name, b.Name) })
	return types
}

// joined adds an attribute to the group that has its values, in any order.
func joined(groups []GoType, signal string, a model.Attribute) []GoType {
	for i := range groups {
		if slices.Equal(sorted(groups[i].Attribute.Values), sorted(a.Values)) {
			groups[i].Signals = append(groups[i].Signals, signal)
			slices.Sort(groups[i].Signals)
			return groups
		}
	}
	return append(groups, GoType{Attribute: a, Signals: []string{signal}})
}

func sorted(values []string) []string { return slices.Sorted(slices.Values(values)) }

func named(attribute string, groups []GoType) []GoType {
	shared := 0
	for _, g := range groups {
		if len(g.Signals) > 1 {
			shared++
		}
	}
	var out []GoType
	for _, g := range groups {
		if len(groups) == 1 || shared == 1 && len(g.Signals) > 1 {
			g.Name = GoName(attribute)
			out = append(out, g)
			continue
		}
		for _, signal := range g.Signals {
			out = append(out, GoType{Name: signal + GoName(attribute), Of: signal, Attribute: g.Attribute, Signals: []string{signal}})
		}
	}
	return out
}
