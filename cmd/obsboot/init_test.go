package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/obsboot/obsboot/internal/cli"
)

// TestInitCompiles does what init says: it adds the lines that init shows to a
// repository, with the modules of the example, and compiles all of it.
func TestInitCompiles(t *testing.T) {
	dir := t.TempDir()
	extract(t, "testdata/script/init-nethttp.txtar", "repo/", dir)
	var out, diagnostics bytes.Buffer
	if status := cli.Main([]string{"init", dir, "--yes"}, strings.NewReader(""), &out, &diagnostics); status != 0 {
		t.Fatalf("status %d\n%s", status, diagnostics.String())
	}
	useModules(t, dir)
	addLines(t, filepath.Join(dir, "cmd/bookings/main.go"), out.String())
	cmd := exec.Command("go", "vet", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

func extract(t *testing.T, archive, prefix, dir string) {
	t.Helper()
	parsed, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range parsed.Files {
		name, ok := strings.CutPrefix(file.Name, prefix)
		if !ok {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// useModules takes the versions of the example instead of go mod tidy.
func useModules(t *testing.T, dir string) {
	t.Helper()
	const example = "../../examples/shop"
	mod, err := os.ReadFile(filepath.Join(example, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(example, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	module, _, _ := strings.Cut(string(own), "\n")
	_, requires, _ := strings.Cut(string(mod), "\n")
	for name, content := range map[string]string{"go.mod": module + "\n" + requires, "go.sum": string(sum)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// addLines puts what init shows where it says.
func addLines(t *testing.T, path, shown string) {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	imported := regexp.MustCompile(`with the import ("[^"]+")`).FindStringSubmatch(shown)
	start, end := strings.Index(shown, "    shutdown, err :="), strings.Index(shown, "\n  where the server")
	handler := regexp.MustCompile(`Handler: (\w+\.\w+\()handler\)`).FindStringSubmatch(shown)
	if imported == nil || start < 0 || end < start || handler == nil {
		t.Fatalf("init shows no code:\n%s", shown)
	}
	text := string(source)
	for from, to := range map[string]string{
		"import (\n":                    "import (\n\t" + imported[1] + "\n",
		"func main() {\n":               "func main() {\n" + shown[start:end],
		"Handler: api.New().Handler()}": "Handler: " + handler[1] + "api.New().Handler())}",
	} {
		if !strings.Contains(text, from) {
			t.Fatalf("%s has no %q", path, from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
