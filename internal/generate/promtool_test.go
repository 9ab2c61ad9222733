package generate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/obsboot/obsboot/internal/artifact"
)

// promtool is Prometheus's own, built once from the module in tools/promtool;
// the tag leaves out service discovery, which no test needs.
var promtool = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../../bin/promtool")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-tags", "remove_all_sd,enable_dns_sd", "-o", path, "github.com/prometheus/prometheus/cmd/promtool")
	build.Dir = "../../tools/promtool"
	build.Stderr = os.Stderr
	return path, build.Run()
})

func runPromtool(t *testing.T, folder string, args ...string) {
	t.Helper()
	path, err := promtool()
	if err != nil {
		t.Fatalf("build promtool: %v", err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// written generates from an archive's spec into a folder, beside its other files.
func written(t *testing.T, path string) string {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, f := range archive.Files {
		writeFile(t, filepath.Join(folder, f.Name), f.Data)
	}
	writeArtifacts(t, folder, generated(t, folder))
	return folder
}

func writeArtifacts(t *testing.T, folder string, files []artifact.File) {
	for _, f := range files {
		writeFile(t, filepath.Join(folder, outputPath(f)), f.Content)
	}
}

// TestTexts compares what alerts say.
func TestTexts(t *testing.T) {
	runPromtool(t, written(t, "testdata/promtool/texts.txtar"), "test", "rules", "tests.yaml")
}

// TestGeneratedTests runs the generated tests of the example, and of a spec with
// every kind of SLI and window, against the rules beside them.
func TestGeneratedTests(t *testing.T) {
	shop := t.TempDir()
	writeArtifacts(t, shop, generated(t, "../../examples/shop"))
	for name, folder := range map[string]string{"shop": shop, "kinds": written(t, "testdata/promtool/kinds.txtar")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tests, err := filepath.Glob(filepath.Join(folder, "observability/prometheus/tests/*.yaml"))
			if err != nil || len(tests) < 2 {
				t.Fatalf("too few files of tests: %v %v", tests, err)
			}
			runPromtool(t, folder, append([]string{"test", "rules"}, tests...)...)
		})
	}
}

// TestRulesAreValid has promtool check every rule file that the golden specs and
// the example give.
func TestRulesAreValid(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	archives = append(archives, "testdata/promtool/kinds.txtar")
	folders := []string{t.TempDir()}
	writeArtifacts(t, folders[0], generated(t, "../../examples/shop"))
	for _, path := range archives {
		folder := t.TempDir()
		writeArtifacts(t, folder, generated(t, written(t, path)))
		folders = append(folders, folder)
	}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "observability/prometheus/rules/*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no rule files: %v", err)
		}
		runPromtool(t, folder, append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, files...)...)
	}
}
