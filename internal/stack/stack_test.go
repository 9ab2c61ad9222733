package stack

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/model"
)

// TestWriteSecrets makes up what is missing, keeps what is there, and lets nobody
// else read it.
func TestWriteSecrets(t *testing.T) {
	s := &Stack{Dir: t.TempDir()}
	path := filepath.Join(s.Dir, ".env")
	if err := os.WriteFile(path, []byte("MINE=1\nGRAFANA_ADMIN_PASSWORD=\"chosen by hand\""), 0o644); err != nil {
		t.Fatal(err)
	}
	var first string
	for range 2 {
		if err := s.WriteSecrets(); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(content)
		}
		if string(content) != first {
			t.Errorf("the second time .env became\n%s, it was\n%s", content, first)
		}
	}
	values := envValues(first)
	if values["MINE"] != "1" || values["GRAFANA_ADMIN_PASSWORD"] != "chosen by hand" || len(values["GRAFANA_SECRET_KEY"]) != 32 {
		t.Errorf("values %q", values)
	}
	handed, err := os.ReadFile(filepath.Join(s.Dir, ".secrets/grafana/grafana-admin-password"))
	if err != nil || string(handed) != "chosen by hand" {
		t.Errorf("Grafana gets %q: %v", handed, err)
	}
	for name, want := range map[string]os.FileMode{".env": 0o600, ".secrets": os.ModeDir | 0o700, ".secrets/grafana": os.ModeDir | 0o755} {
		info, err := os.Stat(filepath.Join(s.Dir, name))
		if err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, want %v: %v", name, info.Mode(), want, err)
		}
	}
}

func TestTempoFormat(t *testing.T) {
	for image, want := range map[string]int{
		"":                                      2,
		"grafana/tempo:2.8.0":                   2,
		"registry.example.com:5000/tempo:3.0.2": 3,
		"grafana/tempo:v3.1":                    3,
		"tempo@sha256:" + "0000000000000000000000000000000000000000000000000000000000000000": 2,
	} {
		s := model.Stack{}
		if image != "" {
			s.Images = []model.Label{{Name: Tempo, Value: image}}
		}
		if got := TempoFormat(s); got != want {
			t.Errorf("TempoFormat(%q) = %d, want %d", image, got, want)
		}
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string][3]int{
		"2.20.3": {2, 20, 3}, "v5.6.0": {5, 6, 0}, "Docker Compose version v2.3.3": {2, 3, 3},
		"podman-compose version: 1.0.3\npodman version 4.3.1":         {1, 0, 3},
		"using podman version: 4.3.1\npodman-composer version  1.0.3": {1, 0, 3}, "nothing": {},
	} {
		if got := parseVersion(text); got != want {
			t.Errorf("parseVersion(%q) = %v, want %v", text, got, want)
		}
	}
	if !less([3]int{2, 3, 9}, [3]int{2, 20, 0}) || less([3]int{5, 0, 0}, [3]int{2, 20, 0}) {
		t.Error("versions are compared wrongly")
	}
}

func TestSecretFiles(t *testing.T) {
	sys := &model.System{
		Stack: model.Stack{
			Exporters: []model.Exporter{{Name: "vendor", HeadersFile: "secrets/vendor"}, {Name: "plain"}},
			SMTP:      &model.SMTP{AuthPasswordFile: "/run/mail"},
			Watchdog:  "secrets/watchdog",
		},
		Teams: []model.Team{{Notify: []model.Notify{{Settings: []model.Label{{Name: "api_url_file", Value: "secrets/slack"}, {Name: "channel", Value: "#x"}}}}}},
	}
	want := map[string][]string{Collector: {"secrets/vendor"}, Alertmanager: {"/run/mail", "secrets/slack", "secrets/watchdog"}}
	if diff := cmp.Diff(want, SecretFiles(sys)); diff != "" {
		t.Error(diff)
	}
	for file, want := range map[string]string{"/run/mail": "/run/mail", "secrets/slack": "/etc/obsboot/secrets/slack"} {
		if got := SecretPath(file); got != want {
			t.Errorf("SecretPath(%q) = %q, want %q", file, got, want)
		}
	}
}

func TestOpenWithoutStack(t *testing.T) {
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder without compose.yaml is opened")
	}
}
