package lint_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/board/grafana"
	"github.com/obsboot/obsboot/internal/board/lint"
)

// first is the first panel of a kind.
func first(d *board.Dashboard, kind board.Kind) *board.Panel {
	for i := range d.Rows {
		for j := range d.Rows[i].Panels {
			if p := &d.Rows[i].Panels[j]; p.Kind == kind {
				return p
			}
		}
	}
	return nil
}

// TestFindsFaults breaks the dashboards of the example in one place at a time.
func TestFindsFaults(t *testing.T) {
	sys := resolved(t, "../../../examples/shop")
	service := 1 // checkout
	ask := func(text string) func([]board.Dashboard) {
		return func(all []board.Dashboard) { first(&all[service], board.TimeSeries).Queries[0].Text = text }
	}
	for name, c := range map[string]struct {
		spoil func([]board.Dashboard)
		want  string
	}{
		"two UIDs":          {func(all []board.Dashboard) { all[1].UID = all[0].UID }, "another dashboard has this UID"},
		"a long UID":        {func(all []board.Dashboard) { all[0].UID = "obsboot-" + strings.Repeat("x", 33) }, "is no UID"},
		"two titles":        {func(all []board.Dashboard) { all[1].Title = all[0].Title }, "another dashboard is titled"},
		"two panel titles":  {func(all []board.Dashboard) { all[0].Rows[0].Panels[1].Title = all[0].Rows[0].Panels[0].Title }, "another panel has this title"},
		"two ids":           {func(all []board.Dashboard) { all[0].Rows[0].Panels[1].ID = all[0].Rows[0].Panels[0].ID }, "is not its own"},
		"overlap":           {func(all []board.Dashboard) { all[0].Rows[0].Panels[1].At = all[0].Rows[0].Panels[0].At }, "it stands on"},
		"beside the grid":   {func(all []board.Dashboard) { all[0].Rows[0].Panels[0].At.X = 23 }, "beside the grid"},
		"no description":    {func(all []board.Dashboard) { all[0].Rows[0].Panels[0].Description = " " }, "no description"},
		"no unit":           {func(all []board.Dashboard) { all[0].Rows[0].Panels[0].Unit = "" }, "no unit"},
		"no reason":         {func(all []board.Dashboard) { first(&all[0], board.TimeSeries).NoValue = "" }, "why there may be nothing"},
		"an empty query":    {ask(" "), "a query is empty"},
		"no PromQL":         {ask("sum(rate(x[5m])"), "PromQL"},
		"no LogQL":          {func(all []board.Dashboard) { first(&all[service], board.Logs).Queries[0].Text = `{a="b"} |` }, "LogQL"},
		"unknown series":    {ask("sum(rate(shop_order_total[5m]))"), "nothing emits shop_order_total"},
		"unknown label":     {ask(`sum(rate(shop_orders_total{result="failed"}[5m]))`), "has no label result"},
		"unknown grouping":  {ask(`sum by (result) (rate(shop_orders_total[5m]))`), "has the label result"},
		"a counter's value": {ask(`sum(shop_orders_total)`), "the value of a counter"},
		"a gauge's rate":    {ask(`sum(rate(go_goroutine_count[5m]))`), "goes up and down"},
		"le is lost":        {ask(`histogram_quantile(0.9, sum by (job) (rate(shop_order_value_EUR_bucket[5m])))`), "le is gone"},
		"le is lost once":   {ask(`histogram_quantile(0.9, sum by (le) (sum without (le) (rate(shop_order_value_EUR_bucket[5m]))))`), "le is gone"},
		"a lost legend": {func(all []board.Dashboard) {
			first(&all[service], board.TimeSeries).Queries[0].Legend = "${row.nothing}"
		}, "the legend needs the label nothing"},
		"unknown variable": {ask(`sum(rate(shop_orders_total{job="${cluster}"}[5m]))`), "there is no variable cluster"},
		"unused variable": {func(all []board.Dashboard) {
			all[0].Variables = append(all[0].Variables, board.Variable{Name: "idle", Label: "Idle", Description: "Nothing"})
		}, "nothing uses the variable idle"},
		"a dead link": {func(all []board.Dashboard) {
			all[0].Links = append(all[0].Links, board.Link{Title: "Away", Dashboard: "obsboot-shop-gone"})
		}, "leads to obsboot-shop-gone"},
		"a dead data link": {func(all []board.Dashboard) {
			first(&all[0], board.Table).Columns[0].Links = []board.Link{{Title: "Away", Dashboard: "obsboot-shop-job-${row.service}"}}
		}, "which is not there"},
		"a link without its label": {func(all []board.Dashboard) {
			first(&all[0], board.Table).Columns[0].Links = []board.Link{{Title: "Away", Dashboard: "obsboot-shop-service-${row.pod}"}}
		}, "needs the label pod"},
		"a column without its label": {func(all []board.Dashboard) { first(&all[0], board.Table).Columns[0].Label = "pod" }, "no query gives the label pod"},
		"a column without its query": {func(all []board.Dashboard) { first(&all[0], board.Table).Columns[1].Query = 99 }, "that is not there"},
		"sorted by nothing":          {func(all []board.Dashboard) { first(&all[0], board.Table).SortBy = "Nothing" }, "which is no column"},
	} {
		t.Run(name, func(t *testing.T) {
			all := board.All(sys)
			c.spoil(all)
			found := ""
			for _, p := range lint.Dashboards(all, lint.KnownOf(sys)) {
				found += p.String() + "\n"
			}
			if !strings.Contains(found, c.want) {
				t.Errorf("nothing says %q:\n%s", c.want, found)
			}
		})
	}
}

// TestFindsFaultsInFiles breaks the file of a dashboard.
func TestFindsFaultsInFiles(t *testing.T) {
	all := board.All(resolved(t, "../../../examples/shop"))
	content, err := grafana.Render(&all[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, with, want string }{
		{`"editable": false`, `"editable": true`, "can be edited"},
		{`"schemaVersion": 42`, `"schemaVersion": 41`, "schema's version"},
		{`"type": "stat"`, `"type": "stats"`, "stats"},
		{`"graphMode": "none",`, `"graphMode": "none", "graphModes": "none",`, "graphModes"},
		{`"refId": "A"`, `"refIds": "A"`, "refIds"},
		{`"uid": "${datasource}"`, `"uid": "prometheus"`, "no variable chooses"},
		{`"x": 0,`, `"x": 20,`, "grid"},
		{`"h": 4,`, `"h": "four",`, "gridPos"},
	} {
		if !bytes.Contains(content, []byte(c.old)) {
			t.Errorf("there is no %s", c.old)
		}
		found := ""
		for _, p := range lint.Grafana(all[0].UID, bytes.ReplaceAll(content, []byte(c.old), []byte(c.with))) {
			found += p.String() + "\n"
		}
		if !strings.Contains(found, c.want) {
			t.Errorf("%s: nothing says %q:\n%s", c.with, c.want, found)
		}
	}
}
