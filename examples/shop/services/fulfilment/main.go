// Command fulfilment ships what was paid.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"example.com/shop/services/fulfilment/telemetry"
)

func main() {
	if err := run(); err != nil {
		slog.Error("fulfilment failed", "error", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	shutdown, err := telemetry.Setup(ctx)
	if err != nil {
		slog.Error("telemetry is off", "error", err)
	}
	defer func() { _ = shutdown(context.Background()) }()

	f := &fulfilment{}
	if url := os.Getenv("NATS_URL"); url != "" {
		nc, err := nats.Connect(url, nats.Name("fulfilment"), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
		if err != nil {
			return fmt.Errorf("connect to NATS: %w", err)
		}
		defer func() { _ = nc.Drain() }()
		if _, err := nc.QueueSubscribe("paid", "fulfilment", func(m *nats.Msg) { f.receive(ctx, m) }); err != nil {
			return fmt.Errorf("subscribe to paid orders: %w", err)
		}
	}
	slog.InfoContext(ctx, "fulfilment ships")
	reconcile := time.NewTicker(time.Hour)
	defer reconcile.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-reconcile.C:
			if err := telemetry.RunReconcile(ctx, f.reconcile); err != nil {
				slog.ErrorContext(ctx, "shipments and payments differ", "error", err)
			}
		}
	}
}

type fulfilment struct{ backlog, shipped atomic.Int64 }

// receive takes a paid order from the queue and ships it.
func (f *fulfilment) receive(ctx context.Context, m *nats.Msg) {
	telemetry.ShopBacklog.Set(ctx, f.backlog.Add(1))
	if err := telemetry.ProcessPaid(ctx, m, f.ship); err != nil {
		slog.ErrorContext(ctx, "an order was not shipped", "error", err)
	}
	telemetry.ShopBacklog.Set(ctx, f.backlog.Add(-1))
}

var errNoOrder = errors.New("the message names no order")

func (f *fulfilment) ship(ctx context.Context, m *nats.Msg) error {
	if len(m.Data) == 0 {
		return errNoOrder
	}
	f.shipped.Add(1)
	slog.InfoContext(ctx, "shipped", "order", string(m.Data))
	return nil
}

// reconcile compares shipments with payments.
func (f *fulfilment) reconcile(ctx context.Context) error {
	slog.InfoContext(ctx, "reconciled", "shipped", f.shipped.Load())
	return nil
}
