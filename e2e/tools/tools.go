// Package tools builds the servers that the stack runs from their Go modules, for
// the tests in e2e: each at the version that compose.yaml pins. The folders beside
// hold a module per server; what is built is kept in the user's cache.
package tools

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// server is how the binaries of one module are built.
type server struct {
	folder   string
	version  string
	packages map[string]string // by the name of the binary
	flags    []string
	ldflags  string
	prepare  func(ctx context.Context, folder, scratch string) (string, error) // returns the folder to build in
}

// Some of the versions of modules that these servers ask for cannot be had from
// every proxy; the replacements and tags below leave them out.
var servers = []server{
	{
		folder: "prometheus", version: "3.16.0",
		packages: map[string]string{
			"prometheus": "github.com/prometheus/prometheus/cmd/prometheus",
			"promtool":   "github.com/prometheus/prometheus/cmd/promtool",
		},
		flags: []string{"-tags", "remove_all_sd,enable_dns_sd"}, // service discovery that the stack does not use
	},
	{
		folder: "alertmanager", version: "0.34.2",
		packages: map[string]string{"alertmanager": "./cmd/alertmanager", "amtool": "./cmd/amtool"},
		prepare:  withoutUI,
	},
	{folder: "collector", version: "0.155.0", packages: map[string]string{"otelcol-contrib": "."}},
	{folder: "loki", version: "3.7.8", packages: map[string]string{"loki": "github.com/grafana/loki/v3/cmd/loki"}},
	{
		folder: "tempo", version: "2.8.0",
		packages: map[string]string{"tempo": "github.com/grafana/tempo/cmd/tempo"},
		ldflags:  "-checklinkname=0",
	},
	{
		folder: "docker-compose", version: "5.6.0",
		packages: map[string]string{"docker-compose": "github.com/docker/compose/v5/cmd"},
		ldflags:  "-X github.com/docker/compose/v5/internal.Version=v5.6.0",
	},
}

// Versions are those of the servers, by name.
func Versions() map[string]string {
	versions := map[string]string{}
	for _, s := range servers {
		versions[s.folder] = s.version
	}
	return versions
}

// together is how many servers are built at the same time. While one is linked, or
// waits for its modules, another is compiled.
const together = 2

// Build builds what is not in the cache yet and returns the paths of all binaries
// by name. say is told of each build, and how long it took.
func Build(ctx context.Context, say func(string)) (map[string]string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	binaries := map[string]string{}
	builds, ctx := errgroup.WithContext(ctx)
	builds.SetLimit(together)
	for _, s := range servers {
		key, err := s.key()
		if err != nil {
			return nil, err
		}
		into := filepath.Join(cache, "obsboot-e2e", s.folder+"-"+s.version+"-"+key)
		for name := range s.packages {
			binaries[name] = filepath.Join(into, name)
		}
		builds.Go(func() error { return s.buildMissing(ctx, into, say) })
	}
	return binaries, builds.Wait()
}

// buildMissing builds what a folder of the cache lacks, one binary after the other:
// they have most of their packages in common.
func (s server) buildMissing(ctx context.Context, into string, say func(string)) error {
	for _, name := range slices.Sorted(maps.Keys(s.packages)) {
		target := filepath.Join(into, name)
		if _, err := os.Stat(target); err == nil {
			continue
		}
		say(fmt.Sprintf("building %s %s", name, s.version))
		started := time.Now()
		if err := s.build(ctx, s.packages[name], target); err != nil {
			return fmt.Errorf("build %s: %w", name, err)
		}
		say(fmt.Sprintf("built %s in %s", name, time.Since(started).Round(time.Second)))
	}
	return nil
}

func (s server) build(ctx context.Context, pkg, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	// Beside the target, so that a binary is there whole or not at all.
	scratch, err := os.MkdirTemp(filepath.Dir(target), "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // what is left is never looked at
	folder := filepath.Join(here(), s.folder)
	if s.prepare != nil {
		if folder, err = s.prepare(ctx, folder, scratch); err != nil {
			return err
		}
	}
	unfinished := filepath.Join(scratch, "binary")
	args := append([]string{"build", "-trimpath", "-ldflags=-s -w " + s.ldflags, "-o", unfinished}, s.flags...)
	if err := run(ctx, folder, "go", append(args, pkg)...); err != nil {
		return err
	}
	return os.Rename(unfinished, target)
}

// key changes with everything that a build depends on.
func (s server) key() (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.Version(), runtime.GOARCH, s.flags, s.ldflags, s.version)
	entries, err := os.ReadDir(filepath.Join(here(), s.folder))
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(here(), s.folder, entry.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(hash, entry.Name(), len(content))
		hash.Write(content)
	}
	return hex.EncodeToString(hash.Sum(nil)[:6]), nil
}

// here is the folder of this package.
func here() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

func run(ctx context.Context, folder, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, args[0], err, output.Bytes())
	}
	return nil
}

// Names are those of all binaries, sorted.
func Names() []string {
	var names []string
	for _, s := range servers {
		for name := range s.packages {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
