//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// seconds reads a duration of the environment; `make e2e-load` makes them longer.
func seconds(t *testing.T, name string, usual time.Duration) time.Duration {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// memory watches how much each container uses, without what the kernel could take
// back.
type memory struct {
	mu   sync.Mutex
	peak map[string]float64 // MiB
	last map[string]float64
	done chan struct{}
	wait sync.WaitGroup
}

func watchMemory() *memory {
	m := &memory{peak: map[string]float64{}, done: make(chan struct{})}
	m.wait.Go(func() {
		for {
			select {
			case <-m.done:
				return
			case <-time.After(time.Second):
				m.look()
			}
		}
	})
	return m
}

func (m *memory) look() {
	out, err := exec.Command("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").Output()
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = map[string]float64{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		name := strings.TrimSuffix(strings.TrimPrefix(fields[0], "obsboot-e2e-"), "-1")
		m.last[name] = mebibytes(fields[1])
		m.peak[name] = max(m.peak[name], m.last[name])
	}
}

func (m *memory) stop() {
	close(m.done)
	m.wait.Wait()
}

func mebibytes(text string) float64 {
	for unit, factor := range map[string]float64{"KiB": 1.0 / 1024, "MiB": 1, "GiB": 1024} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			value, _ := strconv.ParseFloat(number, 64)
			return value * factor
		}
	}
	return 0
}

// table prints a peak per server beside its limit, and fails where the limit is
// less than one and a half times the peak.
func (m *memory) table(t *testing.T) {
	var b strings.Builder
	for _, c := range stack.Components(model.Stack{}) {
		if c.Name == stack.Grafana {
			continue // a stand-in
		}
		limit := float64(c.Memory >> 20)
		fmt.Fprintf(&b, "| %s | %.0f MiB | %.0f MiB | %.1f |\n", c.Title, m.peak[c.Name], limit, limit/m.peak[c.Name])
		if limit < 1.5*m.peak[c.Name] {
			t.Errorf("%s: a limit of %.0f MiB is less than 1.5 times the peak of %.0f MiB", c.Title, limit, m.peak[c.Name])
		}
	}
	t.Logf("memory, peak and limit:\n%s", b.String())
}

// counts of what the servers refuse, or give up.
var refusals = []string{
	`sum({__name__=~"otelcol_receiver_refused_.*"})`,
	`sum({__name__=~"otelcol_exporter_send_failed_.*"})`,
	`sum({__name__=~"otelcol_exporter_enqueue_failed_.*"})`,
	`sum(loki_discarded_samples_total)`,
	`sum(tempo_discarded_spans_total)`,
	`sum(prometheus_target_scrapes_sample_out_of_bounds_total)`,
}

// TestLoad measures the stack: its start, its rest, and the load.
func TestLoad(t *testing.T) {
	s := newSite(t)
	started := time.Now()
	s.up(t, "--var", "ratio=0.2")
	t.Logf("up to ready: %s", time.Since(started).Round(100*time.Millisecond))

	time.Sleep(20 * time.Second)
	idle := watchMemory()
	time.Sleep(5 * time.Second)
	idle.stop()
	total := 0.0
	for name, used := range idle.last {
		if name != stack.Grafana {
			total += used
		}
	}
	t.Logf("idle: %.0f MiB without Grafana: %v", total, idle.last)
	if total > 500 {
		t.Errorf("idle: %.0f MiB, more than 500", total)
	}

	used := watchMemory()
	l := startLoad(t, s, 1)
	time.Sleep(seconds(t, "E2E_LOAD", 30*time.Second))
	l.finish()
	l.everythingArrives(t, time.Minute, nil)
	used.stop()
	used.table(t)
	for _, query := range refusals {
		if n, err := s.number(t, query); err != nil || n != 0 {
			t.Errorf("%s = %v: %v", query, n, err)
		}
	}
	if l.retries != 0 {
		t.Errorf("%d requests were refused", l.retries)
	}
	s.nobodyWasKilled(t)
}

// nobodyWasKilled looks for containers that were started again.
func (s *site) nobodyWasKilled(t *testing.T) {
	ids := strings.Fields(docker(t, "ps", "--all", "--quiet", "--filter", "label="+stack.LabelSystem+"=e2e"))
	var all []struct {
		Name         string
		RestartCount int
		State        struct{ OOMKilled bool }
	}
	if err := json.Unmarshal([]byte(docker(t, append([]string{"inspect"}, ids...)...)), &all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.RestartCount != 0 || c.State.OOMKilled {
			t.Errorf("%s was killed", c.Name)
		}
	}
}

// TestOutages kills the stores in turn, and then the collector, under load.
func TestOutages(t *testing.T) {
	s := newSite(t)
	s.up(t, "--var", "ratio=0.2")
	outage := seconds(t, "E2E_OUTAGE", 10*time.Second)
	l := startLoad(t, s, 1)
	time.Sleep(5 * time.Second)
	for _, server := range []string{stack.Prometheus, stack.Loki, stack.Tempo} {
		s.kill(t, server, outage)
		time.Sleep(outage)
	}
	killed := s.kill(t, stack.Collector, 5*time.Second)
	time.Sleep(15 * time.Second)
	l.finish()

	// The collector holds traces in memory until it decides about them. Nothing else
	// may be lost.
	const decisionWait, margin = 10 * time.Second, 3 * time.Second
	lost := l.everythingArrives(t, 2*time.Minute, func(accepted time.Time) bool {
		return accepted.After(killed.Add(-decisionWait-margin)) && accepted.Before(killed.Add(time.Second))
	})
	t.Logf("the collector killed with -9 lost %d spans, %.1f s of them", lost*spansPerTrace, float64(lost*spansPerTrace)/spansPerSecond)
	if lost == 0 {
		t.Log("nothing was waiting for a decision; was the collector killed?")
	}
}

// kill ends a server with -9 and starts it again later.
func (s *site) kill(t *testing.T, server string, later time.Duration) time.Time {
	name := "obsboot-e2e-" + server + "-1"
	docker(t, "kill", "--signal", "KILL", name)
	killed := time.Now()
	time.Sleep(later)
	docker(t, "start", name)
	return killed
}
