package spec

import "github.com/hashicorp/hcl/v2"

// Document is the blocks of one file, or of all of them after merging.
type Document struct {
	Variables []*Variable `hcl:"variable,block"`
	Locals    []*Locals   `hcl:"locals,block"`
	Systems   []*System   `hcl:"system,block"`
	Stacks    []*Stack    `hcl:"stack,block"`
	Teams     []*Team     `hcl:"team,block"`
	Profiles  []*Profile  `hcl:"profile,block"`
	Databases []*Resource `hcl:"database,block"`
	Caches    []*Resource `hcl:"cache,block"`
	Queues    []*Queue    `hcl:"queue,block"`
	Externals []*External `hcl:"external,block"`
	Services  []*Service  `hcl:"service,block"`
}

// Variable is an input of the spec.
type Variable struct {
	Name        string        `hcl:"name,label"`
	NameRange   hcl.Range     `hcl:"name,label_range"`
	Range       hcl.Range     `hcl:"block,def_range"`
	Type        Type          `hcl:"type,optional"`
	Default     Value         `hcl:"default,optional"`
	Description Text          `hcl:"description,optional"`
	Validations []*Validation `hcl:"validation,block"`
}

// Validation is a condition that a variable's value must meet.
type Validation struct {
	Range        hcl.Range `hcl:"block,def_range"`
	Condition    Bool      `hcl:"condition"`
	ErrorMessage Text      `hcl:"error_message"`
}

// Locals is named values, free to choose.
type Locals struct {
	Range  hcl.Range      `hcl:"block,def_range"`
	Values hcl.Attributes `hcl:",remain"`
}

// System describes the whole.
type System struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Description Text      `hcl:"description,optional"`
	Environment Text      `hcl:"environment,optional"`
	Labels      Map       `hcl:"labels,optional"`
	Include     Texts     `hcl:"include,optional"`
}

// Stack is the servers.
type Stack struct {
	Flavour      string      `hcl:"flavour,label"`
	FlavourRange hcl.Range   `hcl:"flavour,label_range"`
	Range        hcl.Range   `hcl:"block,def_range"`
	Retention    *Retention  `hcl:"retention,block"`
	Ports        *Ports      `hcl:"ports,block"`
	URLs         *URLs       `hcl:"urls,block"`
	Images       *Images     `hcl:"images,block"`
	Sampling     *Sampling   `hcl:"sampling,block"`
	SMTP         *SMTP       `hcl:"smtp,block"`
	Watchdog     *Watchdog   `hcl:"watchdog,block"`
	Exporters    []*Exporter `hcl:"exporter,block"`
}

// Retention says how long each store keeps its data.
type Retention struct {
	Range   hcl.Range `hcl:"block,def_range"`
	Metrics Duration  `hcl:"metrics,optional"`
	Logs    Duration  `hcl:"logs,optional"`
	Traces  Duration  `hcl:"traces,optional"`
}

// Ports are published on loopback.
type Ports struct {
	Range        hcl.Range `hcl:"block,def_range"`
	Grafana      Number    `hcl:"grafana,optional"`
	Prometheus   Number    `hcl:"prometheus,optional"`
	Alertmanager Number    `hcl:"alertmanager,optional"`
	Loki         Number    `hcl:"loki,optional"`
	Tempo        Number    `hcl:"tempo,optional"`
	OTLPGRPC     Number    `hcl:"otlp_grpc,optional"`
	OTLPHTTP     Number    `hcl:"otlp_http,optional"`
}

// URLs are where people open the servers.
type URLs struct {
	Range        hcl.Range `hcl:"block,def_range"`
	Grafana      Text      `hcl:"grafana,optional"`
	Prometheus   Text      `hcl:"prometheus,optional"`
	Alertmanager Text      `hcl:"alertmanager,optional"`
	Runbooks     Text      `hcl:"runbooks,optional"`
}

// Images replace the pinned ones.
type Images struct {
	Range        hcl.Range `hcl:"block,def_range"`
	Grafana      Text      `hcl:"grafana,optional"`
	Prometheus   Text      `hcl:"prometheus,optional"`
	Alertmanager Text      `hcl:"alertmanager,optional"`
	Loki         Text      `hcl:"loki,optional"`
	Tempo        Text      `hcl:"tempo,optional"`
	Collector    Text      `hcl:"collector,optional"`
}

// Sampling is what the collector keeps of the traces.
type Sampling struct {
	Range          hcl.Range `hcl:"block,def_range"`
	KeepErrors     Bool      `hcl:"keep_errors,optional"`
	KeepSlowerThan Duration  `hcl:"keep_slower_than,optional"`
	Ratio          Number    `hcl:"ratio,optional"`
}

// SMTP is the mail server that alerts are sent through.
type SMTP struct {
	Range            hcl.Range  `hcl:"block,def_range"`
	Smarthost        Text       `hcl:"smarthost"`
	From             Text       `hcl:"from,optional"`
	AuthUsername     Text       `hcl:"auth_username,optional"`
	AuthPasswordFile SecretFile `hcl:"auth_password_file,optional"`
	AuthPassword     Secret     `hcl:"auth_password,optional"`
	RequireTLS       Bool       `hcl:"require_tls,optional"`
}

// Watchdog is who is told, again and again, that alerting works.
type Watchdog struct {
	Range   hcl.Range  `hcl:"block,def_range"`
	URLFile SecretFile `hcl:"url_file,optional"`
	URL     Secret     `hcl:"url,optional"`
}

// Exporter is a further OTLP destination of the collector.
type Exporter struct {
	Name        string     `hcl:"name,label"`
	NameRange   hcl.Range  `hcl:"name,label_range"`
	Range       hcl.Range  `hcl:"block,def_range"`
	Endpoint    Text       `hcl:"endpoint"`
	Protocol    Text       `hcl:"protocol,optional"`
	Signals     Texts      `hcl:"signals,optional"`
	HeadersFile SecretFile `hcl:"headers_file,optional"`
	Headers     Secret     `hcl:"headers,optional"`
}

// Team owns services.
type Team struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Description Text      `hcl:"description,optional"`
	Notify      []*Notify `hcl:"notify,block"`
}

// Notify is one way to reach a team. Which arguments it takes depends on its
// kind.
type Notify struct {
	Kind             string     `hcl:"kind,label"`
	KindRange        hcl.Range  `hcl:"kind,label_range"`
	Range            hcl.Range  `hcl:"block,def_range"`
	Severities       Texts      `hcl:"severities,optional"`
	Channel          Text       `hcl:"channel,optional"`
	APIURLFile       SecretFile `hcl:"api_url_file,optional"`
	RoutingKeyFile   SecretFile `hcl:"routing_key_file,optional"`
	To               Text       `hcl:"to,optional"`
	From             Text       `hcl:"from,optional"`
	Smarthost        Text       `hcl:"smarthost,optional"`
	AuthUsername     Text       `hcl:"auth_username,optional"`
	AuthPasswordFile SecretFile `hcl:"auth_password_file,optional"`
	URLFile          SecretFile `hcl:"url_file,optional"`
	APIKeyFile       SecretFile `hcl:"api_key_file,optional"`
	WebhookURLFile   SecretFile `hcl:"webhook_url_file,optional"`
	APIURL           Secret     `hcl:"api_url,optional"`
	RoutingKey       Secret     `hcl:"routing_key,optional"`
	AuthPassword     Secret     `hcl:"auth_password,optional"`
	URL              Secret     `hcl:"url,optional"`
	APIKey           Secret     `hcl:"api_key,optional"`
	WebhookURL       Secret     `hcl:"webhook_url,optional"`
}

// Profile is defaults that services share.
type Profile struct {
	Name        string      `hcl:"name,label"`
	NameRange   hcl.Range   `hcl:"name,label_range"`
	Range       hcl.Range   `hcl:"block,def_range"`
	Description Text        `hcl:"description,optional"`
	SLIs        []*SLI      `hcl:"sli,block"`
	KPIs        []*KPI      `hcl:"kpi,block"`
	Capacities  []*Capacity `hcl:"capacity,block"`
	Alerts      []*Alert    `hcl:"alert,block"`
	Panels      []*Panel    `hcl:"panel,block"`
	Runbook     *Runbook    `hcl:"runbook,block"`
}

// Resource is a database or a cache.
type Resource struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	System      Text      `hcl:"system"`
	Description Text      `hcl:"description,optional"`
}

// Queue is a queue, topic or subject.
type Queue struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	System      Text      `hcl:"system"`
	Destination Text      `hcl:"destination,optional"`
	Description Text      `hcl:"description,optional"`
}

// External is something outside the system.
type External struct {
	Name        string    `hcl:"name,label"`
	NameRange   hcl.Range `hcl:"name,label_range"`
	Range       hcl.Range `hcl:"block,def_range"`
	Protocol    Text      `hcl:"protocol,optional"`
	Description Text      `hcl:"description,optional"`
}
