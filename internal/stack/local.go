package stack

import "github.com/obsboot/obsboot/internal/model"

// The images run as these users by themselves; compose.yaml says so again, so
// that an image in their place cannot bring root back.
const (
	nobody      = "65534:65534"
	grafanaUser = "472:0"
	lokiUser    = "10001:10001" // and the collector's and Tempo's
)

func collector(s model.Stack) Component {
	c := Component{
		Name: Collector, Title: "OpenTelemetry Collector",
		Ports:  []Port{port(s, "otlp_grpc", 4317), port(s, "otlp_http", 4318)},
		Listen: 4318,
		Check:  []string{"/otelcol-contrib", "validate", "--config=http://127.0.0.1:13133/"},
		Data:   Volume{Target: "/var/lib/otelcol"},
		Config: "collector", Target: "/etc/otelcol",
		Args:   []string{"--config=/etc/otelcol/config.yaml"},
		User:   lokiUser,
		Memory: 512 * mib,
		Scrape: Scrape{8888, "/metrics"},
	}
	if Samples(s) { // says on the spans which policy kept them
		c.Args = append(c.Args, "--feature-gates=+processor.tailsamplingprocessor.recordpolicy")
	}
	return c
}

func prometheus(s model.Stack) Component {
	p := port(s, "prometheus", 9090)
	c := Component{
		Name: Prometheus, Title: "Prometheus",
		Ports: []Port{p}, Listen: 9090, Ready: "/-/ready",
		Check:  []string{"/bin/promtool", "check", "ready", "--url=http://localhost:9090"},
		Data:   Volume{Target: "/prometheus"},
		Config: "prometheus", Target: "/etc/prometheus",
		User:   nobody,
		Memory: 512 * mib,
		Scrape: Scrape{9090, "/metrics"},
	}
	c.Args = []string{
		"--config.file=/etc/prometheus/prometheus.yaml",
		"--storage.tsdb.path=/prometheus",
		"--web.external-url=" + c.URL(),
		"--web.enable-otlp-receiver",
		"--web.enable-remote-write-receiver",
		"--enable-feature=exemplar-storage",
		"--query.max-samples=5000000", // the default may take three times the memory limit
	}
	return c
}

func alertmanager(s model.Stack) Component {
	c := Component{
		Name: Alertmanager, Title: "Alertmanager",
		Ports: []Port{port(s, "alertmanager", 9093)}, Listen: 9093, Ready: "/-/ready",
		Check:  []string{"/bin/amtool", "cluster", "show", "--alertmanager.url=http://localhost:9093"},
		Data:   Volume{Target: "/alertmanager"},
		Config: "alertmanager", Target: "/etc/alertmanager",
		Dir:    secretRoot,
		User:   nobody,
		Memory: 128 * mib,
		Scrape: Scrape{9093, "/metrics"},
	}
	c.Args = []string{
		"--config.file=/etc/alertmanager/alertmanager.yaml",
		"--storage.path=/alertmanager",
		"--web.external-url=" + c.URL(),
		"--cluster.listen-address=",
	}
	return c
}

func loki(s model.Stack) Component {
	return Component{
		Name: Loki, Title: "Loki",
		Ports: []Port{port(s, "loki", 3100)}, Listen: 3100, Ready: "/ready",
		Check:  []string{"/usr/bin/loki", "-health"},
		Data:   Volume{Target: "/loki"},
		Config: "loki", Target: "/etc/loki",
		Args:   []string{"-config.file=/etc/loki/config.yaml", "-target=all"},
		User:   lokiUser,
		Memory: 512 * mib,
		Scrape: Scrape{3100, "/metrics"},
	}
}

func tempo(s model.Stack) Component {
	c := Component{
		Name: Tempo, Title: "Tempo",
		Ports: []Port{port(s, "tempo", 3200)}, Listen: 3200, Ready: "/ready",
		Check:  []string{"/busybox/wget", "-q", "--spider", "http://localhost:3200/ready"},
		Data:   Volume{Target: "/var/tempo"},
		Config: "tempo", Target: "/etc/tempo",
		Args:   []string{"-config.file=/etc/tempo/config.yaml", "-target=all"},
		User:   lokiUser,
		Memory: 768 * mib,
		Scrape: Scrape{3200, "/metrics"},
	}
	if TempoFormat(s) >= 3 {
		c.Check = []string{"/tempo", "-health"} // its image has no shell any more
	}
	return c
}

func grafana(s model.Stack) Component {
	return Component{
		Name: Grafana, Title: "Grafana",
		Ports: []Port{port(s, "grafana", 3000)}, Listen: 3000, Ready: "/api/health",
		Check:  []string{"/usr/bin/wget", "-q", "--spider", "http://localhost:3000/api/health"},
		Data:   Volume{Target: "/var/lib/grafana"},
		Config: "grafana/provisioning", Target: "/etc/grafana/provisioning",
		User:   grafanaUser,
		Memory: 512 * mib,
		Scrape: Scrape{3000, "/metrics"},
	}
}
