package generate_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/model"
)

type matcher = labels.Matcher

// ruleFile is as much of a file of rules as mutants change.
type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name     string            `yaml:"name"`
	Interval string            `yaml:"interval,omitempty"`
	Labels   map[string]string `yaml:"labels,omitempty"`
	Rules    []rule            `yaml:"rules"`
}

type rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// TestMutants spoils the rules of each SLO in one place at a time, and wants the
// generated tests to notice. What no test can notice is listed with the reason.
func TestMutants(t *testing.T) {
	wanted, err := regexp.Compile(os.Getenv("MUTANTS"))
	if err != nil || wanted.String() == "" {
		t.Skip("make mutants runs promtool for a long time")
	}
	tool, err := promtool()
	if err != nil {
		t.Fatalf("build promtool: %v", err)
	}
	sys := loaded(t, written(t, "testdata/promtool/kinds.txtar"))
	trials := trialsOf(t, sys, wanted)
	survivors := trials
	for _, stage := range []string{quickTests, "."} {
		survivors = surviving(t, tool, survivors, stage)
	}
	killed := len(trials)
	passed := 0
	for _, s := range survivors {
		if s.mutant.what == unchanged {
			passed++
			continue
		}
		if reason := equivalent(s); reason != "" {
			continue
		}
		killed--
		t.Errorf("no test notices %s/%s: %s", s.service, s.slo, s.mutant)
	}
	if want := unchangedOf(trials); passed != want || want == 0 {
		t.Errorf("the tests of %d SLOs pass on rules that nobody changed, want %d: whatever fails there proves nothing", passed, want)
	}
	t.Logf("%d mutants, %d of them noticed or equivalent", len(trials), killed)
}

// unchanged says that a trial changes nothing: its tests have to pass.
const unchanged = "unchanged"

func unchangedOf(trials []trial) int {
	count := 0
	for _, tr := range trials {
		if tr.mutant.what == unchanged {
			count++
		}
	}
	return count
}

// quickTests are the names of the tests that take few evaluations.
const quickTests = "^(alerts are|ratios over|whatever)"

// trial is a mutant in the rules of an SLO, with the tests of that SLO alone.
type trial struct {
	service, slo string
	mutant       mutant
	rules        ruleFile
	tests        map[string][]byte // by file name
}

// trialsOf makes the mutants of every SLO whose name matches. Rules that differ by no more than the
// SLO's name are tried once.
func trialsOf(t *testing.T, sys *model.System, wanted *regexp.Regexp) []trial {
	var out []trial
	seen := map[string]bool{}
	for _, s := range sys.Services {
		for _, sli := range s.SLIs {
			if !wanted.MatchString(s.Name + "/" + sli.Name) {
				continue
			}
			alone := *sys
			one := s
			one.SLIs, one.Alerts, one.Capacities, one.KPIs, one.Jobs = []model.SLI{sli}, nil, nil, nil, nil
			alone.Services = []model.Service{one}
			trials := trialsOfOne(t, &alone, s.Name, sli.Name)
			for _, tr := range trials {
				key := strings.NewReplacer(s.Name, "", sli.Name, "").Replace(fmt.Sprint(tr.mutant))
				if !seen[key] || tr.mutant.what == unchanged {
					seen[key] = true
					out = append(out, tr)
				}
			}
		}
	}
	return out
}

func trialsOfOne(t *testing.T, sys *model.System, service, slo string) []trial {
	set, err := generate.All(sys)
	if err != nil {
		t.Fatal(err)
	}
	var file ruleFile
	tests := map[string][]byte{}
	for _, f := range set.Files() {
		switch dir, name := filepath.Split(f.Path); {
		case dir == "prometheus/tests/":
			tests[name] = f.Content
		case dir == "prometheus/rules/" && !strings.HasPrefix(name, "_"):
			if err := yaml.Unmarshal(f.Content, &file); err != nil {
				t.Fatal(err)
			}
		}
	}
	out := []trial{{service, slo, mutant{what: unchanged}, file, tests}}
	for i, group := range file.Groups {
		if !strings.HasPrefix(group.Name, "slo/") {
			continue // what is watched beside has no generated tests
		}
		mutants, err := mutantsOf(group.Rules)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutants {
			out = append(out, trial{service, slo, m, file.with(i, m), tests})
		}
	}
	return out
}

// with is the file with one mutant in one of its groups.
func (f ruleFile) with(group int, m mutant) ruleFile {
	groups := slices.Clone(f.Groups)
	groups[group].Rules = slices.Clone(groups[group].Rules)
	groups[group].Rules[m.rule] = m.to
	return ruleFile{groups}
}

// surviving runs the tests whose name matches, and returns the trials that pass.
func surviving(t *testing.T, tool string, trials []trial, run string) []trial {
	const batch = 20
	var (
		work  errgroup.Group
		mutex sync.Mutex
		out   []trial
	)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for chunk := range slices.Chunk(trials, batch) {
		work.Go(func() error {
			passed, err := passing(tool, t.TempDir(), chunk, run)
			mutex.Lock()
			defer mutex.Unlock()
			out = append(out, passed...)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	return out
}

var promtoolVerdict = regexp.MustCompile(`(?m)^Processing test file: (\d+)/|^  (SUCCESS|FAILED:)$`)

// passing has one promtool judge many mutants, each in a folder of its own.
func passing(tool, folder string, trials []trial, run string) ([]trial, error) {
	var files []string
	for i, tr := range trials {
		content, err := yaml.Marshal(tr.rules)
		if err != nil {
			return nil, err
		}
		for name, test := range tr.tests {
			service := strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), "_windows")
			path := filepath.Join(fmt.Sprint(i), "tests", name)
			if err := writeAll(folder, map[string][]byte{path: test, filepath.Join(fmt.Sprint(i), "rules", service+".yaml"): content}); err != nil {
				return nil, err
			}
			files = append(files, path)
		}
	}
	cmd := exec.Command(tool, append([]string{"test", "rules", "--run", run}, files...)...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=400")
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	_ = cmd.Run() // fails if any test does
	verdicts := promtoolVerdict.FindAllStringSubmatch(b.String(), -1)
	if len(verdicts) != 2*len(files) {
		return nil, fmt.Errorf("promtool judged %d of %d files:\n%s", len(verdicts)/2, len(files), b.String())
	}
	failed := map[string]bool{}
	for i := 0; i < len(verdicts); i += 2 {
		if verdicts[i+1][2] != "SUCCESS" {
			failed[verdicts[i][1]] = true
		}
	}
	var out []trial
	for i, tr := range trials {
		if !failed[fmt.Sprint(i)] {
			out = append(out, tr)
		}
	}
	return out, nil
}

func writeAll(folder string, files map[string][]byte) error {
	for path, content := range files {
		full := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// equivalences are mutants that no test can tell from the rule, and why.
var equivalences = []struct{ rule, what, expr, reason string }{}

func equivalent(tr trial) string {
	for _, e := range equivalences {
		text := tr.mutant.String()
		if strings.Contains(text, e.rule) && strings.Contains(text, e.what) && strings.Contains(text, e.expr) {
			return e.reason
		}
	}
	return ""
}
