package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/obsboot/obsboot/internal/dev"
)

// maxStop is how long a command may take to stop before it is killed.
const maxStop = 10 * time.Second

// runCommand runs the user's command with the variables by which OpenTelemetry finds
// the engine. Its output is the user's.
func (d *devEngine) runCommand(ctx context.Context, engine *dev.Engine) error {
	cmd := exec.CommandContext(ctx, d.command[0], d.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = d.in, d.streams.out, d.err
	cmd.Env = d.environment(engine, os.Environ())
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = maxStop
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil, ctx.Err() != nil:
		return nil
	case errors.As(err, &exit):
		fmt.Fprintf(d.err, "%s %s: %s\n", painterFor(d.err).red("Failed:"), strings.Join(d.command, " "), exit)
		return errNo
	}
	return fmt.Errorf("run %s: %w", d.command[0], err)
}

// local is where this machine reaches an address that is open to all.
func local(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// environment sets where telemetry goes. Where the user says how often it is sent, or
// what is sampled, that stays.
func (d *devEngine) environment(engine *dev.Engine, have []string) []string {
	set := map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://" + local(engine.Ports().HTTP),
		"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
	}
	if d.options.Token != "" {
		set["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer%20" + d.options.Token
	}
	for name, value := range map[string]string{
		"OTEL_METRIC_EXPORT_INTERVAL": "5000", "OTEL_BSP_SCHEDULE_DELAY": "500", "OTEL_BLRP_SCHEDULE_DELAY": "500", "OTEL_TRACES_SAMPLER": "always_on",
	} {
		if os.Getenv(name) == "" {
			set[name] = value
		}
	}
	out := make([]string, 0, len(have)+len(set))
	for _, entry := range have {
		name, _, _ := strings.Cut(entry, "=")
		// Addresses of single signals would win over the one that is set.
		_, own := set[name]
		elsewhere := strings.HasPrefix(name, "OTEL_EXPORTER_OTLP_") && (strings.HasSuffix(name, "_ENDPOINT") || strings.HasSuffix(name, "_PROTOCOL"))
		if !own && !elsewhere {
			out = append(out, entry)
		}
	}
	for name, value := range set {
		out = append(out, name+"="+value)
	}
	return out
}
