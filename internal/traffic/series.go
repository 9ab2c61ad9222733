package traffic

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// Sample is a value of a series at a time: a number or, of native histograms,
// Histogram. It converts to a sample of package rehearse.
type Sample struct {
	At             time.Time
	Value          float64
	Histogram      *histogram.Histogram
	FloatHistogram *histogram.FloatHistogram // always nil
}

// Span is a time, and how often in it series have samples.
type Span struct {
	From, To time.Time
	Step     time.Duration
}

// Series returns what a Prometheus would hold of the traffic: series with their
// labels, and their samples in the order of time. Counters are zero at the
// beginning. Of all series it makes those that want returns true for; nil: all.
// The samples of a series are the same whatever else is wanted.
//
// Samples are only valid until the next series; they may be read once.
func (m *Model) Series(span Span, want func(labels.Labels) bool) iter.Seq2[labels.Labels, iter.Seq[Sample]] {
	return func(yield func(labels.Labels, iter.Seq[Sample]) bool) {
		course := m.course(span)
		for _, p := range m.points {
			for instance := range p.owner.instances {
				if p.once && instance > 0 {
					break
				}
				if !m.instance(course, p, instance, want, yield) {
					return
				}
			}
		}
	}
}

// ReadBy returns a filter for Series that wants what some PromQL queries read.
func ReadBy(queries ...string) (func(labels.Labels) bool, error) {
	var all []func(labels.Labels) bool
	for _, text := range queries {
		parsed, errs := query.ParsePromQL(text)
		if errs != nil {
			return nil, fmt.Errorf("%s: %w", text, errs[0])
		}
		for _, selector := range parsed.Selectors {
			match, err := matcherOf(selector)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", text, err)
			}
			name := selector.Metric
			all = append(all, func(ls labels.Labels) bool { return (name == "" || ls.Get(labels.MetricName) == name) && match(ls.Get) })
		}
	}
	return func(ls labels.Labels) bool {
		return slices.ContainsFunc(all, func(match func(labels.Labels) bool) bool { return match(ls) })
	}, nil
}

var matchTypes = map[query.MatchOp]labels.MatchType{
	query.MatchEqual: labels.MatchEqual, query.MatchNotEqual: labels.MatchNotEqual,
	query.MatchRegexp: labels.MatchRegexp, query.MatchNotRegexp: labels.MatchNotRegexp,
}

// matcherOf returns whether labels match a selector, without its metric, and
// without matchers of some labels.
func matcherOf(selector query.VectorSelector) (func(value func(string) string, without ...string) bool, error) {
	var matchers []*labels.Matcher
	for _, m := range selector.Matchers {
		compiled, err := labels.NewMatcher(matchTypes[m.Op], m.Label, m.Value)
		if err != nil {
			return nil, err
		}
		matchers = append(matchers, compiled)
	}
	return func(value func(string) string, without ...string) bool {
		for _, m := range matchers {
			if !slices.Contains(without, m.Name) && !m.Matches(value(m.Name)) {
				return false
			}
		}
		return true
	}, nil
}

// course is the load and the flow of each step of a span.
type course struct {
	Span
	load  []float64
	flows []*flow
}

func (m *Model) course(span Span) *course {
	c := &course{Span: span}
	for at := span.From; !at.After(span.To); at = at.Add(span.Step) {
		middle := at.Add(-span.Step / 2)
		c.load = append(c.load, m.options.Pattern(middle))
		c.flows = append(c.flows, m.at(middle))
	}
	return c
}

// instance makes the series of a point in an instance, for each version of it.
func (m *Model) instance(c *course, p *point, instance int, want func(labels.Labels) bool, yield func(labels.Labels, iter.Seq[Sample]) bool) bool {
	lives := m.lives(c, p, instance)
	for _, version := range []string{Version, NextVersion} {
		var lived []life
		for _, l := range lives {
			if l.version == version {
				lived = append(lived, l)
			}
		}
		if len(lived) == 0 {
			continue
		}
		if !m.family(c, p, instance, version, lived, want, yield) {
			return false
		}
	}
	return true
}

// family makes all series of a point: of a histogram there are many.
func (m *Model) family(c *course, p *point, instance int, version string, lives []life, want func(labels.Labels) bool, yield func(labels.Labels, iter.Seq[Sample]) bool) bool {
	base := p.labels(instance, version)
	d := &drawing{model: m, course: c, point: p, instance: instance, lives: lives}
	named := func(suffix, le string) labels.Labels {
		b := labels.NewBuilder(base).Set(labels.MetricName, p.metric.Series+suffix)
		if le != "" {
			b.Set(labels.BucketLabel, le)
		}
		return b.Labels()
	}
	show := func(ls labels.Labels, samples func() iter.Seq[Sample]) bool {
		return want != nil && !want(ls) || yield(ls, samples())
	}
	switch {
	case p.metric.Kind != model.Histogram:
		return show(named("", ""), d.values)
	case p.metric.Native:
		return show(named("", ""), d.natives)
	}
	for i, bound := range append(slices.Clone(p.bounds()), math.Inf(1)) {
		if !show(named("_bucket", p.owner.le(bound)), func() iter.Seq[Sample] { return d.bucket(i) }) {
			return false
		}
	}
	return show(named("_count", ""), d.count) && show(named("_sum", ""), d.sum)
}

// bounds are the upper bounds of a point's buckets. A source that names none has
// those of client libraries, and those that an SLI needs.
func (p *point) bounds() []float64 {
	if len(p.metric.Buckets) > 0 {
		return p.metric.Buckets
	}
	bounds := slices.Clone(model.RequestBuckets)
	for i := range bounds {
		bounds[i] *= perSecond(p.metric.Unit)
	}
	if s := p.owner.service; s != nil {
		for _, sli := range s.spec.SLIs {
			if r := sli.Requests; r != nil && r.Metric == p.metric.Name && r.Bound > 0 {
				bounds = append(bounds, r.Bound)
			}
		}
	}
	slices.Sort(bounds)
	return slices.Compact(bounds)
}

// le writes a bucket's bound as Prometheus keeps it: "1" of OTLP, "1.0" of what
// it scrapes.
func (e *emitter) le(bound float64) string {
	switch {
	case math.IsInf(bound, 1):
		return "+Inf"
	case e.scraped:
		return labels.FormatOpenMetricsFloat(bound)
	}
	return strconv.FormatFloat(bound, 'f', -1, 64)
}

// labelOf is the Prometheus label of a metric's attribute.
func labelOf(m *model.Metric, attribute string) string {
	for _, a := range m.Attributes {
		if a.Name == attribute {
			return a.Label
		}
	}
	return attribute
}

// seriesNames are the names of all series of a metric.
func seriesNames(m *model.Metric) []string {
	if m.Kind != model.Histogram || m.Native {
		return []string{m.Series}
	}
	return []string{m.Series + "_bucket", m.Series + "_count", m.Series + "_sum"}
}

func (p *point) labels(instance int, version string) labels.Labels {
	b := labels.NewScratchBuilder(8 + len(p.attributes))
	e := p.owner
	add := func(name, value string) {
		if value != "" {
			b.Add(name, value)
		}
	}
	for _, a := range p.attributes {
		add(labelOf(p.metric, a.Name), a.Value)
	}
	if !e.noTarget {
		add("job", e.job)
		add("instance", e.targets[instance])
	}
	for _, l := range e.labels {
		if !p.info || l.Name != "service_namespace" { // which is a part of job
			add(l.Name, l.Value)
		}
	}
	if e.service != nil && !e.scraped {
		add("service_version", version)
	}
	if p.info {
		add("host_name", HostName(e.name, instance))
		add("telemetry_sdk_language", "go")
		add("telemetry_sdk_name", "opentelemetry")
		add("telemetry_sdk_version", sdkVersion)
	}
	b.Sort()
	return b.Labels()
}

const sdkVersion = "1.47.0"
