package board

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// All are the dashboards of a system: of the whole, of each service, of
// promises, capacities and business figures where there are any, and of the
// stack itself.
func All(of *model.System) []Dashboard {
	var out []Dashboard
	for _, d := range Makers(of) {
		out = append(out, d())
	}
	return out
}

// Makers make All, each one, so that nobody needs to have all of them at once.
func Makers(of *model.System) []func() Dashboard {
	sys := newSystem(of)
	var out []func() Dashboard
	add := func(when bool, content func() Dashboard) {
		if when {
			out = append(out, func() Dashboard {
				d := content()
				d.finish(sys)
				return d
			})
		}
	}
	ofSystem := func(content func(*system) Dashboard) func() Dashboard {
		return func() Dashboard { return content(sys) }
	}
	add(true, ofSystem(overview))
	for i := range sys.Services {
		add(true, func() Dashboard { return service(sys, &sys.Services[i]) })
	}
	add(len(sys.promises) > 0, ofSystem(slos))
	add(len(sys.promises) > 0, ofSystem(drillDown))
	add(hasCapacities(sys), ofSystem(capacities))
	add(hasKPIs(sys), ofSystem(kpis))
	add(true, ofSystem(stackItself))
	return out
}

// system is a model with what is asked of it often.
type system struct {
	*model.System
	promises []*model.SLI // those of all services
	regular  bool         // the UIDs of services are a prefix and their names
	prefix   string
	sent     map[string]bool // series that arrive over OTLP
}

func newSystem(of *model.System) *system {
	sys := &system{System: of, prefix: strings.TrimSuffix(naming.ServiceDashboard(of.Name, "x"), "x"), regular: true, sent: map[string]bool{}}
	for i := range of.Services {
		s := &of.Services[i]
		sys.promises = append(sys.promises, promises(s)...)
		sys.regular = sys.regular && naming.ServiceDashboard(of.Name, s.Name) == sys.prefix+s.Name
		for _, m := range s.Metrics {
			for _, name := range naming.SeriesOf(m) {
				sent, known := sys.sent[name]
				sys.sent[name] = s.Source == nil && (sent || !known)
			}
		}
	}
	return sys
}

// Names of variables. Those of the dashboard of an SLO are also in the links of
// alerts.
const (
	metricsVariable     = "datasource"
	logsVariable        = "logs"
	tracesVariable      = "traces"
	environmentVariable = "environment"
	instanceVariable    = "instance"
	serviceVariable     = "service"
	sloVariable         = "slo"
	teamVariable        = "team"
)

// everything matches any value of a label, and its absence.
const everything = ".*"

// SourceVariable is the variable that says which server answers a language.
func SourceVariable(l Language) string {
	switch l {
	case LogQL:
		return logsVariable
	case TraceQL, ServiceMap:
		return tracesVariable
	}
	return metricsVariable
}

// newDashboard is a dashboard without content.
func newDashboard(sys *system, uid, name, description string, tags ...string) Dashboard {
	return Dashboard{
		UID: uid, Title: name, Description: description,
		Folder: sys.Name, Path: naming.Slug(sys.Name) + "/" + uid,
		Tags:    append([]string{"obsboot", sys.Name}, tags...),
		Range:   Range{"now-6h", "now"},
		Refresh: time.Minute,
	}
}

// finish adds what every dashboard has, and puts the panels in their places.
func (d *Dashboard) finish(sys *system) {
	d.common(sys)
	d.Variables = append(d.sources(), d.Variables...)
	d.Links = append(d.Links, d.ways(sys)...)
	d.uniqueTitles()
	d.Arrange()
}

// common adds marks of deployments, and the choice of an environment, where the
// dashboard has none of its own.
func (d *Dashboard) common(sys *system) {
	ours := slices.ContainsFunc(sys.Services, func(s model.Service) bool { return s.Source == nil })
	marked := slices.ContainsFunc(d.Annotations, func(a Annotation) bool { return a.Name == deploymentsName })
	if ours && !marked && !slices.Contains(d.Tags, serviceTag) {
		d.Annotations = append([]Annotation{deployments(recorded("target_info", like("job", jobs(sys))))}, d.Annotations...)
	}
	if _, ok := d.Variable(environmentVariable); !ok && d.uses(environmentVariable) {
		d.Variables = append(d.Variables, environments(recorded("target_info", like("job", jobs(sys)))))
	}
}

// uses reports whether a query of a panel follows a variable.
func (d *Dashboard) uses(name string) bool {
	return slices.ContainsFunc(d.Panels(), func(p Panel) bool {
		return slices.ContainsFunc(p.Queries, func(q Query) bool { return strings.Contains(q.Text, placeholder(name)) })
	})
}

// sources are the variables of the data sources that the queries need.
func (d *Dashboard) sources() []Variable {
	used := map[Language]bool{PromQL: true}
	for i := range d.Rows {
		for j := range d.Rows[i].Panels {
			for _, q := range d.Rows[i].Panels[j].Queries {
				used[q.Language] = true
			}
		}
	}
	out := []Variable{{
		Name: metricsVariable, Label: "Metrics", Kind: DataSource, Source: PromQL, Default: naming.PrometheusUID,
		Description: "The Prometheus that is asked, if there are several, such as one for each environment",
	}}
	if used[LogQL] {
		out = append(out, Variable{
			Name: logsVariable, Label: "Logs", Kind: DataSource, Source: LogQL, Default: naming.LokiUID,
			Description: "The Loki that is asked, if there are several",
		})
	}
	if used[TraceQL] || used[ServiceMap] {
		out = append(out, Variable{
			Name: tracesVariable, Label: "Traces", Kind: DataSource, Source: TraceQL, Default: naming.TempoUID,
			Description: "The Tempo that is asked, if there are several",
		})
	}
	return out
}

// ways lead to the other dashboards of the system, and to where this one comes
// from.
func (d *Dashboard) ways(sys *system) []Link {
	out := []Link{}
	if uid := naming.OverviewDashboard(sys.Name); uid != d.UID {
		out = append(out, Link{Title: "Overview", Tooltip: "The whole system", Dashboard: uid})
	}
	if uid := naming.SLOsDashboard(sys.Name); uid != d.UID && len(sys.promises) > 0 {
		out = append(out, Link{Title: "SLOs", Tooltip: "What the services promise, and whether they keep it", Dashboard: uid})
	}
	return append(
		out,
		Link{Title: "Services", Tooltip: "The dashboard of each service", Tags: []string{"obsboot", sys.Name, serviceTag}},
		Link{Title: "More", Tooltip: "The other dashboards of the system", Tags: []string{"obsboot", sys.Name, systemTag}},
		Link{
			Title:   fmt.Sprintf("Generated from %s; edit there", sys.Spec),
			Tooltip: "Changes made here would be gone with the next `obsboot generate`. To keep some, save the dashboard as a copy.",
			URL:     sourceURL,
		},
	)
}

const (
	serviceTag = "service"
	systemTag  = "system"
	// sourceURL explains where dashboards come from and how to change them.
	sourceURL = "https://github.com/obsboot/obsboot/blob/main/docs/dashboards.md"
)

// uniqueTitles tells panels apart that have the same title.
func (d *Dashboard) uniqueTitles() {
	seen := map[string]int{}
	for i := range d.Rows {
		for j := range d.Rows[i].Panels {
			p := &d.Rows[i].Panels[j]
			seen[p.Title]++
			if n := seen[p.Title]; n > 1 {
				p.Title = fmt.Sprintf("%s (%d)", p.Title, n)
				seen[p.Title]++
			}
		}
	}
}

// environments lets the reader choose where the services run. The series says
// where its values are.
func environments(series string) Variable {
	return Variable{
		Name: environmentVariable, Label: "Environment", Kind: LabelOf, Query: series, Of: environmentLabel, All: everything,
		Description: "Where the services run",
	}
}

func instances(series string) Variable {
	return Variable{
		Name: instanceVariable, Label: "Instance", Kind: LabelOf, Query: series, Of: "instance", All: everything,
		Description: "One of the processes, to compare it with the others",
	}
}

// jobs matches the job labels of all services that are instrumented by us.
func jobs(sys *system) string {
	return regexp.QuoteMeta(naming.Job(sys.Name, "")) + ".+"
}

const deploymentsName = "Deployments"

// deployments marks when a version appeared that was not there before.
func deployments(selector string) Annotation {
	started := func(offset string) string {
		return fmt.Sprintf("count by (job, service_version) (last_over_time(%s[5m]%s))", selector, offset)
	}
	return Annotation{
		Name: deploymentsName, Color: Blue,
		Query: silent(prom(started("")+" unless "+started(" offset "+placeholder(Step)), ""), "only while a version is new"),
		Title: "Deployed", Text: row("job") + " " + row("service_version"),
	}
}

// firing marks when alerts begin to fire. Long ones would colour whole graphs if
// all of their time were marked.
func firing(selector string) Annotation {
	by := "max by (alertname, service, slo, severity) "
	return Annotation{
		Name: "Alerts", Color: Red,
		Query: silent(prom(by+"("+selector+") unless "+by+"(last_over_time("+selector+"[5m] offset "+placeholder(Step)+"))", ""), "only when an alert begins to fire"),
		Title: row("alertname"), Text: row("severity") + ": " + row("service") + " " + row("slo"),
	}
}
