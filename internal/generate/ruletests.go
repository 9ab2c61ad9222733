package generate

import (
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// ruleTests makes promtool's unit tests of the rules of each service:
// prometheus/tests/<service>.yaml, whose stories are told by the minute, and
// prometheus/tests/<service>_windows.yaml, which look at whole windows and
// evaluate the rules once a day.
func ruleTests(sys *model.System) ([]artifact.File, error) {
	files := make([][]artifact.File, len(sys.Services))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range sys.Services {
		work.Go(func() (err error) {
			files[i], err = serviceTests(sys, &sys.Services[i])
			return err
		})
	}
	err := work.Wait()
	return slices.Concat(files...), err
}

func serviceTests(sys *model.System, s *model.Service) ([]artifact.File, error) {
	var slos []*testedSLI
	for i := range s.SLIs {
		slos = append(slos, newTestedSLI(sys, s, &s.SLIs[i]))
	}
	var out []artifact.File
	for _, file := range []struct {
		name, every string
		tests       []ruleTest
	}{
		{"", "1m", append(stories(slos), thresholdTests(slos)...)},
		{"_windows", "1d", windowTests(slos)},
	} {
		if len(file.tests) == 0 {
			continue
		}
		slug := naming.Slug(s.Name)
		made, err := yamlFile(sys, "prometheus/tests/"+slug+file.name+".yaml", testFile{[]string{"../rules/" + slug + ".yaml"}, file.every, file.tests})
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, nil
}

// testedSLI is an SLI and what its tests are fed.
type testedSLI struct {
	*sloRules
	feed
	// missable is whether there is no total where there is no series, and injectable
	// whether there are no errors then either: so tests may hand in what is recorded.
	missable, injectable bool
}

func newTestedSLI(sys *model.System, s *model.Service, sli *model.SLI) *testedSLI {
	t := &testedSLI{&sloRules{sys, s, sli}, feedOf(s, sli), true, true}
	if e := sli.Events; e != nil {
		t.missable = needsData(&e.Total)
		t.injectable = t.missable && needsData(e.Good) && needsData(e.Bad)
	}
	if e := sli.Slices; e != nil && e.Query != nil {
		t.missable = query.NeedsData(e.Query.Text)
		t.injectable = t.missable
	}
	return t
}

// needsData reports whether a count gives nothing where there is no series. One
// that ends in "or vector(0)" gives 0.
func needsData(count *model.EventCount) bool {
	if count == nil || count.Query == nil {
		return true
	}
	return query.NeedsData(strings.ReplaceAll(count.Query.Text, "${window}", model.FormatDuration(baseWindow)))
}

func (t *testedSLI) name() string { return t.sli.Name }

// hasObjective reports whether there is more to test than a measurement.
func (t *testedSLI) hasObjective() bool { return t.sli.Objective != 0 }

// filter returns those of which a condition holds.
func filter(slos []*testedSLI, holds func(*testedSLI) bool) []*testedSLI {
	return slices.DeleteFunc(slices.Clone(slos), func(t *testedSLI) bool { return !holds(t) })
}

// selecting matches the series of some SLIs.
func selecting(slos []*testedSLI) string {
	names := make([]string, len(slos))
	for i, t := range slos {
		names[i] = t.name()
	}
	if len(names) == 1 {
		return "slo=" + query.QuotePromQL(names[0])
	}
	return "slo=~" + query.QuotePromQL(query.RegexpAny(names))
}

// testFile is a file of promtool's rule tests.
type testFile struct {
	RuleFiles          []string   `yaml:"rule_files"`
	EvaluationInterval string     `yaml:"evaluation_interval"`
	Tests              []ruleTest `yaml:"tests"`
}

// ruleTest plays series against the rules and asks for results.
type ruleTest struct {
	Name     string      `yaml:"name"`
	Interval string      `yaml:"interval"` // between samples
	Input    []testInput `yaml:"input_series"`
	Checks   []testCheck `yaml:"promql_expr_test"`
}

type testInput struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type testCheck struct {
	Expr    string       `yaml:"expr"`
	Time    string       `yaml:"eval_time"`
	Samples []testSample `yaml:"exp_samples"` // none: the query must give nothing
}

type testSample struct {
	Labels string  `yaml:"labels"`
	Value  float64 `yaml:"value"`
}

func (f testFile) writeYAML(w *yamlWriter) {
	w.values("rule_files", f.RuleFiles)
	w.text("evaluation_interval", f.EvaluationInterval)
	list(w, "tests", f.Tests, func(w *yamlWriter, t ruleTest) {
		w.text("name", t.Name)
		w.text("interval", t.Interval)
		list(w, "input_series", t.Input, func(w *yamlWriter, s testInput) {
			w.text("series", s.Series)
			w.text("values", s.Values)
		})
		list(w, "promql_expr_test", t.Checks, func(w *yamlWriter, c testCheck) {
			w.text("expr", c.Expr)
			w.text("eval_time", c.Time)
			list(w, "exp_samples", c.Samples, func(w *yamlWriter, s testSample) {
				w.text("labels", s.Labels)
				w.number("value", s.Value)
			})
		})
	})
}

func (r *ruleTest) input(series, values string) {
	r.Input = append(r.Input, testInput{series, values})
}

// check expects a result; without samples an empty one.
func (r *ruleTest) check(at, expr string, samples ...testSample) {
	r.Checks = append(r.Checks, testCheck{expr, at, samples})
}

// each makes a sample of each SLI.
func each(slos []*testedSLI, value func(*testedSLI) float64) []testSample {
	out := make([]testSample, len(slos))
	for i, t := range slos {
		out[i] = testSample{"{slo=" + query.QuotePromQL(t.name()) + "}", value(t)}
	}
	return out
}
