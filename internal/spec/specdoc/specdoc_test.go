package specdoc_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec/specdoc"
)

var update = flag.Bool("update", false, "rewrite the page")

const path = "../../../docs/spec.md"

func TestPageIsUpToDate(t *testing.T) {
	t.Parallel()
	got := render(t)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/spec.md is out of date; run go test with -update (-written +rendered):\n%s", diff)
	}
}

func render(t *testing.T) string {
	t.Helper()
	got, err := specdoc.Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

// prose returns the lines that are not in a fenced block.
func prose(t *testing.T) []string {
	t.Helper()
	var lines []string
	fenced := false
	for line := range strings.Lines(render(t)) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		if !fenced {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	if fenced {
		t.Error("a fenced block is not closed")
	}
	return lines
}

func TestLinksLeadToHeadings(t *testing.T) {
	t.Parallel()
	headings, links := map[string]bool{}, map[string]string{}
	for _, line := range prose(t) {
		if marks, title, ok := strings.Cut(line, " "); ok && strings.Trim(marks, "#") == "" && marks != "" {
			anchor := naming.Anchor(title)
			if headings[anchor] {
				t.Errorf("two headings have the anchor #%s", anchor)
			}
			headings[anchor] = true
		}
		for _, match := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(line, -1) {
			links[match[1]] = line
		}
	}
	if len(links) < 50 {
		t.Errorf("%d links found", len(links))
	}
	for target, line := range links {
		if anchor, ok := strings.CutPrefix(target, "#"); !ok || !headings[anchor] {
			t.Errorf("(%s) leads nowhere, in: %s", target, line)
		}
	}
}

func TestRowsHaveTheColumnsOfTheirTable(t *testing.T) {
	t.Parallel()
	columns, rows := 0, 0
	for _, line := range prose(t) {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		bars := strings.Count(line, "|") - strings.Count(line, `\|`)
		if columns == 0 {
			columns = bars
		}
		if rows++; bars != columns || !strings.HasSuffix(line, " |") {
			t.Errorf("%d bars instead of %d in: %s", bars, columns, line)
		}
	}
	if rows < 200 {
		t.Errorf("%d rows found", rows)
	}
}

func TestPageReadsWellAsText(t *testing.T) {
	t.Parallel()
	text := render(t)
	for _, bad := range []string{"\n\n\n", " \n", "<no value>", "&#", "  |"} {
		if i := strings.Index(text, bad); i >= 0 {
			t.Errorf("%q in: ...%s", bad, text[max(0, i-80):min(len(text), i+40)])
		}
	}
	for _, line := range prose(t) {
		if strings.Count(line, "`")%2 != 0 {
			t.Errorf("a code span is not closed: %s", line)
		}
	}
}
