package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/scaffold"
)

// printNext shows the lines of code that each service needs, and what to do then.
func (i *initialization) printNext(plan *scaffold.Plan, set *artifact.Set) {
	out := i.streams.out
	shown := map[string]string{} // the service that has these lines
	for _, s := range plan.Services {
		if s.Package == "" {
			continue
		}
		where := s.Main()
		if s.Extra {
			where = "its main function"
		}
		var lines strings.Builder
		for _, snippet := range s.Code(helperFiles(set, s.HelpDir)) {
			fmt.Fprintf(&lines, "\n  %s:\n\n", snippet.Where)
			for _, line := range snippet.Lines {
				fmt.Fprintf(&lines, "    %s\n", line)
			}
		}
		key := strings.ReplaceAll(lines.String(), s.Import(), "")
		if other := shown[key]; other != "" {
			fmt.Fprintf(out, "\n%s in %s as to %s, with the import %q.\n", painterFor(out).bold("Add the same to "+s.Name), where, other, s.Import())
			continue
		}
		shown[key] = s.Name
		fmt.Fprintf(out, "\n%s in %s:\n%s", painterFor(out).bold("Add to "+s.Name), where, lines.String())
	}
	fmt.Fprintf(out, "\n%s\n\n", painterFor(out).bold("Then:"))
	steps, longest := i.steps(plan), 0
	for _, step := range steps {
		longest = max(longest, len(step[0]))
	}
	for _, step := range steps {
		fmt.Fprintf(out, "  %-*s  %s\n", longest, step[0], step[1])
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
	if plan.Go && plan.NoModule {
		steps = append(steps, [2]string{"go mod init " + plan.System, "make it a Go module"})
	}
	if plan.Go {
		steps = append(steps, [2]string{"obsboot generate --tidy" + again, "add the modules that the helpers import to go.mod"})
	}
	return append(steps,
		[2]string{"obsboot dev --traffic" + again, "see dashboards, SLOs and traces at once, without Docker"},
		[2]string{"obsboot up" + again, "start the stack (Docker or Podman), and open Grafana"},
		[2]string{"obsboot generate" + again, "after each change of " + i.specPath()},
	)
}
