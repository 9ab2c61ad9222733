// Package board says what dashboards show, as plain data.
//
// In: a model.System. Out: dashboards, with rows, panels, queries, units,
// thresholds, links, variables, annotations and their layout. Grafana's JSON is
// one rendering of it, the page of the embedded engine another, so the package
// knows no file format. It must not import spec, resolve, generate or an SDK.
package board

import "time"

// Dashboard is one page of panels.
type Dashboard struct {
	UID         string // at most 40 characters, and never another for the same subject
	Title       string
	Description string
	Folder      string // title of the folder
	Path        string // of its file, relative to where dashboards are, without an extension
	Tags        []string
	Range       Range
	Refresh     time.Duration // how often it is read again; 0: on demand
	Variables   []Variable
	Annotations []Annotation
	Links       []Link
	Rows        []Row
}

// Range is a time range, as "now-6h" and "now".
type Range struct{ From, To string }

// Variable is a choice that the reader has. In queries and links ${Name} stands
// for what was chosen.
type Variable struct {
	Name        string
	Label       string
	Description string
	Kind        VariableKind
	Source      Language // of a data source: which language it must speak
	Query       string   // of values: a PromQL selector, or an expression, whose series have Of
	Computed    bool     // Query is an expression
	Of          string   // of values: the label that they are taken from
	Values      []string // of a choice
	Default     string   // what is chosen at first; empty: everything, or the first
	All         string   // the value of "everything", a regular expression; empty: one value is chosen
	Hidden      bool
}

// VariableKind says where the values of a variable come from.
type VariableKind string

// The kinds of variables.
const (
	DataSource VariableKind = "datasource" // servers that speak a language
	LabelOf    VariableKind = "values"     // values of a label
	Choice     VariableKind = "choice"     // values that are known
)

// Annotation marks moments on all panels with a time axis.
type Annotation struct {
	Name   string
	Color  Color
	Query  Query  // a moment wherever it has a value
	Title  string // what a mark says, with ${row.LABEL}
	Text   string
	Hidden bool // off until the reader wants it
}

// Row is a titled section of a dashboard.
type Row struct {
	ID        int // unique among rows and panels
	Title     string
	Section   string // the name by which a spec hides it; empty: it stays
	Collapsed bool   // closed until the reader opens it
	Panels    []Panel
}

// Kind is how a panel shows its queries.
type Kind string

// The kinds of panels.
const (
	TimeSeries Kind = "timeseries"
	Stat       Kind = "stat"
	Gauge      Kind = "gauge"
	Bar        Kind = "bar"
	Table      Kind = "table"
	Heatmap    Kind = "heatmap"
	Logs       Kind = "logs"
	Traces     Kind = "traces" // a table of traces that were found
	NodeGraph  Kind = "nodegraph"
	Text       Kind = "text"
)

// Panel is one picture.
type Panel struct {
	ID          int // unique in the dashboard, derived from the titles of row and panel
	Title       string
	Description string // how to read it
	Kind        Kind
	At          Box
	Queries     []Query
	Unit        Unit
	Decimals    *int
	SoftMin     *float64 // the axis reaches down to it at least
	SoftMax     *float64 // and up to this
	Min, Max    *float64
	NoValue     string // what stands there if there is nothing, and why
	Thresholds  []Threshold
	Lines       bool // thresholds are drawn as lines
	Stacked     bool
	Bars        bool
	Fill        bool // colour below the lines
	Logarithmic bool
	Sparkline   bool // a stat with its history behind it
	Total       bool // a legend with the sum of each series, beside mean and last
	NoLegend    bool
	Styles      []Style
	Columns     []Column // of a table, in their order
	SortBy      string   // title of the column that a table is sorted by
	Descending  bool
	Links       []Link // of the panel's title
	DataLinks   []Link // of each series, or of a stat's value
	Points      int    // the most points of a series; 0: one for each pixel
	From        string // a range of its own, such as "30d", that ends with the dashboard's; may be a variable
	Content     string // of a text, in Markdown
}

// Box is where a panel stands on a grid of Columns columns.
type Box struct{ X, Y, W, H int }

// Language is what a query is written in, and so which server answers it.
type Language string

// The languages.
const (
	PromQL     Language = "promql"
	LogQL      Language = "logql"
	TraceQL    Language = "traceql"
	ServiceMap Language = "servicemap" // no text: the graph of services that Tempo makes; Text is a PromQL selector of its edges
)

// Query is a question to a server. In its text ${rate} stands for a window that
// suits rates at the range that is shown, ${range} for that range, and ${NAME}
// for a variable; see Expand.
type Query struct {
	Language  Language
	Text      string
	Legend    string // of series, with ${row.LABEL}; of a column, its title
	Instant   bool   // the last value only
	Exemplars bool
	Step      time.Duration // the least time between two points; 0: as the range wants
	Limit     int           // of log lines or traces; 0: the server's
	// Silent says why it may have no data although all is well. Without it, an
	// empty answer is a fault.
	Silent string
}

// Threshold is a value from which on something has a colour. The first of a
// list has no value: it holds below all others.
type Threshold struct {
	From  float64
	Color Color
}

// Color is by meaning; renderings choose the shade.
type Color string

// The colours.
const (
	Green  Color = "green"
	Yellow Color = "yellow"
	Orange Color = "orange"
	Red    Color = "red"
	Blue   Color = "blue"
	Purple Color = "purple"
	Grey   Color = "grey"
	Plain  Color = "text" // that of text
	Clear  Color = "none" // that of what is behind
)

// Style changes how one series of a panel is drawn: the one with a legend, or
// all whose legend matches an expression.
type Style struct {
	Series  string
	Pattern string // a regular expression, in place of Series
	Color   Color
	Dashed  bool
	Thin    bool
	NoFill  bool
	Right   bool // on an axis of its own
	Unit    Unit
}

// Cell is how a value stands in a table.
type Cell string

// The cells.
const (
	PlainCell   Cell = ""
	ColoredCell Cell = "colored" // text in the colour of its threshold
	FilledCell  Cell = "filled"  // on a ground of that colour
	BarCell     Cell = "bar"
)

// Column is a label, or the value of a query, of the rows of a table. Rows are
// joined by all their labels.
type Column struct {
	Label      string // a label of the queries' series
	Query      int    // in place of a label: the index of the query, from 0
	Title      string
	Unit       Unit
	Decimals   *int
	Width      int // pixels; 0: as it fits
	Cell       Cell
	Min, Max   *float64
	Thresholds []Threshold
	Hidden     bool
	Links      []Link
	Values     []ValueText
}

// ValueText shows a word in place of a value.
type ValueText struct {
	Value string
	Text  string
	Color Color
}

// Link leads to a dashboard, to a query, or to a page. The range is kept. In
// the values of variables, in queries and in URLs ${row.LABEL} stands for what
// the row or series that was followed says.
type Link struct {
	Title     string
	Tooltip   string
	Dashboard string // UID
	Variables []Value
	Explore   *Query
	URL       string
	Tags      []string // all dashboards with these tags, as a menu
}

// Value is what a variable is set to.
type Value struct{ Name, Value string }
