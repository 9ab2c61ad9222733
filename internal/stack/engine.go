package stack

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Engine runs containers: Docker or Podman, with its Compose.
type Engine struct {
	Name    string   // docker or podman
	Compose []string // the command line that runs Compose
}

// engines in the order in which they are looked for.
var engines = []string{"docker", "podman"}

// FindEngine returns the engine that works: the one that is asked for, or the
// first of Docker and Podman.
func FindEngine(ctx context.Context, asked string) (*Engine, error) {
	candidates := engines
	if asked != "" {
		if asked != "docker" && asked != "podman" {
			return nil, &Problem{fmt.Sprintf("%q is no engine that obsboot knows.", asked), "The engines are docker and podman."}
		}
		candidates = []string{asked}
	}
	var first error
	for _, name := range candidates {
		if _, err := exec.LookPath(name); err != nil {
			continue
		}
		engine, err := probe(ctx, name)
		if err == nil {
			return engine, nil
		}
		if first == nil {
			first = err
		}
	}
	if first != nil {
		return nil, first
	}
	found := "found neither docker nor podman"
	if asked != "" {
		found = "found no " + asked
	}
	return nil, &Problem{
		fmt.Sprintf("There is no container engine: %s.", found),
		"Install Docker (https://docs.docker.com/get-docker) or Podman (https://podman.io).",
	}
}

// probe finds out whether an engine answers and which Compose it has.
func probe(ctx context.Context, name string) (*Engine, error) {
	quick, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	query := "{{.Server.Version}}"
	if name == "podman" {
		query = "{{.Client.Version}}"
	}
	if _, err := command(quick, name, "version", "--format", query); err != nil {
		return nil, engineProblem(name, said(err))
	}
	return findCompose(quick, name)
}

func engineProblem(name, words string) error {
	switch title := engineTitle(name); {
	case strings.Contains(words, "permission denied"):
		return &Problem{
			title + " is there, but you may not use it.",
			"Add yourself to its group (sudo usermod -aG docker $USER, then log in again), or use rootless " + title + ".",
		}
	case strings.Contains(words, "annot connect") || strings.Contains(words, "daemon running") || strings.Contains(words, "connection refused"):
		return &Problem{
			title + " is installed but not running.",
			"Start it: open Docker Desktop, or run sudo systemctl start docker.",
		}
	default:
		return &Problem{fmt.Sprintf("%s does not answer: %s", title, lastLine(words)), ""}
	}
}

func engineTitle(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// oldest are the versions of Compose that understand the generated file.
var oldest = map[string][3]int{"docker compose": {2, 20, 0}, "docker-compose": {2, 20, 0}, "podman compose": {}, "podman-compose": {1, 1, 0}}

// Where Compose does not say its number alone, its name stands before it.
var (
	versionNumber = regexp.MustCompile(`(\d+)\.(\d+)\.?(\d*)`)
	namedVersion  = regexp.MustCompile(`(?i)compose\w*,?\s+version:?\s+v?(\d+\.\d+\.?\d*)`)
)

// findCompose looks for Compose as a part of the engine and as a program of its own.
func findCompose(ctx context.Context, engine string) (*Engine, error) {
	var old *Problem
	for _, compose := range [][]string{{engine, "compose"}, {engine + "-compose"}} {
		if _, err := exec.LookPath(compose[0]); err != nil {
			continue
		}
		out, err := command(ctx, append(compose[:len(compose):len(compose)], "version", "--short")...)
		if err != nil {
			if out, err = command(ctx, append(compose[:len(compose):len(compose)], "version")...); err != nil {
				continue
			}
		}
		name := strings.Join(compose, " ")
		if have, need := parseVersion(out), oldest[name]; less(have, need) {
			old = &Problem{
				fmt.Sprintf("%s %d.%d.%d is too old.", engineTitle(name), have[0], have[1], have[2]),
				fmt.Sprintf("The stack needs %d.%d or later: https://docs.docker.com/compose/install", need[0], need[1]),
			}
			continue
		}
		return &Engine{Name: engine, Compose: compose}, nil
	}
	if old != nil {
		return nil, old
	}
	return nil, &Problem{
		fmt.Sprintf("%s has no Compose.", engineTitle(engine)),
		"Install it: https://docs.docker.com/compose/install" + map[string]string{"podman": ", or podman-compose"}[engine],
	}
}

func parseVersion(text string) (v [3]int) {
	if m := namedVersion.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	if m := versionNumber.FindStringSubmatch(text); m != nil {
		for i := range v {
			v[i], _ = strconv.Atoi(m[i+1])
		}
	}
	return v
}

func less(a, b [3]int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// run runs a command of the engine.
func (e *Engine) run(ctx context.Context, args ...string) (string, error) {
	return command(ctx, append([]string{e.Name}, args...)...)
}
