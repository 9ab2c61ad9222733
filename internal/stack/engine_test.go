package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pretend puts programs in the place of all that the search path has. Each is the
// body of a shell script.
func pretend(t *testing.T, programs map[string]string) {
	t.Helper()
	folder := t.TempDir()
	for name, body := range programs {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", folder)
}

// Engines as they answer, or do not.
const (
	answers    = `case "$1" in compose) echo v2.29.1;; *) echo 27.0.1;; esac`
	notRunning = `echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1`
	forbidden  = `echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1`
	broken     = `echo "warning" >&2; echo "it is on fire" >&2; exit 1`
	noCompose  = `case "$1" in compose) exit 1;; *) echo 27.0.1;; esac`
	oldCompose = `case "$1" in compose) echo 2.3.3;; *) echo 27.0.1;; esac`
	podman     = `case "$1" in compose) exit 125;; *) echo 4.9.3;; esac`
)

func TestFindEngine(t *testing.T) {
	for _, test := range []struct {
		name     string
		asked    string
		programs map[string]string
		want     string // the command line of Compose, or a part of what is wrong
	}{
		{"docker", "", map[string]string{"docker": answers}, "docker compose"},
		{"docker before podman", "", map[string]string{"docker": answers, "podman": podman, "podman-compose": "echo 1.3.0"}, "docker compose"},
		{"podman where docker does not run", "", map[string]string{"docker": notRunning, "podman": podman, "podman-compose": "echo 1.3.0"}, "podman-compose"},
		{"podman if asked for", "podman", map[string]string{"docker": answers, "podman": podman, "podman-compose": "echo 1.3.0"}, "podman-compose"},
		{"compose of its own", "", map[string]string{"docker": noCompose, "docker-compose": "echo 2.29.1"}, "docker-compose"},
		{"none", "", nil, "There is no container engine: found neither docker nor podman."},
		{"not the one that is asked for", "podman", map[string]string{"docker": answers}, "There is no container engine: found no podman."},
		{"unknown", "lxc", map[string]string{"docker": answers}, "The engines are docker and podman."},
		{"not running", "", map[string]string{"docker": notRunning}, "Docker is installed but not running."},
		{"forbidden", "", map[string]string{"docker": forbidden}, "Docker is there, but you may not use it."},
		{"broken", "", map[string]string{"docker": broken}, "Docker does not answer: it is on fire"},
		{"no compose", "", map[string]string{"docker": noCompose}, "Docker has no Compose."},
		{"old compose", "", map[string]string{"docker": oldCompose}, "Docker compose 2.3.3 is too old.\nThe stack needs 2.20 or later"},
		{"old podman-compose", "podman", map[string]string{"podman": podman, "podman-compose": "echo podman-compose version: 1.0.3"}, "Podman-compose 1.0.3 is too old."},
	} {
		t.Run(test.name, func(t *testing.T) {
			pretend(t, test.programs)
			engine, err := FindEngine(t.Context(), test.asked)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = strings.Join(engine.Compose, " ")
			}
			if (err == nil) != strings.HasSuffix(test.want, "compose") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestRoom says what is too little before anything starts.
func TestRoom(t *testing.T) {
	enough := room{memory: 8 << 30, available: 4 << 30, folder: "/var/lib/docker", disk: 50 << 30, diskKnown: true}
	for want, change := range map[string]func(*room){
		"":                                func(*room) {},
		"Docker has 700 MiB of memory":    func(r *room) { r.memory = 700 * mib },
		"Only 500 MiB of memory are free": func(r *room) { r.available = 500 * mib },
		"Only 100 MiB are free on the disk of Do": func(r *room) { r.disk = 100 * mib },
		"Only 0 MiB are free on the disk of Dock": func(r *room) { r.disk = 0 },
	} {
		r := enough
		change(&r)
		got := ""
		if problem := r.problem("docker"); problem != nil {
			got = problem.Error()
		}
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	unknown := room{folder: "/elsewhere"}
	if problem := unknown.problem("docker"); problem != nil {
		t.Errorf("an engine elsewhere is refused: %v", problem)
	}
}

// TestRoomOfEngine reads what both engines say of themselves.
func TestRoomOfEngine(t *testing.T) {
	for _, engine := range engines {
		pretend(t, map[string]string{engine: fmt.Sprintf("echo warning; echo %d %s", 300*mib, t.TempDir())})
		err := (&Engine{Name: engine}).roomFor(t.Context())
		if err == nil || !strings.Contains(err.Error(), engineTitle(engine)+" has 300 MiB of memory") {
			t.Errorf("%s: %v", engine, err)
		}
	}
}

// TestOldVolume checks that what a server stored before is blamed, and only then.
func TestOldVolume(t *testing.T) {
	s := &Stack{Project: "obsboot-shop"}
	for volume, want := range map[string]bool{"obsboot-shop_loki": true, "obsboot-shop_tempo": false, "obsboot-old_loki": false} {
		err := blameStored(&endedError{server: Component{Name: Loki, Title: "Loki"}, exit: 1, said: "no"}, s, []string{volume})
		if got := strings.Contains(err.Error(), "obsboot down --volumes"); got != want {
			t.Errorf("%s: %v", volume, err)
		}
	}
}

// TestLastWords reads what a server said on both of its streams.
func TestLastWords(t *testing.T) {
	pretend(t, map[string]string{"docker": `echo "it starts"; echo "it cannot read its data" >&2; echo "it ends"`})
	said := (&Engine{Name: "docker"}).lastWords(t.Context(), "loki")
	for _, want := range []string{"it starts", "it cannot read its data", "it ends"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is lost:\n%s", want, said)
		}
	}
}
