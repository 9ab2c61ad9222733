package generate

import (
	"math"
	"slices"
	"strconv"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// feed is how raw series move while an SLI's events are good and while they are
// bad. The zero feed cannot be had: what the SLI reads is unknown.
type feed struct {
	inputs  []fedSeries
	metrics []string // names that the SLI reads; two SLIs that share one cannot share a test
	rate    float64  // of events per second while there is traffic
	slices  *sliceFeed
	skewed  bool // good events may be counted before they are in the total
}

func (f feed) known() bool { return len(f.inputs) > 0 }

// fedSeries is a series, its values in the course of a story, and those while an
// even share of events is bad, if it has to do with that.
type fedSeries struct {
	selector string
	values   func(story) string
	mixed    func(share float64, minutes int) string
}

// growth is how a counter, or each bucket of a native histogram, moves in a
// minute.
type growth struct {
	good, bad []float64 // while events are good, and while they are bad
	skew      float64   // while good events are counted and the total is not
	always    bool      // it is none of the SLI's business and grows with and without traffic
	late      bool      // it appears with the first bad event
	restarts  bool
	native    bool
	offset    int
}

// add feeds a series.
func (f *feed) add(name string, labels []query.Matcher, g growth) {
	f.skewed = f.skewed || g.skew > 0
	if !slices.Contains(f.metrics, name) {
		f.metrics = append(f.metrics, name)
	}
	in := fedSeries{query.Selector(name, labels...), g.values, g.mixed}
	if g.always {
		in.mixed = nil
	}
	f.inputs = append(f.inputs, in)
}

// values tells the story of one series.
func (g growth) values(s story) string {
	n := &notation{native: g.native, offset: g.offset}
	none := make([]float64, len(g.good))
	idle := none
	if g.always {
		idle = g.good
	}
	if g.late {
		n.absent(s.outage + 1)
		n.set(none...)
	} else {
		// Far above zero, or else rate() takes the start for the birth of the series.
		n.set(added(none, added(g.good, g.bad, 1), 100)...)
		n.grow(s.idle+1, idle...)
		if g.restarts {
			n.grow(s.restart-s.idle-1, g.good...)
			n.set(none...)
			n.grow(s.outage-s.restart+1, g.good...)
		} else {
			n.grow(s.outage-s.idle, g.good...)
		}
	}
	n.grow(s.recovery-s.outage, g.bad...)
	n.grow(s.skew-s.recovery, g.good...)
	skew := idle
	if g.skew > 0 {
		skew = []float64{g.skew}
	}
	n.grow(s.end-s.skew, skew...)
	return n.String()
}

// mixed grows evenly while a share of events is bad.
func (g growth) mixed(share float64, minutes int) string {
	n := &notation{native: g.native, offset: g.offset}
	each := slices.Clone(g.good)
	for i := range each {
		each[i] = float64(g.good[i]*(1-share)) + float64(g.bad[i]*share)
	}
	n.set(added(make([]float64, len(each)), each, 100)...)
	n.grow(minutes+1, each...)
	return n.String()
}

// perMinute is how many events there are while there is traffic: enough for
// min_events within less than an hour.
func perMinute(sli *model.SLI) float64 {
	return max(600, 60*math.Ceil(float64(sli.Alerting.MinEvents)/(60*50)))
}

// feedOf makes up the raw series of an SLI.
func feedOf(s *model.Service, sli *model.SLI) feed {
	switch sli.Kind {
	case model.Availability, model.Latency:
		return requestFeed(s, sli)
	case model.Events:
		return eventFeed(s, sli)
	case model.Slices:
		return slicesFeed(s, sli.Slices)
	}
	return feed{}
}

// instance tells series apart that would else be the same.
func instance(i int) query.Matcher {
	return query.Matcher{Label: "instance", Value: string(rune('a'+i%26)) + suffix(i/26)}
}

func suffix(i int) string {
	if i == 0 {
		return ""
	}
	return strconv.Itoa(i)
}

func with(labels []query.Matcher, more ...query.Matcher) []query.Matcher {
	return slices.Concat(labels, more)
}
