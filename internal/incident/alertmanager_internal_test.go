package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// anyAlerts are some that services and teams of the example may send, known or not.
func anyAlerts(random *rand.Rand) []map[string]string {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	var out []map[string]string
	for range 1 + random.IntN(30) {
		a := map[string]string{
			"alertname": pick("SLOBurnRate", "SLOBudgetExhausted", "SLOMissingData", "CapacityNearLimit", "Watchdog"),
			"severity":  pick("page", "ticket", "none", ""),
			"team":      pick("web", "money", "nobody", ""),
			"service":   pick("storefront", "checkout", "payments", "fulfilment", "checkout2", ""),
			"slo":       pick("availability", "latency", ""),
			"window":    pick("1h", "6h"),
		}
		for name, value := range a {
			if value == "" {
				delete(a, name)
			}
		}
		out = append(out, a)
	}
	return out
}

// TestAlertmanagerAgrees has Alertmanager's own code, in tools/alertmanager, route
// and mute the same alerts by the same configuration.
func TestAlertmanagerAgrees(t *testing.T) {
	folder, err := filepath.Abs("../../examples/shop/observability")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "alertmanager/alertmanager.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// Some of what the generator does not write, but the routes may.
	for i, config := range []string{string(content), `
route:
  receiver: a
  group_by: [alertname]
  routes:
    - matchers: ['severity=~"page|ticket"', 'service!~"check.*"']
      receiver: b
      continue: true
      repeat_interval: 2h
    - matchers: ['slo!=""']
      receiver: c
      group_wait: 7s
      group_interval: 3m
inhibit_rules:
  - source_matchers: ['severity="page"']
    target_matchers: ['severity=~"page|ticket"', 'team!="money"']
    equal: [service, absent]
receivers: [{name: a}, {name: b}, {name: c}]
`} {
		t.Run(fmt.Sprint(i), func(t *testing.T) { agrees(t, folder, config) })
	}
}

func agrees(t *testing.T, folder, config string) {
	tower, err := readAlertmanager([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "alertmanager.yaml")
	if i := bytes.Index([]byte(config), []byte("templates:")); i >= 0 {
		config = config[:i] + "templates: [" + folder + "/alertmanager/templates/*.tmpl]" + config[i+len("templates:\n  - templates/*.tmpl"):]
	}
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	muted := 0
	for range 25 {
		alerts := anyAlerts(random)
		for i, theirs := range alertmanagers(t, folder, path, alerts) {
			a := alerts[i]
			var receivers []string
			for _, r := range tower.root.match(a) {
				receivers = append(receivers, r.receiver)
			}
			if diff := cmp.Diff(theirs.Receivers, receivers); diff != "" {
				t.Errorf("%v (-Alertmanager +got):\n%s", a, diff)
			}
			if got := tower.mutes(a, alerts); got != theirs.Muted {
				t.Errorf("%v of %v: muted is %v, Alertmanager says %v", a, alerts, got, theirs.Muted)
			}
			if theirs.Muted {
				muted++
			}
		}
	}
	if muted < 5 {
		t.Errorf("only %d alerts are muted", muted)
	}
}

type told1 struct {
	Receivers []string
	Muted     bool
}

// alertmanagers is what Alertmanager makes of alerts.
func alertmanagers(t *testing.T, folder, config string, alerts []map[string]string) []told1 {
	t.Helper()
	tool, err := filepath.Abs("../../bin/alertcheck")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(tool); err != nil {
		build := exec.Command("go", "build", "-o", tool, ".")
		build.Dir = "../../tools/alertmanager"
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build alertcheck: %v\n%s", err, out)
		}
	}
	var in struct {
		Alerts []struct{ Labels map[string]string }
	}
	for _, a := range alerts {
		in.Alerts = append(in.Alerts, struct{ Labels map[string]string }{a})
	}
	input, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tool, config)
	cmd.Dir, cmd.Stdin = folder, bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("alertcheck: %v\n%s", err, stderr.String())
	}
	var out struct{ Alerts []told1 }
	if err := json.Unmarshal(output, &out); err != nil {
		t.Fatal(err)
	}
	return out.Alerts
}

// TestWhoIsTold follows the groups of a page and of the ticket that it mutes.
func TestWhoIsTold(t *testing.T) {
	tower, err := readAlertmanager([]byte(`
route:
  receiver: none
  routes:
    - {receiver: pages, matchers: ['severity="page"'], group_by: [service], group_wait: 10s, group_interval: 2m, repeat_interval: 1h}
    - {receiver: tickets, matchers: ['severity="ticket"'], group_by: [service], group_wait: 5m, group_interval: 30m, repeat_interval: 1d}
inhibit_rules:
  - {source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: [service]}
`))
	if err != nil {
		t.Fatal(err)
	}
	m := time.Minute
	alert := func(name, severity string, from, to time.Duration) *firing {
		return &firing{labels: map[string]string{"service": "a", "severity": severity, "alertname": name}, name: name, from: from, to: to}
	}
	got := tower.told([]*firing{
		alert("one", "page", 10*m, 50*m),
		alert("two", "page", 13*m, 90*m),
		alert("brief", "page", 20*m, 21*m), // only one wake sees it
		alert("slow", "ticket", 30*m, 200*m),
		alert("lasting", "ticket", 300*m, math.MaxInt64),
	}, 24*60*m)
	var lines []string
	for _, n := range got {
		lines = append(lines, fmt.Sprint(n.at, " ", n.Receiver, " ", n.Firing, n.Resolved))
	}
	want := []string{
		"10m10s pages [one] []",     // after the wait
		"14m10s pages [one two] []", // two joins at the next wake
		"20m10s pages [one two brief] []",
		"22m10s pages [one two] [brief]",
		"50m10s pages [two] [one]",
		"1h30m10s pages [] [two]",
		"1h35m0s tickets [slow] []", // muted by two until then
		"3h35m0s tickets [] [slow]",
		"5h5m0s tickets [lasting] []",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
