package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/stack"
)

func upCommand(s *streams) *cobra.Command {
	u := &servers{pipeline: pipeline{streams: s}}
	var timeout time.Duration
	var force bool
	cmd := &cobra.Command{
		Use:   "up [PATH]",
		Short: "Generate, start the stack, and wait until it is ready",
		Long: `Generate, start the servers with Docker Compose or Podman Compose, wait until each
is ready, and say where it is. Run it again after a change of the spec: only what
changed starts anew.

Everything listens on this machine only. Grafana's password is in the file .env beside
compose.yaml; looking at dashboards needs none.

Exit status: 0 all is ready, 1 the spec is invalid or a file is in the way, 2 the
stack could not be started.`,
		Example: "  obsboot up\n  obsboot up examples/shop\n  obsboot up --engine podman --timeout 5m",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			u.path = pathArgument(args)
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return u.up(ctx, timeout, force)
		},
	}
	u.addSpecFlags(cmd)
	u.addFlags(cmd)
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Minute, "how long to wait until all is ready")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite files that were edited by hand or not written by obsboot")
	return cmd
}

func (u *servers) up(ctx context.Context, timeout time.Duration, force bool) error {
	if err := u.generateQuietly(force); err != nil {
		return err
	}
	opened, engine, err := u.open(ctx)
	if err != nil {
		return err
	}
	var log bytes.Buffer
	err = engine.Up(ctx, opened, timeout, u.say, &log)
	if errors.Is(err, stack.ErrInterrupted) {
		return errors.New("interrupted; nothing was left half done")
	}
	if err != nil {
		_, _ = io.Copy(u.err, &log) // what Compose said
		return err
	}
	u.printEndpoints(opened)
	return nil
}

// generateQuietly writes what follows from the spec and says only how much.
func (u *servers) generateQuietly(force bool) error {
	results := u.streams
	u.streams = &streams{in: results.in, out: io.Discard, err: results.err}
	defer func() { u.streams = results }()
	return u.generate(force, false)
}

func (u *servers) printEndpoints(opened *stack.Stack) {
	out := u.streams.out
	fmt.Fprintf(out, "%s The stack of %q runs.\n\n", painterFor(out).green("Ready."), opened.System)
	for _, server := range opened.Servers {
		for _, port := range server.Ports {
			fmt.Fprintf(out, "  %-24s %s\n", endpointTitle(server, port), endpointAddress(port))
		}
	}
	fmt.Fprintf(out, "\nGrafana's user admin has its password in %s.\n", opened.Dir+"/.env")
}

func endpointTitle(server stack.Component, port stack.Port) string {
	switch port.Name {
	case "otlp_grpc":
		return "OTLP over gRPC"
	case "otlp_http":
		return "OTLP over HTTP"
	}
	return server.Title
}

func endpointAddress(port stack.Port) string {
	if port.HTTP {
		return fmt.Sprintf("http://localhost:%d", port.Published)
	}
	return fmt.Sprintf("localhost:%d", port.Published)
}
