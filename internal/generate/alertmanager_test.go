package generate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func shop(t *testing.T) (string, []firing) {
	source, err := os.ReadFile("../../examples/shop/obsboot.hcl")
	if err != nil {
		t.Fatal(err)
	}
	folder, files := generatedFolder(t, string(source))
	return folder, possibleAlerts(t, files)
}

// TestConfigurationsLoad has Alertmanager read every configuration that the
// golden specs give, and hear of nothing.
func TestConfigurationsLoad(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) < 3 {
		t.Fatalf("too few archives: %v %v", archives, err)
	}
	for _, path := range archives {
		folder := t.TempDir()
		writeArtifacts(t, folder, generated(t, written(t, path)))
		if out := play(t, filepath.Join(folder, "observability"), incident{}); len(out.Alerts) > 0 {
			t.Errorf("%s: %+v", path, out)
		}
	}
}

// TestAlertsReachTheirTeams routes every alert that the shop can have.
func TestAlertsReachTheirTeams(t *testing.T) {
	folder, alerts := shop(t)
	for _, a := range play(t, folder, incident{Alerts: alerts}).Alerts {
		want := a.Labels["team"] + "/" + a.Labels["severity"]
		if a.Labels["alertname"] == "Watchdog" {
			want = "watchdog"
		}
		if diff := cmp.Diff([]string{want}, a.Receivers); diff != "" {
			t.Errorf("%s (-want +got):\n%s", alertName(a.Labels), diff)
		}
	}
}

// TestAlertsOfNobody: what has no team, or a team that takes no such alerts,
// goes to the default receiver.
func TestAlertsOfNobody(t *testing.T) {
	folder, _ := generatedFolder(t, `
system "x" {}
team "pagers" {
  notify "webhook" {
    severities = ["page"]
    url_file   = "secrets/webhook"
  }
}
team "silent" {}
`)
	for labels, want := range map[[2]string]string{
		{"pagers", "page"}:   "pagers/page",
		{"pagers", "ticket"}: "default",
		{"pagers", "PAGE"}:   "default",
		{"pagers2", "page"}:  "default",
		{"silent", "page"}:   "default",
		{"", "page"}:         "default",
		{"", ""}:             "default",
	} {
		alert := firing{Labels: map[string]string{"alertname": "A", "team": labels[0], "severity": labels[1]}}
		got := play(t, folder, incident{Alerts: []firing{alert}}).Alerts[0].Receivers
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", labels, diff)
		}
	}
}

// TestPageMutesTickets fires all tickets, and of the pages those of one SLO.
func TestPageMutesTickets(t *testing.T) {
	folder, alerts := shop(t)
	slos := map[string][]string{
		"storefront": {"availability", "checkout-availability", "latency"},
		"checkout":   {"availability", "latency", "order-success"},
	}
	tickets := func(service string, slos ...string) (names []string) {
		for _, slo := range slos {
			names = append(names, service+"/"+slo+" ticket SLOBudgetExhausted", service+"/"+slo+" ticket SLOBurnRate")
		}
		return names
	}
	for _, test := range []struct {
		service, slo string
		want         []string
	}{
		{"", "", nil},
		{"payments", "availability", slices.Concat(
			tickets("checkout", slos["checkout"]...), tickets("payments", "availability"), tickets("storefront", slos["storefront"]...))},
		{"checkout", "order-success", slices.Concat(tickets("checkout", "order-success"), tickets("storefront", slos["storefront"]...))},
		{"storefront", "latency", tickets("storefront", "latency")},
		{"fulfilment", "backlog", tickets("fulfilment", "backlog")},
		{"fulfilment", "", nil}, // an alert of its own, which pages
	} {
		t.Run(test.service+"/"+test.slo, func(t *testing.T) {
			fires := only(alerts, func(l map[string]string) bool {
				return l["severity"] != "page" || l["service"] == test.service && l["slo"] == test.slo
			})
			got := play(t, folder, incident{Alerts: fires}).muted()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("muted (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOtherPagesMuteNothing: a page that is no SLO's says nothing of callers.
func TestOtherPagesMuteNothing(t *testing.T) {
	folder, alerts := shop(t)
	fires := only(alerts, func(l map[string]string) bool { return l["severity"] == "ticket" })
	fires = append(fires, firing{Labels: map[string]string{"alertname": "Odd", "service": "payments", "severity": "page", "team": "money"}})
	if muted := play(t, folder, incident{Alerts: fires}).muted(); len(muted) > 0 {
		t.Errorf("muted: %v", muted)
	}
}

// TestPagesAreNeverMuted fires everything at once.
func TestPagesAreNeverMuted(t *testing.T) {
	folder, alerts := shop(t)
	pages := 0
	for _, a := range play(t, folder, incident{Alerts: alerts}).Alerts {
		if a.Labels["severity"] == "page" {
			pages++
		}
		burns := a.Labels["slo"] != "" && a.Labels["severity"] == "ticket" && a.Labels["alertname"] != "SLOMissingData"
		if a.Muted != burns {
			t.Errorf("%s: muted %t", alertName(a.Labels), a.Muted)
		}
	}
	if pages < 15 {
		t.Errorf("only %d pages", pages)
	}
}

// TestResolvedPageMutesNothing: the tickets are told once the page is over.
func TestResolvedPageMutesNothing(t *testing.T) {
	folder, alerts := shop(t)
	for i := range alerts {
		alerts[i].Resolved = alerts[i].Labels["severity"] == "page"
	}
	if muted := play(t, folder, incident{Alerts: alerts}).muted(); len(muted) > 0 {
		t.Errorf("muted: %v", muted)
	}
}

// TestCallersInACircle: each mutes the others' tickets, not those of its own
// other SLOs.
func TestCallersInACircle(t *testing.T) {
	var source strings.Builder
	source.WriteString("system \"x\" {}\n")
	for _, s := range [][2]string{{"a", "b"}, {"b", "c"}, {"c", "a"}, {"out", "a"}} {
		fmt.Fprintf(&source, `service %q {
  calls = [service.%s]
  http {}
  sli "one" {
    objective = 99.9
    availability {}
  }
  sli "two" {
    objective = 99.9
    availability {}
  }
}
`, s[0], s[1])
	}
	folder, files := generatedFolder(t, source.String())
	all := possibleAlerts(t, files)
	for _, service := range []string{"a", "b", "c"} {
		fires := only(all, func(l map[string]string) bool {
			return l["alertname"] == "SLOBurnRate" && (l["severity"] == "ticket" || l["service"] == service && l["slo"] == "one")
		})
		var want []string
		for _, name := range []string{"a/one", "a/two", "b/one", "b/two", "c/one", "c/two", "out/one", "out/two"} {
			if name != service+"/two" {
				want = append(want, name+" ticket SLOBurnRate")
			}
		}
		if diff := cmp.Diff(want, play(t, folder, incident{Alerts: fires}).muted()); diff != "" {
			t.Errorf("a page of %s mutes (-want +got):\n%s", service, diff)
		}
	}
}

// TestOneNotificationForAnIncident: both windows of a page are told at once, and
// so are all tickets of an SLO; other alerts by their kind.
func TestOneNotificationForAnIncident(t *testing.T) {
	folder, alerts := shop(t)
	notified := func(wanted func(map[string]string) bool) map[string]int {
		got := map[string]int{}
		for _, g := range play(t, folder, incident{Alerts: only(alerts, wanted)}).Groups {
			key := fmt.Sprint(g.Receiver, " ", g.Labels, " ", g.Wait, " ", g.Interval, " ", g.Repeat)
			got[key] = g.Alerts
		}
		return got
	}
	pages := notified(func(l map[string]string) bool { return l["severity"] == "page" && l["service"] == "payments" })
	if diff := cmp.Diff(map[string]int{
		"money/page map[service:payments severity:page slo:availability] 10s 2m0s 1h0m0s": 2,
		"money/page map[service:payments severity:page slo:latency] 10s 2m0s 1h0m0s":      2,
	}, pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	tickets := notified(func(l map[string]string) bool { return l["severity"] == "ticket" && l["service"] == "fulfilment" })
	if diff := cmp.Diff(map[string]int{
		"web/ticket map[alertname:CardinalityOverflow service:fulfilment severity:ticket] 5m0s 30m0s 24h0m0s": 1,
		"web/ticket map[alertname:JobOverdue service:fulfilment severity:ticket] 5m0s 30m0s 24h0m0s":          1,
		"web/ticket map[service:fulfilment severity:ticket slo:backlog] 5m0s 30m0s 24h0m0s":                   4,
		"web/ticket map[service:fulfilment severity:ticket slo:processing] 5m0s 30m0s 24h0m0s":                4,
	}, tickets); diff != "" {
		t.Errorf("tickets (-want +got):\n%s", diff)
	}
	watchdog := notified(func(l map[string]string) bool { return l["alertname"] == "Watchdog" })
	if diff := cmp.Diff(map[string]int{"watchdog map[alertname:Watchdog] 0s 30s 1m0s": 1}, watchdog); diff != "" {
		t.Errorf("watchdog (-want +got):\n%s", diff)
	}
}
