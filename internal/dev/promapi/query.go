package promapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

const (
	// maxPoints is how many points a series of a range may have, as in Prometheus.
	maxPoints = 11_000
	// maxQueryText is how long a query may be.
	maxQueryText = 64 << 10
)

// result is the data of a query.
type result struct {
	ResultType parser.ValueType `json:"resultType"`
	Result     parser.Value     `json:"result"`
}

func textOf(r *http.Request) (string, error) {
	text := r.FormValue("query")
	if len(text) > maxQueryText {
		return "", badData{fmt.Errorf("query: longer than %d bytes", maxQueryText)}
	}
	return text, nil
}

// within limits a context to what a request asks for.
func within(r *http.Request) (context.Context, context.CancelFunc, error) {
	if r.FormValue("timeout") == "" {
		return r.Context(), func() {}, nil
	}
	timeout, err := durationOf(r, "timeout")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	return ctx, cancel, nil
}

func (a *api) query(r *http.Request) (any, notes, error) {
	at, err := timeOf(r, "time", time.Now())
	if err != nil {
		return nil, notes{}, err
	}
	return a.exec(r, func(ctx context.Context, text string) (promql.Query, error) {
		return a.store.Engine.NewInstantQuery(ctx, a.store.DB, nil, text, at)
	})
}

func (a *api) queryRange(r *http.Request) (any, notes, error) {
	from, err := timeOf(r, "start", time.Time{})
	if err != nil {
		return nil, notes{}, err
	}
	to, err := timeOf(r, "end", time.Time{})
	if err != nil {
		return nil, notes{}, err
	}
	step, err := durationOf(r, "step")
	switch {
	case err != nil:
		return nil, notes{}, err
	case from.IsZero() || to.IsZero():
		return nil, notes{}, badData{errors.New("start and end are needed")}
	case to.Before(from):
		return nil, notes{}, badData{errors.New("end is before start")}
	case step <= 0:
		return nil, notes{}, badData{errors.New("step must be positive")}
	case to.Sub(from)/step > maxPoints:
		return nil, notes{}, badData{fmt.Errorf("more than %d points for a series: make step larger", maxPoints)}
	}
	return a.exec(r, func(ctx context.Context, text string) (promql.Query, error) {
		return a.store.Engine.NewRangeQuery(ctx, a.store.DB, nil, text, from, to, step)
	})
}

// exec runs a query. Its result is copied, because it ends with the query.
func (a *api) exec(r *http.Request, open func(context.Context, string) (promql.Query, error)) (any, notes, error) {
	text, err := textOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	limit, err := limitOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	ctx, cancel, err := within(r)
	if err != nil {
		return nil, notes{}, err
	}
	defer cancel()
	q, err := open(ctx, text)
	if err != nil {
		return nil, notes{}, badData{err}
	}
	defer q.Close()
	res := q.Exec(ctx)
	if res.Err != nil {
		return nil, notes{}, res.Err
	}
	var said notes
	said.warnings, said.infos = res.Warnings.AsStrings(text, 10, 10)
	value, cut := limited(res.Value, limit)
	if cut {
		said.warnings = append(said.warnings, truncated.warnings...)
	}
	content, err := encodeValue(value)
	return content, said, err
}

// limited leaves out what is above a limit. An empty list stays a list.
func limited(v parser.Value, limit int) (parser.Value, bool) {
	switch v := v.(type) {
	case promql.Vector:
		if limit > 0 && len(v) > limit {
			return v[:limit], true
		}
		if v == nil {
			return promql.Vector{}, false
		}
	case promql.Matrix:
		if limit > 0 && len(v) > limit {
			return v[:limit], true
		}
		if v == nil {
			return promql.Matrix{}, false
		}
	}
	return v, false
}

// encodeValue makes the data of an answer while the query is open, to which the value
// belongs.
func encodeValue(v parser.Value) (json.RawMessage, error) {
	return json.Marshal(result{v.Type(), v})
}

// exemplarsOf is an exemplar.QueryResult as the API writes it.
type exemplarsOf struct {
	Labels    labels.Labels `json:"seriesLabels"`
	Exemplars []oneExemplar `json:"exemplars"`
}

type oneExemplar struct {
	Labels labels.Labels `json:"labels"`
	Value  string        `json:"value"`
	Time   float64       `json:"timestamp"`
}

func exemplarsFrom(found []exemplar.QueryResult) []exemplarsOf {
	out := make([]exemplarsOf, len(found))
	for i, series := range found {
		out[i] = exemplarsOf{series.SeriesLabels, make([]oneExemplar, len(series.Exemplars))}
		for k, e := range series.Exemplars {
			out[i].Exemplars[k] = oneExemplar{e.Labels, strconv.FormatFloat(e.Value, 'f', -1, 64), float64(e.Ts) / 1000}
		}
	}
	return out
}

func (a *api) format(r *http.Request) (any, notes, error) {
	text, err := textOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	expr, err := a.store.Parser.ParseExpr(text)
	if err != nil {
		return nil, notes{}, badData{err}
	}
	return expr.Pretty(0), notes{}, nil
}

func (a *api) exemplars(r *http.Request) (any, notes, error) {
	text, err := textOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	from, to, err := rangeOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	expr, err := a.store.Parser.ParseExpr(text)
	if err != nil {
		return nil, notes{}, badData{err}
	}
	selectors := parser.ExtractSelectors(expr)
	if len(selectors) == 0 {
		return []exemplarsOf{}, notes{}, nil
	}
	q, err := a.store.DB.ExemplarQuerier(r.Context())
	if err != nil {
		return nil, notes{}, err
	}
	found, err := q.Select(from.UnixMilli(), to.UnixMilli(), selectors...)
	return exemplarsFrom(found), notes{}, err
}

// selectorsOf reads the match[] parameters.
func (a *api) selectorsOf(r *http.Request) ([][]*labels.Matcher, error) {
	var out [][]*labels.Matcher
	for _, text := range r.Form["match[]"] {
		matchers, err := a.store.Parser.ParseMetricSelector(text)
		if err != nil {
			return nil, badData{err}
		}
		out = append(out, matchers)
	}
	return out, nil
}

func (a *api) series(r *http.Request) (any, notes, error) {
	selectors, err := a.selectorsOf(r)
	if err == nil && len(selectors) == 0 {
		err = badData{errors.New("no match[] parameter")}
	}
	if err != nil {
		return nil, notes{}, err
	}
	limit, err := limitOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	from, to, err := rangeOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	q, err := a.querier(from, to)
	if err != nil {
		return nil, notes{}, err
	}
	defer q.Close() //nolint:errcheck // it was read
	hints := &storage.SelectHints{Start: from.UnixMilli(), End: to.UnixMilli(), Func: "series"}
	var sets []storage.SeriesSet
	for _, matchers := range selectors {
		sets = append(sets, q.Select(r.Context(), true, hints, matchers...))
	}
	set, out := storage.NewMergeSeriesSet(sets, 0, storage.ChainedSeriesMerge), []labels.Labels{}
	for set.Next() {
		if limit > 0 && len(out) == limit {
			return out, truncated, nil
		}
		out = append(out, set.At().Labels())
	}
	return out, notes{}, set.Err()
}

func (a *api) labels(r *http.Request) (any, notes, error) {
	return a.strings(r, func(q storage.Querier, matchers []*labels.Matcher) ([]string, error) {
		names, _, err := q.LabelNames(r.Context(), nil, matchers...)
		return names, err
	})
}

func (a *api) values(r *http.Request) (any, notes, error) {
	name := model.LabelName(r.PathValue("name"))
	if !model.UTF8Validation.IsValidLabelName(string(name)) {
		return nil, notes{}, badData{fmt.Errorf("%q is no name of a label", name)}
	}
	return a.strings(r, func(q storage.Querier, matchers []*labels.Matcher) ([]string, error) {
		values, _, err := q.LabelValues(r.Context(), string(name), nil, matchers...)
		return values, err
	})
}

// strings collects names or values over all selectors of a request.
func (a *api) strings(r *http.Request, read func(storage.Querier, []*labels.Matcher) ([]string, error)) (any, notes, error) {
	selectors, err := a.selectorsOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	limit, err := limitOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	from, to, err := rangeOf(r)
	if err != nil {
		return nil, notes{}, err
	}
	q, err := a.querier(from, to)
	if err != nil {
		return nil, notes{}, err
	}
	defer q.Close() //nolint:errcheck // it was read
	if len(selectors) == 0 {
		selectors = [][]*labels.Matcher{nil}
	}
	out := []string{}
	for _, matchers := range selectors {
		found, err := read(q, matchers)
		if err != nil {
			return nil, notes{}, err
		}
		for _, s := range found { // they are the storage's: they must not outlive it
			out = append(out, string([]byte(s)))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if limit > 0 && len(out) > limit {
		return out[:limit], truncated, nil
	}
	return out, notes{}, nil
}
