package stack

import (
	"context"
	"fmt"
	"strings"
)

// Status is how one server does.
type Status struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Image string `json:"image"`
	State string `json:"state"` // running, exited, ...; absent if there is no container
	Ready bool   `json:"ready"`
	Why   string `json:"why,omitempty"` // it is not ready
	URL   string `json:"url,omitempty"`
}

// Absent is the state of a server that has no container.
const Absent = "absent"

// Status asks the engine and each server.
func (e *Engine) Status(ctx context.Context, s *Stack) ([]Status, error) {
	containers, err := e.own(ctx, s)
	if err != nil {
		return nil, err
	}
	var out []Status
	for _, server := range s.Servers {
		status := Status{Name: server.Name, Title: server.Title, Image: server.Image, State: Absent, URL: server.URL()}
		for _, c := range containers {
			if c.Service == server.Name {
				status.State = c.State
			}
		}
		if status.State == "running" {
			if err := probeReady(ctx, server); err != nil {
				status.Why = err.Error()
			} else {
				status.Ready = true
			}
		}
		out = append(out, status)
	}
	return out, nil
}

// Volumes are the names of the volumes that a stack has.
func (e *Engine) Volumes(ctx context.Context, s *Stack) ([]string, error) {
	out, err := e.run(ctx, "volume", "ls", "--quiet", "--filter", "label=com.docker.compose.project="+s.Project)
	if err != nil {
		return nil, fmt.Errorf("list volumes: %w", err)
	}
	return strings.Fields(out), nil
}
