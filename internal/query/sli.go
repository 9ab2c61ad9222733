package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
)

// Rates is what an SLI is made of: two rates per second over a window, each one
// series without labels. Where there is traffic both exist, and Errors is 0
// when there are none; without data neither does.
type Rates struct{ Errors, Total string }

// windowPlaceholder stands for the window in the queries of a model.
const windowPlaceholder = "${window}"

// SLIRates returns the rates of an SLI over a window, in PromQL. Errors may read
// the total from where it is recorded already, a query of one series without
// labels; if recorded is empty they compute it. For SLIs of kind logs it returns
// nothing: LogRates does.
func SLIRates(s *model.Service, sli *model.SLI, window time.Duration, recorded string) Rates {
	w := model.FormatDuration(window)
	total := totalRate(s, sli, window)
	if recorded == "" {
		recorded = total
	}
	errors := ""
	switch sli.Kind {
	case model.Availability:
		errors = failedRate(s, sli.Requests, recorded, w)
	case model.Latency:
		errors = slowRate(s, sli.Requests, recorded, w)
	case model.Events:
		errors = badRate(s, sli.Events, recorded, w)
	case model.Slices:
		errors = badSlices(s, sli.Slices, window)
	}
	return Rates{Errors: errors, Total: total}
}

func totalRate(s *model.Service, sli *model.SLI, window time.Duration) string {
	w := model.FormatDuration(window)
	switch sli.Kind {
	case model.Availability, model.Latency:
		m := metricNamed(s, sli.Requests.Metric)
		return countRate(m, requestMatchers(s, m, sli.Requests), countedMatchers(m, sli), w)
	case model.Events:
		return eventRate(s, &sli.Events.Total, w)
	case model.Slices:
		return allSlices(s, sli.Slices, window)
	}
	return ""
}

// countedMatchers leave failed requests out of the total of a latency SLI,
// unless the spec counts them.
func countedMatchers(m *model.Metric, sli *model.SLI) []Matcher {
	if sli.Kind != model.Latency || sli.Requests.CountFailures {
		return nil
	}
	return passedMatchers(m, sli.Requests)
}

// passedMatchers match work that did not fail; a declared histogram knows no
// failures.
func passedMatchers(m *model.Metric, r *model.Requests) []Matcher {
	if r.Work == "" {
		return nil
	}
	_, passed := failure(m, r.Work)
	return []Matcher{passed}
}

// orZero adds to errors the zero that says that there was traffic without any:
// an absent error series is a healthy service.
func orZero(errors, total string) string { return fmt.Sprintf("%s or 0 * %s", errors, total) }

// rest is what a part leaves of a total, never below zero: the two are scraped
// at different moments.
func rest(part, total string) string {
	return fmt.Sprintf("clamp_min(%s - (%s), 0)", total, orZero(part, total))
}

func failedRate(s *model.Service, r *model.Requests, total, w string) string {
	m := metricNamed(s, r.Metric)
	failed, _ := failure(m, r.Work)
	return orZero(countRate(m, requestMatchers(s, m, r), []Matcher{failed}, w), total)
}

func slowRate(s *model.Service, r *model.Requests, total, w string) string {
	m := metricNamed(s, r.Metric)
	alternatives, passed := requestMatchers(s, m, r), passedMatchers(m, r)
	if m.Native {
		return rest(fastNative(m, alternatives, passed, r.Bound, w), total)
	}
	return rest(sumRate(m.Series+"_bucket", alternatives, append([]Matcher{BoundMatcher(r.Bound)}, passed...), w), total)
}

// fastNative counts what is fast in a native histogram. The fraction of an
// empty histogram is NaN, which the comparison drops.
func fastNative(m *model.Metric, alternatives [][]Matcher, passed []Matcher, bound float64, w string) string {
	all := sumRate(m.Series, alternatives, passed, w)
	return fmt.Sprintf("(histogram_fraction(0, %s, %s) * histogram_count(%s) >= 0)", number(bound), all, all)
}

// BoundMatcher matches a bucket bound as Prometheus stores it: "1" of series
// that arrive over OTLP and "1.0" of scraped ones.
func BoundMatcher(bound float64) Matcher {
	text := number(bound)
	if strings.ContainsAny(text, ".e") {
		return Matcher{Label: "le", Value: text}
	}
	return Matcher{Label: "le", Op: MatchRegexp, Value: text + `(\.0)?`}
}

func number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

// countRate is the rate of all observations of a histogram, or of a counter.
func countRate(m *model.Metric, alternatives [][]Matcher, more []Matcher, w string) string {
	switch {
	case m.Kind != model.Histogram:
		return sumRate(m.Series, alternatives, more, w)
	case m.Native:
		return "histogram_count(" + sumRate(m.Series, alternatives, more, w) + ")"
	}
	return sumRate(m.Series+"_count", alternatives, more, w)
}

// sumRate takes the rate of each series first and sums then, so that a restart
// of one instance does not look like a drop of all.
func sumRate(series string, alternatives [][]Matcher, more []Matcher, w string) string {
	parts := make([]string, len(alternatives))
	for i, matchers := range alternatives {
		parts[i] = fmt.Sprintf("rate(%s[%s])", Selector(series, slices.Concat(matchers, more)...), w)
	}
	return "sum(" + strings.Join(parts, " or ") + ")"
}

// Parenthesize makes a query of the spec an operand. A comment in it must not
// take the parenthesis along.
func Parenthesize(text string) string {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "#") {
		text += "\n"
	}
	return "(" + text + ")"
}

func metricNamed(s *model.Service, name string) *model.Metric {
	for i := range s.Metrics {
		if s.Metrics[i].Name == name {
			return &s.Metrics[i]
		}
	}
	return &model.Metric{} // resolve has checked the name
}

// label returns the Prometheus label of a metric's attribute.
func label(m *model.Metric, attribute string) string {
	for _, a := range m.Attributes {
		if a.Name == attribute {
			return a.Label
		}
	}
	return ""
}

// JobMatcher matches the series of a service.
func JobMatcher(s *model.Service) Matcher { return Matcher{Label: "job", Value: s.Job} }

// WhereMatchers are the conditions of a spec's where.
func WhereMatchers(m *model.Metric, where []model.Where) []Matcher {
	var matchers []Matcher
	for _, w := range where {
		matchers = append(matchers, oneOf(label(m, w.Attribute), w.Values))
	}
	return matchers
}

// oneOf matches any of some values.
func oneOf(label string, values []string) Matcher {
	if len(values) == 1 {
		return Matcher{Label: label, Value: values[0]}
	}
	return Matcher{Label: label, Op: MatchRegexp, Value: RegexpAny(values)}
}

// requestMatchers select the work that an SLI looks at. HTTP routes of
// different methods need a selector each, all else needs one.
func requestMatchers(s *model.Service, m *model.Metric, r *model.Requests) [][]Matcher {
	base := append([]Matcher{JobMatcher(s)}, WhereMatchers(m, r.Where)...)
	if len(r.Names) == 0 {
		return [][]Matcher{base}
	}
	switch r.Work {
	case model.WorkHTTP:
		return routeMatchers(m, base, r.Names)
	case model.WorkGRPC:
		return [][]Matcher{append(base, oneOf(label(m, "rpc.method"), r.Names))}
	case model.WorkConsumer:
		return [][]Matcher{append(base, oneOf(label(m, "messaging.destination.name"), queuesOf(s, r.Names)))}
	}
	return [][]Matcher{append(base, oneOf(label(m, "job.name"), r.Names))}
}

// queuesOf returns the queues of some of a service's consumers: what they
// process is told apart by where it comes from.
func queuesOf(s *model.Service, consumers []string) []string {
	var queues []string
	for _, c := range s.Consumers {
		if slices.Contains(consumers, c.Name) && !slices.Contains(queues, c.Destination) {
			queues = append(queues, c.Destination)
		}
	}
	return queues
}

func routeMatchers(m *model.Metric, base []Matcher, routes []string) [][]Matcher {
	byMethod := map[string][]string{}
	var methods []string
	for _, route := range routes {
		method, path, ok := strings.Cut(route, " ")
		if !ok {
			method, path = "", route
		}
		if byMethod[method] == nil {
			methods = append(methods, method)
		}
		byMethod[method] = append(byMethod[method], path)
	}
	slices.Sort(methods)
	var out [][]Matcher
	for _, method := range methods {
		matchers := slices.Clone(base)
		if method != "" {
			matchers = append(matchers, Matcher{Label: label(m, "http.request.method"), Value: method})
		}
		out = append(out, append(matchers, oneOf(label(m, "http.route"), byMethod[method])))
	}
	return out
}

// grpcFailures are the codes that mean that the server failed, as the semantic
// conventions write them and as older instrumentation does.
var grpcFailures = []string{
	"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
	"Unknown", "DeadlineExceeded", "Unimplemented", "Internal", "Unavailable", "DataLoss",
}

// failure returns matchers of work that failed, and of work that did not.
func failure(m *model.Metric, work model.Work) (failed, passed Matcher) {
	switch work {
	case model.WorkHTTP:
		status := label(m, "http.response.status_code")
		return Matcher{Label: status, Op: MatchRegexp, Value: "5.."}, Matcher{Label: status, Op: MatchNotRegexp, Value: "5.."}
	case model.WorkGRPC:
		status, codes := label(m, "rpc.response.status_code"), RegexpAny(grpcFailures)
		return Matcher{Label: status, Op: MatchRegexp, Value: codes}, Matcher{Label: status, Op: MatchNotRegexp, Value: codes}
	}
	failing := label(m, "error.type")
	return Matcher{Label: failing, Op: MatchNotEqual}, Matcher{Label: failing, Op: MatchEqual}
}

func badRate(s *model.Service, e *model.EventSLI, total, w string) string {
	if e.Bad != nil {
		return orZero(eventRate(s, e.Bad, w), total)
	}
	return rest(eventRate(s, e.Good, w), total)
}

func eventRate(s *model.Service, e *model.EventCount, w string) string {
	if e.Query != nil {
		return Parenthesize(strings.ReplaceAll(e.Query.Text, windowPlaceholder, w))
	}
	m := metricNamed(s, e.Metric)
	return countRate(m, [][]Matcher{append([]Matcher{JobMatcher(s)}, WhereMatchers(m, e.Where)...)}, nil, w)
}

// allSlices counts, per second, the slices that have a value.
func allSlices(s *model.Service, e *model.SliceSLI, window time.Duration) string {
	samples, seconds := sliceSamples(e, window)
	return fmt.Sprintf("count_over_time(%s%s) / %s", sliceValue(s, e, "max"), samples, seconds)
}

// badSlices counts those in which it is out of bounds.
func badSlices(s *model.Service, e *model.SliceSLI, window time.Duration) string {
	samples, seconds := sliceSamples(e, window)
	var bad []string
	if e.Above != nil {
		bad = append(bad, fmt.Sprintf("(%s <= bool %s)", sliceValue(s, e, "min"), number(*e.Above)))
	}
	if e.Below != nil {
		bad = append(bad, fmt.Sprintf("(%s >= bool %s)", sliceValue(s, e, "max"), number(*e.Below)))
	}
	condition := strings.Join(bad, " + ")
	if len(bad) > 1 {
		condition = "clamp_max(" + condition + ", 1)"
	}
	return fmt.Sprintf("sum_over_time(%s%s) / %s", condition, samples, seconds)
}

// sliceSamples is the subquery that looks at each slice of a window once, and
// the seconds of that window.
func sliceSamples(e *model.SliceSLI, window time.Duration) (samples, seconds string) {
	window = max(window, e.Slice)
	return fmt.Sprintf("[%s:%s]", model.FormatDuration(window), model.FormatDuration(e.Slice)), number(window.Seconds())
}

// sliceValue is the value that a slice is judged by: of several instances the
// worst.
func sliceValue(s *model.Service, e *model.SliceSLI, worst string) string {
	if e.Query != nil {
		return Parenthesize(e.Query.Text)
	}
	m := metricNamed(s, e.Metric)
	matchers := append([]Matcher{JobMatcher(s)}, WhereMatchers(m, e.Where)...)
	return fmt.Sprintf("%s(%s)", worst, Selector(m.Series, matchers...))
}

// LogRates returns the rates of an SLI that counts log records, in LogQL. Both
// exist whether or not there were any: no line is no traffic.
func LogRates(l *model.LogSLI, window time.Duration) Rates {
	w := model.FormatDuration(window)
	total := lineRate(l.Total, w)
	if l.Bad != nil {
		return Rates{Errors: lineRate(*l.Bad, w), Total: total}
	}
	return Rates{Errors: fmt.Sprintf("(%s) - (%s)", total, lineRate(*l.Good, w)), Total: total}
}

// lineRate counts the lines of a stream. The range stands on a line of its own,
// behind any comment.
func lineRate(q model.Query, w string) string {
	return fmt.Sprintf("sum(rate(%s\n[%s])) or vector(0)", strings.TrimSpace(q.Text), w)
}

// JobSuccess returns the series, and its matchers, of when a job last ended
// without an error.
func JobSuccess(s *model.Service, job string) (series string, matchers []Matcher) {
	m := metricNamed(s, "job.last_success.time")
	return m.Series, []Matcher{JobMatcher(s), {Label: label(m, "job.name"), Value: job}}
}

// Alive returns a query that gives something while an instance of a service
// runs and tells of itself, whether or not it has work.
func Alive(s *model.Service) string {
	if s.Source != nil {
		return fmt.Sprintf("(max(%s) == 1)", Selector("up", JobMatcher(s)))
	}
	return fmt.Sprintf("count(%s)", Selector("target_info", JobMatcher(s)))
}

// Failure returns matchers of work that failed, and of work that did not, as
// SLIs of kind availability have it.
func Failure(m *model.Metric, work model.Work) (failed, passed Matcher) { return failure(m, work) }
