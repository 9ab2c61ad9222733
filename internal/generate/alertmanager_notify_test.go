package generate_test

import (
	"fmt"
	"html"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var links = map[string]string{
	"runbook_url":   "https://example.com/runbooks/a.md?x=1&y=(2)",
	"dashboard_url": "http://127.0.0.1:3000/d/shop?from=1|2&var=%7B",
}

// TestNotifications sends a page of two windows in every way and reads what
// arrives.
func TestNotifications(t *testing.T) {
	s := newServices(t)
	folder, _ := everyWay(t, s, "#web-oncall")
	page := func(window string) firing {
		f := firing{
			Labels:      map[string]string{"alertname": "SLOBurnRate", "severity": "page", "team": "web", "service": "pay", "slo": "availability", "window": window},
			Annotations: map[string]string{"summary": "pay/availability burns " + window, "description": "12 % of the last " + window + " were bad."},
		}
		for name, link := range links {
			f.Annotations[name] = link
		}
		return f
	}
	sentTo(t, play(t, folder, s.incident(page("1h"), page("6h"))))
	const title = "PAGE: pay/availability burns 1h (2 alerts)"
	const silence = "http://alertmanager.example:9093/#/silences/new?filter=%7Bservice%3D%22pay%22%2Cseverity%3D%22page%22%2Cslo%3D%22availability%22%7D"

	slack := decode[slackMessage](t, s.last("slack"))
	attachment := slack.Attachments[0]
	if diff := cmp.Diff([]string{"#web-oncall", title, links["dashboard_url"], "danger"}, []string{slack.Channel, attachment.Title, attachment.TitleLink, attachment.Color}); diff != "" {
		t.Errorf("Slack (-want +got):\n%s", diff)
	}
	lines := func(window string) string {
		return "pay/availability burns " + window + "\n12 % of the last " + window + " were bad.\n" +
			"<https://example.com/runbooks/a.md?x=1&amp;y=(2)|Runbook> <http://127.0.0.1:3000/d/shop?from=1%7C2&amp;var=%7B|Dashboard> \n"
	}
	if diff := cmp.Diff(lines("1h")+lines("6h")+"<"+silence+"|Silence>", attachment.Text); diff != "" {
		t.Errorf("Slack's text (-want +got):\n%s", diff)
	}

	event := decode[pagerDutyEvent](t, s.last("pagerduty"))
	got := []string{event.RoutingKey, event.Action, event.Payload.Summary, event.Payload.Source, event.Payload.Severity, event.Payload.Component, event.Payload.Class, event.Payload.Group}
	if diff := cmp.Diff([]string{"hidden", "trigger", title, "shop", "critical", "pay", "SLOBurnRate", "web"}, got); diff != "" {
		t.Errorf("PagerDuty (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]struct{ Href, Text string }{{links["runbook_url"], "Runbook"}, {links["dashboard_url"], "Dashboard"}, {silence, "Silence"}}, event.Links); diff != "" {
		t.Errorf("PagerDuty's links (-want +got):\n%s", diff)
	}

	alert := decode[opsgenieAlert](t, s.last("alerts"))
	if diff := cmp.Diff([]string{title, "P1", "pay", links["runbook_url"], ""}, []string{alert.Message, alert.Priority, alert.Entity, alert.Details["runbook"], alert.Details["traces"]}); diff != "" {
		t.Errorf("Opsgenie (-want +got):\n%s", diff)
	}
	if key := s.last("alerts key"); key != "GenieKey hidden" {
		t.Errorf("Opsgenie's key: %q", key)
	}

	body := decode[teamsCard](t, s.last("teams")).Attachments[0].Content.Body
	if body[0].Text != title || !strings.Contains(body[1].Text, "[Runbook](https://example.com/runbooks/a.md?x=1&y=%282%29) [Dashboard](") || !strings.HasSuffix(body[1].Text, "[Silence]("+silence+")") {
		t.Errorf("Teams: %+v", body)
	}

	subject, text, html := mailParts(t, s.last("mail"))
	if subject != title || s.last("envelope") != "MAIL FROM:<alerts@example.com>\nRCPT TO:<web@example.com>\nRCPT TO:<other@example.com>\n" {
		t.Errorf("mail: %q, %q", subject, s.last("envelope"))
	}
	if !strings.Contains(text, "12 % of the last 6h were bad.") || !strings.Contains(text, "Runbook: "+links["runbook_url"]) || !strings.Contains(text, "Silence: "+silence) {
		t.Errorf("mail's text: %s", text)
	}
	if !strings.Contains(html, `<a href="https://example.com/runbooks/a.md?x=1&amp;y=%282%29">Runbook</a>`) || !strings.Contains(html, `<a href="`+silence+`">`) {
		t.Errorf("mail's HTML: %s", html)
	}
	for name, message := range map[string]string{"slack": attachment.Text, "teams": body[1].Text, "text": text, "html": html} {
		if strings.Contains(message, "Traces") || strings.Contains(message, "ZgotmplZ") {
			t.Errorf("%s has a link to nothing: %s", name, message)
		}
	}
}

// TestNotificationOfResolved: everybody who was told hears that it is over.
func TestNotificationOfResolved(t *testing.T) {
	s := newServices(t)
	folder, _ := everyWay(t, s, "#web")
	labels := map[string]string{"alertname": "A", "severity": "ticket", "team": "web", "service": "pay"}
	sentTo(t, play(t, folder, s.incident(firing{Labels: labels, Annotations: map[string]string{"summary": "It was bad"}, Resolved: true})))
	attachment := decode[slackMessage](t, s.last("slack")).Attachments[0]
	if attachment.Title != "RESOLVED: It was bad" || attachment.Color != "good" || strings.Contains(attachment.Text, "Silence") {
		t.Errorf("Slack: %+v", attachment)
	}
	if event := decode[pagerDutyEvent](t, s.last("pagerduty")); event.Action != "resolve" {
		t.Errorf("PagerDuty: %+v", event)
	}
	if subject, text, _ := mailParts(t, s.last("mail")); subject != "RESOLVED: It was bad" || strings.Contains(text, "Silence") {
		t.Errorf("mail: %q %q", subject, text)
	}
}

// TestWatchdogIsToldOutside: the dead man's switch hears of the watchdog alone.
func TestWatchdogIsToldOutside(t *testing.T) {
	s := newServices(t)
	folder, _ := everyWay(t, s, "#web")
	out := play(t, folder, s.incident(firing{Labels: map[string]string{"alertname": "Watchdog", "severity": "none"}}))
	if len(out.Groups) != 1 || !slices.Equal(out.Groups[0].Sent, []string{"webhook"}) || !strings.Contains(s.last("watchdog"), `"Watchdog"`) {
		t.Errorf("groups: %+v", out.Groups)
	}
}

// TestMissingSecrets: whoever's secret is missing is not told, and everybody
// else is.
func TestMissingSecrets(t *testing.T) {
	s := newServices(t)
	_, sys := everyWay(t, s, "#web")
	for _, way := range sys.Teams[0].Notify {
		for i, setting := range way.Settings {
			if strings.HasSuffix(setting.Name, "_file") && setting.Name != "url_file" {
				way.Settings[i].Value = "secrets/missing"
			}
		}
	}
	broken := alertmanagerFolder(t, sys)
	writeFile(t, filepath.Join(broken, "secrets/webhook"), []byte(s.http.URL+"/webhook"))
	out := play(t, broken, s.incident(firing{Labels: map[string]string{"alertname": "A", "severity": "page", "team": "web", "service": "pay"}}))
	if diff := cmp.Diff([]string{"email", "webhook"}, out.Groups[0].Sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if len(out.Groups[0].Failed) != 4 {
		t.Errorf("failed: %v", out.Groups[0].Failed)
	}
	for _, why := range out.Groups[0].Failed {
		if !strings.Contains(why, "secrets/missing: no such file") {
			t.Errorf("failed: %s", why)
		}
	}
}

// TestHostileNotifications: texts of alerts and of the spec arrive as they are,
// under the escapes of each service.
func TestHostileNotifications(t *testing.T) {
	markdown := regexp.MustCompile("\\\\([\\\\`*_\\[\\]])")
	for _, text := range hostile {
		s := newServices(t)
		folder, _ := everyWay(t, s, text)
		sentTo(t, play(t, folder, s.incident(firing{
			Labels:      map[string]string{"alertname": "A", "severity": "page", "team": "web", "service": text},
			Annotations: map[string]string{"summary": text, "description": "because " + text + " happened"},
		})))
		want := "PAGE: " + text
		slack := decode[slackMessage](t, s.last("slack"))
		event := decode[pagerDutyEvent](t, s.last("pagerduty"))
		card := decode[teamsCard](t, s.last("teams"))
		hook := decode[webhookMessage](t, s.last("webhook"))
		subject, plain, page := mailParts(t, s.last("mail"))
		for where, got := range map[string]string{
			"Slack's title":    html.UnescapeString(slack.Attachments[0].Title),
			"Slack's channel":  "PAGE: " + slack.Channel,
			"PagerDuty":        event.Payload.Summary,
			"PagerDuty's part": "PAGE: " + event.Payload.Component,
			"PagerDuty's text": "PAGE: " + event.Payload.Details.Firing[0].Annotations["summary"],
			"Opsgenie":         decode[opsgenieAlert](t, s.last("alerts")).Message,
			"Teams":            markdown.ReplaceAllString(card.Attachments[0].Content.Body[0].Text, "$1"),
			"webhook":          "PAGE: " + hook.Alerts[0].Annotations["summary"],
			"webhook's label":  "PAGE: " + hook.Alerts[0].Labels["service"],
			"mail's subject":   subject + want[len(strings.TrimRight(want, " ")):], // headers end without spaces
		} {
			if got != want {
				t.Errorf("%s: %q, want %q", where, got, want)
			}
		}
		if bare := slack.Attachments[0].Title; strings.ContainsAny(bare, "<>") {
			t.Errorf("markup in Slack's title %q", bare)
		}
		because := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace("because " + text + " happened")
		if !strings.Contains(strings.ReplaceAll(plain, "\r\n", "\n"), because) {
			t.Errorf("%q is not in the mail %q", because, plain)
		}
		if !strings.Contains(strings.ReplaceAll(html.UnescapeString(page), "\r\n", "\n"), because) || strings.Contains(page, "<b>") {
			t.Errorf("%q is not in the mail's HTML %q", because, page)
		}
		silence, err := url.PathUnescape(regexp.MustCompile(`filter=(\S+)`).FindStringSubmatch(plain)[1])
		if quoted := fmt.Sprintf(`service=%q`, text); err != nil || !strings.Contains(silence, quoted) {
			t.Errorf("the silence %q is not of %s: %v", silence, quoted, err)
		}
	}
}
