package diff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/model"
)

// shop is a system with a metric that an SLO, a panel and another service's
// alert read.
func shop() *model.System {
	orders := model.Metric{
		Name: "shop.orders", Kind: model.Counter, Series: "shop_orders_total", Unit: "{order}",
		Attributes: []model.Attribute{{Name: "channel", Label: "channel", Values: []string{"web", "app"}}, {Name: "outcome", Label: "outcome", Values: []string{"ok", "failed"}}},
	}
	reads := func(labels ...string) model.Query {
		return model.Query{Language: "promql", Text: "...", Reads: []model.Read{{Series: "shop_orders_total", Labels: labels}}}
	}
	team := model.Team{Name: "web", Notify: []model.Notify{{
		Kind: "slack", Severities: []model.Severity{model.Page, model.Ticket},
		Settings: []model.Label{{Name: "api_url_file", Value: "secrets/slack"}, {Name: "channel", Value: "#web"}},
	}}}
	return &model.System{Name: "shop", Teams: []model.Team{team}, Services: []model.Service{
		{
			Name: "checkout", Tier: 1, Metrics: []model.Metric{orders},
			SLIs: []model.SLI{{
				Name: "orders", Kind: model.Events, Objective: 99_900_000, Window: model.Window{Days: 30},
				Events: &model.EventSLI{
					Total: model.EventCount{Metric: "shop.orders"},
					Bad:   &model.EventCount{Metric: "shop.orders", Where: []model.Where{{Attribute: "outcome", Values: []string{"failed"}}}},
				},
			}},
			Panels: []model.Panel{{Title: "Channels", Queries: []model.PanelQuery{{Query: reads("channel", "job")}}}},
		},
		{Name: "watch", Tier: 1, Alerts: []model.Alert{{Name: "silent", Query: reads("job")}}},
	}}
}

func texts(changes []Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, c.Text())
	}
	return out
}

func TestCompare(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*model.System)
		want   []string
	}{
		"nothing":   {func(*model.System) {}, nil},
		"objective": {func(s *model.System) { s.Services[0].SLIs[0].Objective = 99_950_000 }, []string{"SLO checkout/orders: objective 99.9 -> 99.95"}},
		"attribute removed": {
			func(s *model.System) { s.Services[0].Metrics[0].Attributes = s.Services[0].Metrics[0].Attributes[1:] },
			[]string{"metric checkout/shop.orders: attribute channel removed, breaking: panel checkout/Channels uses it"},
		},
		"value removed": {
			func(s *model.System) { s.Services[0].Metrics[0].Attributes[1].Values = []string{"ok"} },
			[]string{"metric checkout/shop.orders: attribute outcome values removed: failed, breaking: SLO checkout/orders uses it"},
		},
		"unit": {
			func(s *model.System) { s.Services[0].Metrics[0].Unit = "{cart}" },
			[]string{"metric checkout/shop.orders: unit {order} -> {cart}, breaking: SLO checkout/orders, alert watch/silent and panel checkout/Channels use it"},
		},
		"metric removed": {
			func(s *model.System) { s.Services[0].Metrics = nil },
			[]string{"metric checkout/shop.orders: removed, breaking: SLO checkout/orders, alert watch/silent and panel checkout/Channels use it"},
		},
		"a description": {
			func(s *model.System) { s.Services[0].Metrics[0].Description = "Orders" },
			[]string{"metric checkout/shop.orders: description added: Orders"},
		},
		"who is told": {
			func(s *model.System) {
				s.Teams[0].Notify[0].Severities = s.Teams[0].Notify[0].Severities[:1]
				s.Teams[0].Notify = append(s.Teams[0].Notify, model.Notify{Kind: "email", Severities: []model.Severity{model.Ticket}, Settings: []model.Label{{Name: "to", Value: "web@example.com"}}})
			},
			[]string{
				"team web: notify removed: slack of pages and tickets (api_url_file=secrets/slack, channel=#web)",
				"team web: notify added: slack of pages (api_url_file=secrets/slack, channel=#web), email of tickets (to=web@example.com)",
			},
		},
		"mail server": {
			func(s *model.System) {
				s.Stack.SMTP = &model.SMTP{Smarthost: "smtp.example.com:587", From: "a@example.com", AuthUsername: "a", AuthPasswordFile: "secrets/smtp", RequireTLS: true}
				s.Stack.Watchdog = "secrets/watchdog"
			},
			[]string{
				"stack: mail server added: smtp.example.com:587, from a@example.com, as a, password in secrets/smtp",
				"stack: watchdog added: secrets/watchdog",
			},
		},
		"a standard metric": {
			func(s *model.System) {
				s.Services[0].Metrics = append(s.Services[0].Metrics, model.Metric{Name: "x", Standard: true})
			}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			changed := shop()
			test.change(changed)
			if diff := cmp.Diff(test.want, texts(Compare(shop(), changed))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecord reads back what was written, and refuses what it cannot read.
func TestRecord(t *testing.T) {
	data, err := Encode(shop())
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shop(), back); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	for _, broken := range []string{"", "{", `{"Format": 99, "Model": {}}`, `{"Format": 1}`} {
		if _, err := Decode([]byte(broken)); err == nil || !strings.Contains(err.Error(), "generate") {
			t.Errorf("Decode(%q): %v, want an error that says to generate", broken, err)
		}
	}
}

func TestMarkdownEscapes(t *testing.T) {
	r := Result{Changes: []Change{{Subject: "alert a/b", Action: Changed, Field: "summary", Old: "x", New: "<b>|`*\n# y"}}}
	if got := r.Markdown(); strings.Contains(got, "<b>|") || strings.Contains(got, "\n# y") {
		t.Errorf("markup of the spec is in %q", got)
	}
}
