package rehearse_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/rehearse"
)

const scrape = 30 * time.Second

// midnight is when all traffic starts, so that days are days.
var midnight = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// traffic is what the clients of a service do and what becomes of it.
type traffic struct {
	name string
	// rate is requests per second, failing the share of them that are bad, at
	// seconds after midnight.
	rate, failing func(second float64) float64
	restarts      time.Duration // how often an instance restarts, 0: never
	// late creates the series of errors with the first error, and not at all if
	// there is none. Otherwise they are there from the start.
	late bool
}

const (
	hour = 3600.0
	day  = 24 * hour
)

// between says whether a second lies in a time of a day.
func between(second, from, to float64) bool {
	s := math.Mod(second, day)
	return s >= from && s < to
}

func steady(rate float64) func(float64) float64 { return func(float64) float64 { return rate } }

// diurnal has a hundred times as much traffic at one in the afternoon as at one
// in the night.
func diurnal(second float64) float64 {
	return 20 * (1.02 - math.Cos(2*math.Pi*(second-hour)/day))
}

// incident raises the share of bad requests for a time.
func incident(background, from, length, share float64) func(float64) float64 {
	return func(second float64) float64 {
		if second >= from && second < from+length {
			return share
		}
		return background
	}
}

func nightly(second float64) float64 {
	if between(second, 0.63*hour, 1.79*hour) && int(second/day)%4 == 2 {
		return 0.5
	}
	return 0.0002
}

func officeHours(second float64) float64 {
	if between(second, 6*hour, 22*hour) {
		return 20
	}
	return 0
}

// traffics are those that the peers were measured with.
func traffics() []traffic {
	peak := incident(0.0002, 16*day+12.62*hour, 0.83*hour, 0.3)
	return []traffic{
		{name: "flat, one incident", rate: steady(20), failing: incident(0.0002, 11*day+14.22*hour, 0.78*hour, 0.3)},
		{name: "diurnal, incidents at night", rate: diurnal, failing: nightly},
		{name: "diurnal, one incident at peak", rate: diurnal, failing: peak},
		{name: "the same with restarts of the instances", rate: diurnal, failing: peak, restarts: 30 * time.Hour},
		{name: "no traffic at night", rate: officeHours, failing: incident(0.0002, 8*day+10.18*hour, 0.51*hour, 0.2)},
		{name: "0.005 requests/s, error series from the start", rate: steady(0.005), failing: steady(0.004)},
		{name: "0.005 requests/s, error series with the first error", rate: steady(0.005), failing: steady(0.004), late: true},
		{name: "no error ever, no error series", rate: steady(20), failing: steady(0), late: true},
	}
}

// source is a part of the requests, and the series that count it.
type source struct {
	instance  int
	good, bad float64 // the shares of all good and of all bad requests
	series    []series
}

type series struct {
	labels    labels.Labels
	good, bad bool // which requests it counts
}

// availability are http_requests_total of instances, with three codes of good
// requests and two of bad ones.
func availability(instances int) []source {
	var out []source
	for i := range instances {
		part := func(code string, good, bad float64) {
			ls := labels.FromStrings(model.MetricNameLabel, "http_requests_total", "job", "api", "instance", instanceName(i), "code", code)
			all := float64(instances)
			out = append(out, source{i, good / all, bad / all, []series{{ls, good > 0, bad > 0}}})
		}
		part("200", 0.9, 0)
		part("204", 0.07, 0)
		part("404", 0.03, 0)
		part("500", 0, 0.7)
		part("503", 0, 0.3)
	}
	return out
}

// latency are the count and the bucket of 0.5 s of http_request_duration_seconds.
// Bad requests are slow.
func latency(instances int) []source {
	var out []source
	for i := range instances {
		name := func(suffix string, more ...string) labels.Labels {
			return labels.FromStrings(append([]string{model.MetricNameLabel, "http_request_duration_seconds" + suffix, "job", "api", "instance", instanceName(i)}, more...)...)
		}
		share := 1 / float64(instances)
		out = append(out, source{i, share, share, []series{{name("_count"), true, true}, {name("_bucket", "le", "0.5"), true, false}}})
	}
	return out
}

func instanceName(i int) string { return fmt.Sprintf("10.0.%d.%d:8080", i/256, i%256) }

// truth is what really happened, scraped or not.
type truth struct{ good, bad float64 }

func (t truth) ratio() float64 { return t.bad / (t.good + t.bad) }

// play appends traffic to a storage and returns the truth of the time since a
// moment.
func (tr traffic) play(t testing.TB, storage *rehearse.Storage, sources []source, length time.Duration, since time.Time) truth {
	t.Helper()
	var sum truth
	for i, src := range sources {
		for j, samples := range tr.scrapes(src, uint64(i), length, since, &sum) {
			if err := storage.Append(context.Background(), src.series[j].labels, slices.Values(samples)); err != nil {
				t.Fatal(err)
			}
		}
	}
	storage.Settle()
	return sum
}

// scrapes are the samples of the series of a source. Each instance is scraped at
// moments of its own.
func (tr traffic) scrapes(src source, seed uint64, length time.Duration, since time.Time, sum *truth) [][]rehearse.Sample {
	random, restarts := rand.New(rand.NewPCG(7, seed)), rand.New(rand.NewPCG(8, uint64(src.instance)))
	out, counts := make([][]rehearse.Sample, len(src.series)), make([]float64, len(src.series))
	phase := time.Duration(src.instance) * 7919 * time.Millisecond % scrape
	for at := midnight.Add(phase); at.Before(midnight.Add(length)); at = at.Add(scrape) {
		second := (at.Sub(midnight) - scrape/2).Seconds()
		rate, failing := tr.rate(second)*scrape.Seconds(), tr.failing(second)
		now := truth{poisson(random, rate*(1-failing)*src.good), poisson(random, rate*failing*src.bad)}
		if at.After(since) {
			sum.good, sum.bad = sum.good+now.good, sum.bad+now.bad
		}
		if tr.restarts > 0 && restarts.Float64() < scrape.Seconds()/tr.restarts.Seconds() {
			clear(counts)
			left := restarts.Float64() // of the requests of this time, only those after the restart are seen
			now = truth{math.Round(now.good * left), math.Round(now.bad * left)}
		}
		for i, s := range src.series {
			if s.good {
				counts[i] += now.good
			}
			if s.bad {
				counts[i] += now.bad
			}
			if !tr.late || s.good || counts[i] > 0 {
				out[i] = append(out[i], rehearse.Sample{At: at, Value: counts[i]})
			}
		}
	}
	return out
}

// poisson is a random number of events; of many by their normal distribution.
func poisson(random *rand.Rand, mean float64) float64 {
	if mean > 30 {
		return max(0, math.Round(mean+math.Sqrt(mean)*random.NormFloat64()))
	}
	count, left := 0.0, math.Exp(-mean)
	for p := random.Float64(); p > left; p *= random.Float64() {
		count++
	}
	return count
}
