package incident_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/incident"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/traffic"
)

const api = `
system "x" {}

team "own" {
  notify "webhook" { url_file = "secrets/own" }
}

service "api" {
  team = team.own
  http {
    route "POST /" {}
  }

  sli "availability" {
    objective = 99.9
    availability {}
  }
}
`

// planOf makes a plan for an SLO of a spec: even traffic, watched for six hours.
func planOf(t testing.TB, source, name string, faults ...string) incident.Plan {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "obsboot.hcl"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return planIn(t, folder, name, faults...)
}

func planIn(t testing.TB, folder, name string, faults ...string) incident.Plan {
	t.Helper()
	read, err := spec.Load(folder, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(read)
	for _, d := range read.Scope.Diags.Sorted() {
		if d.Severity == hcl.DiagError {
			t.Fatal(d)
		}
	}
	set, err := generate.All(sys)
	if err != nil {
		t.Fatal(err)
	}
	target, err := incident.Find(sys, name)
	if err != nil {
		t.Fatal(err)
	}
	p := incident.Plan{System: sys, Target: target, Over: 6 * time.Hour, Traffic: traffic.Options{Seed: 1, Rate: 100, Pattern: traffic.Steady}}
	for _, f := range set.Files() {
		switch filepath.ToSlash(filepath.Dir(f.Path)) {
		case "prometheus/rules":
			p.Rules = append(p.Rules, incident.File{Name: f.Path, Content: f.Content})
		case "alertmanager":
			p.Alertmanager = f.Content
		}
	}
	for _, text := range faults {
		f, err := traffic.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Traffic.Faults = append(p.Traffic.Faults, f)
	}
	return p
}

func run(t testing.TB, p incident.Plan) *incident.Outcome {
	t.Helper()
	out, err := incident.Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// late is how much later than in theory something may be seen: the next sample,
// and the evaluation behind it.
const late = 30 + 60

// TestArithmetic compares with what docs/slo.md computes by hand: an alert over l
// fires after l * threshold / p.
func TestArithmetic(t *testing.T) {
	for _, test := range []struct {
		percent           float64
		hour, sixHours    float64 // seconds until they fire
		hourEnds, sixEnds float64 // seconds after the end until they resolve
		sixLag            float64 // windows above an hour lag by five minutes
	}{
		{100, 3600 * 0.0144, 21600 * 0.006, 300 * (1 - 0.0144), 1800 * (1 - 0.006), 300},
		{10, 3600 * 0.144, 21600 * 0.06, 300 * (1 - 0.144), 1800 * (1 - 0.06), 300},
		{4, 3600 * 0.36, 21600 * 0.15, 300 * (1 - 0.36), 1800 * (1 - 0.15), 300},
	} {
		t.Run(fmt.Sprint(test.percent), func(t *testing.T) {
			out := run(t, planOf(t, api, "api/availability", fmt.Sprintf("api:errors=%g%%,after=1h,for=70m", test.percent)))
			const ends = 70 * 60
			for window, want := range map[string][3]float64{"1h": {test.hour, test.hourEnds, 0}, "6h": {test.sixHours, test.sixEnds, test.sixLag}} {
				a := alertOf(t, out, window)
				// What healthy traffic spends already makes it a bit sooner.
				if a.FiresAfter < 0.95*want[0]-1 || a.FiresAfter > want[0]+late+want[2] {
					t.Errorf("%s fires after %g s, want %g", window, a.FiresAfter, want[0])
				}
				used := test.percent / 100 * a.FiresAfter / (30 * 86400 * 0.001)
				if math.Abs(float64(a.BudgetUsed)-used) > 0.1*used+0.002 {
					t.Errorf("%s: %g of the budget is used, want %g", window, a.BudgetUsed, used)
				}
				if a.ResolvesAfter == nil || *a.ResolvesAfter-ends < 0.9*want[1]-60 || *a.ResolvesAfter-ends > want[1]+late+60 {
					t.Errorf("%s resolves %v s, want %g after %d", window, a.ResolvesAfter, want[1], ends)
				}
				if a.Muted || len(a.Notifies) != 1 || a.Notifies[0] != "own/page" {
					t.Errorf("%s is told to %v", window, a.Notifies)
				}
			}
			events := 100 * 70 * 60.0
			if math.Abs(out.Users.Events-events) > 0.03*events || math.Abs(out.Users.Bad-events*test.percent/100) > 0.03*events {
				t.Errorf("%g of %g events", out.Users.Bad, out.Users.Events)
			}
			used := events * test.percent / 100 / (100 * 30 * 86400 * 0.001)
			if math.Abs(float64(out.Budget.Used)-used) > 0.05*used+0.001 {
				t.Errorf("%g of the budget is used, want %g", out.Budget.Used, used)
			}
		})
	}
}

// alertOf is the page of a window.
func alertOf(t *testing.T, out *incident.Outcome, window string) *incident.Alert {
	t.Helper()
	for _, a := range out.Alerts {
		if a.Window == window {
			return a
		}
	}
	t.Fatalf("no alert over %s", window)
	return nil
}

// TestQuiet has too few errors for any alert.
func TestQuiet(t *testing.T) {
	out := run(t, planOf(t, api, "api/availability", "api:errors=0.05%,after=1h,for=1h"))
	if len(out.Alerts) != 0 || len(out.Told) != 0 || out.Users.Bad == 0 {
		t.Errorf("%+v", out)
	}
}

// TestSeed gives the same again, and something else with another seed.
func TestSeed(t *testing.T) {
	text := func(seed uint64) string {
		p := planOf(t, api, "api/availability", "api:errors=2%,after=1h,for=30m")
		p.Traffic.Seed = seed
		b, err := json.Marshal(run(t, p))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(b), fmt.Sprintf(`"seed":%d`, seed), "")
	}
	first := text(1)
	if diff := cmp.Diff(first, text(1)); diff != "" {
		t.Errorf("another time (-first +second):\n%s", diff)
	}
	if first == text(2) {
		t.Error("another seed gives the same")
	}
}

// TestPage is one page that loads nothing.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := run(t, planOf(t, api, "api/availability", "api:errors=50%,after=1h,for=20m")).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "prefers-color-scheme", "@media print", "own/page", "api/availability"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
	if found := regexp.MustCompile(`(?i)https?:|src=|href=|url\(|@import|NaN|ZgotmplZ|<no value>`).FindString(b.String()); found != "" {
		t.Errorf("it has %q", found)
	}
}

// TestFind suggests names.
func TestFind(t *testing.T) {
	p := planOf(t, api, "api/availability")
	for name, want := range map[string]string{
		"api/availabilty": `there is no SLO "api/availabilty"; did you mean "api/availability"?`,
		"nothing":         `there is no SLO "nothing"; there are api/availability`,
	} {
		if _, err := incident.Find(p.System, name); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCompare has the same rules watch, and rules that are too slow.
func TestCompare(t *testing.T) {
	p := planOf(t, api, "api/availability", "api:errors=10%,after=1h,for=30m")
	var own incident.File
	for _, f := range p.Rules {
		if strings.HasSuffix(f.Name, "api.yaml") {
			own = f
		}
	}
	slow := incident.File{Name: "slow", Content: bytes.ReplaceAll(own.Content, []byte("> 14.4 * 0.001"), []byte("> 50 * 0.001"))}
	out, err := incident.Compare(context.Background(), p, slow)
	if err != nil {
		t.Fatal(err)
	}
	first, second := out.Alerts[0], out.Other.Alerts[0]
	if first.Window != "1h" || second.FiresAfter < 2*first.FiresAfter {
		t.Errorf("%+v %+v", first, second)
	}
	foreign := incident.File{Name: "foreign.yaml", Content: []byte(`groups: [{name: g, rules: [{alert: A, expr: "up_since > 1"}]}]`)}
	if _, err := incident.Compare(context.Background(), p, foreign); err == nil || !strings.Contains(err.Error(), "read up_since") {
		t.Errorf("%v", err)
	}
}
