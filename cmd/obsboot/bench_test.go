//go:build linux

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/spec/spectest"
)

// These benchmarks run whole processes, as people and pipelines do, and report
// the median of their time and the highest peak of their memory. The largest
// size also says how many times the smallest one's time it took; -short leaves
// it out:
//
//	go test ./cmd/obsboot -run '^$' -bench . -benchtime 10x

func BenchmarkValidate(b *testing.B) {
	benchmark(b, nil, build(b), "validate")
}

func BenchmarkGenerate(b *testing.B) {
	obsboot := build(b)
	b.Run("fresh", func(b *testing.B) { benchmark(b, removeGenerated, obsboot, "generate") })
	b.Run("unchanged", func(b *testing.B) { benchmark(b, nil, obsboot, "generate") })
}

// sizes are services and SLIs of each, smallest first.
var sizes = [][2]int{{100, 10}, {1000, 10}}

// benchmark runs obsboot in a folder with a spec of each size. It runs once
// before it measures, so that the disk is warm and files are there already;
// before prepares the folder for each run.
func benchmark(b *testing.B, before func(dir string) error, command ...string) {
	smallest := time.Duration(0)
	for i, size := range sizes {
		if i > 0 && testing.Short() {
			return
		}
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			dir := project(b, spectest.Large(size[0], size[1]))
			run(b, dir, command)
			var runs []usage
			for b.Loop() {
				if before != nil {
					if err := before(dir); err != nil {
						b.Fatal(err)
					}
				}
				runs = append(runs, run(b, dir, command))
			}
			median := report(b, runs)
			if i == 0 {
				smallest = median
			} else if smallest > 0 {
				b.ReportMetric(float64(median)/float64(smallest), fmt.Sprintf("x-of-%dx%d", sizes[0][0], sizes[0][1]))
			}
		})
	}
}

func project(b *testing.B, text string) string {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "obsboot.hcl"), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return dir
}

func removeGenerated(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == "obsboot.hcl" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// usage is what a process cost.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // bytes resident
}

func run(b *testing.B, dir string, command []string) usage {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	start := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(start)
	if err != nil {
		b.Fatalf("run %v: %s\n%s", command, err, out)
	}
	state := cmd.ProcessState
	return usage{wall, state.UserTime() + state.SystemTime(), state.SysUsage().(*syscall.Rusage).Maxrss << 10}
}

// report tells the medians, and returns that of the wall time.
func report(b *testing.B, runs []usage) time.Duration {
	wall := median(runs, func(u usage) time.Duration { return u.wall })
	cpu := median(runs, func(u usage) time.Duration { return u.cpu })
	b.ReportMetric(0, "ns/op") // a mean, which one slow run spoils
	b.ReportMetric(wall.Seconds()*1e3, "wall-ms")
	b.ReportMetric(cpu.Seconds()*1e3, "cpu-ms")

	peak := slices.MaxFunc(runs, func(a, b usage) int { return int(a.peak - b.peak) }).peak
	// Linux counts the memory that a process shared with its parent before
	// exec as its own, so a peak below the parent's is the parent's.
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err != nil || peak <= self.Maxrss<<10 {
		b.Logf("the peak of %d MiB may be that of the test (%v)", peak>>20, err)
		return wall
	}
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
	return wall
}

func median(runs []usage, of func(usage) time.Duration) time.Duration {
	values := make([]time.Duration, len(runs))
	for i, u := range runs {
		values[i] = of(u)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// build returns the path of obsboot, built for this benchmark.
func build(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "obsboot")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		b.Fatalf("build obsboot: %s\n%s", err, out)
	}
	return path
}
