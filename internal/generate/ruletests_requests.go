package generate

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// maxVariants bounds how many routes, methods or queues a test feeds.
const maxVariants = 6

// requests feeds the histogram that measures some work.
type requests struct {
	*feed
	m      *model.Metric
	sli    *model.SLI
	each   float64 // events a minute of each variant
	passed []query.Matcher
	failed []query.Matcher
}

// requestFeed feeds availability and latency.
func requestFeed(s *model.Service, sli *model.SLI) feed {
	m := metricNamed(s, sli.Requests.Metric)
	variants := requestVariants(s, m, sli.Requests)
	n := perMinute(sli)
	f := feed{rate: n / 60}
	r := requests{feed: &f, m: m, sli: sli, each: n / float64(len(variants))}
	for i, labels := range variants {
		r.passed, r.failed = outcomes(m, sli.Requests.Work, i)
		if sli.Kind == model.Latency {
			r.latency(i, labels)
		} else {
			r.count(with(labels, r.passed...), growth{good: []float64{r.each}, bad: []float64{0}, restarts: i == 0})
			r.count(with(labels, r.failed...), growth{good: []float64{0}, bad: []float64{r.each}, late: true})
		}
	}
	for _, labels := range strangers(s, m, sli.Requests, variants[0]) {
		r.stranger(labels)
	}
	return f
}

// count feeds what counts requests, however long they took.
func (r requests) count(labels []query.Matcher, g growth) {
	if r.m.Native {
		g.native = true
		r.add(r.m.Series, labels, g)
		return
	}
	r.add(r.m.Series+"_count", labels, g)
}

// stranger feeds work that the SLI does not look at: it must not count, be it
// good or bad.
func (r requests) stranger(labels []query.Matcher) {
	outcome := r.failed
	if r.sli.Kind == model.Latency {
		outcome = r.passed
	}
	r.count(with(labels, outcome...), r.noise())
}

func (r requests) noise() growth {
	return growth{good: []float64{r.each}, bad: []float64{r.each}, always: true}
}

// latency feeds requests that were fast and then slow. The last of several
// variants fails fast instead, which is as bad if failures count.
func (r requests) latency(i int, labels []query.Matcher) {
	ok, failed := with(labels, r.passed...), with(labels, r.failed...)
	failures := r.sli.Requests.CountFailures && i > 0
	each, none := []float64{r.each}, []float64{0}
	slow := growth{good: each, bad: each, restarts: i == 0}
	fast := growth{good: each, bad: none, skew: r.each, restarts: i == 0}
	late := growth{good: none, bad: each, late: true}
	switch {
	case r.m.Native:
		r.nativeLatency(i, ok, failed, failures)
	case failures:
		r.count(ok, growth{good: each, bad: none})
		r.bucket(i, ok, fast)
		r.count(failed, late)
		r.bucket(i, failed, late)
	default:
		r.count(ok, slow)
		r.bucket(i, ok, fast)
		r.add(r.m.Series+"_bucket", with(ok, query.Matcher{Label: "le", Value: "+Inf"}), slow)
	}
	if i == 0 && !r.sli.Requests.CountFailures && len(r.failed) > 0 {
		r.count(failed, r.noise())
	}
}

// bucket feeds the bucket up to the threshold, as OTLP and as a scrape write
// its bound.
func (r requests) bucket(i int, labels []query.Matcher, g growth) {
	bound := strconv.FormatFloat(r.sli.Requests.Bound, 'g', -1, 64)
	if i%2 == 1 && !strings.ContainsAny(bound, ".e") {
		bound += ".0"
	}
	r.add(r.m.Series+"_bucket", with(labels, query.Matcher{Label: "le", Value: bound}), g)
}

// nativeLatency feeds a native histogram: fast requests right below the bucket
// of the threshold, slow ones right above it.
func (r requests) nativeLatency(i int, ok, failed []query.Matcher, failures bool) {
	const perDoubling = 8 // buckets of schema 3
	offset := int(math.Ceil(math.Log2(r.sli.Requests.Bound)*perDoubling)) - 1
	fast, slow := []float64{r.each, 0, 0}, []float64{0, 0, r.each}
	none := []float64{0, 0, 0}
	if failures {
		r.add(r.m.Series, ok, growth{good: fast, bad: none, native: true, offset: offset})
		r.add(r.m.Series, failed, growth{good: none, bad: fast, late: true, native: true, offset: offset})
		return
	}
	r.add(r.m.Series, ok, growth{good: fast, bad: slow, restarts: i == 0, native: true, offset: offset})
}

// outcomes are the labels of work that passed and of work that failed, another
// code each time.
func outcomes(m *model.Metric, work model.Work, i int) (passed, failed []query.Matcher) {
	codes := func(attribute string, passed, failed []string) ([]query.Matcher, []query.Matcher) {
		label := labelOf(m, attribute)
		return []query.Matcher{{Label: label, Value: passed[i%len(passed)]}}, []query.Matcher{{Label: label, Value: failed[i%len(failed)]}}
	}
	switch work {
	case model.WorkHTTP:
		return codes("http.response.status_code", []string{"200", "404"}, []string{"500", "503"})
	case model.WorkGRPC:
		return codes("rpc.response.status_code", []string{"OK", "NOT_FOUND"}, []string{"INTERNAL", "UNAVAILABLE", "DeadlineExceeded"})
	case model.WorkConsumer, model.WorkJob:
		return nil, []query.Matcher{{Label: labelOf(m, "error.type"), Value: "timeout"}}
	}
	return nil, nil
}

// requestVariants are the labels of the work that an SLI looks at: each route,
// method, queue or job, two instances at least.
func requestVariants(s *model.Service, m *model.Metric, r *model.Requests) [][]query.Matcher {
	names := namedWork(s, m, r)
	if len(names) > maxVariants {
		names = names[:maxVariants]
	}
	conditions := append([]condition{jobCondition(s)}, whereConditions(m, r.Where)...)
	var out [][]query.Matcher
	for i := range max(2, len(names)) {
		labels, _ := labelsMeeting(i, conditions...)
		if len(names) > 0 {
			labels = append(labels, names[i%len(names)]...)
		}
		if len(names) < 2 {
			labels = append(labels, instance(i))
		}
		out = append(out, labels)
	}
	return out
}

// namedWork are the labels of each piece of work that an SLI names.
func namedWork(s *model.Service, m *model.Metric, r *model.Requests) [][]query.Matcher {
	var out [][]query.Matcher
	for _, name := range r.Names {
		var labels []query.Matcher
		switch r.Work {
		case model.WorkHTTP:
			method, path, ok := strings.Cut(name, " ")
			if !ok {
				method, path = "", name
			}
			if method != "" {
				labels = append(labels, query.Matcher{Label: labelOf(m, "http.request.method"), Value: method})
			}
			labels = append(labels, query.Matcher{Label: labelOf(m, "http.route"), Value: path})
		case model.WorkGRPC:
			labels = append(labels, query.Matcher{Label: labelOf(m, "rpc.method"), Value: name})
		case model.WorkConsumer:
			i := slices.IndexFunc(s.Consumers, func(c model.Consumer) bool { return c.Name == name })
			labels = append(labels, query.Matcher{Label: labelOf(m, "messaging.destination.name"), Value: s.Consumers[i].Destination})
		case model.WorkJob:
			labels = append(labels, query.Matcher{Label: labelOf(m, "job.name"), Value: name})
		}
		if !slices.ContainsFunc(out, func(o []query.Matcher) bool { return slices.Equal(o, labels) }) {
			out = append(out, labels)
		}
	}
	return out
}

// strangers are the labels of work that differs in one label from what the SLI
// looks at.
func strangers(s *model.Service, m *model.Metric, r *model.Requests, like []query.Matcher) [][]query.Matcher {
	named := []string{"job"}
	for _, w := range r.Where {
		named = append(named, labelOf(m, w.Attribute))
	}
	if work := namedWork(s, m, r); len(work) > 0 {
		for _, l := range work[0] {
			named = append(named, l.Label)
		}
	}
	var out [][]query.Matcher
	for i, l := range like {
		if slices.Contains(named, l.Label) {
			labels := slices.Clone(like)
			labels[i].Value = "another"
			out = append(out, labels)
		}
	}
	return out
}
