package traffic

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// Attribute is an attribute of a measurement, a span or a log record.
type Attribute struct {
	Name  string
	Value string
	Type  model.AttributeType

	// Declared says that the spec declares it: its numbers are fractions, those
	// of the conventions are whole.
	Declared bool
}

func text(name, value string) Attribute {
	return Attribute{Name: name, Value: value, Type: model.StringType}
}

func number(name string, value int) Attribute {
	return Attribute{Name: name, Value: strconv.Itoa(value), Type: model.NumberType}
}

// point is one series of a metric in each instance of what emits it, as
// OpenTelemetry counts series: a histogram is one.
type point struct {
	owner      *emitter
	metric     *model.Metric
	attributes []Attribute
	initial    bool // it exists before the first measurement
	once       bool // only the first instance has it
	info       bool // target_info: its labels are the resource's
	scrape     bool // Prometheus's own of a target, there even if it is down
	sources    []source
	gauge      func(*moment) float64 // nil: a counter or a histogram
	key        uint64
}

// source is measurements that go to a point.
type source struct {
	event *event
	share float64 // of the event's occurrences
	value value
}

// event is one way in which requests of a kind end. It occurs with each.
type event struct {
	operation   *operation // one of the two
	alternative *alternative
	outcome     outcome
	additions   []addition
}

// addition is a measurement that an event makes, in one of several points.
type addition struct {
	points []*point
	shares []float64 // they may leave something to 1, which is not measured
	value  value
}

// value is what is measured.
type value struct {
	duration bool    // of the request, times factor
	factor   float64 // 1000 for milliseconds
	fixed    lognormal
	plain    bool // 1, of a counter
}

var one = value{plain: true}

// took is a duration in a metric's unit.
func took(m *model.Metric) value {
	if m == nil {
		return value{}
	}
	return value{duration: true, factor: perSecond(m.Unit)}
}

// perSecond is how many of a unit of time a second has; of other units 1.
func perSecond(unit string) float64 {
	switch unit {
	case "ms":
		return 1e3
	case "us":
		return 1e6
	case "ns":
		return 1e9
	case "min":
		return 1.0 / 60
	case "h":
		return 1.0 / 3600
	}
	return 1
}

func sized(distribution lognormal) value { return value{fixed: distribution} }

// emitter is what sends metrics: a service, or one of the stack's servers.
type emitter struct {
	service   *service // nil: a server of the stack
	name      string
	instances int
	labels    []model.Label // of all its series beside those of the instance
	scraped   bool          // Prometheus fetches it; else it is sent over OTLP
	noTarget  bool          // its series have no job and no instance
	job       string
	targets   []string // values of the instance label
}

// moment is what a gauge sees.
type moment struct {
	at       time.Time
	born     time.Time     // of the instance
	since    time.Duration // the moment before
	instance int
	load     float64 // of the pattern
	flow     *flow
	random   *rand.Rand
	last     float64 // the value before
	first    bool    // there is none
}

// builder collects the points of an emitter.
type builder struct {
	model   *Model
	emitter *emitter
	byKey   map[string]*point
	points  []*point
}

func newBuilder(m *Model, e *emitter) *builder {
	return &builder{model: m, emitter: e, byKey: map[string]*point{}}
}

// point returns the point of a metric with attributes; of these only those that
// the metric has, and that are not empty.
func (b *builder) point(m *model.Metric, attributes ...Attribute) *point {
	kept := slices.DeleteFunc(slices.Clone(attributes), func(a Attribute) bool {
		return a.Value == "" || !slices.ContainsFunc(m.Attributes, func(declared model.Attribute) bool { return declared.Name == a.Name })
	})
	slices.SortFunc(kept, func(x, y Attribute) int { return strings.Compare(x.Name, y.Name) })
	parts := []string{b.emitter.name, m.Name, m.Series}
	for _, a := range kept {
		parts = append(parts, a.Name, a.Value)
	}
	key := strings.Join(parts, "\x00")
	if p := b.byKey[key]; p != nil {
		return p
	}
	p := &point{owner: b.emitter, metric: m, attributes: kept, key: hash(parts...)}
	b.byKey[key] = p
	b.points = append(b.points, p)
	return p
}

// choice is a point with the share of the events that go to it.
type choice struct {
	attributes []Attribute
	share      float64
}

// add says that an event is measured, in one of some points.
func (b *builder) add(e *event, m *model.Metric, v value, choices ...choice) {
	if m == nil || e == nil {
		return
	}
	a := addition{value: v}
	for _, c := range choices {
		p := b.point(m, c.attributes...)
		p.sources = append(p.sources, source{e, c.share, v})
		a.points, a.shares = append(a.points, p), append(a.shares, c.share)
	}
	e.additions = append(e.additions, a)
}

// always is the only choice.
func always(attributes ...Attribute) choice { return choice{attributes, 1} }

// rate is how often an event occurs, per second when the pattern is 1.
func (e *event) rate(f *flow) float64 {
	r := e.result(f)
	return r.rate * r.share[e.outcome]
}

func (e *event) result(f *flow) *result {
	if e.operation != nil {
		return &f.operations[e.operation.index]
	}
	return &f.alternatives[e.alternative.index]
}

// distribution is how a source's values are spread.
func (s *source) distribution(f *flow) lognormal {
	if s.value.duration {
		return s.event.result(f).time[s.event.outcome].times(s.value.factor)
	}
	return s.value.fixed
}
