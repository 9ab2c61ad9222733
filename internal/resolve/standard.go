package resolve

import (
	"slices"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// standardMetrics adds what the service emits without declaring it: by its
// work, by what it calls and uses, and by its language.
func (s *service) standardMetrics() {
	if s.out.Source != nil {
		s.sourceMetrics()
		return
	}
	s.addStandard(s.conventions())
}

func (s *service) addStandard(conventions []convention) {
	for _, c := range conventions {
		m := model.Metric{Name: c.name, Kind: c.kind, Unit: c.unit, Description: c.description, Standard: true, Buckets: slices.Clone(c.buckets)}
		m.Series, _ = naming.Series(c.kind, c.name, c.unit) // names of the conventions translate
		m.Native = c.kind == model.Histogram && s.nativeHistograms()
		for _, name := range c.attributes {
			label, _ := naming.Label(name)
			m.Attributes = append(m.Attributes, model.Attribute{Name: name, Label: label, Type: model.StringType})
		}
		s.out.Metrics = append(s.out.Metrics, m)
	}
}

func (s *service) nativeHistograms() bool {
	for _, block := range s.block.Instruments {
		if s.scope.Bool(block.NativeHistograms, false) {
			return true
		}
	}
	return false
}

func (s *service) conventions() []convention {
	var out []convention
	add := func(when bool, metrics []convention) {
		if when {
			out = append(out, metrics...)
		}
	}
	protocols := map[string]bool{}
	for _, ref := range s.out.Calls {
		protocols[s.protocol(ref)] = true
	}
	usesQueue := slices.ContainsFunc(s.out.Uses, func(ref model.Ref) bool { return ref.Kind == model.RefQueue })
	usesDatabase := slices.ContainsFunc(s.out.Uses, func(ref model.Ref) bool { return ref.Kind != model.RefQueue })
	add(s.block.HTTP != nil, httpServerMetrics)
	add(s.block.GRPC != nil, rpcServerMetrics)
	add(len(s.block.Consumers) > 0, consumerMetrics)
	add(len(s.block.Jobs) > 0, jobMetrics)
	add(protocols["http"], httpClientMetrics)
	add(protocols["grpc"], rpcClientMetrics)
	add(usesQueue, producerMetrics)
	add(usesDatabase, databaseMetrics)
	isInstrumented := slices.ContainsFunc(s.block.Instruments, isGo)
	add(isInstrumented, goMetrics)
	add(isInstrumented, helperMetrics)
	return out
}

// hasOpenAttribute reports whether a metric has an attribute whose values are
// capped when they arrive.
func hasOpenAttribute(m model.Metric) bool {
	return slices.ContainsFunc(m.Attributes, func(a model.Attribute) bool { return len(a.Values) == 0 && a.MaxCardinality > 0 })
}

// overflowMetric counts what the caps of open attributes cut off. It follows the
// declared metrics, whose attributes decide.
func (s *service) overflowMetric() {
	if slices.ContainsFunc(s.block.Instruments, isGo) && slices.ContainsFunc(s.out.Metrics, hasOpenAttribute) {
		s.addStandard(overflowMetrics)
	}
}

// protocol returns how a callee is called.
func (s *service) protocol(ref model.Ref) string {
	if ref.Kind == model.RefExternal {
		for _, external := range s.sys.Externals {
			if external.Name == ref.Name {
				return external.Protocol
			}
		}
	}
	for _, block := range s.file.Services {
		if block.Name == ref.Name && block.GRPC != nil && block.HTTP == nil {
			return "grpc"
		}
	}
	return "http"
}
