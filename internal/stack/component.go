// Package stack knows the servers: which there are, their pinned images and
// ports, who talks to whom; and it runs them with Docker or Podman Compose.
//
// In: a model.Stack, and the folder that holds the generated compose.yaml. Out:
// components for the generators, and a running stack for the command line. The
// package must not import spec, resolve, generate or cli.
package stack

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// Component is one server of the stack.
type Component struct {
	Name   string // of the compose service, and so its host name for the others
	Title  string // for people
	Image  string
	Ports  []Port // that it is published on, all on loopback
	Listen int    // where it answers the others over HTTP
	Ready  string // path that answers 200 once it is ready
	Check  []string
	Data   Volume
	Config string // folder of the output that it reads, mounted at Config.Target
	Target string // where Config is mounted
	Args   []string
	Dir    string // working folder, if it matters
	User   string
	Memory int64 // bytes; docs/benchmarks.md has the figures behind it
	Scrape Scrape
}

// Port is a port of a component as the host sees it.
type Port struct {
	Name      string // as the spec calls it
	Published int
	Target    int // inside the container
	HTTP      bool
}

// Volume is where a component keeps its data.
type Volume struct {
	Name   string
	Target string
}

// Scrape says where a component's own metrics are.
type Scrape struct {
	Port int
	Path string
}

// Names of the components, in the order in which telemetry passes them.
const (
	Collector    = "collector"
	Prometheus   = "prometheus"
	Alertmanager = "alertmanager"
	Loki         = "loki"
	Tempo        = "tempo"
	Grafana      = "grafana"
)

const mib = 1 << 20

// Components are the servers that a spec asks for.
func Components(s model.Stack) []Component {
	components := []Component{collector(s), prometheus(s), alertmanager(s), loki(s), tempo(s), grafana(s)}
	for i := range components {
		c := &components[i]
		c.Image = Image(s, c.Name)
		c.Data.Name = c.Name
	}
	return components
}

// Job is the job label of a component's own metrics.
func (c Component) Job() string { return naming.StackJob(c.Name) }

// URL returns where a person reaches the component, or nothing.
func (c Component) URL() string {
	for _, p := range c.Ports {
		if p.HTTP {
			return fmt.Sprintf("http://localhost:%d", p.Published)
		}
	}
	return ""
}

func port(s model.Stack, name string, target int) Port {
	for _, p := range s.Ports {
		if p.Name == name {
			return Port{Name: name, Published: p.Number, Target: target, HTTP: name != "otlp_grpc"}
		}
	}
	return Port{Name: name, Published: target, Target: target, HTTP: name != "otlp_grpc"}
}

// CollectorInit is the compose service that prepares the collector's volume.
const CollectorInit = "collector-init"

// Where Grafana finds the dashboards, its generated secrets, and the runbooks,
// which it serves under model.RunbooksInGrafana.
const (
	GrafanaDashboards = "/etc/grafana/dashboards"
	GrafanaSecrets    = "/run/obsboot"
	GrafanaRunbooks   = "/usr/share/grafana" + model.RunbooksInGrafana
)

// Labels of the containers.
const (
	LabelSystem = "obsboot.system" // name of the system
	LabelConfig = "obsboot.config" // hash of the configuration that was read at start
)

// Project is the name of the compose project of a system.
func Project(sys *model.System) string { return "obsboot-" + naming.Slug(sys.Name) }
