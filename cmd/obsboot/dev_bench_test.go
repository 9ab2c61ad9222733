//go:build linux

package main_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/obsboot/obsboot/internal/dev/devtest"
	"github.com/obsboot/obsboot/internal/spec/spectest"
)

// engine is a running obsboot dev.
type engine struct {
	cmd  *exec.Cmd
	took time.Duration // from its start until it is ready
	grpc string
}

func startEngine(b *testing.B, obsboot, dir string) *engine {
	cmd := exec.Command(obsboot, "dev", "--listen", "127.0.0.1:0", "--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0")
	cmd.Dir = dir
	said, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	e, begun := &engine{cmd: cmd}, time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(e.stop)
	lines := bufio.NewScanner(said)
	for e.grpc == "" && lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "Ready.") {
			e.took = time.Since(begun)
		}
		if _, address, ok := strings.Cut(line, "OTLP over gRPC"); ok {
			e.grpc = strings.TrimSpace(address)
		}
	}
	if e.grpc == "" {
		b.Fatal("obsboot dev did not start")
	}
	go func() {
		for lines.Scan() { // nobody reads it, but it must not block
		}
	}()
	return e
}

func (e *engine) stop() {
	_ = e.cmd.Process.Signal(syscall.SIGTERM) // it may be over
	_ = e.cmd.Wait()
}

// memory is what the process holds, in MiB.
func (e *engine) memory(b *testing.B, field string) float64 {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(e.cmd.Process.Pid), "status"))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		if name, value, _ := strings.Cut(line, ":"); name == field {
			kib, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatalf("there is no %s", field)
	return 0
}

// BenchmarkDevStart starts the engine with a spec of ten services.
func BenchmarkDevStart(b *testing.B) {
	obsboot, dir := build(b), project(b, spectest.Large(10, 3))
	var took []usage
	for b.Loop() {
		e := startEngine(b, obsboot, dir)
		took = append(took, usage{wall: e.took})
		time.Sleep(10 * time.Second)
		b.ReportMetric(e.memory(b, "VmRSS"), "idle-MiB")
		e.stop()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(took, func(u usage) time.Duration { return u.wall }).Seconds()*1e3, "ready-ms")
}

// The load of BenchmarkDevLoad: per second, and series at a time.
const (
	loadSpans  = 20_000
	loadLogs   = 20_000
	loadSeries = 20_000
)

// BenchmarkDevLoad sends from several clients for DEV_LOAD, by default 20s, and says
// what was acknowledged and what refused.
func BenchmarkDevLoad(b *testing.B) {
	length := 20 * time.Second
	if text := os.Getenv("DEV_LOAD"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			b.Fatal(err)
		}
	}
	obsboot, dir := build(b), project(b, spectest.Large(10, 3))
	for b.Loop() {
		e := startEngine(b, obsboot, dir)
		l := &load{end: time.Now().Add(length)}
		l.run(b, e.grpc)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(l.spans.Load())/length.Seconds(), "spans/s")
		b.ReportMetric(float64(l.logs.Load())/length.Seconds(), "records/s")
		b.ReportMetric(float64(l.refused.Load()), "refused")
		b.ReportMetric(e.memory(b, "VmRSS"), "MiB")
		b.ReportMetric(e.memory(b, "VmHWM"), "peak-MiB")
		e.stop()
	}
}

type load struct {
	end                  time.Time
	spans, logs, refused atomic.Int64
}

// clients is how many send traces and logs, each a batch at a time.
const clients = 8

func (l *load) run(b *testing.B, address string) {
	ctx, cancel := context.WithDeadline(context.Background(), l.end)
	defer cancel()
	var all sync.WaitGroup
	for n := range clients {
		all.Go(func() { l.tracesAndLogs(ctx, b, address, uint64(n)) })
	}
	all.Go(func() { l.metrics(ctx, b, address) })
	all.Wait()
}

func connect(b *testing.B, address string) *grpc.ClientConn {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Error(err)
	}
	return conn
}

// fail counts what was not acknowledged, but for what the end of the load cut off.
func (l *load) fail(b *testing.B, n int64, err error) {
	if time.Until(l.end) > 50*time.Millisecond {
		l.refused.Add(n)
		b.Logf("%d were refused: %v", n, err)
	}
}

// tracesAndLogs sends the share of one client, every 200 ms. A client that cannot keep
// up sends as fast as it can.
func (l *load) tracesAndLogs(ctx context.Context, b *testing.B, address string, seed uint64) {
	conn := connect(b, address)
	defer conn.Close() //nolint:errcheck // it is over
	traces, logs := ptraceotlp.NewGRPCClient(conn), plogotlp.NewGRPCClient(conn)
	shop, ticker := devtest.New(seed, time.Now()), time.NewTicker(200*time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		td, ld := ptrace.NewTraces(), plog.NewLogs()
		for td.SpanCount() < loadSpans/clients/5 {
			shop.Checkout(time.Now(), td, ld)
		}
		for ld.LogRecordCount() < loadLogs/clients/5 {
			shop.Checkout(time.Now(), ptrace.NewTraces(), ld)
		}
		n := int64(td.SpanCount())
		if _, err := traces.Export(ctx, ptraceotlp.NewExportRequestFromTraces(td)); err == nil {
			l.spans.Add(n)
		} else {
			l.fail(b, n, err)
		}
		n = int64(ld.LogRecordCount())
		if _, err := logs.Export(ctx, plogotlp.NewExportRequestFromLogs(ld)); err == nil {
			l.logs.Add(n)
		} else {
			l.fail(b, n, err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// metrics sends all series every ten seconds, in pieces.
func (l *load) metrics(ctx context.Context, b *testing.B, address string) {
	conn := connect(b, address)
	defer conn.Close() //nolint:errcheck // it is over
	client, ticker := pmetricotlp.NewGRPCClient(conn), time.NewTicker(500*time.Millisecond)
	defer ticker.Stop()
	const pieces = 20
	for n := 0; ctx.Err() == nil; n++ {
		if _, err := client.Export(ctx, pmetricotlp.NewExportRequestFromMetrics(gauges(n%pieces, loadSeries/pieces))); err != nil {
			l.fail(b, loadSeries/pieces, err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

func gauges(piece, n int) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", fmt.Sprint("load-", piece))
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("load.value")
	points := m.SetEmptyGauge().DataPoints()
	for i := range n {
		p := points.AppendEmpty()
		p.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		p.SetDoubleValue(float64(i))
		p.Attributes().PutStr("cell", strconv.Itoa(i))
	}
	return md
}
