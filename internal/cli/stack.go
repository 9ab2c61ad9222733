package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/stack"
)

// servers is what the commands on the running stack share.
type servers struct {
	pipeline
	engine string // --engine
}

func (s *servers) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.out, "out", "", "the `folder` that was generated into, if not observability/ beside the spec")
	cmd.Flags().StringVar(&s.engine, "engine", os.Getenv("OBSBOOT_ENGINE"), "`docker` or podman; by default the first that works")
}

// open finds the generated stack and an engine to run it with.
func (s *servers) open(ctx context.Context) (*stack.Stack, *stack.Engine, error) {
	opened, err := stack.Open(s.roots().Out)
	if err != nil {
		return nil, nil, err
	}
	engine, err := stack.FindEngine(ctx, s.engine)
	return opened, engine, err
}

// say tells of progress.
func (s *servers) say(text string) { fmt.Fprintf(s.err, "  %s\n", text) }

// interruptible ends its context when the user, or the system, asks to.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}
