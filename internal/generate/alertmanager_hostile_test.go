package generate_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/model"
)

// hostile are texts that mean something in a matcher, a regular expression, a
// template, YAML, Markdown, Slack's or HTML's markup.
var hostile = []string{
	`quote"d`, `"`, `""`, `\`, `\\`, `a\`, `\n`, `\"`, `a\"b`, `\x41`, "two\nlines", "\n", "tab\tbed", "\r", "a\u2028b", "\u0001",
	`{{ .Labels }}`, `{{`, `}}`, `{"a":{"b":{}}}`, `{{{}}}`, `{{ template "nothing" . }}`, `{{/*`, `.*`, `.+`, `a|b`, `^$`, `(`, `[a-z]`, `a?`, `$1`, `\d+`, `(?i)A`,
	`a,b`, `a="b"`, `team="x"`, `{`, `}`, `=~`, `!=`, ` `, ` a `, `'`, "`", `#`, `- a`, `a: b`, `&a`, `*a`, `!!str`, `%`, `%q`, `~`, `null`, `1`, `yes`,
	`<b>&amp;</b>`, `<!channel>`, `*bold* _it_`, `[a](b)`, `日本`, `e` + "\u0301", `😀`, `ﬀ`, `K`,
}

func alertmanagerFolder(t *testing.T, sys *model.System) string {
	t.Helper()
	files, err := generate.Alertmanager(sys)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := artifact.NewSet(files); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, f := range files {
		writeFile(t, filepath.Join(folder, f.Path), f.Content)
	}
	return folder
}

// TestHostileTeams: each team hears of its own alerts only.
func TestHostileTeams(t *testing.T) {
	sys := &model.System{Name: "x", Spec: "obsboot.hcl"}
	var fires []firing
	for _, name := range hostile {
		sys.Teams = append(sys.Teams, model.Team{Name: name, Notify: []model.Notify{{
			Kind: "webhook", Severities: []model.Severity{model.Page}, Settings: []model.Label{{Name: "url_file", Value: "none"}},
		}}})
		fires = append(fires, firing{Labels: map[string]string{"alertname": "A", "severity": "page", "team": name}})
	}
	for _, a := range play(t, alertmanagerFolder(t, sys), incident{Alerts: fires}).Alerts {
		if diff := cmp.Diff([]string{a.Labels["team"] + "/page"}, a.Receivers); diff != "" {
			t.Errorf("%q (-want +got):\n%s", a.Labels["team"], diff)
		}
	}
}

// TestHostileServices: a page mutes the tickets of its callers and of no other
// service, whatever they are called.
func TestHostileServices(t *testing.T) {
	slo := []model.SLI{{Name: "s", Objective: 99_000_000, Alerting: model.Alerting{Page: true, Ticket: true}}}
	for i, name := range hostile {
		callers := []string{hostile[(i+1)%len(hostile)], hostile[(i+2)%len(hostile)], hostile[(i+3)%len(hostile)]}
		sys := &model.System{Name: "x", Spec: "obsboot.hcl", Services: []model.Service{{Name: name, SLIs: slo}}}
		for _, caller := range callers[:1+i%3] {
			sys.Services = append(sys.Services, model.Service{Name: caller, SLIs: slo, Calls: []model.Ref{{Kind: model.RefService, Name: name}}})
		}
		fires := []firing{{Labels: map[string]string{"alertname": "SLOBurnRate", "severity": "page", "service": name, "slo": "s"}}}
		for _, other := range append([]string{"a", "b", "A", "aa", "x", "n", ""}, hostile...) {
			fires = append(fires, firing{Labels: map[string]string{"alertname": "SLOBurnRate", "severity": "ticket", "service": other, "slo": "s"}})
		}
		want := append([]string{name}, callers[:1+i%3]...)
		var got []string
		for _, a := range play(t, alertmanagerFolder(t, sys), incident{Alerts: fires}).Alerts {
			if a.Muted {
				got = append(got, a.Labels["service"])
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("a page of %q mutes (-want +got):\n%s", name, diff)
		}
	}
}

// TestTemplateText: whatever stands in a text, executed as a template it is that
// text.
func TestTemplateText(t *testing.T) {
	for _, text := range append(slices.Clone(hostile), "{{{", "}}}", "{{}}", "{}}", "a{{{{b}}}}", fmt.Sprint(hostile)) {
		if got := expanded(t, "before "+generate.TemplateText(text)+" after"); got != "before "+text+" after" {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
