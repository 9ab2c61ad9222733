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
	log, err := os.Create(filepath.Join(folder, "dockerd.log"))
	if err != nil {
		return nil, err
	}
	socket := "unix://" + filepath.Join(folder, "docker.sock")
	engine := exec.Command("dockerd",
		"--host", socket,
		"--data-root", filepath.Join(folder, "data"),
		"--exec-root", filepath.Join(folder, "exec"),
		"--pidfile", filepath.Join(folder, "docker.pid"),
	)
	engine.Stdout, engine.Stderr = log, log
	if err := engine.Start(); err != nil {
		return nil, fmt.Errorf("start dockerd: %w", err)
	}
	stop = func() {
		_ = engine.Process.Signal(os.Interrupt)
		_ = engine.Wait()
		_ = log.Close()
	}
	if err := os.Setenv("DOCKER_HOST", socket); err != nil {
		return nil, err
	}
	for range 120 {
		if exec.CommandContext(ctx, "docker", "version").Run() == nil {
			return stop, nil
		}
		time.Sleep(250 * time.Millisecond)
	}
	stop()
	said, _ := os.ReadFile(log.Name())
	return nil, fmt.Errorf("dockerd does not answer:\n%s", said)
}
