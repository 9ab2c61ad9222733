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

// counts answers queries of dashboards that count log records by a label. It looks at
// the newest maxRecords of them.
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
	f.Limit = maxRecords
	found, err := a.Store.SearchLogs(r.Context(), f)
	if err != nil {
		return nil, err
	}
	by := splitLabels(r.URL.Query().Get("by"))
	groups := map[string]map[int64]int{}
	for i := range found.Records {
		record := &found.Records[i]
		values := make([]string, len(by))
		for k, label := range by {
			values[k] = labelOf(record, label)
		}
		key := strings.Join(values, "\x00")
		if groups[key] == nil {
			groups[key] = map[int64]int{}
		}
		// As with a range query, a point counts what lies in the step before it.
		groups[key][(record.Time/1000+step-1)/step*step]++
	}
	out := []countSeries{}
	for key, points := range groups {
		out = append(out, seriesOf(by, strings.Split(key, "\x00"), points))
	}
	slices.SortFunc(out, func(a, b countSeries) int { return strings.Compare(fmt.Sprint(a.Metric), fmt.Sprint(b.Metric)) })
	return out, nil
}

func splitLabels(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func seriesOf(by, values []string, points map[int64]int) countSeries {
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
		out.Values = append(out.Values, [2]any{float64(at) / 1000, strconv.Itoa(points[at])})
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
