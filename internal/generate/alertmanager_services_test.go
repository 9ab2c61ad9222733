package generate_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/model"
)

// services stand in for those that Alertmanager notifies, and keep what they
// were sent by the last element of the path; mail by "mail".
type services struct {
	http *httptest.Server
	smtp net.Listener

	mu   sync.Mutex
	sent map[string]string
}

func newServices(t *testing.T) *services {
	t.Helper()
	s := &services{sent: map[string]string{}}
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.keep(filepath.Base(r.URL.Path), string(body))
		s.keep(filepath.Base(r.URL.Path)+" key", r.Header.Get("Authorization"))
		fmt.Fprint(w, "ok")
	}))
	t.Cleanup(s.http.Close)
	var err error
	if s.smtp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.smtp.Close() })
	go func() {
		for {
			conn, err := s.smtp.Accept()
			if err != nil {
				return
			}
			s.receive(conn)
		}
	}()
	return s
}

func (s *services) keep(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[name] = text
}

func (s *services) last(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent[name]
}

// receive speaks as much SMTP as it takes.
func (s *services) receive(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in, envelope := bufio.NewScanner(conn), ""
	fmt.Fprint(conn, "220 here\r\n")
	for in.Scan() {
		switch verb, _, _ := strings.Cut(in.Text(), " "); verb {
		case "DATA":
			fmt.Fprint(conn, "354 go\r\n")
			var text strings.Builder
			for in.Scan() && in.Text() != "." {
				text.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
			}
			s.keep("mail", text.String())
			s.keep("envelope", envelope)
		case "MAIL", "RCPT":
			envelope += in.Text() + "\n"
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		}
		fmt.Fprint(conn, "250 fine\r\n")
	}
}

// everyWay is a system whose team is told in every way, with its secrets in
// place.
func everyWay(t *testing.T, s *services, channel string) (string, *model.System) {
	t.Helper()
	setting := func(name, value string) model.Label { return model.Label{Name: name, Value: value} }
	both := []model.Severity{model.Page, model.Ticket}
	sys := &model.System{Name: "shop", Spec: "obsboot.hcl", Stack: model.Stack{
		SMTP:     &model.SMTP{Smarthost: s.smtp.Addr().String(), From: "Alerts <alerts@example.com>"},
		Watchdog: "secrets/watchdog",
	}}
	sys.Teams = []model.Team{{Name: "web", Notify: []model.Notify{
		{Kind: "slack", Severities: both, Settings: []model.Label{setting("api_url_file", "secrets/slack"), setting("channel", channel)}},
		{Kind: "pagerduty", Severities: both, Settings: []model.Label{setting("routing_key_file", "secrets/key")}},
		{Kind: "email", Severities: both, Settings: []model.Label{setting("to", "web@example.com, Other <other@example.com>")}},
		{Kind: "webhook", Severities: both, Settings: []model.Label{setting("url_file", "secrets/webhook")}},
		{Kind: "opsgenie", Severities: both, Settings: []model.Label{setting("api_key_file", "secrets/key")}},
		{Kind: "teams", Severities: both, Settings: []model.Label{setting("webhook_url_file", "secrets/teams")}},
	}}}
	folder := alertmanagerFolder(t, sys)
	for _, name := range []string{"slack", "webhook", "teams", "watchdog"} {
		writeFile(t, filepath.Join(folder, "secrets", name), []byte(s.http.URL+"/"+name+"\n"))
	}
	writeFile(t, filepath.Join(folder, "secrets/key"), []byte("hidden\n"))
	return folder, sys
}

func (s *services) incident(alerts ...firing) incident {
	return incident{Alerts: alerts, PagerDuty: s.http.URL + "/pagerduty", Opsgenie: s.http.URL + "/opsgenie/"}
}

var everyKind = []string{"email", "msteamsv2", "opsgenie", "pagerduty", "slack", "webhook"}

func sentTo(t *testing.T, out outcome) {
	t.Helper()
	if len(out.Groups) != 1 || len(out.Groups[0].Failed) > 0 {
		t.Fatalf("groups: %+v", out.Groups)
	}
	if diff := cmp.Diff(everyKind, out.Groups[0].Sent); diff != "" {
		t.Fatalf("sent (-want +got):\n%s", diff)
	}
}

// decode reads JSON.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

type slackMessage struct {
	Channel     string
	Attachments []struct {
		Title, Text, Fallback, Color string
		TitleLink                    string `json:"title_link"`
	}
}

type pagerDutyEvent struct {
	RoutingKey string `json:"routing_key"`
	Action     string `json:"event_action"`
	Payload    struct {
		Summary, Source, Severity, Component, Class, Group string
		Details                                            struct {
			Firing []struct{ Labels, Annotations map[string]string }
		} `json:"custom_details"`
	}
	Links []struct{ Href, Text string }
}

type opsgenieAlert struct {
	Message, Description, Priority, Entity string
	Details                                map[string]string
}

type teamsCard struct {
	Attachments []struct {
		Content struct{ Body []struct{ Text string } }
	}
}

type webhookMessage struct {
	Status string
	Alerts []struct{ Labels, Annotations map[string]string }
}

// mailParts returns subject, text and HTML of a mail.
func mailParts(t *testing.T, source string) (subject, text, page string) {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(source))
	if err != nil {
		t.Fatalf("%v in %q", err, source)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	var bodies []string
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			break
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(body))
	}
	if len(bodies) != 2 {
		t.Fatalf("%d parts in %q", len(bodies), source)
	}
	return subject, bodies[0], bodies[1]
}
