package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/obsboot/obsboot/internal/dev"
	"github.com/obsboot/obsboot/internal/dev/otlp"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
	"github.com/obsboot/obsboot/internal/traffic/send"
)

const (
	// trafficRate is how many requests per second enter the system.
	trafficRate = 10
	// trafficPast is how much traffic from before the start is sent, so that there is
	// something to see at once.
	trafficPast = 15 * time.Minute
	// trafficInterval is how often metrics are sent.
	trafficInterval = 5 * time.Second
)

// inside hands traffic to the engine as if it had arrived.
type inside struct{ *otlp.Receiver }

// Close implements send.Exporter.
func (inside) Close() error { return nil }

// prepareTraffic makes the sender of --traffic, so that a fault that makes no sense is
// said before anything starts.
func (d *devEngine) prepareTraffic(sys *model.System) (func(context.Context, *dev.Engine), error) {
	if !d.traffic {
		if len(d.faults) > 0 {
			return nil, fmt.Errorf("--fault needs --traffic")
		}
		return nil, nil
	}
	start := time.Now() //nolint:forbidigo // traffic is sent now
	options := traffic.Options{Seed: 1, Rate: trafficRate, Pattern: traffic.Steady, Start: start}
	for _, text := range d.faults {
		fault, err := traffic.ParseFault(text)
		if err != nil {
			return nil, err
		}
		options.Faults = append(options.Faults, fault)
	}
	m, err := traffic.New(sys, options)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, engine *dev.Engine) {
		sender := send.New(sys, m, inside{engine.Receiver}, trafficRate, send.Options{
			Seed: 1, Start: start.Add(-trafficPast), Interval: trafficInterval, Now: time.Now, Wait: waitFor, //nolint:forbidigo // traffic is sent now
		})
		if _, err := sender.Run(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintf(d.err, "%s traffic ended: %v\n", painterFor(d.err).red("Error:"), err)
		}
	}, nil
}

// waitFor waits, or until the context ends.
func waitFor(ctx context.Context, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
