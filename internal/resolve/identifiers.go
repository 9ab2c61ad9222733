package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec"
)

// identifiers checks that the names of signals, of closed attributes and of
// their values stay apart as Go identifiers in a service's helpers, and from
// those that each package has.
func (s *service) identifiers() {
	if !slices.ContainsFunc(s.block.Instruments, isGo) {
		return
	}
	names := s.newUnique()
	for _, b := range s.metricBlocks() {
		what := fmt.Sprintf("the %s %q", b.kind, b.Name)
		s.claimGo(names, "", naming.GoName(b.Name), what, b.NameRange)
		s.fields(what, b.Attributes)
	}
	for _, b := range s.block.Spans {
		what, name := fmt.Sprintf("the span %q", b.Name), naming.GoName(b.Name)
		s.claimGo(names, "Start", name, what, b.NameRange)
		if len(b.Attributes) > 0 && name != "" {
			names.claim(name+"Attributes", what, "the Go identifier", b.NameRange)
		}
		s.fields(what, b.Attributes)
	}
	for _, b := range s.block.Events {
		what := fmt.Sprintf("the event %q", b.Name)
		s.claimGo(names, "Log", naming.GoName(b.Name), what, b.NameRange)
		s.fields(what, b.Attributes)
	}
	for _, b := range s.block.Jobs {
		s.claimGo(names, "Run", naming.GoName(b.Name), fmt.Sprintf("the job %q", b.Name), b.NameRange)
	}
	s.queueIdentifiers(names)
	s.types(names)
}

// queueIdentifiers takes the identifiers of producers and consumers.
func (s *service) queueIdentifiers(names *unique) {
	systems := map[string]string{}
	for _, q := range s.sys.Queues {
		systems[q.Name] = q.System
	}
	claim := func(prefix, name, system, what string, at hcl.Range) {
		s.claimGo(names, prefix, naming.GoName(name), what, at)
		if system == "nats" {
			s.claimGo(names, prefix, naming.GoName(name)+"JetStream", what, at)
		}
	}
	for _, b := range s.block.Consumers {
		for _, c := range s.out.Consumers {
			if c.Name == b.Name {
				claim("Process", b.Name, systems[c.Queue], fmt.Sprintf("the consumer %q", b.Name), b.NameRange)
				break
			}
		}
	}
	for _, ref := range s.out.Uses {
		system := systems[ref.Name]
		switch {
		case ref.Kind != model.RefQueue || system == "kafka":
		case system == "nats":
			claim("Publish", ref.Name, system, fmt.Sprintf("the queue %q", ref.Name), s.block.NameRange)
		default:
			claim("Send", ref.Name, system, fmt.Sprintf("the queue %q", ref.Name), s.block.NameRange)
		}
	}
}

// claimGo takes the identifier of a signal.
func (s *service) claimGo(names *unique, prefix, name, what string, at hcl.Range) {
	identifier := prefix + name
	switch {
	case name == "":
		s.diags.Error(at, "Invalid name", "No letter and no digit of %s can stand in a Go identifier. Give it a name of words.", strings.TrimPrefix(what, "the "))
	case naming.GoReserved(identifier):
		s.diags.Error(at, "Name is taken", "%s becomes the Go identifier %q, which every package of helpers has already. Rename it.", capital(what), identifier)
	default:
		names.claim(identifier, what, "the Go identifier", at)
	}
}

// types checks the types of closed attributes, and their constants.
func (s *service) types(names *unique) {
	for _, t := range naming.GoTypes(&s.out) {
		at, what := s.attributeRange(t), fmt.Sprintf("the attribute %q", t.Attribute.Name)
		s.claimGo(names, "", t.Name, what, at)
		s.claimGo(names, "Parse", t.Name, what, at)
		seen := map[string]bool{"": true} // within a type fields reports what is the same
		for _, value := range t.Attribute.Values {
			if name := naming.GoName(value); !seen[name] {
				seen[name] = true
				s.claimGo(names, t.Name, name, fmt.Sprintf("the value %q of %q", value, t.Attribute.Name), at)
			}
		}
	}
}

// attributeRange is where the attribute of a type is declared first.
func (s *service) attributeRange(t naming.GoType) hcl.Range {
	for _, signal := range s.signalAttributes() {
		for _, b := range signal.attributes {
			if naming.GoName(signal.name) == t.Signals[0] && b.Name == t.Attribute.Name {
				return b.NameRange
			}
		}
	}
	return s.block.NameRange
}

type signalAttributes struct {
	name       string
	attributes []*spec.Attribute
}

func (s *service) signalAttributes() []signalAttributes {
	var out []signalAttributes
	for _, b := range s.metricBlocks() {
		out = append(out, signalAttributes{b.Name, b.Attributes})
	}
	for _, b := range s.block.Spans {
		out = append(out, signalAttributes{b.Name, b.Attributes})
	}
	for _, b := range s.block.Events {
		out = append(out, signalAttributes{b.Name, b.Attributes})
	}
	return out
}

// fields checks the attributes of one signal, and the values of each.
func (s *service) fields(of string, blocks []*spec.Attribute) {
	fields, locals := s.newUnique(), s.newUnique()
	for _, b := range blocks {
		if naming.GoName(b.Name) == "" {
			continue // its name has no letter, which is reported elsewhere
		}
		fields.claim(naming.GoName(b.Name), fmt.Sprintf("the attribute %q of %s", b.Name, of), "the Go identifier", b.NameRange)
		locals.claim(naming.GoLocal(b.Name), fmt.Sprintf("the attribute %q of %s", b.Name, of), "the Go parameter", b.NameRange)
		if b.Values == nil {
			continue
		}
		values := s.newUnique()
		for _, item := range s.scope.Texts(b.Values) {
			identifier := naming.GoName(item.Text)
			if identifier == "" {
				s.diags.Error(item.Range, "Invalid value", "No letter and no digit of %q can stand in a Go identifier. Write the value in words.", item.Text)
				continue
			}
			values.claim(naming.GoName(b.Name)+identifier, fmt.Sprintf("the value %q", item.Text), "the Go identifier", item.Range)
		}
	}
}
