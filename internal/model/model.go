// Package model holds what a spec means: the resolved domain types that every
// generator reads.
//
// In: resolve builds a System from the spec. Out: plain data, with all defaults
// applied, profiles merged, references followed and slices sorted, so that the
// same spec gives the same value whatever the order of its files.
//
// The package knows no file format and imports the standard library only.
package model

import (
	"slices"
	"time"
)

// System is one spec, resolved.
type System struct {
	Name        string
	Description string
	Environment string  // value of deployment.environment.name
	Labels      []Label // put on every rule, sorted by name
	Spec        string  // the spec's main file, relative to the project's folder, with slashes
	Stack       Stack
	Teams       []Team
	Databases   []Resource
	Caches      []Resource
	Queues      []Resource
	Externals   []External
	Services    []Service
}

// Label is a name and its value.
type Label struct {
	Name  string
	Value string
}

// Team owns services and is told of their alerts.
type Team struct {
	Name        string
	Description string
	Notify      []Notify // in the order of the spec
}

// Severity says how soon somebody must look at an alert.
type Severity string

// The severities of alerts: a page wakes somebody, a ticket waits for the day.
const (
	Page   Severity = "page"
	Ticket Severity = "ticket"
)

// Notify is one way to reach a team. Secrets are paths of files, never values.
type Notify struct {
	Kind       string     // slack, pagerduty, email, webhook, opsgenie, teams
	Severities []Severity // page before ticket
	Settings   []Label    // the arguments of this kind that are set, sorted by name
}

// Resource is a database, a cache or a queue that services use.
type Resource struct {
	Name        string
	Description string
	System      string // the OpenTelemetry name of the product: postgresql, redis, nats
	Destination string // queues only: the topic, subject or queue
}

// SpeaksSQL reports whether a database is asked with SQL.
func (r Resource) SpeaksSQL() bool { return slices.Contains(sqlSystems, r.System) }

// sqlSystems are the values of db.system.name, version 1.43.0 of the semantic
// conventions, whose databases are asked with SQL, and a few that it lacks.
var sqlSystems = []string{
	"actian.ingres", "aws.redshift", "clickhouse", "cockroachdb", "derby", "firebirdsql", "gcp.spanner", "h2database", "hive", "hsqldb",
	"ibm.db2", "ibm.informix", "instantdb", "intersystems.cache", "mariadb", "microsoft.sql_server", "mysql", "oracle.db",
	"other_sql", "postgresql", "sap.hana", "sap.maxdb", "softwareag.adabas", "sqlite", "teradata", "trino", "vertica",
	"duckdb", "gcp.bigquery", "ibm.netezza", "snowflake",
}

// External is something outside the system that services call.
type External struct {
	Name        string
	Description string
	Protocol    string // http or grpc
}

// RefKind names what a Ref leads to, as the spec writes it.
type RefKind string

// What a reference can lead to.
const (
	RefService  RefKind = "service"
	RefExternal RefKind = "external"
	RefDatabase RefKind = "database"
	RefCache    RefKind = "cache"
	RefQueue    RefKind = "queue"
)

// Ref leads to another part of the system by kind and name.
type Ref struct {
	Kind RefKind
	Name string
}

// Stack is the servers that the spec asks for.
type Stack struct {
	Flavour   string
	Retention Retention
	Ports     []Port // sorted by name
	URLs      URLs
	Images    []Label // overrides by component, sorted by name
	Sampling  Sampling
	SMTP      *SMTP      // nil: the spec names no mail server
	Watchdog  string     // file with the URL that hears of the watchdog; empty: nobody does
	Exporters []Exporter // sorted by name
}

// Retention says how long each store keeps its data.
type Retention struct {
	Metrics time.Duration
	Logs    time.Duration
	Traces  time.Duration
}

// RunbooksInGrafana is the path under which the stack's Grafana serves the
// folder of the runbooks.
const RunbooksInGrafana = "/public/runbooks"

// URLs are the addresses under which people open the servers from an alert or
// a runbook, without a slash at the end.
type URLs struct {
	Alertmanager string
	Grafana      string
	Prometheus   string
	Runbooks     string // the folder of the runbooks
}

// Port is a published port of the stack, on loopback.
type Port struct {
	Name   string
	Number int
}

// Sampling is what the collector keeps of the traces.
type Sampling struct {
	KeepErrors     bool
	KeepSlowerThan time.Duration // 0: none is kept for being slow
	Ratio          float64       // of the rest, 0 to 1
}

// DefaultSender is who mail comes from if the spec does not say.
const DefaultSender = "alertmanager@localhost"

// SMTP is the mail server that alerts are sent through.
type SMTP struct {
	Smarthost        string // host:port
	From             string
	AuthUsername     string // empty: without authentication
	AuthPasswordFile string
	RequireTLS       bool
}

// Exporter is a further OTLP destination of the collector.
type Exporter struct {
	Name        string
	Endpoint    string
	Protocol    string   // grpc or http
	Signals     []string // metrics, logs, traces
	HeadersFile string   // a file with a "Name: value" line per header, empty for none
}
