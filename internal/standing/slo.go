// Package standing says how a system stands on a running Prometheus: its SLOs and
// its capacities.
//
// In: a model.System and the address of a Prometheus that evaluates the generated
// rules. Out: numbers, the most dangerous first, as tables or a page. Of SLOs it asks
// only for what the rules record. It must not import spec, resolve, generate or
// cli.
package standing

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// SLO is how one stands. What nobody measured is null.
type SLO struct {
	SLO       string   `json:"slo"`
	Team      string   `json:"team,omitempty"`
	Objective string   `json:"objective"` // in percent
	Window    string   `json:"window"`
	Good      *float64 `json:"good"`        // share of good events in the window
	Budget    *float64 `json:"budget_left"` // 1: all, 0: none, below: overdrawn
	Burn      *float64 `json:"burn"`        // how many times faster than evenly the budget goes, over an hour
	RunsOut   *float64 `json:"runs_out_in"` // seconds until the budget is gone at this rate; null: it lasts
	Covered   *float64 `json:"covered"`     // share of the window that there is data of
	Firing    []string `json:"firing"`      // alerts, by severity
}

// Burning reports whether an alert on the burn rate fires, or nothing is left of
// the budget.
func (s *SLO) Burning() bool {
	return slices.ContainsFunc(s.Firing, func(text string) bool { return strings.Contains(text, naming.AlertBurnRate) }) ||
		s.Budget != nil && *s.Budget <= 0
}

// read is what the rules of all SLOs record.
var read = fmt.Sprintf(`{__name__=~"%s"}`, strings.Join([]string{naming.SLORatio, naming.SLOBudget, naming.SLOBurn, naming.SLOCoverage}, "|"))

// firing are the alerts of SLOs.
const firing = `ALERTS{alertstate="firing", slo!=""}`

// SLOs asks how each SLO of a system stands, the most dangerous first.
func SLOs(ctx context.Context, c *Client, sys *model.System) ([]SLO, error) {
	recorded, err := c.Query(ctx, read)
	if err != nil {
		return nil, err
	}
	alerts, err := c.Query(ctx, firing)
	if err != nil {
		return nil, err
	}
	out := []SLO{}
	for i := range sys.Services {
		s := &sys.Services[i]
		for j := range s.SLIs {
			if s.SLIs[j].Objective != 0 {
				out = append(out, stands(s, &s.SLIs[j], recorded, alerts))
			}
		}
	}
	slices.SortStableFunc(out, danger)
	return out, nil
}

func stands(s *model.Service, sli *model.SLI, recorded, alerts []Sample) SLO {
	out := SLO{SLO: s.Name + "/" + sli.Name, Team: s.Team, Objective: sli.Objective.String(), Window: sli.Window.String(), Firing: []string{}}
	is := func(a Sample) bool { return a.Labels["service"] == s.Name && a.Labels["slo"] == sli.Name }
	for _, a := range recorded {
		if !is(a) || math.IsNaN(a.Value) || math.IsInf(a.Value, 0) {
			continue
		}
		value := a.Value
		switch a.Labels["__name__"] {
		case naming.SLORatio:
			if a.Labels["window"] == sli.Window.String() {
				good := 1 - value
				out.Good = &good
			}
		case naming.SLOBudget:
			out.Budget = &value
		case naming.SLOBurn:
			out.Burn = &value
		case naming.SLOCoverage:
			out.Covered = &value
		}
	}
	for _, a := range alerts {
		if is(a) {
			out.Firing = append(out.Firing, a.Labels["severity"]+" "+a.Labels["alertname"])
		}
	}
	slices.Sort(out.Firing)
	out.Firing = slices.Compact(out.Firing)
	// A burn rate of 1 uses the whole budget in one window.
	if out.Budget != nil && out.Burn != nil && *out.Burn > 0 {
		left := max(0, *out.Budget*sli.Window.Duration().Seconds() / *out.Burn)
		if left < sli.Window.Duration().Seconds() {
			out.RunsOut = &left
		}
	}
	return out
}

// danger orders SLOs: what is gone, what is running out, what nobody measures,
// and the rest by what is left.
func danger(a, b SLO) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(value(a.RunsOut), value(b.RunsOut)), cmp.Compare(value(a.Budget), value(b.Budget)), strings.Compare(a.SLO, b.SLO))
}

func (s *SLO) rank() int {
	switch {
	case s.Budget != nil && *s.Budget <= 0:
		return 0
	case s.Burning():
		return 1
	case s.Budget == nil:
		return 2
	case s.RunsOut != nil:
		return 3
	}
	return 4
}

func value(v *float64) float64 {
	if v == nil {
		return math.Inf(1)
	}
	return *v
}

// lasts says how long something goes on, as precisely as anybody can know.
func lasts(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d <= 0:
		return "gone"
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", math.Ceil(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}
