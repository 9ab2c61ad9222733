// Command checkout turns carts into orders.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"example.com/shop/services/checkout/telemetry"
)

func main() {
	if err := run(); err != nil {
		slog.Error("checkout failed", "error", err)
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

	paid, err := connect()
	if err != nil {
		return fmt.Errorf("connect to NATS: %w", err)
	}
	if paid != nil {
		defer paid.Close()
	}

	slog.InfoContext(ctx, "checkout takes an order a second")
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			o := order{id: strconv.Itoa(n), lines: 1 + rand.IntN(5), value: 5 + 95*rand.Float64(), method: methods[rand.IntN(len(methods))]}
			place(ctx, o, paid)
		}
	}
}

var methods = []telemetry.PaymentMethod{telemetry.PaymentMethodCard, telemetry.PaymentMethodPaypal, telemetry.PaymentMethodInvoice}

type order struct {
	id     string
	lines  int
	value  float64
	method telemetry.PaymentMethod
}

var errOutOfStock = errors.New("out of stock")

// connect connects to the queue of paid orders. Without NATS_URL there is none,
// and nobody ships them.
func connect() (*nats.Conn, error) {
	url := os.Getenv("NATS_URL")
	if url == "" {
		return nil, nil
	}
	return nats.Connect(url, nats.Name("checkout"), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
}

// place takes an order and says what became of it.
func place(ctx context.Context, o order, paid *nats.Conn) {
	err := reserve(ctx, o)
	if err == nil && paid != nil {
		err = telemetry.PublishPaid(ctx, paid, &nats.Msg{Data: []byte(o.id)})
	}
	switch {
	case errors.Is(err, errOutOfStock):
		telemetry.ShopOrders.Add(ctx, 1, o.method, telemetry.OutcomeOutOfStock)
		telemetry.LogOrderRejected(ctx, o.id, telemetry.ReasonOutOfStock)
	case err != nil:
		telemetry.ShopOrders.Add(ctx, 1, o.method, telemetry.OutcomeFailed)
	default:
		telemetry.ShopOrders.Add(ctx, 1, o.method, telemetry.OutcomePlaced)
		telemetry.ShopOrderValue.Record(ctx, o.value, o.method)
	}
}

// reserve takes what was ordered out of the stock, which lacks something now
// and then.
func reserve(ctx context.Context, o order) (err error) {
	_, span := telemetry.StartReserveStock(ctx, telemetry.ReserveStockAttributes{OrderID: o.id, OrderLines: float64(o.lines)})
	defer span.Done(&err)
	if rand.IntN(20) == 0 {
		return errOutOfStock
	}
	return nil
}
