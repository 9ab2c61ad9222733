package generate

import (
	"slices"
	"strconv"
	"strings"
)

// notation writes the samples of a series as promtool reads them: "5+2x3" is 5,
// 7, 9, 11; "5x3" is 5 four times; "_x3" is three times nothing.
type notation struct {
	native bool // a native histogram of schema 3, whose buckets grow by 9 %
	offset int  // of its first bucket
	now    []float64
	runs   []run
}

// run is a stretch of samples that grow evenly from one to the next.
type run struct {
	first, growth []float64 // of the value, or of each bucket; nil: no sample
	count         int
}

// absent leaves samples out.
func (n *notation) absent(count int) { n.runs = append(n.runs, run{nil, nil, count}) }

// set is the value that the next samples grow from.
func (n *notation) set(value ...float64) { n.now = value }

// grow adds samples, each larger than the one before.
func (n *notation) grow(count int, growth ...float64) {
	if count == 0 {
		return
	}
	first := added(n.now, growth, 1)
	n.now = added(n.now, growth, float64(count))
	if last := len(n.runs) - 1; last >= 0 && slices.Equal(n.runs[last].growth, growth) && slices.Equal(added(n.runs[last].first, growth, float64(n.runs[last].count)), first) {
		n.runs[last].count += count
		return
	}
	n.runs = append(n.runs, run{first, growth, count})
}

// steady adds samples of one value.
func (n *notation) steady(count int, value float64) {
	n.set(value)
	n.grow(count, 0)
}

func added(to, growth []float64, times float64) []float64 {
	out := slices.Clone(to)
	for i := range out {
		out[i] += float64(growth[i] * times) // the conversion keeps processors from fusing the two
	}
	return out
}

func (n *notation) String() string {
	parts := make([]string, len(n.runs))
	for i, r := range n.runs {
		times := "x" + strconv.Itoa(r.count-1)
		switch {
		case r.first == nil:
			parts[i] = "_x" + strconv.Itoa(r.count)
		case r.count == 1:
			parts[i] = n.value(r.first)
		case !slices.ContainsFunc(r.growth, func(g float64) bool { return g != 0 }):
			parts[i] = n.value(r.first) + times
		default:
			parts[i] = n.value(r.first) + "+" + n.value(r.growth) + times
		}
	}
	return strings.Join(parts, " ")
}

func (n *notation) value(v []float64) string {
	if !n.native {
		return plainNumber(v[0])
	}
	var count float64
	texts := make([]string, len(v))
	for i, bucket := range v {
		count += bucket
		texts[i] = plainNumber(bucket)
	}
	return "{{schema:3 count:" + plainNumber(count) + " offset:" + strconv.Itoa(n.offset) + " buckets:[" + strings.Join(texts, " ") + "]}}"
}

// plainNumber writes a number without an exponent.
func plainNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
