//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/stack"
)

// refused runs up, which must not start anything, and returns what it says.
func (s *site) refused(t *testing.T) string {
	t.Helper()
	out, said, status := s.run(t, append([]string{"up"}, s.vars...)...)
	if status != 2 {
		t.Errorf("up: status %d, want 2\n%s%s", status, out, said)
	}
	return said
}

// edit changes the spec of a site.
func (s *site) edit(t *testing.T, old, new string) {
	t.Helper()
	path := filepath.Join(s.folder, "obsboot.hcl")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), old) {
		t.Fatalf("the spec has no %q", old)
	}
	writeFile(t, path, []byte(strings.Replace(string(content), old, new, 1)))
}

func wantText(t *testing.T, said string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(said, part) {
			t.Errorf("it does not say %q:\n%s", part, said)
		}
	}
}

func noContainers(t *testing.T) {
	t.Helper()
	if left := docker(t, "ps", "--all", "--format", "{{.Names}}", "--filter", "label="+stack.LabelSystem+"=e2e"); left != "" {
		t.Errorf("containers were left:\n%s", left)
	}
}

// TestRefusals checks that up says what is in the way, and starts nothing then.
func TestRefusals(t *testing.T) {
	t.Run("port taken by a program", func(t *testing.T) {
		s := newSite(t)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.ports["loki"]))
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close() //nolint:errcheck // it only kept the port
		wantText(t, s.refused(t), fmt.Sprintf("Port %d, which Loki is published on, is taken", s.ports["loki"]),
			fmt.Sprintf("(process %d)", os.Getpid()), "ports { loki = ... }")
		noContainers(t)
	})
	t.Run("image cannot be pulled", func(t *testing.T) {
		s := newSite(t)
		s.edit(t, "  sampling {", "  images {\n    loki = \"127.0.0.1:1/loki:3.7.8\"\n  }\n\n  sampling {")
		wantText(t, s.refused(t), "The image 127.0.0.1:1/loki:3.7.8 of Loki cannot be pulled", "images { loki")
		noContainers(t)
	})
	t.Run("engine that does not run", func(t *testing.T) {
		s := newSite(t)
		t.Setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
		wantText(t, s.refused(t), "Docker is installed but not running.")
	})
	t.Run("no engine", func(t *testing.T) {
		s := newSite(t)
		t.Setenv("PATH", t.TempDir())
		wantText(t, s.refused(t), "There is no container engine")
	})
	t.Run("no compose, or one that is too old", func(t *testing.T) {
		s := newSite(t)
		real, err := exec.LookPath("docker")
		if err != nil {
			t.Fatal(err)
		}
		for version, want := range map[string]string{"2.3.3": "Docker compose 2.3.3 is too old.", "": "Docker has no Compose."} {
			folder := t.TempDir()
			script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = compose ]; then [ -n '%[1]s' ] && echo '%[1]s' && exit 0; exit 1; fi\nexec %[2]s \"$@\"\n", version, real)
			writeFile(t, filepath.Join(folder, "docker"), []byte(script))
			if err := os.Chmod(filepath.Join(folder, "docker"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", folder+":/bin")
			wantText(t, s.refused(t), want)
		}
	})
}

// TestNeighbours runs into a stack that is there already.
func TestNeighbours(t *testing.T) {
	first := newSite(t)
	first.up(t)
	t.Run("same system from another folder", func(t *testing.T) {
		second := newSite(t)
		wantText(t, second.refused(t), `The stack of system "e2e" was started from another folder`, "obsboot down --out "+first.out())
	})
	t.Run("another system on the same ports", func(t *testing.T) {
		second := newSite(t)
		second.vars = first.vars
		second.edit(t, `system "e2e"`, `system "other"`)
		wantText(t, second.refused(t), `by the stack of system "e2e" in `+first.out(), "obsboot down --out")
	})
	if out, said, status := first.run(t, "status"); status != 0 {
		t.Errorf("the first stack suffered: %s%s", out, said)
	}
}

// TestInterrupt interrupts up at several points. Nothing may be left.
func TestInterrupt(t *testing.T) {
	for _, after := range []time.Duration{time.Second, 3 * time.Second, 6 * time.Second} {
		s := newSite(t)
		up := exec.Command(obsboot, append([]string{"up"}, s.vars...)...)
		up.Dir = s.folder
		var said strings.Builder
		up.Stdout, up.Stderr = &said, &said
		if err := up.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after)
		if err := up.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = up.Wait()
		if status := up.ProcessState.ExitCode(); status != 2 {
			t.Errorf("interrupted after %s: status %d\n%s", after, status, said.String())
		}
		noContainers(t)
		if out, said, status := s.run(t, "down", "--volumes", "--yes"); status != 0 {
			t.Errorf("down: %s%s", out, said)
		}
	}
}
