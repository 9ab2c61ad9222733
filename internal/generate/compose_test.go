package generate_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/stack"
)

// project loads the compose.yaml of a spec as Docker Compose does.
func project(t *testing.T, files []artifact.File) *types.Project {
	t.Helper()
	i := slices.IndexFunc(files, func(f artifact.File) bool { return f.Path == "compose.yaml" })
	if i < 0 {
		t.Fatal("no compose.yaml")
	}
	out, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  t.TempDir(),
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: files[i].Content}},
	})
	if err != nil {
		t.Fatalf("compose.yaml: %v\n%s", err, files[i].Content)
	}
	return out
}

// specs are folders with the specs of all archives, and the example.
func specs(t *testing.T) []string {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	folders := []string{"../../examples/shop"}
	for _, path := range archives {
		folders = append(folders, written(t, path))
	}
	return folders
}

var pinned = regexp.MustCompile(`:[^:/]*\d|@sha256:`)

func TestComposeIsSafe(t *testing.T) {
	for _, folder := range specs(t) {
		for name, s := range project(t, generated(t, folder)).Services {
			switch {
			case !s.ReadOnly:
				t.Errorf("%s: the root file system can be written", name)
			case !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || s.Privileged:
				t.Errorf("%s: has capabilities", name)
			case !slices.Contains(s.SecurityOpt, "no-new-privileges:true"):
				t.Errorf("%s: may gain privileges", name)
			case s.User == "" || strings.HasPrefix(s.User, "0") || strings.HasPrefix(s.User, "root"):
				t.Errorf("%s: runs as %q", name, s.User)
			case !pinned.MatchString(s.Image):
				t.Errorf("%s: image %q is not pinned", name, s.Image)
			case s.MemLimit == 0 || s.PidsLimit == 0:
				t.Errorf("%s: has no limits", name)
			case name != stack.CollectorInit && s.HealthCheck == nil:
				t.Errorf("%s: has no health check", name)
			case s.NetworkMode == "host" || s.Pid == "host" || s.Ipc == "host":
				t.Errorf("%s: shares a name space with the host", name)
			}
			for _, p := range s.Ports {
				if p.HostIP != "127.0.0.1" {
					t.Errorf("%s: port %s is published on %q", name, p.Published, p.HostIP)
				}
			}
			for _, v := range s.Volumes {
				if v.Type == types.VolumeTypeBind && !v.ReadOnly {
					t.Errorf("%s: may write %s", name, v.Source)
				}
			}
		}
	}
}

// TestComposePublishesEveryPort compares what is published with the spec's ports.
func TestComposePublishesEveryPort(t *testing.T) {
	var got []string
	for _, s := range project(t, generated(t, "../../examples/shop")).Services {
		for _, p := range s.Ports {
			got = append(got, p.Published)
		}
	}
	slices.Sort(got)
	if want := []string{"3000", "3100", "3200", "4317", "4318", "9090", "9093"}; !slices.Equal(got, want) {
		t.Errorf("published %q, want %q", got, want)
	}
}

// TestComposeNoticesConfigurations checks that a container is made anew when, and
// only when, what it reads at start changes.
func TestComposeNoticesConfigurations(t *testing.T) {
	const spec = "system \"s\" {}\nstack \"local\" {\n  retention {\n    logs = \"%s\"\n  }\n}\nservice \"a\" {\n  http {\n    route \"%s\" {}\n  }\n}\n"
	hashes := func(logs, route string) map[string]string {
		folder := t.TempDir()
		writeFile(t, filepath.Join(folder, "obsboot.hcl"), []byte(strings.Replace(strings.Replace(spec, "%s", logs, 1), "%s", route, 1)))
		out := map[string]string{}
		for name, s := range project(t, generated(t, folder)).Services {
			out[name] = s.Labels[stack.LabelConfig]
		}
		return out
	}
	before, rules, logs := hashes("7d", "GET /a"), hashes("7d", "GET /b"), hashes("8d", "GET /a")
	for name := range before {
		if before[name] != rules[name] {
			t.Errorf("%s starts anew for another route", name)
		}
		if changed := before[name] != logs[name]; changed != (name == stack.Loki) {
			t.Errorf("for another retention of logs: %s starts anew: %v", name, changed)
		}
	}
}
