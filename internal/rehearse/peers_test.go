package rehearse_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

// offset is when groups are evaluated: neither at full minutes nor with a scrape.
const offset = 17 * time.Second

// objective is an SLO, and what it is measured on.
type objective struct {
	name        string
	sources     func(instances int) []source
	perInstance int // series that the rules read
}

var objectives = []objective{
	{"availability", availability, 5},
	{"latency", latency, 2},
}

// contender makes rules for both objectives.
type contender struct {
	name  string
	rules func(t testing.TB, objective string) []byte
	// Others build on what these rules record: over days, and over hours.
	days, hours func(rulefmt.Rule) bool
	// ratio is the query for the share of bad requests in 30 days.
	ratio func(objective string) string
}

var (
	ours = contender{
		name:  "obsboot",
		rules: generated,
		days:  func(r rulefmt.Rule) bool { return strings.HasSuffix(r.Record, ":rate") && r.Labels["window"] == "1h" },
		hours: func(r rulefmt.Rule) bool { return strings.HasSuffix(r.Record, ":rate") && r.Labels["window"] != "1h" },
		ratio: func(objective string) string { return `slo:errors:ratio{slo="` + objective + `", window="30d"}` },
	}
	sloth = contender{
		name:  "sloth",
		rules: peer("sloth"),
		days:  func(r rulefmt.Rule) bool { return r.Record == "slo:sli_error:ratio_rate5m" },
		hours: nothing,
		ratio: func(objective string) string { return `slo:sli_error:ratio_rate30d{sloth_slo="` + objective + `"}` },
	}
	pyrra = contender{
		name:  "pyrra",
		rules: peer("pyrra"),
		days:  nothing,
		hours: nothing,
		ratio: func(objective string) string { return `1 - pyrra_availability{slo="api-` + objective + `"}` },
	}
)

func nothing(rulefmt.Rule) bool { return false }

func peer(name string) func(testing.TB, string) []byte {
	return func(t testing.TB, objective string) []byte {
		t.Helper()
		content, err := os.ReadFile(filepath.Join("testdata/peers", name+"-"+objective+".rules.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
}

// generated are the rules that follow from the spec, without those of the other
// objective.
func generated(t testing.TB, objective string) []byte {
	t.Helper()
	source, err := os.ReadFile("testdata/api.obsboot.hcl")
	if err != nil {
		t.Fatal(err)
	}
	return rulesOf(t, string(source), objective)
}

// rulesOf walks the path from a spec to the rules of one of its SLOs.
func rulesOf(t testing.TB, source, objective string) []byte {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "obsboot.hcl"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := spec.Load(folder, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	for _, d := range file.Scope.Diags.Sorted() {
		if d.Severity == hcl.DiagError {
			t.Fatal(d)
		}
	}
	for i := range sys.Services {
		kept := sys.Services[i].SLIs[:0]
		for _, sli := range sys.Services[i].SLIs {
			if sli.Name == objective {
				kept = append(kept, sli)
			}
		}
		sys.Services[i].SLIs = kept
	}
	set, err := generate.All(sys)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range set.Files() {
		if f.Path == "prometheus/rules/api.yaml" {
			return f.Content
		}
	}
	t.Fatal("no rules")
	return nil
}

func open(t testing.TB) *rehearse.Storage {
	t.Helper()
	storage, err := rehearse.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, storage) })
	return storage
}

func closed(t testing.TB, storage *rehearse.Storage) {
	t.Helper()
	if err := storage.Close(); err != nil {
		t.Error(err)
	}
}

// load makes a rehearsal of those rules that are kept.
func (c contender) load(t testing.TB, storage *rehearse.Storage, objective string, keep func(rulefmt.Rule) bool) *rehearse.Rehearsal {
	t.Helper()
	r := rehearse.New(storage)
	r.Offset = offset
	if err := r.Load(c.name, c.rules(t, objective), keep); err != nil {
		t.Fatal(err)
	}
	return r
}

// record fills the storage with what the rules would have recorded, and
// evaluates them all at the end.
func (c contender) record(t testing.TB, storage *rehearse.Storage, objective string, to time.Time) *rehearse.Rehearsal {
	t.Helper()
	for _, feed := range []struct {
		rules func(rulefmt.Rule) bool
		from  time.Time
	}{{c.days, midnight}, {c.hours, to.Add(-7 * time.Hour)}} {
		if err := c.load(t, storage, objective, feed.rules).Backfill(context.Background(), feed.from, to.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	storage.Settle()
	all := c.load(t, storage, objective, nil)
	if err := all.Eval(context.Background(), to); err != nil {
		t.Fatal(err)
	}
	return all
}

// measured is the share of bad requests in 30 days, NaN if there is none.
func (c contender) measured(t testing.TB, storage *rehearse.Storage, objective string, at time.Time) float64 {
	t.Helper()
	result, err := storage.Query(context.Background(), c.ratio(objective), at)
	if err != nil {
		t.Fatal(err)
	}
	if len(result) != 1 {
		return math.NaN()
	}
	return result[0].F
}
