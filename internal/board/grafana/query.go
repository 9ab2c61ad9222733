package grafana

import (
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/loki"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/tempo"

	"github.com/obsboot/obsboot/internal/board"
)

// dataSourceType is the kind of server that speaks a language.
func dataSourceType(l board.Language) string {
	switch l {
	case board.LogQL:
		return "loki"
	case board.TraceQL, board.ServiceMap:
		return "tempo"
	}
	return "prometheus"
}

// dataSource is the one that the reader chose. The strict decoder checks queries
// only if each has its own.
func dataSource(l board.Language) *common.DataSourceRef {
	kind, uid := dataSourceType(l), "${"+board.SourceVariable(l)+"}"
	return &common.DataSourceRef{Type: &kind, Uid: &uid}
}

// grafanaNames are what stands for our placeholders in Grafana's queries.
var grafanaNames = map[string]string{board.Rate: "$__rate_interval", board.Span: "$__range", board.Step: "$__interval"}

// queryText writes the placeholders of a query as Grafana has them. Variables are
// written alike.
func queryText(text string) string {
	return board.Expand(text, func(name string) (string, bool) {
		with, ok := grafanaNames[name]
		return with, ok
	})
}

// legend writes the labels in a legend as Prometheus's and Loki's data sources
// have them.
func legend(text string) string {
	return board.Expand(text, func(name string) (string, bool) {
		label, ok := strings.CutPrefix(name, board.RowLabel)
		return "{{" + label + "}}", ok
	})
}

// refID names the queries of a panel: A to Z, AA and so on.
func refID(index int) string {
	if index < 26 {
		return string(rune('A' + index))
	}
	return refID(index/26-1) + refID(index%26)
}

// target is a query of a panel.
func target(p *board.Panel, index int) variants.Dataquery {
	q := &p.Queries[index]
	ref, source := refID(index), dataSource(q.Language)
	switch q.Language {
	case board.LogQL:
		out := loki.Dataquery{Expr: queryText(q.Text), RefId: &ref, Datasource: source, QueryType: ptr(queryType(q.Instant))}
		if q.Legend != "" {
			out.LegendFormat = ptr(legend(q.Legend))
		}
		if q.Limit > 0 {
			out.MaxLines = ptr(int64(q.Limit))
		}
		return out
	case board.TraceQL:
		out := tempo.TempoQuery{RefId: &ref, Datasource: source, QueryType: ptr("traceql"), Query: ptr(queryText(q.Text)), Filters: []tempo.TraceqlFilter{}, TableType: ptr(tempo.SearchTableTypeTraces)}
		if q.Limit > 0 {
			out.Limit = ptr(int64(q.Limit))
		}
		return out
	case board.ServiceMap:
		return tempo.TempoQuery{RefId: &ref, Datasource: source, QueryType: ptr("serviceMap"), ServiceMapQuery: &tempo.StringOrArrayOfString{String: ptr(queryText(q.Text))}, Filters: []tempo.TraceqlFilter{}}
	}
	return promTarget(p, q, ref, source)
}

func promTarget(p *board.Panel, q *board.Query, ref string, source *common.DataSourceRef) variants.Dataquery {
	out := prometheus.Dataquery{Expr: queryText(q.Text), RefId: &ref, Datasource: source, Instant: ptr(q.Instant), Range: ptr(!q.Instant)}
	if q.Legend != "" {
		out.LegendFormat = ptr(legend(q.Legend))
	}
	if q.Exemplars {
		out.Exemplar = ptr(true)
	}
	if q.Step > 0 {
		out.Interval = ptr(duration(q.Step))
	}
	switch p.Kind {
	case board.Table:
		out.Format, out.LegendFormat = ptr(prometheus.PromQueryFormatTable), nil
	case board.Heatmap:
		out.Format = ptr(prometheus.PromQueryFormatHeatmap)
	}
	return out
}

func queryType(instant bool) string {
	if instant {
		return "instant"
	}
	return "range"
}

// duration writes a duration in its largest unit, as Grafana has it.
func duration(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%unit.size == 0 {
			return fmt.Sprintf("%d%s", d/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
