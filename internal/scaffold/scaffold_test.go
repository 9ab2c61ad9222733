package scaffold_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/obsboot/obsboot/internal/detect"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/scaffold"
	"github.com/obsboot/obsboot/internal/spec"
)

// load puts a text through the path of every spec.
func load(t *testing.T, text []byte) *spec.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "obsboot.hcl")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestHostileTexts proposes a spec for a repository whose texts try to be more than
// texts.
func TestHostileTexts(t *testing.T) {
	evil := "x\"${1/0}%{if true}\n}\nservice \"y\" {}\u202e#"
	found := &detect.Repository{
		Go: true, Module: "example.com/" + evil,
		Services: []*detect.Service{{
			Name: "web", Dir: evil, Home: "web", ModuleDir: ".", HTTP: true, Router: "chi", GRPC: true,
			Routes:  []detect.Operation{{Name: "GET /${x}/%{y}/\"{id}"}, {Name: "/healthz"}},
			Methods: []detect.Operation{{Name: "a.B/C"}, {Name: "a.B/D", Stream: true}},
			Stores:  []string{"postgres"}, Sends: []string{"orders"},
		}},
		Stores: []detect.Store{{Kind: "database", Name: "postgres", System: "postgresql", Module: evil}},
		Queues: []detect.Queue{{Name: "orders", System: "kafka", Destination: evil, Module: evil}},
	}
	plan := scaffold.Propose(found, scaffold.Choices{System: "s", Team: "t", Services: []string{"web"}, Availability: 99.9, Latency: "500ms"})
	text, err := plan.Spec()
	if err != nil {
		t.Fatal(err)
	}
	file := load(t, text)
	sys := resolve.System(file)
	for _, d := range file.Scope.Diags.Sorted() {
		if d.Summary == "Invalid name" || strings.Contains(d.Detail, "destination") {
			continue
		}
		t.Errorf("%s: %s\n%s", d.Summary, d.Detail, text)
	}
	if len(sys.Services) != 1 || sys.Services[0].Routes[0].Name != "GET /${x}/%{y}/\"{id}" {
		t.Errorf("%d services\n%s", len(sys.Services), text)
	}
}

// TestChoices checks that a proposal for every choice is a valid spec, in the format of
// obsboot fmt.
func TestChoices(t *testing.T) {
	var extra []scaffold.Extra
	for _, kind := range scaffold.Kinds {
		extra = append(extra, scaffold.Extra{Name: kind, Kind: kind})
	}
	for _, availability := range []float64{scaffold.LeastAvailability, 99, 99.5, 99.95, scaffold.MostAvailability} {
		for _, latency := range []string{"1ms", "99ms", "250ms", "1s", "1.5s", "1m"} {
			plan := scaffold.Propose(&detect.Repository{}, scaffold.Choices{System: "s", Extra: extra, Availability: availability, Latency: latency})
			text, err := plan.Spec()
			if err != nil {
				t.Fatal(err)
			}
			if string(hclwrite.Format(text)) != string(text) {
				t.Errorf("%v, %s: not formatted", availability, latency)
			}
			file := load(t, text)
			resolve.System(file)
			for _, d := range file.Scope.Diags.Sorted() {
				t.Errorf("%v %%, %s: %s: %s", availability, latency, d.Summary, d.Detail)
			}
		}
	}
}

// TestOutage compares with a table of the SRE Book (appendix A: availability table).
func TestOutage(t *testing.T) {
	for objective, want := range map[float64]string{99: "7.2 hours", 99.5: "3.6 hours", 99.9: "43 minutes", 99.95: "22 minutes", 99.99: "4 minutes"} {
		if got := scaffold.Outage(objective); got != want {
			t.Errorf("%v: %s, want %s", objective, got, want)
		}
	}
}
