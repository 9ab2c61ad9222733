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

func hasKPIs(sys *model.System) bool {
	for i := range sys.Services {
		if len(sys.Services[i].KPIs) > 0 {
			return true
		}
	}
	return false
}

// kpis is the dashboard of business figures.
func kpis(sys *model.System) Dashboard {
	d := newDashboard(sys, naming.KPIDashboard(sys.Name), sys.Name+": business",
		"Business figures, beside what they were some time ago.", systemTag)
	d.Range = Range{"now-24h", "now"}
	d.Annotations = []Annotation{
		deployments(recorded("target_info", like("job", jobs(sys)))),
		firing(recorded("ALERTS", is("alertstate", "firing"), is("alertname", naming.AlertDeviation))),
	}
	var figures, graphs []Panel
	for i := range sys.Services {
		s := &sys.Services[i]
		for j := range s.KPIs {
			k := &s.KPIs[j]
			figures = append(figures, kpiFigures(sys, s, k)...)
			graphs = append(graphs, kpiPanel(k, s, half).with(func(p *Panel) { p.Title = s.Name + ": " + p.Title }))
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
func before(k *model.KPI) string {
	return fmt.Sprintf("sum(last_over_time(%s[5m:1m] offset %s))", query.Parenthesize(k.Query.Text), model.FormatDuration(ago(k)))
}

func figureNow(k *model.KPI) string { return "sum(" + query.Parenthesize(k.Query.Text) + ")" }

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

// young says why there is nothing to compare with.
func young(k *model.KPI) string { return "younger than what lasted until " + agoText(k) }

func kpiFigures(sys *model.System, s *model.Service, k *model.KPI) []Panel {
	link := []Link{{Title: "Open the service", Dashboard: naming.ServiceDashboard(sys.Name, s.Name)}}
	value := figure(s.Name+": "+words(k.Name), described(k.Description, "The business figure "+k.Name, "Now."), UnitOf(k.Unit), 6,
		prom(figureNow(k), ""), blueSteps...)
	value.Sparkline, value.NoValue, value.DataLinks = true, "no data now", link
	change := figure(s.Name+": "+words(k.Name)+", against "+agoText(k), described(k.Description, "The business figure "+k.Name, "How much it differs from what it was "+agoText(k)+"."), Share, 6,
		silent(now(fmt.Sprintf("%s / (%s != 0) - 1", figureNow(k), before(k)), ""), "until there is something to compare with"),
		steps(Red, from(-0.5, Orange), from(-0.2, Green))...)
	change.NoValue, change.DataLinks, change.Decimals = "nothing to compare with yet", link, digits(0)
	return []Panel{value, change}
}

// kpiPanel draws a figure beside what it was some time ago.
func kpiPanel(k *model.KPI, s *model.Service, w int) Panel {
	p := graph(words(k.Name), described(k.Description, "The business figure "+k.Name, "Beside it, dashed, what it was "+agoText(k)+"."), UnitOf(k.Unit), w,
		prom(figureNow(k), "now"), silent(prom(before(k), agoText(k)), "until there is something to compare with"))
	p.Styles = []Style{{Series: "now", Color: Blue}, {Series: agoText(k), Color: Grey, Dashed: true, NoFill: true}}
	p.Fill, p.Min = true, nil
	p.NoValue = "no data in this range"
	return p
}
