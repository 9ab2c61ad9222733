package board

import (
	"fmt"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// dashboardLabel is the label by which rows lead to dashboards whose UIDs do not
// follow from the name of the service.
const dashboardLabel = "dashboard"

// regular says whether the UIDs of all services are a prefix and the name.
func regular(sys *model.System) bool {
	for i := range sys.Services {
		if naming.ServiceDashboard(sys.Name, sys.Services[i].Name) != servicePrefix(sys)+sys.Services[i].Name {
			return false
		}
	}
	return true
}

func servicePrefix(sys *model.System) string {
	return strings.TrimSuffix(naming.ServiceDashboard(sys.Name, "x"), "x")
}

// toService leads from a row with a label service to its dashboard. Where UIDs do
// not follow from names, the rows must have dashboards, too.
func toService(sys *model.System) Link {
	uid := servicePrefix(sys) + row("service")
	if !regular(sys) {
		uid = row(dashboardLabel)
	}
	return Link{Title: "Open the service", Dashboard: uid}
}

// seriesToService leads from a series with a label service to its dashboard, or
// to a search for it.
func seriesToService(sys *model.System) Link {
	if regular(sys) {
		return toService(sys)
	}
	return Link{Title: "Find the service", URL: "/dashboards?tag=" + serviceTag + "&query=" + row("service")}
}

// directory has a series for each service, with its name and the UID of its
// dashboard.
func directory(sys *model.System) string {
	parts := make([]string, len(sys.Services))
	for i := range sys.Services {
		name := sys.Services[i].Name
		parts[i] = fmt.Sprintf(`label_replace(label_replace(vector(1), "service", %s, "", ""), %q, %s, "", "")`,
			query.QuotePromQL(name), dashboardLabel, query.QuotePromQL(naming.ServiceDashboard(sys.Name, name)))
	}
	return strings.Join(parts, "\nor\n")
}

// withDashboards gives the rows of a query what toService needs.
func withDashboards(sys *model.System, expr string) string {
	if regular(sys) || len(sys.Services) == 0 {
		return expr
	}
	return fmt.Sprintf("(%s) * on(service) group_left(%s) (%s)", expr, dashboardLabel, directory(sys))
}

// dashboardColumn carries what withDashboards adds.
func dashboardColumn(sys *model.System) []Column {
	if regular(sys) {
		return nil
	}
	return []Column{{Label: dashboardLabel, Title: "Dashboard", Hidden: true}}
}

// toSLO leads from a row with labels service and slo to the drill-down.
func toSLO(sys *model.System) Link {
	return Link{
		Title: "Open the SLO", Dashboard: naming.SLODashboard(sys.Name),
		Variables: []Value{{serviceVariable, row("service")}, {sloVariable, row("slo")}},
	}
}
