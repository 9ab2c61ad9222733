package board_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/generate"
)

// TestUIDsStay holds the UIDs of the example. People have bookmarks, and Grafana
// takes another UID for another dashboard, so none of them may ever change.
func TestUIDsStay(t *testing.T) {
	var got []string
	for _, d := range board.All(resolved(t, "../../examples/shop")) {
		got = append(got, d.UID)
	}
	want := []string{
		"obsboot-shop-overview",
		"obsboot-shop-service-checkout", "obsboot-shop-service-fulfilment", "obsboot-shop-service-payments", "obsboot-shop-service-storefront",
		"obsboot-shop-slos", "obsboot-shop-slo", "obsboot-shop-capacity", "obsboot-shop-kpis", "obsboot-shop-stack",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("UIDs (-want +got):\n%s", diff)
	}
}

// TestPanelIDsStay holds some ids, by which links and alerts know panels. They
// follow from the titles alone.
func TestPanelIDsStay(t *testing.T) {
	d := board.Dashboard{Rows: []board.Row{
		{Title: "Row", Panels: []board.Panel{{Title: "A", At: board.Box{W: 12, H: 8}}, {Title: "B", At: board.Box{W: 12, H: 8}}, {Title: "C", At: board.Box{W: 12, H: 4}}}},
	}}
	d.Arrange()
	ids := func() map[string]int {
		out := map[string]int{}
		for _, p := range d.Panels() {
			out[p.Title] = p.ID
		}
		return out
	}
	before := ids()
	if diff := cmp.Diff(map[string]int{"A": 202327025, "B": 680599487, "C": 521175333}, before); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	d.Rows[0].Panels = slices.Delete(d.Rows[0].Panels, 1, 2)
	d.Rows = append([]board.Row{{Title: "New", Panels: []board.Panel{{Title: "A", At: board.Box{W: 24, H: 8}}}}}, d.Rows...)
	d.Arrange()
	after := map[string]int{}
	for _, p := range d.Rows[1].Panels {
		after[p.Title] = p.ID
	}
	if after["A"] != before["A"] || after["C"] != before["C"] {
		t.Errorf("ids changed with their neighbours: %v, before %v", after, before)
	}
	if at := d.Rows[1].Panels[0].At; at.Y != 10 || at.X != 0 {
		t.Errorf("the second row begins at %+v", at)
	}
}

// links are those of rules, runbooks and messages into dashboards.
var links = regexp.MustCompile(`/d/([\w-]+)\?([^\s"'\x60)]*)`)

// TestLinksLead follows every link into a dashboard that is in a generated file:
// the dashboard is there, and so is each variable that the link sets.
func TestLinksLead(t *testing.T) {
	for _, folder := range []string{"../../examples/shop"} {
		sys := resolved(t, folder)
		boards := map[string]board.Dashboard{}
		for _, d := range board.All(sys) {
			boards[d.UID] = d
		}
		set, err := generate.All(sys)
		if err != nil {
			t.Fatal(err)
		}
		followed := 0
		for _, f := range set.Files() {
			if strings.HasPrefix(f.Path, "grafana/dashboards/") {
				continue // checked by lint
			}
			for _, m := range links.FindAllStringSubmatch(string(f.Content), -1) {
				followed++
				d, ok := boards[m[1]]
				if !ok {
					t.Errorf("%s leads to %s, which is not there", f.Path, m[1])
					continue
				}
				for parameter := range strings.SplitSeq(m[2], "&") {
					name, _, _ := strings.Cut(parameter, "=")
					variable, sets := strings.CutPrefix(name, "var-")
					if _, ok := d.Variable(variable); sets && !ok {
						t.Errorf("%s sets the variable %s of %s, which has none", f.Path, variable, m[1])
					}
				}
			}
		}
		if followed < 50 {
			t.Errorf("only %d links", followed)
		}
	}
}
