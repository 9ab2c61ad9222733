package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/scaffold"
)

// printNext shows the lines of code that each service needs, and what to do then.
func (i *initialization) printNext(plan *scaffold.Plan, set *artifact.Set) {
	out := i.streams.out
	for _, s := range plan.Services {
		if s.Package == "" {
			continue
		}
		where := s.Main()
		if s.Extra {
			where = "its main function"
		}
		fmt.Fprintf(out, "\n%s in %s:\n", painterFor(out).bold("Add to "+s.Name), where)
		for _, snippet := range s.Code(helperFiles(set, s.HelpDir)) {
			fmt.Fprintf(out, "\n  %s:\n\n", snippet.Where)
			for _, line := range snippet.Lines {
				fmt.Fprintf(out, "    %s\n", line)
			}
		}
	}
	fmt.Fprintf(out, "\n%s\n\n", painterFor(out).bold("Then:"))
	for _, step := range i.steps(plan) {
		fmt.Fprintf(out, "  %-30s %s\n", step[0], step[1])
	}
}

// helperFiles are the contents of the files of one helper package.
func helperFiles(set *artifact.Set, dir string) []string {
	var files []string
	for _, file := range set.Files() {
		if file.Tree == artifact.Project && filepath.ToSlash(filepath.Dir(file.Path)) == dir && !strings.HasSuffix(file.Path, "_test.go") {
			files = append(files, string(file.Content))
		}
	}
	return files
}

// steps are the next commands, and why.
func (i *initialization) steps(plan *scaffold.Plan) [][2]string {
	var steps [][2]string
	again := i.again()
	module := false
	for _, s := range plan.Services {
		module = module || s.Module != ""
	}
	switch {
	case !plan.Go:
	case module:
		steps = append(steps, [2]string{"go mod tidy", "take in OpenTelemetry, which the helpers import"})
	default:
		steps = append(steps, [2]string{"go mod init " + cmp.Or(plan.System, "app"), "make it a Go module; MODULE above is its path"}, [2]string{"go mod tidy", "take in OpenTelemetry, which the helpers import"})
	}
	return append(steps,
		[2]string{"obsboot up" + again, "start the stack (Docker or Podman), and open Grafana"},
		[2]string{"obsboot generate" + again, "after each change of " + i.specPath()},
	)
}
