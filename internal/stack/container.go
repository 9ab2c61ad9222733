package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// container is what an engine says of one.
type container struct {
	Name    string
	Service string
	Project string
	Folder  string // of its compose project
	System  string // of its obsboot stack
	State   string
	Health  string
	Exit    int
	Ports   []int // published
}

// inspected is the part of inspect's output in which Docker and Podman agree.
type inspected struct {
	Name  string `json:"Name"`
	State struct {
		Status   string `json:"Status"`
		ExitCode int    `json:"ExitCode"`
		Health   *struct {
			Status string `json:"Status"`
		} `json:"Health"`
	} `json:"State"`
	Config struct {
		Labels map[string]string `json:"Labels"`
	} `json:"Config"`
	HostConfig struct {
		PortBindings map[string][]struct {
			HostPort string `json:"HostPort"`
		} `json:"PortBindings"`
	} `json:"HostConfig"`
}

// containers lists those with a label, or all if it is empty.
func (e *Engine) containers(ctx context.Context, label string) ([]container, error) {
	args := []string{"ps", "--all", "--quiet", "--no-trunc"}
	if label != "" {
		args = append(args, "--filter", "label="+label)
	}
	out, err := e.run(ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}
	ids := strings.Fields(out)
	if len(ids) == 0 {
		return nil, nil
	}
	out, err = e.run(ctx, append([]string{"container", "inspect"}, ids...)...)
	if err != nil {
		return nil, fmt.Errorf("inspect containers: %w", err)
	}
	var all []inspected
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		return nil, fmt.Errorf("inspect containers: %w", err)
	}
	var containers []container
	for _, i := range all {
		containers = append(containers, i.container())
	}
	return containers, nil
}

func (i inspected) container() container {
	labels := i.Config.Labels
	c := container{
		Name:    strings.TrimPrefix(i.Name, "/"),
		Service: labels["com.docker.compose.service"],
		Project: labels["com.docker.compose.project"],
		Folder:  labels["com.docker.compose.project.working_dir"],
		System:  labels[LabelSystem],
		State:   i.State.Status,
		Exit:    i.State.ExitCode,
	}
	if i.State.Health != nil {
		c.Health = i.State.Health.Status
	}
	for _, bindings := range i.HostConfig.PortBindings {
		for _, b := range bindings {
			if port, err := strconv.Atoi(b.HostPort); err == nil {
				c.Ports = append(c.Ports, port)
			}
		}
	}
	return c
}

// own are the containers of a stack.
func (e *Engine) own(ctx context.Context, s *Stack) ([]container, error) {
	return e.containers(ctx, "com.docker.compose.project="+s.Project)
}
