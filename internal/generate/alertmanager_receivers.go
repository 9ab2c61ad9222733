package generate

import (
	"slices"

	"github.com/obsboot/obsboot/internal/model"
)

// receivers are the default, which nobody hears of, the watchdog's, and for each
// team one for each severity.
func receivers(sys *model.System) []amReceiver {
	watchdog := amReceiver{Name: watchdogReceiver}
	if sys.Stack.Watchdog != "" {
		watchdog.Webhook = []amWebhook{{SendResolved: false, URLFile: sys.Stack.Watchdog}}
	}
	out := []amReceiver{{Name: defaultReceiver}, watchdog}
	for _, team := range sys.Teams {
		for _, severity := range []model.Severity{model.Page, model.Ticket} {
			ways := waysOf(team, severity)
			if len(ways) == 0 {
				continue
			}
			receiver := amReceiver{Name: receiverName(team, severity)}
			for _, way := range ways {
				receiver.add(sys, way, severity)
			}
			out = append(out, receiver)
		}
	}
	return out
}

// waysOf are the ways to tell a team of alerts of a severity.
func waysOf(team model.Team, severity model.Severity) []model.Notify {
	var ways []model.Notify
	for _, n := range team.Notify {
		if slices.Contains(n.Severities, severity) {
			ways = append(ways, n)
		}
	}
	return ways
}

// add adds a way of notification. What Alertmanager would execute as a template
// and is a text of the spec is kept from being one.
func (r *amReceiver) add(sys *model.System, n model.Notify, severity model.Severity) {
	switch n.Kind {
	case "slack":
		r.Slack = append(r.Slack, slackOf(n, severity))
	case "pagerduty":
		r.PagerDuty = append(r.PagerDuty, pagerDutyOf(sys, n, severity))
	case "email":
		r.Email = append(r.Email, emailOf(sys, n))
	case "webhook":
		r.Webhook = append(r.Webhook, amWebhook{SendResolved: true, URLFile: n.Setting("url_file")})
	case "opsgenie":
		r.Opsgenie = append(r.Opsgenie, opsgenieOf(n, severity))
	case "teams":
		r.Teams = append(r.Teams, amTeams{
			SendResolved: true, WebhookURLFile: n.Setting("webhook_url_file"),
			Title: message("teams.title"), Text: message("teams.text"),
		})
	}
}

// message is a text that a template of obsboot.tmpl makes.
func message(name string) string { return `{{ template "obsboot.` + name + `" . }}` }

func slackOf(n model.Notify, severity model.Severity) amSlack {
	color := map[model.Severity]string{model.Page: "danger", model.Ticket: "warning"}[severity]
	return amSlack{
		SendResolved: true,
		APIURLFile:   n.Setting("api_url_file"),
		Channel:      templateText(n.Setting("channel")),
		Color:        `{{ if eq .Status "firing" }}` + color + `{{ else }}good{{ end }}`,
		Title:        message("slack.title"),
		TitleLink:    message("link"),
		Text:         message("slack.text"),
		Fallback:     message("slack.title"),
	}
}

// pagerDutyOf leaves the details as Alertmanager has them by default: all labels
// and annotations.
func pagerDutyOf(sys *model.System, n model.Notify, severity model.Severity) amPagerDuty {
	return amPagerDuty{
		SendResolved:   true,
		RoutingKeyFile: n.Setting("routing_key_file"),
		Severity:       map[model.Severity]string{model.Page: "critical", model.Ticket: "warning"}[severity],
		Description:    message("title"),
		Source:         templateText(sys.Name),
		Component:      "{{ .CommonLabels.service }}",
		Class:          "{{ .CommonLabels.alertname }}",
		Group:          "{{ .CommonLabels.team }}",
		Links: []amLink{
			{message("runbook"), "Runbook"},
			{message("dashboard"), "Dashboard"},
			{message("traces"), "Traces"},
			{message("silence"), "Silence"},
		},
	}
}

func opsgenieOf(n model.Notify, severity model.Severity) amOpsgenie {
	return amOpsgenie{
		SendResolved: true,
		APIKeyFile:   n.Setting("api_key_file"),
		Message:      message("title"),
		Description:  message("text"),
		Entity:       "{{ .CommonLabels.service }}",
		Priority:     map[model.Severity]string{model.Page: "P1", model.Ticket: "P3"}[severity],
		Update:       true,
		Details: map[string]string{
			"runbook": message("runbook"), "dashboard": message("dashboard"), "traces": message("traces"),
		},
	}
}

// emailOf says all of a mail server in the receiver: with one of its own, a
// notification must not present the user and password of the other.
func emailOf(sys *model.System, n model.Notify) amEmail {
	server := model.SMTP{Smarthost: "localhost:25", From: model.DefaultSender}
	if sys.Stack.SMTP != nil {
		server = *sys.Stack.SMTP
	}
	if own := n.Setting("smarthost"); own != "" {
		server.Smarthost, server.RequireTLS = own, true
		server.AuthUsername, server.AuthPasswordFile = n.Setting("auth_username"), n.Setting("auth_password_file")
	}
	if own := n.Setting("from"); own != "" {
		server.From = own
	}
	return amEmail{
		SendResolved:     true,
		To:               templateText(n.Setting("to")),
		From:             templateText(server.From),
		Smarthost:        server.Smarthost,
		AuthUsername:     server.AuthUsername,
		AuthPasswordFile: server.AuthPasswordFile,
		RequireTLS:       server.RequireTLS,
		Headers:          map[string]string{"Subject": message("title")},
		HTML:             message("html"),
		Text:             message("text"),
		Threading:        amThreading{Enabled: true, ByDate: "daily"},
	}
}

type amReceiver struct {
	Name      string        `yaml:"name"`
	Slack     []amSlack     `yaml:"slack_configs,omitempty"`
	PagerDuty []amPagerDuty `yaml:"pagerduty_configs,omitempty"`
	Email     []amEmail     `yaml:"email_configs,omitempty"`
	Webhook   []amWebhook   `yaml:"webhook_configs,omitempty"`
	Opsgenie  []amOpsgenie  `yaml:"opsgenie_configs,omitempty"`
	Teams     []amTeams     `yaml:"msteamsv2_configs,omitempty"`
}

type amSlack struct {
	SendResolved bool   `yaml:"send_resolved"`
	APIURLFile   string `yaml:"api_url_file"`
	Channel      string `yaml:"channel"`
	Color        string `yaml:"color"`
	Title        string `yaml:"title"`
	TitleLink    string `yaml:"title_link"`
	Text         string `yaml:"text"`
	Fallback     string `yaml:"fallback"`
}

type amPagerDuty struct {
	SendResolved   bool     `yaml:"send_resolved"`
	RoutingKeyFile string   `yaml:"routing_key_file"`
	Severity       string   `yaml:"severity"`
	Description    string   `yaml:"description"`
	Source         string   `yaml:"source"`
	Component      string   `yaml:"component"`
	Class          string   `yaml:"class"`
	Group          string   `yaml:"group"`
	Links          []amLink `yaml:"links"`
}

type amLink struct {
	Href string `yaml:"href"`
	Text string `yaml:"text"`
}

type amEmail struct {
	SendResolved     bool              `yaml:"send_resolved"`
	To               string            `yaml:"to"`
	From             string            `yaml:"from"`
	Smarthost        string            `yaml:"smarthost"`
	AuthUsername     string            `yaml:"auth_username,omitempty"`
	AuthPasswordFile string            `yaml:"auth_password_file,omitempty"`
	RequireTLS       bool              `yaml:"require_tls"`
	Headers          map[string]string `yaml:"headers"`
	HTML             string            `yaml:"html"`
	Text             string            `yaml:"text"`
	Threading        amThreading       `yaml:"threading"`
}

type amThreading struct {
	Enabled bool   `yaml:"enabled"`
	ByDate  string `yaml:"thread_by_date"`
}

type amWebhook struct {
	SendResolved bool   `yaml:"send_resolved"`
	URLFile      string `yaml:"url_file"`
}

type amOpsgenie struct {
	SendResolved bool              `yaml:"send_resolved"`
	APIKeyFile   string            `yaml:"api_key_file"`
	Message      string            `yaml:"message"`
	Description  string            `yaml:"description"`
	Entity       string            `yaml:"entity"`
	Priority     string            `yaml:"priority"`
	Update       bool              `yaml:"update_alerts"`
	Details      map[string]string `yaml:"details"`
}

type amTeams struct {
	SendResolved   bool   `yaml:"send_resolved"`
	WebhookURLFile string `yaml:"webhook_url_file"`
	Title          string `yaml:"title"`
	Text           string `yaml:"text"`
}
