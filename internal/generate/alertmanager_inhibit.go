package generate

import (
	"regexp"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// inhibitRules mute tickets that a page explains. Only pages of SLOs explain
// anything, and they explain tickets of SLOs only: a capacity or a KPI says
// something else. Pages are never muted, so somebody is always told, even if
// services call each other in a circle. That an SLO is not measured is told
// whatever else happens.
func inhibitRules(sys *model.System) []amInhibit {
	var rules []amInhibit
	if slices.ContainsFunc(sys.Services, hasPages) {
		rules = append(rules, amInhibit{
			Name:   "a page mutes the tickets of its SLO",
			Source: []string{equal("severity", string(model.Page)), hasSLO},
			Target: mutedTickets(),
			Equal:  []string{"service", "slo"},
		})
	}
	callers := callersOf(sys)
	for _, s := range sys.Services {
		if !hasPages(s) {
			continue
		}
		if muted := mutedCallers(callers, s.Name); len(muted) > 0 {
			rules = append(rules, amInhibit{
				Name:   "a page of " + s.Name + " mutes the tickets of its callers",
				Source: []string{equal("service", s.Name), equal("severity", string(model.Page)), hasSLO},
				Target: append([]string{anyOf("service", muted)}, mutedTickets()...),
			})
		}
	}
	return rules
}

func mutedTickets() []string {
	return []string{"alertname!=" + quoteMatcher(naming.AlertMissingData), equal("severity", string(model.Ticket)), hasSLO}
}

// hasPages reports whether an SLO of a service has alerts that page.
func hasPages(s model.Service) bool {
	return slices.ContainsFunc(s.SLIs, func(sli model.SLI) bool { return sli.Objective != 0 && sli.Alerting.Page })
}

// hasTickets reports whether an SLO of a service has alerts that are tickets.
func hasTickets(s model.Service) bool {
	return slices.ContainsFunc(s.SLIs, func(sli model.SLI) bool { return sli.Objective != 0 && sli.Alerting.Ticket })
}

// callersOf lists who calls each service directly.
func callersOf(sys *model.System) map[string][]*model.Service {
	callers := map[string][]*model.Service{}
	for i := range sys.Services {
		for _, ref := range sys.Services[i].Calls {
			if ref.Kind == model.RefService {
				callers[ref.Name] = append(callers[ref.Name], &sys.Services[i])
			}
		}
	}
	return callers
}

// mutedCallers are the services that suffer when another fails and have tickets
// of SLOs: its callers, their callers, and so on.
func mutedCallers(callers map[string][]*model.Service, name string) []string {
	var muted []string
	seen, next := map[string]bool{name: true}, slices.Clone(callers[name])
	for len(next) > 0 {
		caller := next[0]
		next = next[1:]
		if seen[caller.Name] {
			continue
		}
		seen[caller.Name] = true
		next = append(next, callers[caller.Name]...)
		if hasTickets(*caller) {
			muted = append(muted, caller.Name)
		}
	}
	slices.Sort(muted)
	return muted
}

// anyOf matches any of a label's values. Alertmanager anchors the expression.
func anyOf(label string, values []string) string {
	if len(values) == 1 {
		return equal(label, values[0])
	}
	literals := make([]string, len(values))
	for i, value := range values {
		literals[i] = regexp.QuoteMeta(value)
	}
	return label + "=~" + quoteMatcher(strings.Join(literals, "|"))
}
