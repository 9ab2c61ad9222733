package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// ErrInterrupted says that Up was ended from outside. What it had started is gone,
// unless the stack ran before.
var ErrInterrupted = errors.New("interrupted")

// Up starts the stack or brings it up to date, and waits until all of it is ready.
// Containers whose configuration did not change are left alone.
//
// say is told of each step; what Compose prints goes to log.
func (e *Engine) Up(ctx context.Context, s *Stack, timeout time.Duration, say func(string), log io.Writer) error {
	if err := e.Preflight(ctx, s); err != nil {
		return err
	}
	if err := e.Pull(ctx, s, say); err != nil {
		return interrupted(ctx, err)
	}
	if err := s.WriteSecrets(); err != nil {
		return err
	}
	before, err := e.own(ctx, s)
	if err != nil {
		return interrupted(ctx, err)
	}
	stored, err := e.Volumes(ctx, s)
	if err != nil {
		return interrupted(ctx, err)
	}
	ran := slices.ContainsFunc(before, running)
	if ran {
		say("bringing the stack up to date")
	} else {
		say("starting the stack")
	}
	if err := e.start(ctx, s, ran, log); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = blameStored(e.awaitReady(waiting, s, say), s, stored)
	if ctx.Err() == nil || err == nil {
		return err
	}
	if ran {
		return ErrInterrupted
	}
	return e.undo(s, log)
}

// blameStored notes on the error of a server that ended whether its volume was there
// before.
func blameStored(err error, s *Stack, stored []string) error {
	if ended := new(endedError); errors.As(err, &ended) {
		ended.stored = slices.Contains(stored, s.Project+"_"+ended.server.Name)
	}
	return err
}

func running(c container) bool { return c.State == "running" && c.Service != CollectorInit }

func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	return err
}

// start has Compose make the containers. A stack that ran before is brought to its
// new state even if the user loses patience: in between it would be half of each.
func (e *Engine) start(ctx context.Context, s *Stack, ran bool, log io.Writer) error {
	starting := ctx
	if ran {
		starting = context.WithoutCancel(ctx)
	}
	err := e.compose(starting, s, log, log, "up", "--detach", "--remove-orphans")
	switch {
	case err == nil && ran:
		return e.reload(ctx, s)
	case ctx.Err() != nil && !ran:
		return e.undo(s, log)
	case err != nil:
		return &Problem{"The stack does not start: " + lastLine(said(err)), "See what happened: obsboot logs"}
	}
	return nil
}

// reload has Prometheus and Loki read their rules again; a container does not
// start anew for those.
func (e *Engine) reload(ctx context.Context, s *Stack) error {
	containers, err := e.own(ctx, s)
	if err != nil {
		return err
	}
	for _, c := range containers {
		if c.Service == Prometheus && c.State == "running" {
			if _, err := e.run(ctx, "kill", "--signal", "HUP", c.Name); err != nil {
				return fmt.Errorf("have Prometheus read its rules again: %w", err)
			}
		}
	}
	return nil
}

// undo removes what an interrupted start left. The volumes stay: they are empty,
// or hold what an earlier run collected.
func (e *Engine) undo(s *Stack, log io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := e.compose(ctx, s, log, log, "down", "--remove-orphans", "--timeout", "5"); err != nil {
		return fmt.Errorf("remove what was started: %w", err)
	}
	return ErrInterrupted
}

// compose runs Compose on the stack.
func (e *Engine) compose(ctx context.Context, s *Stack, out, said io.Writer, args ...string) error {
	all := append(slices.Clone(e.Compose), "--project-name", s.Project, "--file", filepath.Join(s.Dir, "compose.yaml"))
	return stream(ctx, s.Dir, out, said, append(all, args...)...)
}

// Down stops the stack and removes its containers, and its volumes if told so.
func (e *Engine) Down(ctx context.Context, s *Stack, volumes bool, log io.Writer) error {
	args := []string{"down", "--remove-orphans"}
	if volumes {
		args = append(args, "--volumes")
	}
	if err := e.compose(ctx, s, log, log, args...); err != nil {
		return &Problem{"The stack does not stop: " + lastLine(said(err)), ""}
	}
	if volumes { // nothing encrypted with the old values is left
		return os.RemoveAll(filepath.Join(s.Dir, ".secrets"))
	}
	return nil
}

// Logs prints what the servers said.
func (e *Engine) Logs(ctx context.Context, s *Stack, out, said io.Writer, args ...string) error {
	return e.compose(ctx, s, out, said, append([]string{"logs"}, args...)...)
}
