package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/stat"

	"github.com/obsboot/obsboot/internal/board"
)

// What the SDK, v0.0.12, gets wrong or leaves to us is in this file.

// root is a dashboard as it is written. Two fields of the SDK's are replaced:
// annotations, because the SDK does not know the formats of their texts, and
// panels, because the SDK's union of panels and rows escapes HTML.
type root struct {
	dashboard.Dashboard
	Annotations annotations `json:"annotations"`
	Panels      []any       `json:"panels"`
}

type annotations struct {
	List []annotation `json:"list"`
}

// annotation has what Prometheus's data source reads beside the SDK's fields.
type annotation struct {
	dashboard.AnnotationQuery
	TitleFormat string `json:"titleFormat"`
	TextFormat  string `json:"textFormat"`
}

// newDashboard cannot be edited: what is changed in the browser would be gone.
func newDashboard() *root {
	out := &root{Dashboard: *dashboard.NewDashboard()}
	out.Editable = ptr(false)
	out.GraphTooltip = ptr(dashboard.DashboardCursorSyncCrosshair)
	out.Templating.List = []dashboard.VariableModel{}
	out.Annotations.List = []annotation{}
	out.Panels = []any{}
	out.FiscalYearStartMonth = nil
	return out
}

// newPanel sets an id, which the SDK leaves out, and drops defaults.
func newPanel(p *board.Panel) dashboard.Panel {
	out := dashboard.Panel{
		Id: ptr(uint32(p.ID)), Title: ptr(text(p.Title)), Description: ptr(text(p.Description)),
		GridPos: gridPos(p.At),
	}
	return out
}

func gridPos(b board.Box) *dashboard.GridPos {
	return &dashboard.GridPos{X: uint32(b.X), Y: uint32(b.Y), W: uint32(b.W), H: uint32(b.H)}
}

// newRow has an id; those of the SDK are all 0. Panels may not be null.
func newRow(id int, title string, y int) dashboard.RowPanel {
	out := *dashboard.NewRowPanel()
	out.Id, out.Title = uint32(id), &title
	out.GridPos = gridPos(board.Box{Y: y, W: board.Columns, H: 1})
	return out
}

// newLink stands above the panels; the SDK would hide it in a menu.
func newLink(kind dashboard.DashboardLinkType, title, tooltip string) dashboard.DashboardLink {
	out := *dashboard.NewDashboardLink()
	out.Placement = nil
	out.Type, out.Title, out.Tooltip, out.KeepTime = kind, title, tooltip, true
	return out
}

// newAnnotation has its switch above the panels; the SDK would hide it in a menu.
func newAnnotation(name, color string, on bool) annotation {
	out := annotation{AnnotationQuery: *dashboard.NewAnnotationQuery()}
	out.Placement, out.BuiltIn = nil, nil
	out.Name, out.IconColor, out.Enable = name, color, on
	out.Datasource = dataSource(board.PromQL)
	return out
}

// newVariable drops the defaults that belong to other kinds of variables.
func newVariable(name, label, description string) dashboard.VariableModel {
	out := dashboard.VariableModel{Name: name, Label: &label}
	if description != "" {
		out.Description = &description
	}
	return out
}

// Zero values are written out, and some are no values of their enumerations.

func newStat() stat.Options {
	out := *stat.NewOptions()
	out.Orientation = common.VizOrientationAuto
	out.ReduceOptions.Calcs = []string{"lastNotNull"}
	return out
}

func newHeatmap() heatmap.Options {
	out := *heatmap.NewOptions()
	out.Color.Mode = ptr(heatmap.HeatmapColorModeScheme)
	out.Color.Scale = ptr(heatmap.HeatmapColorScaleExponential)
	out.Color.Scheme, out.Color.Fill = "Blues", "blue"
	out.Tooltip.Mode = common.TooltipDisplayModeSingle
	out.Tooltip.YHistogram = ptr(true)
	out.ShowValue = common.VisibilityModeNever
	out.RowsFrame = &heatmap.RowsHeatmapOptions{Layout: ptr(common.HeatmapCellLayoutAuto)}
	return out
}

func newLogs() logs.Options {
	return logs.Options{
		ShowTime: true, EnableLogDetails: true, ShowLogContextToggle: true,
		SortOrder: common.LogsSortOrderDescending, DedupStrategy: common.LogsDedupStrategyNone,
	}
}

func stringOrMap(s string) *dashboard.StringOrMap { return &dashboard.StringOrMap{String: &s} }

func option(text, value string, selected bool) *dashboard.VariableOption {
	return &dashboard.VariableOption{
		Selected: &selected,
		Text:     dashboard.StringOrArrayOfString{String: &text}, Value: dashboard.StringOrArrayOfString{String: &value},
	}
}

// allOption is the choice of everything.
func allOption() *dashboard.VariableOption {
	return &dashboard.VariableOption{
		Selected: ptr(true),
		Text:     dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}}, Value: dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}},
	}
}

func ptr[T any](value T) *T { return &value }
