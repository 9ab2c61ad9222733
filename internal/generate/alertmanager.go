package generate

import (
	"fmt"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/templates"
)

// alertmanager makes alertmanager/alertmanager.yaml (who is told, when, and what
// is muted), alertmanager/templates/obsboot.tmpl (what a notification says) and,
// if secrets stand there, secrets/.gitignore.
//
// Paths of secret files are those of the spec. Alertmanager resolves relative
// ones against its working folder, not against its configuration's, so it runs in
// the generated folder, or in a folder that has the secrets under the same names
// (in a container: working_dir /etc/obsboot, secrets mounted at
// /etc/obsboot/secrets). It reads them at each notification: one that is missing
// keeps it neither from starting nor from telling others.
func alertmanager(sys *model.System) ([]artifact.File, error) {
	config := amConfig{
		Templates:    []string{"templates/*.tmpl"}, // against the folder of the configuration
		Route:        rootRoute(sys),
		InhibitRules: inhibitRules(sys),
		Receivers:    receivers(sys),
	}
	file, err := yamlFile(sys, "alertmanager/alertmanager.yaml", config)
	if err != nil {
		return nil, err
	}
	messages, err := templates.FS.ReadFile("obsboot.tmpl")
	if err != nil {
		return nil, fmt.Errorf("read the texts of notifications: %w", err)
	}
	files := []artifact.File{file, {Tree: artifact.Out, Path: "alertmanager/templates/obsboot.tmpl", Content: messages}}
	return append(files, guard(secretsOf(sys))...), nil
}

// Receivers that are no team's.
const (
	defaultReceiver  = "default"
	watchdogReceiver = "watchdog"
)

// pace is when a group of alerts is told.
type pace struct {
	wait     time.Duration // after the first alert, so that one notification holds all, and what mutes them has arrived
	interval time.Duration // between notifications of what joined or left
	repeat   time.Duration // while nothing changes
}

// paces by severity. A ticket waits until the page that may mute it has fired,
// and is told again each day; a page cannot wait, and nobody forgets it for an
// hour. The watchdog is told every minute or two.
var paces = map[model.Severity]pace{
	model.Page:   {10 * time.Second, 2 * time.Minute, time.Hour},
	model.Ticket: {5 * time.Minute, 30 * time.Minute, 24 * time.Hour},
}

// rootRoute sends what nobody is to be told to a receiver that only shows it.
func rootRoute(sys *model.System) amRoute {
	route := amRoute{
		Receiver: defaultReceiver,
		GroupBy:  []string{"alertname", "service", "severity"},
		Routes: []amRoute{{
			Receiver:      watchdogReceiver,
			Matchers:      []string{equal("alertname", naming.AlertWatchdog), equal("severity", "none")},
			GroupBy:       []string{"alertname"},
			GroupWait:     "0s",
			GroupInterval: "30s",
			Repeat:        "1m",
		}},
	}
	for _, team := range sys.Teams {
		if routes := severityRoutes(team); len(routes) > 0 {
			route.Routes = append(route.Routes, amRoute{Matchers: []string{equal("team", team.Name)}, Routes: routes})
		}
	}
	return route
}

// severityRoutes has a route for each severity that somebody of the team wants
// to be told of. All alerts of an SLO make one notification, whatever their
// windows; others make one for each kind.
func severityRoutes(team model.Team) []amRoute {
	var routes []amRoute
	for _, severity := range []model.Severity{model.Page, model.Ticket} {
		if len(waysOf(team, severity)) == 0 {
			continue
		}
		pace := paces[severity]
		routes = append(routes, amRoute{
			Receiver:      receiverName(team, severity),
			Matchers:      []string{equal("severity", string(severity))},
			GroupWait:     promDuration(pace.wait),
			GroupInterval: promDuration(pace.interval),
			Repeat:        promDuration(pace.repeat),
			Routes: []amRoute{{
				Matchers: []string{hasSLO},
				GroupBy:  []string{"service", "slo", "severity"},
			}},
		})
	}
	return routes
}

func receiverName(team model.Team, severity model.Severity) string {
	return team.Name + "/" + string(severity)
}

// hasSLO matches alerts of SLOs, and no others.
const hasSLO = `slo!=""`

// equal matches a label's value, whatever characters it holds.
func equal(label, value string) string { return label + "=" + quoteMatcher(value) }

// quoteMatcher quotes a value for a matcher, with those escapes only that
// Alertmanager's classic and its UTF-8 parser read as the same.
func quoteMatcher(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

// amConfig is a configuration of Alertmanager. The fields are Alertmanager's;
// its own types replace secrets when they are written, and import every service
// that it can notify.
type amConfig struct {
	Templates    []string     `yaml:"templates"`
	Route        amRoute      `yaml:"route"`
	InhibitRules []amInhibit  `yaml:"inhibit_rules,omitempty"`
	Receivers    []amReceiver `yaml:"receivers"`
}

type amRoute struct {
	Receiver      string    `yaml:"receiver,omitempty"`
	Matchers      []string  `yaml:"matchers,omitempty"`
	GroupBy       []string  `yaml:"group_by,omitempty,flow"`
	GroupWait     string    `yaml:"group_wait,omitempty"`
	GroupInterval string    `yaml:"group_interval,omitempty"`
	Repeat        string    `yaml:"repeat_interval,omitempty"`
	Routes        []amRoute `yaml:"routes,omitempty"`
}

type amInhibit struct {
	Name   string   `yaml:"name"`
	Source []string `yaml:"source_matchers"`
	Target []string `yaml:"target_matchers"`
	Equal  []string `yaml:"equal,omitempty,flow"`
}
