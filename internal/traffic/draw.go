package traffic

import (
	"iter"
	"math"
	"math/rand/v2"
	"sort"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// drawing makes the samples of a point in an instance. Its series share what is
// drawn.
type drawing struct {
	model    *Model
	course   *course
	point    *point
	instance int
	lives    []life

	drawn    bool
	needed   bool // buckets and sums, not only counts
	at       []time.Time
	counts   []float64 // since the start of the life; NaN: there is no sample
	sums     []float64
	buckets  [][]float64 // per sample, not cumulative over buckets
	mixtures map[*flow]*mixture
}

// mixture is what a point measures while nothing changes but the load.
type mixture struct {
	rate   float64 // per second and instance, when the pattern is 1
	shares []float64
	parts  []lognormal
	bucket []float64 // share of the values in each bucket
	moments
}

func (d *drawing) mixture(f *flow, bounds []float64) *mixture {
	if x := d.mixtures[f]; x != nil {
		return x
	}
	x := &mixture{bucket: make([]float64, len(bounds)+1)}
	var all blend
	instances := float64(d.point.owner.instances)
	if d.point.once {
		instances = 1
	}
	for i := range d.point.sources {
		s := &d.point.sources[i]
		rate := s.event.rate(f) * s.share / instances
		if rate <= 0 {
			continue
		}
		x.rate += rate
		x.shares = append(x.shares, rate)
		if s.value.plain {
			continue
		}
		part := s.distribution(f)
		x.parts = append(x.parts, part)
		all.add(rate, part.moments())
		below := 0.0
		for b := range x.bucket {
			to := 1.0
			if b < len(bounds) {
				to = part.below(bounds[b])
			}
			x.bucket[b] += rate * (to - below)
			below = to
		}
	}
	for b := range x.bucket {
		if x.rate > 0 {
			x.bucket[b] /= x.rate
		}
	}
	x.moments = all.moments()
	d.mixtures[f] = x
	return x
}

// draw makes counts and, if they are needed, buckets and sums. Counts come from
// a source of their own, so that they are the same either way.
func (d *drawing) draw(deep bool) {
	if d.drawn && (d.needed || !deep) {
		return
	}
	d.drawn, d.needed = true, deep
	d.mixtures = map[*flow]*mixture{}
	d.at, d.counts, d.sums, d.buckets = nil, nil, nil, nil
	seed := d.model.options.Seed
	counting := rand.New(rand.NewPCG(seed, d.point.key+uint64(d.instance)))
	valuing := rand.New(rand.NewPCG(seed^0x5bd1e995, d.point.key+uint64(d.instance)))
	bounds := []float64(nil)
	if d.point.metric.Kind == model.Histogram {
		bounds = d.grid()
	}
	r := &running{drawing: d, counting: counting, valuing: valuing, bounds: bounds, bucket: make([]float64, len(bounds)+1)}
	for i := range d.course.load {
		r.step(i, deep)
	}
}

// grid are the bounds that values are drawn into.
func (d *drawing) grid() []float64 {
	if d.point.metric.Native {
		return nativeGrid
	}
	return d.point.bounds()
}

// running is a drawing at a step.
type running struct {
	*drawing
	counting, valuing *rand.Rand
	bounds            []float64
	life              int
	born              bool
	before            time.Time
	count, sum        float64
	bucket            []float64
}

// phase is when in a step an instance sends.
func (d *drawing) phase() time.Duration {
	ms := d.course.Step.Milliseconds()
	return time.Duration(int64(hash("phase", d.point.owner.name, d.point.owner.targets[d.instance])%uint64(ms))) * time.Millisecond
}

// step draws what was measured since the last sample.
func (r *running) step(i int, deep bool) {
	at := r.course.From.Add(time.Duration(i) * r.course.Step).Add(r.phase())
	for r.life < len(r.lives) && !at.Before(r.lives[r.life].to) {
		r.life++
		r.born, r.count, r.sum = false, 0, 0
		clear(r.bucket)
	}
	if r.life == len(r.lives) || at.Before(r.lives[r.life].from) || at.After(r.course.To) {
		return
	}
	since := r.before
	if !r.born {
		since, r.born = r.lives[r.life].from, true
	}
	x := r.mixture(r.course.flows[i], r.bounds)
	n := r.happened(x, i, since, at)
	r.before = at
	r.count += n
	if deep && n > 0 && len(x.parts) > 0 {
		r.sum += r.observe(x, n)
	}
	r.note(at, deep)
}

// happened is how many measurements there were in a time. Jobs run on time, all
// else when it likes.
func (r *running) happened(x *mixture, i int, since, at time.Time) float64 {
	if op := r.point.job(); op != nil {
		return r.ran(op, r.course.flows[i], since, at)
	}
	return poisson(r.counting, x.rate*r.course.load[i]*at.Sub(since).Seconds())
}

func (r *running) note(at time.Time, deep bool) {
	count := r.count
	if count == 0 && !r.point.initial {
		count = math.NaN()
	}
	r.at, r.counts = append(r.at, at), append(r.counts, count)
	if deep {
		r.sums = append(r.sums, r.sum)
		r.buckets = append(r.buckets, append([]float64(nil), r.bucket...))
	}
}

// few is up to how many values are drawn one by one.
const few = 12

// observe draws values, adds them to the buckets and returns their sum.
func (r *running) observe(x *mixture, n float64) (sum float64) {
	if n <= few {
		for range int(n) {
			v := x.one(r.valuing)
			sum += v
			r.bucket[sort.SearchFloat64s(r.bounds, v)]++
		}
		return sum
	}
	left, rest := n, 1.0
	for b, share := range x.bucket {
		if left <= 0 || rest <= 0 {
			break
		}
		here := binomial(r.valuing, left, share/rest)
		r.bucket[b] += here
		left, rest = left-here, rest-share
	}
	r.bucket[len(r.bucket)-1] += left
	return max(0, n*x.mean+math.Sqrt(n*x.variance)*r.valuing.NormFloat64())
}

// one draws a value.
func (x *mixture) one(random *rand.Rand) float64 {
	pick := random.Float64() * x.rate
	for i, share := range x.shares {
		if pick -= share; pick < 0 && i < len(x.parts) {
			return x.parts[i].draw(random)
		}
	}
	return x.parts[len(x.parts)-1].draw(random)
}

// samples shows what was drawn.
func (d *drawing) samples(deep bool, value func(i int) float64) iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		d.draw(deep)
		for i, at := range d.at {
			if !math.IsNaN(d.counts[i]) && !yield(Sample{At: at, Value: value(i)}) {
				return
			}
		}
	}
}

func (d *drawing) count() iter.Seq[Sample] {
	return d.samples(false, func(i int) float64 { return d.counts[i] })
}

func (d *drawing) sum() iter.Seq[Sample] {
	return d.samples(true, func(i int) float64 { return d.sums[i] })
}

func (d *drawing) bucket(number int) iter.Seq[Sample] {
	if number == len(d.point.bounds()) {
		return d.count()
	}
	return d.samples(true, func(i int) float64 {
		sum := 0.0
		for _, n := range d.buckets[i][:number+1] {
			sum += n
		}
		return sum
	})
}

// values are the samples of a gauge or a counter.
func (d *drawing) values() iter.Seq[Sample] {
	if d.point.gauge != nil {
		return d.gauge()
	}
	for _, s := range d.point.sources {
		if !s.value.plain {
			return d.sum() // it counts amounts
		}
	}
	return d.count()
}

func (d *drawing) gauge() iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		random := rand.New(rand.NewPCG(d.model.options.Seed, d.point.key+uint64(d.instance)))
		now := moment{instance: d.instance, random: random, first: true}
		number := 0
		for i := range d.course.load {
			at := d.course.From.Add(time.Duration(i) * d.course.Step).Add(d.phase())
			for number < len(d.lives) && !at.Before(d.lives[number].to) {
				number, now.first = number+1, true
			}
			if number == len(d.lives) || at.Before(d.lives[number].from) || at.After(d.course.To) {
				continue
			}
			now.since, now.at, now.born = d.course.Step, at, d.lives[number].from
			now.load, now.flow = d.course.load[i], d.course.flows[i]
			now.last = d.point.gauge(&now)
			now.first = false
			if !yield(Sample{At: at, Value: now.last}) {
				return
			}
		}
	}
}
