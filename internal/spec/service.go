package spec

import "github.com/hashicorp/hcl/v2"

// Service is one deployable part.
type Service struct {
	Name           string        `hcl:"name,label"`
	NameRange      hcl.Range     `hcl:"name,label_range"`
	Range          hcl.Range     `hcl:"block,def_range"`
	Description    Text          `hcl:"description,optional"`
	Team           Ref           `hcl:"team,optional"`
	Tier           Number        `hcl:"tier,optional"`
	Labels         Map           `hcl:"labels,optional"`
	Profiles       Refs          `hcl:"profiles,optional"`
	Calls          Refs          `hcl:"calls,optional"`
	Uses           Refs          `hcl:"uses,optional"`
	HTTP           *HTTP         `hcl:"http,block"`
	GRPC           *GRPC         `hcl:"grpc,block"`
	Consumers      []*Consumer   `hcl:"consumer,block"`
	Jobs           []*Job        `hcl:"job,block"`
	Counters       []*Metric     `hcl:"counter,block"`
	UpDownCounters []*Metric     `hcl:"updowncounter,block"`
	Gauges         []*Metric     `hcl:"gauge,block"`
	Histograms     []*Histogram  `hcl:"histogram,block"`
	Spans          []*Span       `hcl:"span,block"`
	Events         []*Event      `hcl:"event,block"`
	SLIs           []*SLI        `hcl:"sli,block"`
	KPIs           []*KPI        `hcl:"kpi,block"`
	Capacities     []*Capacity   `hcl:"capacity,block"`
	Alerts         []*Alert      `hcl:"alert,block"`
	Panels         []*Panel      `hcl:"panel,block"`
	Runbook        *Runbook      `hcl:"runbook,block"`
	Dashboard      *Dashboard    `hcl:"dashboard,block"`
	Instruments    []*Instrument `hcl:"instrument,block"`
	Source         *Source       `hcl:"source,block"`
}

// HTTP is the HTTP server of a service.
type HTTP struct {
	Range  hcl.Range    `hcl:"block,def_range"`
	Routes []*Operation `hcl:"route,block"`
}

// GRPC is the gRPC server of a service.
type GRPC struct {
	Range   hcl.Range    `hcl:"block,def_range"`
	Methods []*Operation `hcl:"method,block"`
}

// Operation is a route or a method.
type Operation struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Description Text      `hcl:"description,optional"`
}

// Consumer processes the messages of a queue.
type Consumer struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Queue       Ref       `hcl:"queue"`
	Description Text      `hcl:"description,optional"`
}

// Job is work on a schedule.
type Job struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Every       Duration  `hcl:"every"`
	Description Text      `hcl:"description,optional"`
}

// Metric is a counter, an updowncounter or a gauge.
type Metric struct {
	Name        string       `hcl:"name,label"`
	NameRange   hcl.Range    `hcl:"name,label_range"`
	Range       hcl.Range    `hcl:"block,def_range"`
	Description Text         `hcl:"description,optional"`
	Unit        Text         `hcl:"unit,optional"`
	MaxSeries   Number       `hcl:"max_series,optional"`
	Attributes  []*Attribute `hcl:"attribute,block"`
}

// Histogram is a distribution.
type Histogram struct {
	Name        string       `hcl:"name,label"`
	NameRange   hcl.Range    `hcl:"name,label_range"`
	Range       hcl.Range    `hcl:"block,def_range"`
	Description Text         `hcl:"description,optional"`
	Unit        Text         `hcl:"unit,optional"`
	MaxSeries   Number       `hcl:"max_series,optional"`
	Buckets     Numbers      `hcl:"buckets,optional"`
	Native      Bool         `hcl:"native,optional"`
	Attributes  []*Attribute `hcl:"attribute,block"`
}

// Attribute is an attribute of a signal.
type Attribute struct {
	Name           string    `hcl:"name,label"`
	NameRange      hcl.Range `hcl:"name,label_range"`
	Range          hcl.Range `hcl:"block,def_range"`
	Description    Text      `hcl:"description,optional"`
	Values         Texts     `hcl:"values,optional"`
	Type           Type      `hcl:"type,optional"`
	MaxCardinality Number    `hcl:"max_cardinality,optional"`
}

// Span is a named piece of work.
type Span struct {
	Name        string       `hcl:"name,label"`
	NameRange   hcl.Range    `hcl:"name,label_range"`
	Range       hcl.Range    `hcl:"block,def_range"`
	Description Text         `hcl:"description,optional"`
	Attributes  []*Attribute `hcl:"attribute,block"`
}

// Event is a structured log record.
type Event struct {
	Name        string       `hcl:"name,label"`
	NameRange   hcl.Range    `hcl:"name,label_range"`
	Range       hcl.Range    `hcl:"block,def_range"`
	Description Text         `hcl:"description,optional"`
	Severity    Text         `hcl:"severity,optional"`
	Attributes  []*Attribute `hcl:"attribute,block"`
}

// SLI is a measurement; with an objective it is an SLO.
type SLI struct {
	Name         string        `hcl:"name,label"`
	NameRange    hcl.Range     `hcl:"name,label_range"`
	Range        hcl.Range     `hcl:"block,def_range"`
	Description  Text          `hcl:"description,optional"`
	Objective    Percent       `hcl:"objective,optional"`
	Window       Duration      `hcl:"window,optional"`
	Calendar     Text          `hcl:"calendar,optional"`
	Availability *Availability `hcl:"availability,block"`
	Latency      *Latency      `hcl:"latency,block"`
	Events       *EventSLI     `hcl:"events,block"`
	Slices       *SliceSLI     `hcl:"slices,block"`
	Logs         *LogSLI       `hcl:"logs,block"`
	Alert        *Alerting     `hcl:"alert,block"`
}

// Availability counts requests, messages or runs that did not fail.
type Availability struct {
	Range     hcl.Range `hcl:"block,def_range"`
	Of        Text      `hcl:"of,optional"`
	Routes    Names     `hcl:"routes,optional"`
	Methods   Names     `hcl:"methods,optional"`
	Consumers Names     `hcl:"consumers,optional"`
	Jobs      Names     `hcl:"jobs,optional"`
}

// Latency counts those that were fast enough.
type Latency struct {
	Range         hcl.Range `hcl:"block,def_range"`
	Threshold     Duration  `hcl:"threshold"`
	CountFailures Bool      `hcl:"count_failures,optional"`
	Of            Text      `hcl:"of,optional"`
	Routes        Names     `hcl:"routes,optional"`
	Methods       Names     `hcl:"methods,optional"`
	Consumers     Names     `hcl:"consumers,optional"`
	Jobs          Names     `hcl:"jobs,optional"`
	Metric        Name      `hcl:"metric,optional"`
	Where         Where     `hcl:"where,optional"`
}

// EventSLI counts events.
type EventSLI struct {
	Range hcl.Range   `hcl:"block,def_range"`
	Total *EventCount `hcl:"total,block"`
	Good  *EventCount `hcl:"good,block"`
	Bad   *EventCount `hcl:"bad,block"`
}

// EventCount is a declared metric, or a query.
type EventCount struct {
	Range  hcl.Range `hcl:"block,def_range"`
	Metric Name      `hcl:"metric,optional"`
	Where  Where     `hcl:"where,optional"`
	PromQL PromQL    `hcl:"promql,optional"`
}

// SliceSLI counts time slices in which a condition holds.
type SliceSLI struct {
	Range  hcl.Range `hcl:"block,def_range"`
	Metric Name      `hcl:"metric,optional"`
	Where  Where     `hcl:"where,optional"`
	PromQL PromQL    `hcl:"promql,optional"`
	Above  Number    `hcl:"above,optional"`
	Below  Number    `hcl:"below,optional"`
	Slice  Duration  `hcl:"slice,optional"`
}

// LogSLI counts log records.
type LogSLI struct {
	Range hcl.Range `hcl:"block,def_range"`
	Total *LogCount `hcl:"total,block"`
	Good  *LogCount `hcl:"good,block"`
	Bad   *LogCount `hcl:"bad,block"`
}

// LogCount is a stream of log records.
type LogCount struct {
	Range hcl.Range `hcl:"block,def_range"`
	LogQL LogQL     `hcl:"logql"`
}

// Alerting tunes the alerts of an SLO.
type Alerting struct {
	Range       hcl.Range `hcl:"block,def_range"`
	Page        Bool      `hcl:"page,optional"`
	Ticket      Bool      `hcl:"ticket,optional"`
	MissingData Bool      `hcl:"missing_data,optional"`
	MinEvents   Number    `hcl:"min_events,optional"`
}

// KPI is a business figure.
type KPI struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Description Text      `hcl:"description,optional"`
	Unit        Text      `hcl:"unit,optional"`
	PromQL      PromQL    `hcl:"promql"`
	Compare     Duration  `hcl:"compare,optional"`
	Deviation   Number    `hcl:"deviation,optional"`
	Severity    Text      `hcl:"severity,optional"`
	For         Duration  `hcl:"for,optional"`
}

// Capacity is a signal with a limit.
type Capacity struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Description Text      `hcl:"description,optional"`
	Unit        Text      `hcl:"unit,optional"`
	PromQL      PromQL    `hcl:"promql"`
	Limit       Number    `hcl:"limit"`
	WarnAt      Number    `hcl:"warn_at,optional"`
	Forecast    Duration  `hcl:"forecast,optional"`
	Severity    Text      `hcl:"severity,optional"`
}

// Alert is an alert of its own.
type Alert struct {
	Name          string    `hcl:"name,label"`
	NameRange     hcl.Range `hcl:"name,label_range"`
	Range         hcl.Range `hcl:"block,def_range"`
	Summary       Text      `hcl:"summary"`
	Description   Text      `hcl:"description,optional"`
	Severity      Text      `hcl:"severity"`
	PromQL        PromQL    `hcl:"promql"`
	For           Duration  `hcl:"for,optional"`
	KeepFiringFor Duration  `hcl:"keep_firing_for,optional"`
	Labels        Map       `hcl:"labels,optional"`
}

// Panel is a panel of the service's dashboard.
type Panel struct {
	Title       string        `hcl:"title,label"`
	TitleRange  hcl.Range     `hcl:"title,label_range"`
	Range       hcl.Range     `hcl:"block,def_range"`
	Description Text          `hcl:"description,optional"`
	Unit        Text          `hcl:"unit,optional"`
	Type        Text          `hcl:"type,optional"`
	PromQL      PromQL        `hcl:"promql,optional"`
	LogQL       LogQL         `hcl:"logql,optional"`
	Legend      Text          `hcl:"legend,optional"`
	Queries     []*PanelQuery `hcl:"query,block"`
}

// PanelQuery is one of several queries of a panel.
type PanelQuery struct {
	Legend      string    `hcl:"legend,label"`
	LegendRange hcl.Range `hcl:"legend,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	PromQL      PromQL    `hcl:"promql,optional"`
	LogQL       LogQL     `hcl:"logql,optional"`
}

// Runbook is what a service's owners want to read when it fails.
type Runbook struct {
	Range hcl.Range `hcl:"block,def_range"`
	Text  Text      `hcl:"text,optional"`
	URL   Text      `hcl:"url,optional"`
}

// Dashboard tunes the service's dashboard.
type Dashboard struct {
	Range hcl.Range `hcl:"block,def_range"`
	Hide  Texts     `hcl:"hide,optional"`
}

// Instrument asks for a package of helpers.
type Instrument struct {
	Language         string    `hcl:"language,label"`
	LanguageRange    hcl.Range `hcl:"language,label_range"`
	Range            hcl.Range `hcl:"block,def_range"`
	Package          Text      `hcl:"package,optional"`
	Dir              Path      `hcl:"dir,optional"`
	NativeHistograms Bool      `hcl:"native_histograms,optional"`
	Libraries        Texts     `hcl:"libraries,optional"`
}

// Source says how a service that is instrumented otherwise is scraped.
type Source struct {
	Kind      string           `hcl:"kind,label"`
	KindRange hcl.Range        `hcl:"kind,label_range"`
	Range     hcl.Range        `hcl:"block,def_range"`
	Targets   Texts            `hcl:"targets"`
	Scheme    Text             `hcl:"scheme,optional"`
	Path      Text             `hcl:"path,optional"`
	Job       Text             `hcl:"job,optional"`
	HTTP      *SourceHTTP      `hcl:"http,block"`
	GRPC      *SourceGRPC      `hcl:"grpc,block"`
	Consumer  *SourceMessaging `hcl:"consumer,block"`
	Jobs      *SourceJob       `hcl:"jobs,block"`
}

// SourceHTTP names the metric and labels of HTTP requests.
type SourceHTTP struct {
	Range    hcl.Range `hcl:"block,def_range"`
	Duration Text      `hcl:"duration"`
	Route    Text      `hcl:"route,optional"`
	Method   Text      `hcl:"method,optional"`
	Status   Text      `hcl:"status,optional"`
	Unit     Text      `hcl:"unit,optional"`
	Buckets  Numbers   `hcl:"buckets,optional"`
	Native   Bool      `hcl:"native,optional"`
}

// SourceGRPC names the metric and labels of gRPC calls.
type SourceGRPC struct {
	Range    hcl.Range `hcl:"block,def_range"`
	Duration Text      `hcl:"duration"`
	Method   Text      `hcl:"method,optional"`
	Status   Text      `hcl:"status,optional"`
	Unit     Text      `hcl:"unit,optional"`
	Buckets  Numbers   `hcl:"buckets,optional"`
	Native   Bool      `hcl:"native,optional"`
}

// SourceMessaging names the metric and labels of processed messages.
type SourceMessaging struct {
	Range    hcl.Range `hcl:"block,def_range"`
	Duration Text      `hcl:"duration"`
	Queue    Text      `hcl:"queue,optional"`
	Error    Text      `hcl:"error,optional"`
	Unit     Text      `hcl:"unit,optional"`
	Buckets  Numbers   `hcl:"buckets,optional"`
	Native   Bool      `hcl:"native,optional"`
}

// SourceJob names the metric and labels of job runs.
type SourceJob struct {
	Range    hcl.Range `hcl:"block,def_range"`
	Duration Text      `hcl:"duration"`
	Name     Text      `hcl:"name,optional"`
	Error    Text      `hcl:"error,optional"`
	Unit     Text      `hcl:"unit,optional"`
	Buckets  Numbers   `hcl:"buckets,optional"`
	Native   Bool      `hcl:"native,optional"`
}
