package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/obsboot/obsboot/internal/dev/store"
)

// countSeries is how many records there were over time, in the form of a range query.
type countSeries struct {
	Metric map[string]string `json:"metric"`
	Values [][2]any          `json:"values"`
}

// counted is the answer of counts. Where not all could be counted, From says since when
// they are, in milliseconds.
type counted struct {
	Series []countSeries `json:"series"`
	From   int64         `json:"from_ms"`
}

// byLevel is the label that Loki gives to levels.
const byLevel = "detected_level"

// counts answers queries of dashboards that count log records by labels.
func (a *api) counts(r *http.Request) (any, error) {
	f, err := logFilterOf(r)
	if err != nil {
		return nil, err
	}
	step := int64(0)
	if err := number(r.URL.Query().Get("step"), "step", &step); err != nil {
		return nil, err
	}
	if step < 1000 {
		return nil, badRequest{fmt.Errorf("step: %d ms is too short", step)}
	}
	by := splitLabels(r.URL.Query().Get("by"))
	if len(by) == 1 && by[0] == byLevel {
		return a.countLevels(r, f, step)
	}
	return a.countLabels(r, f, by, step)
}

func (a *api) countLevels(r *http.Request, f store.LogFilter, step int64) (any, error) {
	found, err := a.Store.CountLevels(r.Context(), f, step)
	if err != nil {
		return nil, err
	}
	out := counted{Series: []countSeries{}, From: found.From}
	for level, points := range found.Counts {
		out.Series = append(out.Series, seriesOf([]string{byLevel}, []string{level}, points))
	}
	out.sort()
	return out, nil
}

// countLabels looks at the newest maxRecords records.
func (a *api) countLabels(r *http.Request, f store.LogFilter, by []string, step int64) (any, error) {
	f.Limit = maxRecords
	found, err := a.Store.SearchLogs(r.Context(), f)
	if err != nil {
		return nil, err
	}
	groups := map[string]map[int64]int64{}
	for i := range found.Records {
		record := &found.Records[i]
		values := make([]string, len(by))
		for k, label := range by {
			values[k] = labelOf(record, label)
		}
		key := strings.Join(values, "\x00")
		if groups[key] == nil {
			groups[key] = map[int64]int64{}
		}
		// As with a range query, a point counts what lies in the step before it.
		groups[key][(record.Time/1000+step-1)/step*step]++
	}
	out := counted{Series: []countSeries{}}
	if len(found.Records) == maxRecords || found.Partial && len(found.Records) > 0 {
		out.From = found.Records[len(found.Records)-1].Time / 1000
	}
	for key, points := range groups {
		out.Series = append(out.Series, seriesOf(by, strings.Split(key, "\x00"), points))
	}
	out.sort()
	return out, nil
}

func (c *counted) sort() {
	slices.SortFunc(c.Series, func(a, b countSeries) int { return strings.Compare(fmt.Sprint(a.Metric), fmt.Sprint(b.Metric)) })
}

func splitLabels(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func seriesOf(by, values []string, points map[int64]int64) countSeries {
	out := countSeries{Metric: map[string]string{}}
	for i, label := range by {
		out.Metric[label] = values[i]
	}
	times := make([]int64, 0, len(points))
	for at := range points {
		times = append(times, at)
	}
	slices.Sort(times)
	for _, at := range times {
		out.Values = append(out.Values, [2]any{float64(at) / 1000, strconv.FormatInt(points[at], 10)})
	}
	return out
}

// labelOf returns what Loki would have as a label of a record. Names of attributes
// have underscores there.
func labelOf(record *store.Log, label string) string {
	switch label {
	case "detected_level", "level":
		return record.Level
	case "service_name":
		return record.Service
	case "event_name":
		return record.Event
	}
	for _, list := range [][]store.Attribute{record.Attributes, record.Resource} {
		for _, a := range list {
			if strings.ReplaceAll(a.Key, ".", "_") == label {
				return store.Text(a.Value)
			}
		}
	}
	return ""
}
