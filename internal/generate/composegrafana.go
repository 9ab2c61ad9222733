package generate

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/stack"
)

// grafanaService adds what Grafana needs beside the others: it is told everything
// by its environment, and its secrets by files. Values that compose interpolates
// would show in its output.
func grafanaService(sys *model.System, project *types.Project) {
	service := project.Services[stack.Grafana]
	for name, value := range map[string]string{
		"GF_PATHS_DATA":                             "/var/lib/grafana",
		"GF_PATHS_LOGS":                             "/tmp/logs",
		"GF_LOG_MODE":                               "console",
		"GF_LOG_LEVEL":                              "warn",
		"GF_SERVER_ROOT_URL":                        grafanaURL(sys),
		"GF_SECURITY_ADMIN_PASSWORD__FILE":          stack.GrafanaSecrets + "/grafana-admin-password",
		"GF_SECURITY_SECRET_KEY__FILE":              stack.GrafanaSecrets + "/grafana-secret-key",
		"GF_AUTH_ANONYMOUS_ENABLED":                 "true",
		"GF_AUTH_ANONYMOUS_ORG_ROLE":                "Viewer",
		"GF_USERS_VIEWERS_CAN_EDIT":                 "true", // Explore and changes that are not saved
		"GF_USERS_ALLOW_SIGN_UP":                    "false",
		"GF_ANALYTICS_REPORTING_ENABLED":            "false",
		"GF_ANALYTICS_CHECK_FOR_UPDATES":            "false",
		"GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES":     "false",
		"GF_PLUGINS_PREINSTALL_DISABLED":            "true",
		"GF_NEWS_NEWS_FEED_ENABLED":                 "false",
		"GF_UNIFIED_ALERTING_ENABLED":               "false", // Prometheus evaluates, Alertmanager tells
		"GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": stack.GrafanaDashboards + "/" + overviewPath(sys),
	} {
		service.Environment[name] = text(value)
	}
	service.Volumes = append(service.Volumes,
		bind("./grafana/dashboards", stack.GrafanaDashboards),
		bind("./runbooks", stack.GrafanaRunbooks),
		bind("./.secrets/grafana", stack.GrafanaSecrets),
	)
	project.Services[stack.Grafana] = service
}

func grafanaURL(sys *model.System) string {
	for _, c := range stack.Components(sys.Stack) {
		if c.Name == stack.Grafana {
			return c.URL()
		}
	}
	return ""
}

// overviewPath is the file of the dashboard that Grafana opens with.
func overviewPath(sys *model.System) string {
	return naming.Slug(sys.Name) + "/" + naming.OverviewDashboard(sys.Name) + ".json"
}
