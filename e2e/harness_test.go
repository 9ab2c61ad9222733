//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/obsboot/obsboot/e2e/tools"
)

// obsboot is the program under test; binaries are the servers'.
var (
	obsboot  string
	binaries map[string]string
)

func TestMain(m *testing.M) {
	os.Exit(prepared(m))
}

// prepared builds everything, starts an engine and runs the tests.
func prepared(m *testing.M) int {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "obsboot-e2e-")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a folder of the system for temporary files
	say := func(text string) { fmt.Fprintln(os.Stderr, text) }
	if binaries, err = tools.Build(ctx, say); err != nil {
		return failed(err)
	}
	if err := buildStandIns(ctx, folder, binaries); err != nil {
		return failed(err)
	}
	obsboot = filepath.Join(folder, "obsboot")
	if out, err := exec.Command("go", "build", "-o", obsboot, "../cmd/obsboot").CombinedOutput(); err != nil {
		return failed(fmt.Errorf("%w\n%s", err, out))
	}
	if err := useCompose(folder); err != nil {
		return failed(err)
	}
	stop, err := startEngine(ctx, folder)
	if err != nil {
		return failed(err)
	}
	defer stop()
	if err := importImages(ctx, binaries); err != nil {
		return failed(err)
	}
	return m.Run()
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "Error:", err)
	return 1
}

// useCompose makes the Compose that was built a plugin of docker, in a
// configuration folder that is the tests' own.
func useCompose(folder string) error {
	plugins := filepath.Join(folder, "docker", "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(binaries["docker-compose"], filepath.Join(plugins, "docker-compose")); err != nil {
		return err
	}
	return os.Setenv("DOCKER_CONFIG", filepath.Dir(plugins))
}

// site is a spec in a folder of its own and the ports that its stack has.
type site struct {
	folder string
	ports  map[string]int
	vars   []string
}

// newSite copies the spec of the tests and gives it free ports.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{folder: t.TempDir(), ports: map[string]int{}}
	content, err := os.ReadFile("testdata/obsboot.hcl")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(s.folder, "obsboot.hcl"), content)
	var listeners []net.Listener
	var parts []string
	for _, name := range []string{"grafana", "prometheus", "alertmanager", "loki", "tempo", "otlp_grpc", "otlp_http"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, l) // all at once, so that none comes twice
		s.ports[name] = l.Addr().(*net.TCPAddr).Port
		parts = append(parts, fmt.Sprintf("%s = %d", name, s.ports[name]))
	}
	for _, l := range listeners {
		_ = l.Close()
	}
	s.vars = []string{"--var", "ports={" + strings.Join(parts, ", ") + "}"}
	return s
}

func (s *site) out() string { return filepath.Join(s.folder, "observability") }

func (s *site) url(server, path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", s.ports[server], path)
}

// run runs obsboot and returns what it printed and its status.
func (s *site) run(t *testing.T, args ...string) (out, said string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), obsboot, args...)
	cmd.Dir = s.folder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// up brings the stack up, and down again when the test is over.
func (s *site) up(t *testing.T, vars ...string) string {
	t.Helper()
	s.downAtEnd(t)
	return s.again(t, vars...)
}

// downAtEnd stops the stack when the test is over.
func (s *site) downAtEnd(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		down := exec.Command(obsboot, "down", "--volumes", "--yes")
		down.Dir = s.folder
		if out, err := down.CombinedOutput(); err != nil {
			t.Errorf("down: %v\n%s", err, out)
		}
	})
}

// again runs up once more.
func (s *site) again(t *testing.T, vars ...string) string {
	t.Helper()
	out, said, status := s.run(t, append(append([]string{"up", "--timeout", "10m"}, s.vars...), vars...)...)
	if status != 0 {
		logs, _, _ := s.run(t, "logs", "--tail", "20")
		t.Fatalf("up: status %d\n%s\n%s\n%s", status, out, said, logs)
	}
	return out + said
}

// ask gets a JSON answer.
func ask(t *testing.T, address string, into any) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %s", address, response.StatusCode, body)
	}
	return json.Unmarshal(body, into)
}

// A busy machine gets this much time for anything; who succeeds does not wait.
const leastPatience = 3 * time.Minute

// eventually tries until it succeeds or the time is over.
func eventually(t *testing.T, patience time.Duration, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(max(patience, leastPatience))
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// sample is one series of an answer of Prometheus or of a metric query of Loki.
type sample struct {
	Metric map[string]string `json:"metric"`
	Value  [2]any            `json:"value"`
}

func (s sample) value() float64 {
	var v float64
	_, _ = fmt.Sscan(fmt.Sprint(s.Value[1]), &v)
	return v
}

// promql evaluates a query now.
func (s *site) promql(t *testing.T, query string) ([]sample, error) {
	var answer struct{ Data struct{ Result []sample } }
	err := ask(t, s.url("prometheus", "/api/v1/query?query="+url.QueryEscape(query)), &answer)
	return answer.Data.Result, err
}

// number evaluates a query that gives one number; none is 0.
func (s *site) number(t *testing.T, query string) (float64, error) {
	result, err := s.promql(t, query)
	if err != nil || len(result) == 0 {
		return 0, err
	}
	return result[0].value(), nil
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// docker runs a command of the engine.
func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("docker", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
