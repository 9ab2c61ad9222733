package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// startEngine starts a Docker engine where none runs, and returns what stops it.
// The commands of this process, and those that it starts, talk to it.
func startEngine(ctx context.Context, folder string) (stop func(), err error) {
	if exec.CommandContext(ctx, "docker", "version").Run() == nil {
		return func() {}, nil
	}
	if _, err := exec.LookPath("dockerd"); err != nil {
		return nil, errors.New("no Docker engine runs, and there is none to start: install docker.io and iptables")
	}
	if err := os.Setenv("DOCKER_HOST", "unix://"+filepath.Join(folder, "docker.sock")); err != nil {
		return nil, err
	}
	// On a busy machine it may give up on parts of its own that start too slowly.
	for range 4 {
		if stop, err = tryEngine(ctx, folder); err == nil {
			return stop, nil
		}
	}
	return nil, err
}

// tryEngine starts dockerd and waits until it answers.
func tryEngine(ctx context.Context, folder string) (stop func(), err error) {
	log, err := os.Create(filepath.Join(folder, "dockerd.log"))
	if err != nil {
		return nil, err
	}
	engine := exec.Command("dockerd",
		"--host", os.Getenv("DOCKER_HOST"),
		"--data-root", filepath.Join(folder, "data"),
		"--exec-root", filepath.Join(folder, "exec"),
		"--pidfile", filepath.Join(folder, "docker.pid"),
	)
	engine.Stdout, engine.Stderr = log, log
	if err := engine.Start(); err != nil {
		return nil, fmt.Errorf("start dockerd: %w", err)
	}
	ended := make(chan struct{})
	go func() { _ = engine.Wait(); close(ended) }()
	stop = func() {
		_ = engine.Process.Signal(os.Interrupt)
		<-ended
		_ = log.Close()
	}
	if answers(ctx, ended) {
		return stop, nil
	}
	stop()
	said, _ := os.ReadFile(log.Name())
	return nil, fmt.Errorf("dockerd does not answer:\n%s", said)
}

// answers waits until the engine answers, ends, or has had two minutes.
func answers(ctx context.Context, ended <-chan struct{}) bool {
	patience := time.After(2 * time.Minute)
	for exec.CommandContext(ctx, "docker", "version").Run() != nil {
		select {
		case <-ended:
			return false
		case <-patience:
			return false
		case <-time.After(250 * time.Millisecond):
		}
	}
	return true
}
