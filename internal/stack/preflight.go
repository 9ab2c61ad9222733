package stack

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// What the stack needs. docs/benchmarks.md has the figures behind it.
const (
	needMemory = 1024 * mib
	needDisk   = 2048 * mib
)

// Preflight looks for what would keep the stack from starting.
func (e *Engine) Preflight(ctx context.Context, s *Stack) error {
	all, err := e.containers(ctx, "")
	if err != nil {
		return err
	}
	var own, others []container
	for _, c := range all {
		if c.Project == s.Project {
			own = append(own, c)
		} else if c.State == "running" {
			others = append(others, c)
		}
	}
	if err := otherCopy(s, own); err != nil {
		return err
	}
	if err := portsFree(s, own, others); err != nil {
		return err
	}
	if slices.ContainsFunc(own, func(c container) bool { return c.State == "running" }) {
		return nil // it has its memory and its place on the disk
	}
	return e.roomFor(ctx)
}

// otherCopy finds a stack of the same name that was started from another folder.
func otherCopy(s *Stack, own []container) error {
	for _, c := range own {
		if c.Folder != "" && c.Folder != s.Dir {
			return &Problem{
				fmt.Sprintf("The stack of system %q was started from another folder: %s.", s.System, c.Folder),
				"Stop it first: obsboot down --out " + c.Folder,
			}
		}
	}
	return nil
}

// portsFree checks each published port, and says who has it.
func portsFree(s *Stack, own, others []container) error {
	ours := map[int]bool{}
	for _, c := range own {
		if c.State == "running" {
			for _, port := range c.Ports {
				ours[port] = true
			}
		}
	}
	for _, server := range s.Servers {
		for _, port := range server.Ports {
			if ours[port.Published] || listens(port.Published) {
				continue
			}
			return portProblem(server, port, others)
		}
	}
	return nil
}

// listens reports whether a port can be listened on. What the kernel denies for
// another reason than that the port is taken is left to the engine, which runs as
// another user.
func listens(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return !taken(err)
	}
	return listener.Close() == nil
}

func portProblem(server Component, port Port, others []container) error {
	summary := fmt.Sprintf("Port %d, which %s is published on, is taken", port.Published, server.Title)
	remedy := fmt.Sprintf("Stop it, or give %s another port in the spec: stack %q { ports { %s = ... } }", server.Title, "local", port.Name)
	for _, c := range others {
		if !slices.Contains(c.Ports, port.Published) {
			continue
		}
		if c.System != "" {
			return &Problem{
				fmt.Sprintf("%s by the stack of system %q in %s.", summary, c.System, c.Folder),
				"Stop it with: obsboot down --out " + c.Folder + "\nOr give this stack other ports: " + remedy[strings.Index(remedy, "stack "):],
			}
		}
		return &Problem{fmt.Sprintf("%s by the container %s.", summary, c.Name), remedy}
	}
	if owner := portOwner(port.Published); owner != "" {
		return &Problem{fmt.Sprintf("%s by %s.", summary, owner), remedy}
	}
	return &Problem{summary + " by another program.", remedy}
}

// roomFor checks memory and disk.
func (e *Engine) roomFor(ctx context.Context) error {
	format, root := "{{.MemTotal}}", "{{.DockerRootDir}}"
	if e.Name == "podman" {
		format, root = "{{.Host.MemTotal}}", "{{.Store.GraphRoot}}"
	}
	out, err := e.run(ctx, "info", "--format", format+" "+root)
	if err != nil {
		return fmt.Errorf("ask %s about this machine: %w", e.Name, err)
	}
	total, folder, _ := strings.Cut(lastLine(out), " ")
	r := room{available: availableMemory(), folder: folder}
	r.memory, _ = strconv.ParseInt(total, 10, 64)
	r.disk, r.diskKnown = freeDisk(folder)
	if problem := r.problem(e.Name); problem != nil {
		return problem
	}
	return nil
}

// room is what an engine has for the stack, in bytes; 0 of memory is not known.
type room struct {
	memory, available int64
	folder            string // where the engine stores
	disk              int64
	diskKnown         bool
}

// problem says what is too little, or nothing.
func (r room) problem(engine string) *Problem {
	switch {
	case r.memory > 0 && r.memory < needMemory:
		return &Problem{
			fmt.Sprintf("%s has %d MiB of memory; the stack needs %d MiB.", engineTitle(engine), r.memory/mib, needMemory/mib),
			"Give it more, in Docker Desktop under Settings, Resources.",
		}
	case r.available > 0 && r.available < needMemory*3/4:
		return &Problem{
			fmt.Sprintf("Only %d MiB of memory are free; the stack needs %d MiB.", r.available/mib, needMemory*3/4/mib),
			"Stop something else first.",
		}
	case r.diskKnown && r.disk < needDisk:
		return &Problem{
			fmt.Sprintf("Only %d MiB are free on the disk of %s (%s); the stack needs %d MiB.", r.disk/mib, engineTitle(engine), r.folder, needDisk/mib),
			fmt.Sprintf("Make room, for example with: %s system prune", engine),
		}
	}
	return nil
}

// Pull fetches the images that are missing. say is told of each.
func (e *Engine) Pull(ctx context.Context, s *Stack, say func(string)) error {
	for _, server := range s.Servers {
		if _, err := e.run(ctx, "image", "inspect", "--format", "{{.Id}}", server.Image); err == nil {
			continue
		}
		say("pulling " + server.Image)
		if _, err := e.run(ctx, "pull", "--quiet", server.Image); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &Problem{
				fmt.Sprintf("The image %s of %s cannot be pulled: %s", server.Image, server.Title, lastLine(said(err))),
				fmt.Sprintf("Check the network, or name an image that you can reach in the spec: stack %q { images { %s = \"...\" } }", "local", server.Name),
			}
		}
	}
	return nil
}
