package board

import (
	"fmt"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

const (
	// forecastUnless is how far trends are drawn where the spec does not say.
	forecastUnless = 7 * 24 * time.Hour
	// forecastStep keeps the trend of a day cheap at any range.
	forecastStep = time.Hour
	// compareUnless is what a business figure is compared with where the spec does
	// not say: the same weekday and hour.
	compareUnless = 7 * 24 * time.Hour
)

func hasKPIs(sys *system) bool {
	for i := range sys.Services {
		if len(sys.Services[i].KPIs) > 0 {
			return true
		}
	}
	return false
}

// kpis is the dashboard of business figures.
func kpis(sys *system) Dashboard {
	d := newDashboard(sys, naming.KPIDashboard(sys.Name), sys.Name+": business",
		"Business figures, beside what they were some time ago.", systemTag)
	d.Range = Range{"now-24h", "now"}
	d.Annotations = []Annotation{
		firing(recorded("ALERTS", is("alertstate", "firing"), is("alertname", naming.AlertDeviation))),
	}
	var figures, graphs []Panel
	for i := range sys.Services {
		s := &sys.Services[i]
		for j := range s.KPIs {
			k := &s.KPIs[j]
			figures = append(figures, kpiFigures(sys, s, k)...)
			graphs = append(graphs, kpiPanel(k, restricted(sys, k.Query.Text, anywhere()...), half).with(func(p *Panel) { p.Title = s.Name + ": " + p.Title + " over time" }))
		}
	}
	d.Rows = []Row{{Title: "How is business?", Panels: figures}, {Title: "And before?", Panels: graphs}}
	return d
}

// ago is what a figure is compared with.
func ago(k *model.KPI) time.Duration {
	if k.Compare > 0 {
		return k.Compare
	}
	return compareUnless
}

// before is a figure some time ago.
func before(k *model.KPI, text string) string {
	return fmt.Sprintf("sum(last_over_time(%s[5m:1m] offset %s))", query.Parenthesize(text), model.FormatDuration(ago(k)))
}

func figureNow(text string) string { return "sum" + query.Parenthesize(text) }

// agoText says the time of the comparison.
func agoText(k *model.KPI) string {
	switch d := ago(k); d {
	case 24 * time.Hour:
		return "a day ago"
	case 7 * 24 * time.Hour:
		return "a week ago"
	default:
		return model.FormatDuration(d) + " ago"
	}
}

func kpiFigures(sys *system, s *model.Service, k *model.KPI) []Panel {
	text := restricted(sys, k.Query.Text, anywhere()...)
	link := []Link{{Title: "Open the service", Dashboard: naming.ServiceDashboard(sys.Name, s.Name)}}
	value := figure(s.Name+": "+words(k.Name), described(k.Description, "The business figure "+k.Name, "Now."), UnitOf(k.Unit), 6,
		prom(figureNow(text), ""), blueSteps...)
	value.Sparkline, value.NoValue, value.DataLinks = true, "no data now", link
	change := figure(s.Name+": "+words(k.Name)+", against "+agoText(k), described(k.Description, "The business figure "+k.Name, "How much it differs from what it was "+agoText(k)+"."), Share, 6,
		silent(now(fmt.Sprintf("%s / (%s != 0) - 1", figureNow(text), before(k, text)), ""), "until there is something to compare with"),
		steps(Red, from(-0.5, Orange), from(-0.2, Green))...)
	change.NoValue, change.DataLinks, change.Decimals = "nothing to compare with yet", link, digits(0)
	return []Panel{value, change}
}

// kpiPanel draws a figure beside what it was some time ago.
func kpiPanel(k *model.KPI, text string, w int) Panel {
	p := graph(words(k.Name), described(k.Description, "The business figure "+k.Name, "Beside it, dashed, what it was "+agoText(k)+"."), UnitOf(k.Unit), w,
		prom(figureNow(text), "now"), silent(prom(before(k, text), agoText(k)), "until there is something to compare with"))
	p.Styles = []Style{{Series: "now", Color: Blue}, {Series: agoText(k), Color: Grey, Dashed: true, NoFill: true}}
	p.Fill, p.Min = true, nil
	p.NoValue = "no data in this range"
	return p
}
