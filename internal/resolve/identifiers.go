package resolve

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec"
)

// identifiers checks that the names of signals and of closed values stay apart
// as Go identifiers in a service's helpers.
func (s *service) identifiers() {
	if !slices.ContainsFunc(s.block.Instruments, isGo) {
		return
	}
	signals := s.newUnique()
	claim := func(prefix, kind, name string, at hcl.Range) {
		identifier := naming.GoName(name)
		if identifier == "" {
			s.diags.Error(at, "Invalid name", "No letter and no digit of %q can stand in a Go identifier. Give the %s a name of words.", name, kind)
			return
		}
		signals.claim(prefix+identifier, fmt.Sprintf("the %s %q", kind, name), "the Go identifier", at)
	}
	for _, b := range s.metricBlocks() {
		claim("", string(b.kind), b.Name, b.NameRange)
	}
	for _, b := range s.block.Spans {
		claim("Start", "span", b.Name, b.NameRange)
		s.fields(fmt.Sprintf("the span %q", b.Name), b.Attributes)
	}
	for _, b := range s.block.Events {
		claim("Log", "event", b.Name, b.NameRange)
		s.fields(fmt.Sprintf("the event %q", b.Name), b.Attributes)
	}
	for _, b := range s.metricBlocks() {
		s.fields(fmt.Sprintf("the %s %q", b.kind, b.Name), b.Attributes)
	}
}

// fields checks the attributes of one signal, and the values of each.
func (s *service) fields(of string, blocks []*spec.Attribute) {
	fields := s.newUnique()
	for _, b := range blocks {
		fields.claim(naming.GoName(b.Name), fmt.Sprintf("the attribute %q of %s", b.Name, of), "the Go identifier", b.NameRange)
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
