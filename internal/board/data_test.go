package board_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"golang.org/x/tools/txtar"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/board/lint"
	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/stack"
	"github.com/obsboot/obsboot/internal/traffic"
)

// resolved reads the spec of a folder.
func resolved(t testing.TB, folder string) *model.System {
	t.Helper()
	file, err := spec.Load(folder, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	if file.Scope.Diags.HasErrors() {
		t.Fatal(file.Scope.Diags.Sorted())
	}
	return sys
}

// everything is the spec that uses all of the language.
func everything(t testing.TB) *model.System {
	t.Helper()
	archive, err := txtar.ParseFile("../generate/testdata/everything.txtar")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, f := range archive.Files {
		if !spec.IsSpecFile(filepath.Base(f.Name)) {
			continue
		}
		path := filepath.Join(folder, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return resolved(t, folder)
}

// begin is the morning of a weekday.
var begin = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

// telemetry fills a storage with what the services of a system and the servers
// would send for a time, and with what the rules make of it. They are evaluated
// now and then only, which suffices to have something of all they record.
func telemetry(t testing.TB, sys *model.System, end time.Time) *rehearse.Storage {
	t.Helper()
	ctx := context.Background()
	storage, err := rehearse.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = storage.Close() })
	m, err := traffic.New(sys, traffic.Options{Seed: 1, Start: begin, Rate: 5})
	if err != nil {
		t.Fatal(err)
	}
	for ls, samples := range m.Series(traffic.Span{From: begin, To: end, Step: time.Minute}, nil) {
		err := storage.Append(ctx, ls, func(yield func(rehearse.Sample) bool) {
			for s := range samples {
				if !yield(rehearse.Sample(s)) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	servers(t, storage, end)
	rules := rehearse.New(storage)
	set, err := generate.All(sys)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range set.Files() {
		if strings.HasPrefix(f.Path, "prometheus/rules/") {
			if err := rules.Load(f.Path, f.Content, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for at := begin.Add(10 * time.Minute); !at.After(end); at = at.Add(5 * time.Minute) {
		if err := rules.Eval(ctx, at); err != nil {
			t.Fatal(err)
		}
	}
	return storage
}

// servers adds a series of each metric of the stack's servers: counters that grow
// and gauges that stand still.
func servers(t testing.TB, storage *rehearse.Storage, end time.Time) {
	t.Helper()
	add := func(server, name string, growth float64, more []string) {
		pairs := []string{"__name__", name, "job", naming.StackJob(server), "instance", server + ":1"}
		for _, l := range more {
			value := "some"
			switch l {
			case "quantile":
				value = "0.99"
			case "le":
				value = "+Inf"
			case "route":
				value = "otlp_v1_logs"
			case "rule_group":
				value = "/etc/prometheus/rules/a.yaml;slo/a/b"
			}
			pairs = append(pairs, l, value)
		}
		err := storage.Append(context.Background(), labels.FromStrings(pairs...), func(yield func(rehearse.Sample) bool) {
			for at := end.Add(-time.Hour); !at.After(end); at = at.Add(time.Minute) {
				if !yield(rehearse.Sample{At: at, Value: 1 + growth*at.Sub(end.Add(-time.Hour)).Seconds()}) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	lint.StackSeries(func(server, name string, counter bool, more []string) {
		growth := 0.0
		if counter {
			growth = 1
		}
		add(server, name, growth, more)
	})
	for _, c := range stack.Components(model.Stack{}) {
		add(c.Name, "up", 0, nil)
	}
}

// TestQueriesHaveData evaluates each PromQL query of each dashboard. What may have
// no data says so.
func TestQueriesHaveData(t *testing.T) {
	end := begin.Add(70 * time.Minute)
	for name, sys := range map[string]*model.System{"shop": resolved(t, "../../examples/shop"), "everything": everything(t)} {
		t.Run(name, func(t *testing.T) {
			storage := telemetry(t, sys, end)
			asked := 0
			for _, d := range board.All(sys) {
				for _, chosen := range choices(sys, &d) {
					for _, p := range d.Panels() {
						for _, q := range p.Queries {
							if q.Language != board.PromQL {
								continue
							}
							asked++
							text := board.Expand(q.Text, value(chosen))
							result, err := storage.Query(context.Background(), text, end)
							switch {
							case err != nil:
								t.Errorf("%s, %q %v: %s: %s", d.UID, p.Title, chosen, err, text)
							case q.Silent == "" && !says(result):
								t.Errorf("%s, %q %v: nothing: %s", d.UID, p.Title, chosen, text)
							}
						}
					}
				}
			}
			if asked < 100 {
				t.Errorf("only %d queries", asked)
			}
		})
	}
}

// says reports whether a result has a value.
func says(v promql.Vector) bool {
	for _, s := range v {
		if s.H != nil || !math.IsNaN(s.F) {
			return true
		}
	}
	return false
}

// choices are what a reader can choose: of the drill-down each SLO.
func choices(sys *model.System, d *board.Dashboard) []map[string]string {
	if v, ok := d.Variable("slo"); !ok || v.All != "" {
		return []map[string]string{{}}
	}
	var out []map[string]string
	for _, s := range sys.Services {
		for _, sli := range s.SLIs {
			if sli.Objective > 0 {
				out = append(out, map[string]string{"service": s.Name, "slo": sli.Name})
			}
		}
	}
	return out
}

// value fills in placeholders: what was chosen, and otherwise everything.
func value(chosen map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		switch name {
		case board.Rate, board.Step:
			return "5m", true
		case board.Span:
			return "1h", true
		}
		if with, ok := chosen[name]; ok {
			return with, true
		}
		return ".*", true
	}
}
