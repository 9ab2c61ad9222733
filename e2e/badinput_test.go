//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// TestBadInput does to one stack what should not happen to it.
func TestBadInput(t *testing.T) {
	s := newSite(t)
	s.up(t)
	t.Run("garbage", s.survivesGarbage)
	t.Run("clock", s.countsWrongClocks)
	t.Run("flood", s.survivesFlood)
}

// survivesGarbage sends noise to every port.
func (s *site) survivesGarbage(t *testing.T) {
	for name, port := range s.ports {
		for range 20 {
			conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
			_, _ = io.CopyN(conn, rand.Reader, 64<<10)
			_ = conn.Close()
		}
	}
	for _, kind := range []string{"application/x-protobuf", "application/json", "text/plain"} {
		for _, path := range []string{"/v1/traces", "/v1/metrics", "/v1/logs"} {
			response, err := http.Post(s.url("otlp_http", path), kind, io.LimitReader(rand.Reader, 32<<10))
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode < 400 {
				t.Errorf("garbage as %s to %s is answered with %d", kind, path, response.StatusCode)
			}
		}
	}
	if out, said, status := s.run(t, "status"); status != 0 {
		t.Errorf("after garbage: %s%s", out, said)
	}
	s.nobodyWasKilled(t)
}

// countsWrongClocks sends samples from hours ago and from tomorrow, and good ones
// behind them.
func (s *site) countsWrongClocks(t *testing.T) {
	now := time.Now()
	const series = "load.clock"
	for i, at := range []time.Time{now, now.Add(-time.Hour), now.Add(-30 * 24 * time.Hour), now.Add(24 * time.Hour), now.Add(2 * time.Second)} {
		if err := s.sendMetrics(t.Context(), sum("shop", series, int64(i+1), at, pmetric.AggregationTemporalityCumulative)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // a request of its own to Prometheus
	}
	eventually(t, 30*time.Second, "the sample behind those of wrong clocks", func() error {
		n, err := s.number(t, `load_clock_total`)
		if err == nil && n != 5 {
			err = fmt.Errorf("%v, want 5", n)
		}
		return err
	})
	eventually(t, 30*time.Second, "the count of what was refused", func() error {
		n, err := s.number(t, `sum(otelcol_exporter_send_failed_metric_points{exporter="otlp_http/prometheus"})`)
		if err == nil && n < 1 {
			err = fmt.Errorf("%v, want some", n)
		}
		return err
	})
}

// survivesFlood sends ten times the load. What the stack cannot take it refuses, and
// counts; nobody dies of it, and what it accepted it delivers.
func (s *site) survivesFlood(t *testing.T) {
	flood := startLoad(t, s, 10)
	time.Sleep(seconds(t, "E2E_FLOOD", 20*time.Second))
	flood.finish()
	s.nobodyWasKilled(t)
	records := float64(flood.sent("logs") * recordsPerRequest * 10)
	eventually(t, 3*time.Minute, "the records of the flood", func() error {
		stored, err := s.lokiCount(t, `sum(count_over_time({service_name="load"}[1h]))`)
		if err != nil {
			return err
		}
		lost, err := s.number(t, `sum(otelcol_exporter_send_failed_log_records) + sum(otelcol_exporter_enqueue_failed_log_records)`)
		if err == nil && stored+lost < records {
			err = fmt.Errorf("%v stored and %v counted as lost, of %v that were accepted", stored, lost, records)
		}
		return err
	})
	t.Logf("flood: accepted %v records and %d spans; %d requests were refused and sent again",
		records, flood.sent("traces")*tracesPerRequest*10*spansPerTrace, flood.retries)
	if flood.retries > 0 {
		eventually(t, 30*time.Second, "the count of what was refused", func() error {
			n, err := s.number(t, `sum({__name__=~"otelcol_receiver_(refused|failed)_.*"})`)
			if err == nil && n == 0 {
				err = fmt.Errorf("nothing is counted as refused")
			}
			return err
		})
	}
	if out, said, status := s.run(t, "status"); status != 0 {
		t.Errorf("after the flood: %s%s", out, said)
	}
}

// lokiCount evaluates a query of Loki that gives one number.
func (s *site) lokiCount(t *testing.T, query string) (float64, error) {
	var answer struct{ Data struct{ Result []sample } }
	address := s.url("loki", "/loki/api/v1/query?query="+url.QueryEscape(query))
	if err := ask(t, address, &answer); err != nil || len(answer.Data.Result) == 0 {
		return 0, err
	}
	return answer.Data.Result[0].value(), nil
}

// TestFullDisk gives the collector and Loki disks that are soon full. What cannot be
// stored is refused and counted; what was accepted arrives once there is room.
func TestFullDisk(t *testing.T) {
	s := newSite(t)
	smallVolume(t, stack.Collector, "12m", 10001)
	s.up(t)
	docker(t, "stop", "obsboot-e2e-loki-1")
	accepted, refused := 0, 0
	l := &load{site: s, start: time.Now(), requests: map[string][]time.Time{}}
	for n := 0; n < 2000 && refused < 20; n++ {
		body, err := l.records(n, time.Now(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.post(t.Context(), "logs", body); err != nil {
			refused++
		} else {
			accepted++
		}
	}
	if refused == 0 {
		t.Fatalf("%d requests were accepted on a disk of 12 MiB, none was refused", accepted)
	}
	eventually(t, time.Minute, "the count of what was refused", func() error {
		n, err := s.number(t, `sum(otelcol_exporter_enqueue_failed_log_records)`)
		if err == nil && n == 0 {
			err = fmt.Errorf("nothing is counted")
		}
		return err
	})
	docker(t, "start", "obsboot-e2e-loki-1")
	eventually(t, 2*time.Minute, "what was accepted", func() error {
		stored, err := s.lokiCount(t, `sum(count_over_time({service_name="load"}[1h]))`)
		if err == nil && stored < float64(accepted*recordsPerRequest) {
			err = fmt.Errorf("%v of %d records", stored, accepted*recordsPerRequest)
		}
		return err
	})
	t.Logf("full disk: %d requests were accepted and stored, %d were refused", accepted, refused)
	s.nobodyWasKilled(t)
}

// smallVolume makes a volume of the stack in memory, with little room.
func smallVolume(t *testing.T, component, size string, owner int) {
	t.Helper()
	docker(t, "volume", "create",
		"--label", "com.docker.compose.project=obsboot-e2e", "--label", "com.docker.compose.volume="+component,
		"--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", fmt.Sprintf("o=size=%s,uid=%d", size, owner),
		"obsboot-e2e_"+component)
}

// TestOldVolume starts the stack on what a version of Alertmanager stored that the
// pinned one cannot read. It says so, and says the way out; the data is kept.
func TestOldVolume(t *testing.T) {
	s := newSite(t)
	stored := filepath.Join(t.TempDir(), "silences")
	writeFile(t, stored, []byte("of another version"))
	volume := "obsboot-e2e_" + stack.Alertmanager
	docker(t, "volume", "create", "--label", "com.docker.compose.project=obsboot-e2e",
		"--label", "com.docker.compose.volume="+stack.Alertmanager, volume)
	carrier := docker(t, "create", "--volume", volume+":/alertmanager", stack.Image(model.Stack{}, stack.Alertmanager))
	docker(t, "cp", stored, carrier+":/alertmanager/silences")
	docker(t, "rm", carrier)
	s.downAtEnd(t)

	out, said, status := s.run(t, append([]string{"up"}, s.vars...)...)
	if status != 2 {
		t.Errorf("up: status %d\n%s%s", status, out, said)
	}
	wantText(t, said, "Alertmanager does not start: it ended with status 1.", "error creating silence", "obsboot down --volumes")
	if volumes := docker(t, "volume", "ls", "--quiet"); !strings.Contains(volumes, volume) {
		t.Errorf("the volume is gone: %s", volumes)
	}
}
