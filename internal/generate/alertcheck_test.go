package generate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"

	"github.com/obsboot/obsboot/internal/artifact"
)

// alertcheck runs Alertmanager's own code; it is built once from the module in
// tools/alertmanager.
var alertcheck = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../../bin/alertcheck")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", path, ".")
	build.Dir = "../../tools/alertmanager"
	build.Stderr = os.Stderr
	return path, build.Run()
})

// What alertcheck reads and writes.
type (
	incident struct {
		Alerts              []firing
		PagerDuty, Opsgenie string
	}
	firing struct {
		Labels, Annotations map[string]string
		Resolved            bool
	}
	outcome struct {
		Alerts []told
		Groups []group
	}
	told struct {
		Labels    map[string]string
		Receivers []string
		Muted     bool
	}
	group struct {
		Receiver               string
		Labels                 map[string]string
		Wait, Interval, Repeat string
		Alerts                 int
		Sent, Failed           []string
	}
)

// play runs an incident through Alertmanager in a generated folder.
func play(t *testing.T, folder string, in incident) outcome {
	t.Helper()
	path, err := alertcheck()
	if err != nil {
		t.Fatalf("build alertcheck: %v", err)
	}
	input, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "alertmanager/alertmanager.yaml")
	cmd.Dir, cmd.Stdin = folder, bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("alertcheck: %v\n%s", err, stderr.String())
	}
	var out outcome
	if err := json.Unmarshal(output, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// generatedFolder writes what follows from a spec and returns its folder.
func generatedFolder(t *testing.T, source string) (string, []artifact.File) {
	t.Helper()
	project := t.TempDir()
	writeFile(t, filepath.Join(project, "obsboot.hcl"), []byte(source))
	files := generated(t, project)
	writeArtifacts(t, project, files)
	return filepath.Join(project, "observability"), files
}

// possibleAlerts are the alerts of all rules, as Prometheus would send them.
func possibleAlerts(t *testing.T, files []artifact.File) []firing {
	t.Helper()
	var out []firing
	for _, f := range files {
		if ok, _ := filepath.Match("prometheus/rules/*.yaml", f.Path); !ok {
			continue
		}
		var file struct {
			Groups []struct {
				Labels map[string]string
				Rules  []struct {
					Alert               string
					Labels, Annotations map[string]string
				}
			}
		}
		if err := yaml.Unmarshal(f.Content, &file); err != nil {
			t.Fatal(err)
		}
		for _, g := range file.Groups {
			for _, r := range g.Rules {
				if r.Alert != "" {
					labels := map[string]string{"alertname": r.Alert}
					for _, set := range []map[string]string{g.Labels, r.Labels} {
						for name, text := range set {
							labels[name] = expanded(t, text)
						}
					}
					out = append(out, firing{Labels: labels, Annotations: map[string]string{"summary": r.Annotations["summary"]}})
				}
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("no alerts")
	}
	return out
}

// expanded executes the template that a label of a rule is.
func expanded(t *testing.T, text string) string {
	t.Helper()
	tmpl, err := template.New("").Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// alertName is how tests call an alert: "payments/availability page SLOBurnRate".
func alertName(labels map[string]string) string {
	name := labels["service"]
	for _, label := range []string{"slo", "capacity", "kpi", "job_name"} {
		if labels[label] != "" {
			name += "/" + labels[label]
		}
	}
	return name + " " + labels["severity"] + " " + labels["alertname"]
}

func only(alerts []firing, wanted func(map[string]string) bool) []firing {
	return slices.DeleteFunc(slices.Clone(alerts), func(f firing) bool { return !wanted(f.Labels) })
}

// muted lists the alerts that nobody is told of because of another one.
func (o outcome) muted() []string {
	var names []string
	for _, a := range o.Alerts {
		if a.Muted {
			names = append(names, alertName(a.Labels))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
