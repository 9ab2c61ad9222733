package dev_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/obsboot/obsboot/internal/dev"
	"github.com/obsboot/obsboot/internal/dev/devtest"
	"github.com/obsboot/obsboot/internal/dev/store"
)

// victim is the variable that makes this test binary an engine that is killed.
const victim = "OBSBOOT_TEST_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		runVictim(dir)
		return
	}
	os.Exit(m.Run())
}

func runVictim(dir string) {
	o := options()
	o.Dir = dir
	e, err := dev.Start(context.Background(), &dev.Spec{}, o)
	if err != nil {
		fmt.Println("failed:", err)
		return
	}
	fmt.Println(e.Ports().GRPC)
	time.Sleep(10 * time.Minute)
}

// TestKilled kills an engine while it is written to. All that was acknowledged is
// there after the next start.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victim+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address := strings.TrimSpace(line)
	if err != nil || strings.HasPrefix(address, "failed") {
		t.Fatal(address, err)
	}
	sent, orders := sendUntilKilled(t, address, cmd)
	o := options()
	o.Dir = dir
	e := start(t, o)
	for _, id := range sent {
		if _, err := e.Store.FindTrace(t.Context(), id); err != nil {
			t.Errorf("trace %s: %v", id, err)
		}
	}
	logs, err := e.Store.SearchLogs(t.Context(), store.LogFilter{Filter: store.Filter{Text: "order received", Limit: 5000}})
	if err != nil || len(logs.Records) < len(sent) {
		t.Errorf("%d log records are there, %v, want %d", len(logs.Records), err, len(sent))
	}
	found, err := e.Metrics.Instant(t.Context(), "sum(shop_orders_total)", time.Now())
	if err != nil || len(found) != 1 || found[0].F < orders {
		t.Errorf("the counter is %v, %v, want %v", found, err, orders)
	}
}

// sendUntilKilled returns the traces, and the orders of the last metrics, that were
// acknowledged.
func sendUntilKilled(t *testing.T, address string, cmd *exec.Cmd) (sent []string, orders float64) {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // its other end is dead
	traces, logs, metrics := ptraceotlp.NewGRPCClient(conn), plogotlp.NewGRPCClient(conn), pmetricotlp.NewGRPCClient(conn)
	shop := devtest.New(3, time.Now())
	for n := 1; ; n++ {
		td, ld := ptrace.NewTraces(), plog.NewLogs()
		shop.Checkout(time.Now(), td, ld)
		id := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceID().String()
		_, err := metrics.Export(t.Context(), pmetricotlp.NewExportRequestFromMetrics(shop.Metrics(time.Now())))
		_, logErr := logs.Export(t.Context(), plogotlp.NewExportRequestFromLogs(ld))
		_, traceErr := traces.Export(t.Context(), ptraceotlp.NewExportRequestFromTraces(td))
		if err := errors.Join(err, logErr, traceErr); err != nil {
			if n < 100 {
				t.Fatal(err)
			}
			return sent, orders
		}
		sent, orders = append(sent, id), float64(n)
		if n == 100 {
			go func() {
				_ = cmd.Process.Kill() // it does not end otherwise
				_ = cmd.Wait()
			}()
		}
	}
}
