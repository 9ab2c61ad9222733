package naming

// UIDs of the data sources that Grafana is provisioned with.
const (
	PrometheusUID   = "obsboot-prometheus"
	LokiUID         = "obsboot-loki"
	TempoUID        = "obsboot-tempo"
	AlertmanagerUID = "obsboot-alertmanager"
)

// OverviewDashboard returns the UID of the dashboard of a system.
func OverviewDashboard(system string) string { return DashboardUID(system, "overview") }

// ServiceDashboard returns the UID of the dashboard of a service.
func ServiceDashboard(system, service string) string {
	return DashboardUID(system, "service", service)
}

// SLOsDashboard returns the UID of the dashboard of all SLOs of a system.
func SLOsDashboard(system string) string { return DashboardUID(system, "slos") }

// SLODashboard returns the UID of the dashboard that shows one SLO, the one that
// its variables service and slo say.
func SLODashboard(system string) string { return DashboardUID(system, "slo") }

// CapacityDashboard returns the UID of the dashboard of capacities.
func CapacityDashboard(system string) string { return DashboardUID(system, "capacity") }

// KPIDashboard returns the UID of the dashboard of business figures.
func KPIDashboard(system string) string { return DashboardUID(system, "kpis") }

// StackDashboard returns the UID of the dashboard of the stack itself.
func StackDashboard(system string) string { return DashboardUID(system, "stack") }
