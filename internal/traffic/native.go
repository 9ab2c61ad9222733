package traffic

import (
	"iter"
	"math"

	"github.com/prometheus/prometheus/model/histogram"
)

// Native histograms have eight buckets to each doubling, from a microsecond to
// a day or from a byte to a few.
const (
	nativeSchema = 3
	nativeFirst  = -20 << nativeSchema
	nativeLast   = 24 << nativeSchema
)

// nativeGrid are the upper bounds of the buckets from nativeFirst on.
var nativeGrid = func() []float64 {
	var out []float64
	for i := nativeFirst; i <= nativeLast; i++ {
		out = append(out, math.Exp2(float64(i)/(1<<nativeSchema)))
	}
	return out
}()

func (d *drawing) natives() iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		d.draw(true)
		for i, at := range d.at {
			if math.IsNaN(d.counts[i]) {
				continue
			}
			if !yield(Sample{At: at, Histogram: native(d.buckets[i], d.counts[i], d.sums[i])}) {
				return
			}
		}
	}
}

// native makes a histogram of the counts in the buckets of the grid.
func native(buckets []float64, count, sum float64) *histogram.Histogram {
	h := &histogram.Histogram{Schema: nativeSchema, ZeroThreshold: 1e-128, Count: uint64(count), Sum: sum}
	before, end := int64(0), int32(0)
	for i, n := range buckets {
		if n == 0 {
			continue
		}
		index := int32(nativeFirst + i)
		switch last := len(h.PositiveSpans) - 1; {
		case last < 0:
			h.PositiveSpans = []histogram.Span{{Offset: index, Length: 1}}
		case index == end:
			h.PositiveSpans[last].Length++
		default:
			h.PositiveSpans = append(h.PositiveSpans, histogram.Span{Offset: index - end, Length: 1})
		}
		end = index + 1
		h.PositiveBuckets = append(h.PositiveBuckets, int64(n)-before)
		before = int64(n)
	}
	return h
}
