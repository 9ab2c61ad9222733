package traffic

import (
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// Meter counts what requests measure, as the services do: since the start of
// each instance.
type Meter struct {
	model  *Model
	random *rand.Rand
	start  time.Time
	before time.Time
	points []*metered
	of     map[*point]*metered
}

// metered is a point in all instances.
type metered struct {
	*point
	instances []reading
}

type reading struct {
	count, sum float64
	buckets    []float64
	last       float64 // of a gauge
	read       bool    // there is one
	exemplars  map[int]Exemplar
}

// Exemplar is a measurement and the span that made it.
type Exemplar struct {
	Value   float64
	At      time.Time
	Request *Request
	Span    int
}

// Reading is the value of one series of a metric, as OpenTelemetry counts
// series.
type Reading struct {
	Attributes []Attribute
	Value      float64 // of counters and gauges
	Count, Sum float64 // of histograms
	Buckets    []float64
	Exemplars  []Exemplar // since the last reading, by bucket
}

// Measured is a metric of an instance of a service.
type Measured struct {
	Service  *model.Service
	Instance int
	Metric   *model.Metric
	Readings []Reading
}

// NewMeter returns a meter of services that start at a time. Services with a
// source are not metered: they are scraped, and send nothing.
func (m *Model) NewMeter(random *rand.Rand, start time.Time) *Meter {
	meter := &Meter{model: m, random: random, start: start, before: start, of: map[*point]*metered{}}
	for _, p := range m.points {
		if p.owner.service == nil || p.owner.scraped || p.info {
			continue
		}
		x := &metered{point: p, instances: make([]reading, p.owner.instances)}
		for i := range x.instances {
			x.instances[i].clear(p)
		}
		meter.points = append(meter.points, x)
		meter.of[p] = x
	}
	return meter
}

func (r *reading) clear(p *point) {
	*r = reading{}
	if p.metric.Kind == model.Histogram {
		r.buckets, r.exemplars = make([]float64, len(p.grid())+1), map[int]Exemplar{}
	}
}

// grid are the bounds that values are counted by.
func (p *point) grid() []float64 {
	if p.metric.Native {
		return nativeGrid
	}
	return p.bounds()
}

// Measure counts a request as often as its weight says.
func (m *Meter) Measure(r *Request) {
	for i := range r.Spans {
		s := &r.Spans[i]
		if s.event == nil {
			continue
		}
		times := whole(m.random, r.Weight)
		for j := range s.event.additions {
			m.add(&s.event.additions[j], r, i, times)
		}
	}
}

// whole rounds to a whole number, to the right one in the mean.
func whole(random *rand.Rand, x float64) float64 {
	n := float64(int(x))
	if random.Float64() < x-n {
		n++
	}
	return n
}

func (m *Meter) add(a *addition, r *Request, span int, times float64) {
	left := m.random.Float64()
	for i, p := range a.points {
		if left -= a.shares[i]; left >= 0 {
			continue
		}
		x := m.of[p]
		if x == nil { // of a server of the stack, which measures by itself
			return
		}
		s := &r.Spans[span]
		into := &x.instances[min(s.Instance, len(x.instances)-1)]
		v := 1.0
		switch {
		case a.value.duration:
			v = s.End.Sub(s.Start).Seconds() * a.value.factor
		case !a.value.plain:
			v = a.value.fixed.draw(m.random)
		}
		into.count += times
		into.sum += times * v
		if into.buckets != nil {
			bucket := sort.SearchFloat64s(p.grid(), v)
			into.buckets[bucket] += times
			into.exemplars[bucket] = Exemplar{v, s.End, r, span}
		}
		return
	}
}

// Read returns what all instances would send at a time. An instance that is down
// sends nothing, and has forgotten all afterwards.
func (m *Meter) Read(at time.Time, yield func(Measured)) {
	f, load := m.model.at(at), m.model.options.Pattern(at)
	for _, s := range m.model.services {
		if s.spec.Source != nil {
			continue
		}
		for instance := range m.model.options.Instances {
			m.instance(f, load, s, instance, at, yield)
		}
	}
	m.before = at
}

func (m *Meter) instance(f *flow, load float64, s *service, instance int, at time.Time, yield func(Measured)) {
	byMetric := map[*model.Metric]int{}
	var out []Measured
	for _, p := range m.points {
		if p.owner.service != s || p.once && instance > 0 {
			continue
		}
		r := &p.instances[instance]
		if f.down[s] {
			r.clear(p.point)
			continue
		}
		if p.gauge != nil {
			now := moment{
				at: at, born: m.start, since: at.Sub(m.before), instance: instance, load: load, flow: f,
				random: m.random, last: r.last, first: !r.read,
			}
			r.last, r.read = p.gauge(&now), true
		} else if r.count == 0 && !p.initial {
			continue
		}
		number, ok := byMetric[p.metric]
		if !ok {
			number = len(out)
			byMetric[p.metric] = number
			out = append(out, Measured{Service: s.spec, Instance: instance, Metric: p.metric})
		}
		out[number].Readings = append(out[number].Readings, p.reading(r))
	}
	for _, measured := range out {
		yield(measured)
	}
}

// reading takes the exemplars along.
func (p *metered) reading(r *reading) Reading {
	out := Reading{Attributes: p.attributes, Count: r.count, Sum: r.sum, Buckets: slices.Clone(r.buckets)}
	switch {
	case p.gauge != nil:
		out.Value = r.last
	case p.metric.Kind == model.Counter:
		out.Value = r.sum
	}
	for bucket := range r.buckets {
		if e, ok := r.exemplars[bucket]; ok {
			out.Exemplars = append(out.Exemplars, e)
		}
	}
	clear(r.exemplars)
	return out
}

// NativeScale and NativeOffset say how the buckets of native histograms are to
// be understood, as those of exponential histograms of OpenTelemetry: the first
// bucket has the index NativeOffset.
const (
	NativeScale  = nativeSchema
	NativeOffset = nativeFirst - 1
)
