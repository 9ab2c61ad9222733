package grafana

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/gauge"
	"github.com/grafana/grafana-foundation-sdk/go/nodegraph"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	textpanel "github.com/grafana/grafana-foundation-sdk/go/text"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"

	"github.com/obsboot/obsboot/internal/board"
)

// panelTypes are Grafana's names of the kinds.
var panelTypes = map[board.Kind]string{
	board.TimeSeries: "timeseries", board.Stat: "stat", board.Gauge: "gauge", board.Bar: "bargauge", board.Table: "table",
	board.Heatmap: "heatmap", board.Logs: "logs", board.Traces: "table", board.NodeGraph: "nodeGraph", board.Text: "text",
}

func (r renderer) panel(p *board.Panel) dashboard.Panel {
	out := newPanel(p)
	out.Type = panelTypes[p.Kind]
	if p.Points > 0 {
		out.MaxDataPoints = ptr(float64(p.Points))
	}
	if p.From != "" {
		out.TimeFrom = &p.From
	}
	for i := range p.Queries {
		out.Targets = append(out.Targets, target(p, i))
	}
	if len(p.Queries) > 0 {
		out.Datasource = dataSource(p.Queries[0].Language)
	}
	for _, l := range p.Links {
		out.Links = append(out.Links, r.panelLink(l, p))
	}
	out.Options = options(p)
	out.FieldConfig = &dashboard.FieldConfigSource{Defaults: r.defaults(p), Overrides: []dashboard.DashboardFieldConfigSourceOverrides{}}
	switch p.Kind {
	case board.Table:
		if len(p.Columns) > 0 {
			out.Transformations = transformations(p)
			out.FieldConfig.Overrides = r.columns(p)
		}
	default:
		for i := range p.Styles {
			out.FieldConfig.Overrides = append(out.FieldConfig.Overrides, style(&p.Styles[i]))
		}
	}
	return out
}

// options are those of the kind of a panel.
func options(p *board.Panel) any {
	switch p.Kind {
	case board.TimeSeries:
		out := *timeseries.NewOptions()
		out.Legend.ShowLegend = !p.NoLegend
		out.Legend.Calcs = []string{}
		out.Tooltip.Mode, out.Tooltip.Sort = common.TooltipDisplayModeMulti, common.SortOrderDescending
		return out
	case board.Stat:
		out := newStat()
		out.GraphMode = common.BigValueGraphModeNone
		if p.Sparkline {
			out.GraphMode = common.BigValueGraphModeArea
		}
		out.ColorMode = common.BigValueColorModeValue
		return out
	case board.Gauge:
		out := *gauge.NewOptions()
		out.Orientation, out.ReduceOptions.Calcs = common.VizOrientationAuto, []string{"lastNotNull"}
		return out
	case board.Bar:
		out := *bargauge.NewOptions()
		out.Orientation, out.ReduceOptions.Calcs = common.VizOrientationHorizontal, []string{"lastNotNull"}
		out.Legend.Calcs, out.Legend.DisplayMode, out.Legend.Placement = []string{}, common.LegendDisplayModeList, common.LegendPlacementBottom
		out.ValueMode, out.NamePlacement = common.BarGaugeValueModeColor, common.BarGaugeNamePlacementAuto
		return out
	case board.Table, board.Traces:
		out := *table.NewOptions()
		out.Footer = nil
		if p.SortBy != "" {
			out.SortBy = []common.TableSortByFieldState{{DisplayName: p.SortBy, Desc: ptr(p.Descending)}}
		}
		return out
	case board.Heatmap:
		out := newHeatmap()
		out.YAxis.Unit = ptr(unit(p.Unit))
		return out
	case board.Logs:
		return newLogs()
	case board.NodeGraph:
		return *nodegraph.NewOptions()
	}
	out := *textpanel.NewOptions()
	out.Content = p.Content
	return out
}

// defaults hold for all fields of a panel.
func (r renderer) defaults(p *board.Panel) dashboard.FieldConfig {
	out := dashboard.FieldConfig{}
	if p.Unit != "" && p.Kind != board.Logs && p.Kind != board.Traces && p.Kind != board.NodeGraph && p.Kind != board.Text {
		out.Unit = ptr(unit(p.Unit))
	}
	if p.Decimals != nil {
		out.Decimals = ptr(float64(*p.Decimals))
	}
	out.Min, out.Max = p.Min, p.Max
	if p.NoValue != "" {
		out.NoValue = ptr(text(p.NoValue))
	}
	if len(p.Thresholds) > 0 {
		out.Thresholds = thresholds(p.Thresholds)
	}
	for _, l := range p.DataLinks {
		out.Links = append(out.Links, r.dataLink(l, p))
	}
	switch p.Kind {
	case board.TimeSeries:
		out.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdPaletteClassic}
		out.Custom = lines(p)
	case board.Stat, board.Gauge, board.Bar:
		out.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds}
	}
	return out
}

// lines is how the series of a graph are drawn.
func lines(p *board.Panel) common.GraphFieldConfig {
	out := common.GraphFieldConfig{
		DrawStyle: ptr(common.GraphDrawStyleLine), LineWidth: ptr(1.5), FillOpacity: ptr(0.0),
		ShowPoints: ptr(common.VisibilityModeNever),
	}
	if p.Fill {
		out.FillOpacity = ptr(12.0)
	}
	if p.Bars {
		out.DrawStyle, out.FillOpacity, out.LineWidth = ptr(common.GraphDrawStyleBars), ptr(70.0), ptr(0.0)
	}
	if p.Stacked {
		out.Stacking = &common.StackingConfig{Mode: ptr(common.StackingModeNormal), Group: ptr("A")}
		if !p.Bars {
			out.FillOpacity = ptr(30.0)
		}
	}
	if p.Logarithmic {
		out.ScaleDistribution = &common.ScaleDistributionConfig{Type: common.ScaleDistributionLog, Log: ptr(10.0)}
	}
	out.AxisSoftMin, out.AxisSoftMax = p.SoftMin, p.SoftMax
	if p.Lines {
		out.ThresholdsStyle = &common.GraphThresholdsStyleConfig{Mode: common.GraphThresholdsStyleModeDashed}
	}
	return out
}

func thresholds(steps []board.Threshold) *dashboard.ThresholdsConfig {
	out := &dashboard.ThresholdsConfig{Mode: dashboard.ThresholdsModeAbsolute}
	for i, s := range steps {
		step := dashboard.Threshold{Color: color(s.Color)}
		if i > 0 {
			step.Value = ptr(s.From)
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// property is one setting of an override.
func property(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

// style is an override for some series.
func style(s *board.Style) dashboard.DashboardFieldConfigSourceOverrides {
	out := dashboard.DashboardFieldConfigSourceOverrides{Matcher: dashboard.MatcherConfig{Id: "byName", Options: text(s.Series)}}
	if s.Pattern != "" {
		pattern, flags := s.Pattern, ""
		if rest, ok := strings.CutPrefix(pattern, "(?i)"); ok { // which JavaScript writes behind
			pattern, flags = rest, "i"
		}
		out.Matcher = dashboard.MatcherConfig{Id: "byRegexp", Options: "/" + strings.ReplaceAll(pattern, "/", `\/`) + "/" + flags}
	}
	add := func(when bool, id string, value any) {
		if when {
			out.Properties = append(out.Properties, property(id, value))
		}
	}
	add(s.Color != "", "color", map[string]string{"mode": "fixed", "fixedColor": color(s.Color)})
	add(s.Dashed, "custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{8, 8}})
	add(s.Thin, "custom.lineWidth", 1)
	add(s.NoFill, "custom.fillOpacity", 0)
	add(s.NoFill, "custom.stacking", map[string]string{"mode": "none", "group": "A"})
	add(s.Right, "custom.axisPlacement", "right")
	add(s.Unit != "", "unit", unit(s.Unit))
	return out
}
