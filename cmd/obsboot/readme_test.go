package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var fenced = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// TestReadme runs what the README shows: its spec, each command in the console
// block behind it, and the mistake with its diagnostics.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, fromSpec, _ := strings.Cut(string(text), "\n## From one spec\n")
	blocks := fenced.FindAllStringSubmatch(fromSpec, -1)
	if len(blocks) < 6 || blocks[0][1] != "hcl" || blocks[1][1] != "console" || blocks[3][1] != "hcl" {
		t.Fatal("the README does not go on with a spec, commands, a tree and a mistake")
	}
	spec, console, mistake, diagnostics := blocks[0][2], blocks[1][2], blocks[3][2], blocks[4][2]
	if lines := strings.Count(spec, "\n"); lines > 25 {
		t.Errorf("the spec has %d lines", lines)
	}
	script := consoleScript(console)
	script += "cp wrong.hcl obsboot.hcl\n! exec obsboot validate\ncmp stderr diagnostics\n"
	script += "-- obsboot.hcl --\n" + spec
	script += "-- wrong.hcl --\n" + strings.TrimSuffix(spec, "}\n") + "\n" + mistake + "}\n"
	script += "-- diagnostics --\n" + diagnostics
	script += outputs(console)
	file := filepath.Join(t.TempDir(), "readme.txtar")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{file}})
}

// consoleScript turns "$ command" lines and what follows each into a script.
func consoleScript(console string) string {
	var b strings.Builder
	for i, part := range strings.Split("\n"+console, "\n$ ")[1:] {
		command, _, _ := strings.Cut(part, "\n")
		fmt.Fprintf(&b, "exec %s\ncmp stdout want/%d\n! stderr .\n", command, i)
	}
	return b.String()
}

func outputs(console string) string {
	var b strings.Builder
	for i, part := range strings.Split("\n"+console, "\n$ ")[1:] {
		_, output, _ := strings.Cut(part, "\n")
		fmt.Fprintf(&b, "-- want/%d --\n%s\n", i, strings.TrimSuffix(output, "\n"))
	}
	return b.String()
}
