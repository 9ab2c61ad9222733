//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/obsboot/obsboot/e2e/tools"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// TestPinned compares what compose.yaml pins with what was built.
func TestPinned(t *testing.T) {
	built := tools.Versions()
	for _, component := range []string{stack.Collector, stack.Prometheus, stack.Alertmanager, stack.Loki, stack.Tempo} {
		if got, want := tag(component), built[component]; got != want {
			t.Errorf("%s: compose.yaml pins %q, the tests run %q", component, got, want)
		}
	}
	if !strings.Contains(stack.Image(model.Stack{}, stack.Grafana), "grafana/grafana:12.") {
		t.Error("the provisioning is written for Grafana 12")
	}
}

// TestConfigurations has every server check its own files.
func TestConfigurations(t *testing.T) {
	s := newSite(t)
	if out, said, status := s.run(t, append([]string{"generate", "--var", "ratio=0.2"}, s.vars...)...); status != 0 {
		t.Fatalf("generate: %s%s", out, said)
	}
	for _, check := range [][]string{
		{"promtool", "check", "config", "prometheus/prometheus.yaml"},
		{"amtool", "check-config", "alertmanager/alertmanager.yaml"},
		{"loki", "-verify-config", "-config.file=loki/config.yaml"},
		{"tempo", "-config.verify", "-config.file=tempo/config.yaml"},
		{"docker-compose", "config", "--quiet"},
	} {
		cmd := exec.CommandContext(t.Context(), binaries[check[0]], check[1:]...)
		cmd.Dir = s.out()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(check, " "), err, out)
		}
	}
}

// TestStack walks through the life of one stack.
func TestStack(t *testing.T) {
	hook := listenHook(t)
	s := newSite(t)
	writeFile(t, filepath.Join(s.out(), "secrets", "hook"), []byte(hook.url))
	started := time.Now()
	said := s.up(t)
	t.Logf("up to ready: %s", time.Since(started).Round(100*time.Millisecond))
	for _, server := range []string{"Collector", "Prometheus", "Alertmanager", "Loki", "Tempo", "Grafana"} {
		if !strings.Contains(said, server+" is ready") {
			t.Errorf("up does not say that %s is ready:\n%s", server, said)
		}
	}
	t.Run("containers", s.containersAreSafe)
	t.Run("loopback", s.onlyLoopback)
	t.Run("signals", func(t *testing.T) { s.signalsArrive(t) })
	t.Run("deltas", func(t *testing.T) { s.deltasBecomeCumulative(t) })
	t.Run("alert", func(t *testing.T) { s.alertArrives(t, hook) })
	t.Run("secrets", s.secretsStaySecret) // after one was used
	t.Run("servers", func(t *testing.T) { s.serversAreWatched(t) })
	t.Run("health", s.healthChecks)
	t.Run("again", s.onlyWhatChanged)
	t.Run("status", s.statusTells)
	t.Run("down", s.downKeepsData)
}

var pinned = regexp.MustCompile(`^v?\d+\.\d+\.\d+$`)

// containersAreSafe looks at the containers that run, not at what was asked for.
func (s *site) containersAreSafe(t *testing.T) {
	ids := strings.Fields(docker(t, "ps", "--all", "--quiet", "--filter", "label="+stack.LabelSystem+"=e2e"))
	if len(ids) != 7 {
		t.Fatalf("%d containers, want 7", len(ids))
	}
	var all []struct {
		Name       string
		Config     struct{ User, Image string }
		HostConfig struct {
			ReadonlyRootfs, Privileged bool
			CapAdd, CapDrop            []string
			SecurityOpt                []string
			Memory                     int64
			PortBindings               map[string][]struct{ HostIp string }
		}
	}
	if err := json.Unmarshal([]byte(docker(t, append([]string{"inspect"}, ids...)...)), &all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if version := c.Config.Image[strings.LastIndexByte(c.Config.Image, ':')+1:]; !pinned.MatchString(version) {
			t.Errorf("%s: the image %s is not pinned", c.Name, c.Config.Image)
		}
		h := c.HostConfig
		if c.Config.User == "" || strings.HasPrefix(c.Config.User, "0") || !h.ReadonlyRootfs || h.Privileged || len(h.CapAdd) > 0 ||
			!slices.Equal(h.CapDrop, []string{"ALL"}) || !slices.Contains(h.SecurityOpt, "no-new-privileges:true") || h.Memory == 0 {
			t.Errorf("%s has rights that it does not need: %+v", c.Name, c)
		}
		for port, bindings := range h.PortBindings {
			for _, b := range bindings {
				if b.HostIp != "127.0.0.1" {
					t.Errorf("%s: %s is bound to %q", c.Name, port, b.HostIp)
				}
			}
		}
	}
}

// onlyLoopback dials every published port from the machine's other addresses.
func (s *site) onlyLoopback(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, address := range addresses {
		ip, _, err := net.ParseCIDR(address.String())
		if err != nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
			continue
		}
		for name, port := range s.ports {
			tried++
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), strconv.Itoa(port)), time.Second)
			if err == nil {
				_ = conn.Close()
				t.Errorf("%s is reachable at %s:%d", name, ip, port)
			}
		}
	}
	if tried == 0 {
		t.Skip("this machine has no other address")
	}
}

// secretsStaySecret looks for generated secrets where others may read.
func (s *site) secretsStaySecret(t *testing.T) {
	path := filepath.Join(s.out(), ".env")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf(".env has mode %v", info.Mode())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	compose := exec.Command("docker", "compose", "config")
	compose.Dir = s.out()
	shown, err := compose.CombinedOutput()
	if err != nil {
		t.Fatalf("compose config: %v\n%s", err, shown)
	}
	logs, _, _ := s.run(t, "logs")
	inspected := docker(t, append([]string{"inspect"}, strings.Fields(docker(t, "ps", "--all", "--quiet"))...)...)
	found := 0
	for line := range strings.Lines(string(content) + "RECEIVER=" + hookSecret) {
		_, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || value == "" {
			continue
		}
		found++
		for where, text := range map[string]string{"compose config": string(shown), "logs": logs, "inspect": inspected} {
			if strings.Contains(text, value) {
				t.Errorf("a secret shows in %s", where)
			}
		}
	}
	if found != 3 {
		t.Errorf("%d secrets, want two in .env and the receiver's", found)
	}
}

// signalsArrive sends each signal and finds it again, with its links to the others.
func (s *site) signalsArrive(t *testing.T) {
	ctx := t.Context()
	now := time.Now()
	id := traceID(1)
	send := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	send(s.sendTraces(ctx, call(1, "web", "shop", 80*time.Millisecond, false)))
	send(s.sendLogs(ctx, record("shop", "an order was refused", id, now)))
	send(s.sendMetrics(ctx, duration("shop", 10, id, now)))
	send(s.sendMetrics(ctx, sum("shop", "load.work", 1, now, pmetric.AggregationTemporalityCumulative)))

	eventually(t, 20*time.Second, "the trace in Tempo", func() error {
		n, err := s.spansOf(t, hexID(id))
		if err == nil && n != 2 {
			err = fmt.Errorf("%d spans, want 2", n)
		}
		return err
	})
	eventually(t, 20*time.Second, "the record in Loki", func() error { return s.findRecord(t, hexID(id)) })
	eventually(t, 20*time.Second, "the histogram in Prometheus", func() error {
		n, err := s.number(t, `http_server_request_duration_seconds_count{job="e2e/shop",instance="shop-1",service_version="1.2.3",deployment_environment_name="e2e",http_route="/products"}`)
		if err == nil && n != 10 {
			err = fmt.Errorf("count %v, want 10", n)
		}
		return err
	})
	eventually(t, 20*time.Second, "the exemplar in Prometheus", func() error {
		return s.findExemplar(t, `http_server_request_duration_seconds_bucket`, hexID(id))
	})
	eventually(t, 60*time.Second, "the service graph", func() error {
		n, err := s.number(t, `traces_service_graph_request_total{client="web",server="shop"}`)
		if err == nil && n != 1 {
			err = fmt.Errorf("%v requests, want 1", n)
		}
		return err
	})
	eventually(t, 60*time.Second, "span metrics", func() error {
		n, err := s.number(t, `traces_spanmetrics_calls_total{service="shop",span_kind="SPAN_KIND_SERVER"}`)
		if err == nil && n != 1 {
			err = fmt.Errorf("%v calls, want 1", n)
		}
		return err
	})
	eventually(t, 20*time.Second, "exemplars of span metrics", func() error {
		return s.findExemplar(t, `traces_spanmetrics_latency_bucket`, hexID(id))
	})
	eventually(t, 120*time.Second, "the rates that Loki's ruler counts", func() error {
		result, err := s.promql(t, `{__name__=~"slo:.*", service="shop", sli="accepted"} or {__name__=~"slo:.*",service="shop",slo="accepted"}`)
		if err == nil && len(result) == 0 {
			err = fmt.Errorf("no series")
		}
		return err
	})
}

// spansOf counts the spans of a trace in Tempo.
func (s *site) spansOf(t *testing.T, id string) (int, error) {
	var answer struct {
		Batches []struct {
			ScopeSpans []struct{ Spans []struct{ SpanID string } }
		}
	}
	if err := ask(t, s.url("tempo", "/api/traces/"+id), &answer); err != nil {
		return 0, err
	}
	ids := map[string]bool{}
	for _, b := range answer.Batches {
		for _, scope := range b.ScopeSpans {
			for _, sp := range scope.Spans {
				ids[sp.SpanID] = true
			}
		}
	}
	return len(ids), nil
}

// findRecord finds a log record by its trace, which is structured metadata.
func (s *site) findRecord(t *testing.T, trace string) error {
	query := fmt.Sprintf(`{service_name="shop",service_namespace="e2e"} | trace_id="%s" | severity_text="WARN"`, trace)
	var answer struct {
		Data struct {
			Result []struct{ Values [][2]string }
		}
	}
	if err := ask(t, s.url("loki", "/loki/api/v1/query_range?since=1h&query="+url.QueryEscape(query)), &answer); err != nil {
		return err
	}
	for _, stream := range answer.Data.Result {
		for _, v := range stream.Values {
			if v[1] == "an order was refused" {
				return nil
			}
		}
	}
	return fmt.Errorf("not found with %s", query)
}

func (s *site) findExemplar(t *testing.T, series, trace string) error {
	var answer struct {
		Data []struct {
			Exemplars []struct{ Labels map[string]string }
		}
	}
	query := url.Values{
		"query": {series}, "start": {fmt.Sprint(time.Now().Add(-time.Hour).Unix())}, "end": {fmt.Sprint(time.Now().Add(time.Minute).Unix())},
	}
	if err := ask(t, s.url("prometheus", "/api/v1/query_exemplars?"+query.Encode()), &answer); err != nil {
		return err
	}
	for _, d := range answer.Data {
		for _, e := range d.Exemplars {
			if e.Labels["trace_id"] == trace {
				return nil
			}
		}
	}
	return fmt.Errorf("no exemplar of %s with trace %s", series, trace)
}

// deltasBecomeCumulative sends what Prometheus refuses by itself.
func (s *site) deltasBecomeCumulative(t *testing.T) {
	for i := range 3 {
		at := time.Now().Add(time.Duration(i) * time.Millisecond)
		if err := s.sendMetrics(t.Context(), sum("shop", "load.deltas", 5, at, pmetric.AggregationTemporalityDelta)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, 20*time.Second, "the counter", func() error {
		n, err := s.number(t, `load_deltas_total`)
		if err == nil && n != 15 {
			err = fmt.Errorf("%v, want 15", n)
		}
		return err
	})
}

// serversAreWatched checks that Prometheus scrapes every server.
func (s *site) serversAreWatched(t *testing.T) {
	eventually(t, 40*time.Second, "targets", func() error {
		result, err := s.promql(t, `up == 1`)
		if err == nil && len(result) != 6 {
			err = fmt.Errorf("%d targets are up, want 6: %v", len(result), result)
		}
		return err
	})
}

// healthChecks waits until the engine itself calls every container healthy.
func (s *site) healthChecks(t *testing.T) {
	eventually(t, 60*time.Second, "health", func() error {
		out := docker(t, "ps", "--filter", "label="+stack.LabelSystem+"=e2e", "--format", "{{.Names}} {{.Status}}")
		if healthy := strings.Count(out, "(healthy)"); healthy != 6 {
			return fmt.Errorf("%d are healthy, want 6:\n%s", healthy, out)
		}
		return nil
	})
}

// onlyWhatChanged brings the stack up again after a change of the spec.
func (s *site) onlyWhatChanged(t *testing.T) {
	before := s.containerIDs(t)
	s.again(t)
	if after := s.containerIDs(t); !mapsEqual(before, after, "") {
		t.Errorf("without a change: %v became %v", before, after)
	}
	s.again(t, "--var", "logs=8d")
	after := s.containerIDs(t)
	if !mapsEqual(before, after, stack.Loki) || before[stack.Loki] == after[stack.Loki] {
		t.Errorf("with another retention of logs: %v became %v", before, after)
	}
}

func mapsEqual(a, b map[string]string, but string) bool {
	for name := range a {
		if name != but && a[name] != b[name] {
			return false
		}
	}
	return len(a) == len(b)
}

// containerIDs are those of the servers, by name.
func (s *site) containerIDs(t *testing.T) map[string]string {
	ids := map[string]string{}
	out := docker(t, "ps", "--no-trunc", "--filter", "label="+stack.LabelSystem+"=e2e", "--format", `{{.Label "com.docker.compose.service"}} {{.ID}}`)
	for line := range strings.Lines(out) {
		name, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		ids[name] = id
	}
	return ids
}

// statusTells stops a server behind obsboot's back.
func (s *site) statusTells(t *testing.T) {
	if out, said, status := s.run(t, "status"); status != 0 || strings.Count(out, "ready") != 6 {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	docker(t, "stop", "obsboot-e2e-alertmanager-1")
	out, said, status := s.run(t, "status", "--json")
	var all []stack.Status
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatalf("%v: %s%s", err, out, said)
	}
	for _, server := range all {
		if server.Ready == (server.Name == stack.Alertmanager) {
			t.Errorf("%+v", server)
		}
	}
	if status != 1 {
		t.Errorf("status %d, want 1", status)
	}
	s.again(t, "--var", "logs=8d")
}

// downKeepsData stops the stack and starts it again.
func (s *site) downKeepsData(t *testing.T) {
	if out, said, status := s.run(t, "down"); status != 0 {
		t.Fatalf("down: status %d\n%s%s", status, out, said)
	}
	if left := docker(t, "ps", "--all", "--quiet", "--filter", "label="+stack.LabelSystem+"=e2e"); left != "" {
		t.Errorf("down left containers: %s", left)
	}
	s.again(t)
	n, err := s.spansOf(t, hexID(traceID(1)))
	if err != nil || n != 2 {
		t.Errorf("the trace has %d spans after down and up: %v", n, err)
	}
	if err := s.findRecord(t, hexID(traceID(1))); err != nil {
		t.Errorf("after down and up: %v", err)
	}
	if n, err := s.number(t, `max_over_time(load_deltas_total[1h])`); err != nil || n != 15 {
		t.Errorf("the counter is %v after down and up: %v", n, err)
	}
	_, said, status := s.run(t, "down", "--volumes")
	if status != 2 || strings.Count(said, "obsboot-e2e_") != 6 {
		t.Errorf("down --volumes without an answer: status %d\n%s", status, said)
	}
}

// hookSecret is the part of the receiver's address that nobody else should know.
const hookSecret = "T0p-s3cret-of-the-tests"

// hook hears of alerts.
type hook struct {
	url    string
	alerts chan string
}

// listenHook listens where containers reach it: at the engine's bridge.
func listenHook(t *testing.T) *hook {
	t.Helper()
	subnet := docker(t, "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}")
	bridge, err := netip.ParsePrefix(subnet)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", netip.AddrPortFrom(bridge.Masked().Addr().Next(), 0).String())
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{url: "http://" + listener.Addr().String() + "/" + hookSecret, alerts: make(chan string, 100)}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		select {
		case h.alerts <- string(body):
		default:
		}
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Shutdown(context.WithoutCancel(t.Context())) })
	return h
}

// alertArrives waits for the alert that the sent counter fires.
func (s *site) alertArrives(t *testing.T, h *hook) {
	patience := time.After(5 * time.Minute)
	for {
		select {
		case body := <-h.alerts:
			if strings.Contains(body, "too-many-orders") && strings.Contains(body, "The test sent an order") {
				return
			}
		case <-patience:
			logs, _, _ := s.run(t, "logs", "alertmanager", "prometheus", "--tail", "20")
			t.Fatalf("no alert arrived:\n%s", logs)
		}
	}
}
