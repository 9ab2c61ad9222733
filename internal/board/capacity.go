package board

import (
	"fmt"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

func hasCapacities(sys *model.System) bool {
	for i := range sys.Services {
		if len(sys.Services[i].Capacities) > 0 {
			return true
		}
	}
	return false
}

// capacities is the dashboard of signals that have a limit.
func capacities(sys *model.System) Dashboard {
	d := newDashboard(sys, naming.CapacityDashboard(sys.Name), sys.Name+": capacity",
		"How near the services are to their limits, and when they reach them if they go on like this.", systemTag)
	d.Range = Range{"now-7d", "now"}
	d.Annotations = []Annotation{
		deployments(recorded("target_info", like("job", jobs(sys)))),
		firing(recorded("ALERTS", is("alertstate", "firing"), like("alertname", naming.AlertNearLimit+"|"+naming.AlertForecast))),
	}
	var bars, graphs []Panel
	for i := range sys.Services {
		s := &sys.Services[i]
		for j := range s.Capacities {
			c := &s.Capacities[j]
			bars = append(bars, usedFigure(sys, s, c))
			graphs = append(graphs, capacityPanel(c, s, half).with(func(p *Panel) { p.Title = s.Name + ": " + p.Title }), forecastPanel(s, c))
		}
	}
	d.Rows = []Row{{Title: "How much is in use?", Panels: bars}, {Title: "Where does it go?", Panels: graphs}}
	return d
}

// usedFigure is the share of a limit that is in use.
func usedFigure(sys *model.System, s *model.Service, c *model.Capacity) Panel {
	p := figure(s.Name+": "+words(c.Name)+" in use", described(c.Description, "The capacity "+c.Name, fmt.Sprintf("The share of the limit, %s, that is in use. A warning comes from %g %% on.", limitText(c), 100*c.WarnAt)),
		Share, 6, prom(fmt.Sprintf("max(%s) / %s", query.Parenthesize(c.Query.Text), number(c.Limit)), ""),
		steps(Green, from(c.WarnAt, Orange), from(1, Red))...)
	p.Sparkline, p.Decimals, p.NoValue = true, digits(0), "no data now"
	p.DataLinks = []Link{{Title: "Open the service", Dashboard: naming.ServiceDashboard(sys.Name, s.Name)}}
	return p
}

func limitText(c *model.Capacity) string {
	return strings.TrimSpace(number(c.Limit) + " " + c.Unit)
}

// capacityPanel draws a signal beside its limit.
func capacityPanel(c *model.Capacity, s *model.Service, w int) Panel {
	p := graph(words(c.Name)+" and their limit", described(c.Description, "The capacity "+c.Name, fmt.Sprintf("The signal beside its limit, %s, and the %g %% from which on there is a warning.", limitText(c), 100*c.WarnAt)),
		UnitOf(c.Unit), w,
		prom("max("+strings.TrimSpace(c.Query.Text)+")", "in use"),
		prom("vector("+number(c.Limit)+")", "limit"),
		prom("vector("+number(c.Limit*c.WarnAt)+")", "warning"))
	p.Styles = []Style{
		{Series: "in use", Color: Blue}, {Series: "limit", Color: Red, Dashed: true, NoFill: true}, {Series: "warning", Color: Orange, Dashed: true, NoFill: true},
	}
	p.Fill = true
	return p
}

// forecastPanel draws where the trend of the last day leads.
func forecastPanel(s *model.Service, c *model.Capacity) Panel {
	ahead := c.Forecast
	if ahead == 0 {
		ahead = forecastUnless
	}
	text := model.FormatDuration(ahead)
	p := graph(s.Name+": "+words(c.Name)+" in "+text, described(c.Description, "The capacity "+c.Name, fmt.Sprintf("Where the trend of the day before each moment leads in %s. Above the limit, %s, it runs out by then.", text, limitText(c))),
		UnitOf(c.Unit), half,
		Query{Language: PromQL, Text: fmt.Sprintf("max(predict_linear(%s[1d:30m], %s))", query.Parenthesize(c.Query.Text), number(ahead.Seconds())), Legend: "in " + text, Step: forecastStep},
		prom("vector("+number(c.Limit)+")", "limit"))
	p.Styles = []Style{{Series: "in " + text, Color: Purple}, {Series: "limit", Color: Red, Dashed: true, NoFill: true}}
	p.NoValue = "a trend needs an hour of data"
	return p
}
