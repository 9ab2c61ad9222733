// Command fulfilment ships what was paid.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

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
	slog.InfoContext(ctx, "fulfilment ships")
	orders, reconcile := time.NewTicker(time.Second), time.NewTicker(time.Hour)
	defer orders.Stop()
	defer reconcile.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-orders.C:
			f.backlog.Add(1)
			f.ship(ctx)
		case <-reconcile.C:
			if err := telemetry.RunReconcile(ctx, f.reconcile); err != nil {
				slog.ErrorContext(ctx, "shipments and payments differ", "error", err)
			}
		}
	}
}

type fulfilment struct{ backlog, shipped atomic.Int64 }

func (f *fulfilment) ship(ctx context.Context) {
	f.shipped.Add(1)
	telemetry.ShopBacklog.Set(ctx, f.backlog.Add(-1))
}

// reconcile compares shipments with payments.
func (f *fulfilment) reconcile(ctx context.Context) error {
	slog.InfoContext(ctx, "reconciled", "shipped", f.shipped.Load())
	return nil
}
