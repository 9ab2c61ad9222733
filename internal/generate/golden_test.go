package generate_test

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/tools/txtar"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// loaded walks the path from a folder's spec to its model.
func loaded(t *testing.T, folder string) *model.System {
	t.Helper()
	file, err := spec.Load(folder, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	for _, d := range file.Scope.Diags.Sorted() {
		if d.Severity == hcl.DiagError {
			t.Errorf("%s: %s: %s", d.Subject, d.Summary, d.Detail)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return sys
}

// generated walks the path from a folder's spec to its artifacts.
func generated(t *testing.T, folder string) []artifact.File {
	t.Helper()
	set, err := generate.All(loaded(t, folder))
	if err != nil {
		t.Fatal(err)
	}
	return set.Files()
}

// outputPath is where a file of a set stands in a golden archive.
func outputPath(f artifact.File) string {
	if f.Tree == artifact.Out {
		return "observability/" + f.Path
	}
	return f.Path
}

// TestGolden compares every file of the output folder that follows from the spec
// of each archive. Missing, further and different files fail. Helpers are
// compared, compiled and run in internal/instrument and in the example.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) < 3 {
		t.Fatalf("too few archives: %v %v", archives, err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			folder, want := t.TempDir(), map[string]string{}
			inputs := archive.Files[:0:0]
			for _, f := range archive.Files {
				if !spec.IsSpecFile(filepath.Base(f.Name)) {
					want[f.Name] = string(f.Data)
					continue
				}
				inputs = append(inputs, f)
				writeFile(t, filepath.Join(folder, f.Name), f.Data)
			}
			got := map[string]string{}
			for _, f := range generated(t, folder) {
				if f.Tree != artifact.Out {
					continue
				}
				got[outputPath(f)] = string(f.Content)
				inputs = append(inputs, txtar.File{Name: outputPath(f), Data: f.Content})
			}
			if *update {
				archive.Files = inputs
				writeFile(t, path, txtar.Format(archive))
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestExample checks that what is committed beside the example is what follows
// from its spec.
func TestExample(t *testing.T) {
	const example = "../../examples/shop"
	for _, f := range generated(t, example) {
		committed, err := os.ReadFile(filepath.Join(example, outputPath(f)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(committed), string(f.Content)); diff != "" {
			t.Errorf("%s (-committed +generated):\n%s", f.Path, diff)
		}
	}
}

// TestShuffled distributes the blocks of the example over files in many orders
// and expects the same bytes each time.
func TestShuffled(t *testing.T) {
	source, err := os.ReadFile("../../examples/shop/obsboot.hcl")
	if err != nil {
		t.Fatal(err)
	}
	blocks := topLevelBlocks(t, source)
	if len(blocks) < 14 {
		t.Fatalf("only %d blocks", len(blocks))
	}
	want := shuffled(t, blocks)
	for seed := range int64(10) {
		order := slices.Clone(blocks)
		rand.New(rand.NewSource(seed)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if diff := cmp.Diff(want, shuffled(t, order)); diff != "" {
			t.Fatalf("order %d (-want +got):\n%s", seed, diff)
		}
	}
}

func topLevelBlocks(t *testing.T, source []byte) []string {
	file, diags := hclsyntax.ParseConfig(source, "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var blocks []string
	for _, block := range file.Body.(*hclsyntax.Body).Blocks {
		at := block.Range()
		blocks = append(blocks, string(source[at.Start.Byte:at.End.Byte])+"\n")
	}
	return blocks
}

// shuffled writes the blocks into files, three to a file, and generates.
func shuffled(t *testing.T, blocks []string) map[string]string {
	folder := t.TempDir()
	for i, chunk := range slices.Collect(slices.Chunk(blocks, 3)) {
		name := "obsboot.hcl"
		if i > 0 {
			name = fmt.Sprintf("part%d.obsboot.hcl", i)
		}
		writeFile(t, filepath.Join(folder, name), []byte(strings.Join(chunk, "\n")))
	}
	files := map[string]string{}
	for _, f := range generated(t, folder) {
		files[outputPath(f)] = string(f.Content)
	}
	return files
}
