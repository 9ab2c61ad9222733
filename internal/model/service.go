package model

import "time"

// Service is one deployable part of the system.
type Service struct {
	Name        string
	Description string
	Team        string // empty: nobody owns it
	Tier        int    // 1 (most critical) to 4
	Labels      []Label
	Job         string // value of the job label of its series
	Calls       []Ref  // services and externals, sorted
	Uses        []Ref  // databases, caches and queues, sorted
	Routes      []Operation
	Methods     []Operation
	Consumers   []Consumer
	Jobs        []Job
	Metrics     []Metric // declared and standard, sorted by name
	Spans       []Span
	Events      []Event
	SLIs        []SLI
	KPIs        []KPI
	Capacities  []Capacity
	Alerts      []Alert
	Panels      []Panel // in the order of the spec: it is the order on the dashboard
	Runbook     Runbook
	Hide        []string // sections that its dashboard leaves out
	Instruments []Instrument
	Source      *Source // nil for a service that is instrumented by us
}

// Operation is an HTTP route ("GET /products/{id}") or a gRPC method
// ("shop.v1.Checkout/PlaceOrder").
type Operation struct {
	Name        string
	Description string
}

// Consumer processes the messages of a queue.
type Consumer struct {
	Name        string
	Description string
	Queue       string
	Destination string // of the queue: the topic, subject or queue
}

// Job is work that runs on a schedule.
type Job struct {
	Name        string
	Description string
	Every       time.Duration
}

// MetricKind is the OpenTelemetry instrument of a metric.
type MetricKind string

// The instruments.
const (
	Counter       MetricKind = "counter"
	UpDownCounter MetricKind = "updowncounter"
	Gauge         MetricKind = "gauge"
	Histogram     MetricKind = "histogram"
)

// Metric is a metric that a service emits.
type Metric struct {
	Name        string // OpenTelemetry name: shop.orders
	Description string
	Unit        string // UCUM: s, By, {order}
	Kind        MetricKind
	Series      string // Prometheus name without _bucket, _count, _sum: shop_orders_total
	Standard    bool   // from the semantic conventions, not declared in the spec
	Native      bool   // histograms: exponential, hence a native histogram in Prometheus
	Buckets     []float64
	Attributes  []Attribute
}

// AttributeType is the type of an attribute's values.
type AttributeType string

// The types of attributes.
const (
	StringType AttributeType = "string"
	NumberType AttributeType = "number"
	BoolType   AttributeType = "bool"
)

// Attribute is an attribute of a signal.
type Attribute struct {
	Name           string // OpenTelemetry name: payment.method
	Description    string
	Label          string // Prometheus label: payment_method
	Type           AttributeType
	Values         []string // closed set in the order of the spec; empty: open
	MaxCardinality int      // open attributes of metrics: values above it become _other
}

// Span is a named piece of work inside a service.
type Span struct {
	Name        string
	Description string
	Attributes  []Attribute
}

// Event is a structured log record.
type Event struct {
	Name        string
	Description string
	Severity    string // debug, info, warn, error
	Attributes  []Attribute
}

// Query is a query that a person wrote into the spec.
type Query struct {
	Language string // promql or logql
	Text     string // may hold ${window}
	Reads    []Read // the series that it reads, sorted; PromQL only
}

// Read is a series that a query reads, and by which labels.
type Read struct {
	Series string
	Labels []string
}

// KPI is a business figure.
type KPI struct {
	Name        string
	Description string
	Unit        string
	Query       Query
	Compare     time.Duration // with its value this long ago; 0: with nothing
	Deviation   float64       // alert when it differs by more than this share; 0: never
	Severity    Severity
	For         time.Duration
}

// Capacity is a signal that has a limit.
type Capacity struct {
	Name        string
	Description string
	Unit        string
	Query       Query
	Limit       float64
	WarnAt      float64       // share of the limit, 0 to 1
	Forecast    time.Duration // warn when the trend reaches the limit within it; 0: never
	Severity    Severity
}

// Alert is an alert that a person wrote into the spec.
type Alert struct {
	Name          string
	Summary       string
	Description   string
	Severity      Severity
	Query         Query
	For           time.Duration
	KeepFiringFor time.Duration
	Labels        []Label
}

// Panel is a panel that a person wrote into the spec.
type Panel struct {
	Title       string
	Description string
	Unit        string
	Type        string // timeseries, stat, gauge, bar, table, heatmap, logs
	Queries     []PanelQuery
}

// PanelQuery is one query of a panel and the text of its legend.
type PanelQuery struct {
	Legend string
	Query  Query
}

// Runbook is what a service's owners want to read when it fails.
type Runbook struct {
	Text string
	URL  string
}

// Instrument is a package of helpers to generate.
type Instrument struct {
	Language         string
	Package          string
	Dir              string // relative to the project's folder, with slashes
	NativeHistograms bool
	Libraries        []string // that the helpers have adapters for, sorted
}

// Source is how a service that is instrumented otherwise is scraped, and how
// its series are named.
type Source struct {
	Kind     string // prometheus
	Targets  []string
	Scheme   string
	Path     string
	HTTP     *SourceNames
	GRPC     *SourceNames
	Consumer *SourceNames
	Jobs     *SourceNames
}

// SourceNames maps the standard metric of a kind of work to the names that a
// service uses in its place.
type SourceNames struct {
	Duration string    // base name of the histogram
	Unit     string    // s or ms
	Name     string    // label of the route, method, queue or job
	Method   string    // HTTP only: label of the request method
	Status   string    // HTTP and gRPC: label of the status
	Error    string    // consumers and jobs: label that is set when one failed
	Buckets  []float64 // in Unit; empty: unknown
	Native   bool
}
