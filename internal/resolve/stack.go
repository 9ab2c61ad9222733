package resolve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

const day = 24 * time.Hour

// flavours are the stacks that can be generated.
var flavours = []string{"local"}

// defaultPorts are the ports that people know these servers by.
var defaultPorts = []model.Port{
	{Name: "alertmanager", Number: 9093},
	{Name: "grafana", Number: 3000},
	{Name: "loki", Number: 3100},
	{Name: "otlp_grpc", Number: 4317},
	{Name: "otlp_http", Number: 4318},
	{Name: "prometheus", Number: 9090},
	{Name: "tempo", Number: 3200},
}

func (r *resolver) stack() {
	block := &spec.Stack{Flavour: "local"}
	for i, other := range r.file.Stacks {
		if i == 0 {
			block = other
			continue
		}
		if other.Flavour == block.Flavour {
			continue // reported as a duplicate
		}
		r.diags.Error(other.Range, "Second stack", "A spec has one stack block at most; the first is at %s.", spec.Place(block.Range))
	}
	if !slices.Contains(flavours, block.Flavour) {
		r.diags.Error(block.FlavourRange, "Unknown stack", "There is no stack %q.%s", block.Flavour, spec.DidYouMean(block.Flavour, flavours))
	}
	r.sys.Stack = model.Stack{
		Flavour:   block.Flavour,
		Retention: r.retentionOf(block.Retention),
		Ports:     r.ports(block.Ports),
		Images:    r.images(block.Images),
		Sampling:  r.sampling(block.Sampling),
		SMTP:      r.smtp(block.SMTP),
		Watchdog:  r.watchdog(block.Watchdog),
		Exporters: r.exporters(block.Exporters),
	}
	r.urls(block.URLs)
}

func (r *resolver) retentionOf(block *spec.Retention) model.Retention {
	if block == nil {
		block = &spec.Retention{}
	}
	// 35 days hold the window of 30 days and of a calendar month.
	return model.Retention{
		Metrics: r.scope.Duration(block.Metrics, 2*time.Hour, 3650*day, 35*day),
		Logs:    r.scope.Duration(block.Logs, day, 3650*day, 7*day),
		Traces:  r.scope.Duration(block.Traces, time.Hour, 3650*day, 3*day),
	}
}

func (r *resolver) ports(block *spec.Ports) []model.Port {
	ports := slices.Clone(defaultPorts)
	if block == nil {
		return ports
	}
	given := map[string]*hcl.Attribute{
		"alertmanager": block.Alertmanager, "grafana": block.Grafana, "loki": block.Loki, "otlp_grpc": block.OTLPGRPC,
		"otlp_http": block.OTLPHTTP, "prometheus": block.Prometheus, "tempo": block.Tempo,
	}
	taken := map[int]string{}
	for i := range ports {
		attr := given[ports[i].Name]
		ports[i].Number = r.scope.Int(attr, 1, 65535, ports[i].Number)
		number := ports[i].Number
		if other, ok := taken[number]; ok {
			at := block.Range
			if attr != nil {
				at = attr.Expr.Range()
			} else if given[other] != nil {
				at = given[other].Expr.Range()
			}
			r.diags.Error(at, "Port taken twice", "%s and %s cannot both listen on %d. Give one of them another port.", other, ports[i].Name, number)
		}
		taken[number] = ports[i].Name
	}
	return ports
}

func (r *resolver) images(block *spec.Images) []model.Label {
	if block == nil {
		return nil
	}
	given := map[string]*hcl.Attribute{
		"alertmanager": block.Alertmanager, "collector": block.Collector, "grafana": block.Grafana,
		"loki": block.Loki, "prometheus": block.Prometheus, "tempo": block.Tempo,
	}
	var images []model.Label
	for _, name := range sortedKeys(given) {
		image, ok := r.scope.Text(given[name])
		if !ok {
			continue
		}
		if !pinned(image) {
			r.diags.Error(given[name].Expr.Range(), "Image without a version", "%q must name a version, as in \"registry.example.com/grafana:12.3.0\"; with \"latest\" or nothing the stack changes by itself.", image)
			continue
		}
		images = append(images, model.Label{Name: name, Value: image})
	}
	return images
}

func pinned(image string) bool {
	if strings.ContainsAny(image, " \t\n\"'$") {
		return false
	}
	if _, digest, ok := strings.Cut(image, "@sha256:"); ok {
		return len(digest) == 64
	}
	name := image[strings.LastIndex(image, "/")+1:]
	_, tag, ok := strings.Cut(name, ":")
	return ok && tag != "" && tag != "latest"
}

func (r *resolver) sampling(block *spec.Sampling) model.Sampling {
	if block == nil {
		return model.Sampling{KeepErrors: true, Ratio: 1}
	}
	out := model.Sampling{
		KeepErrors:     r.scope.Bool(block.KeepErrors, true),
		KeepSlowerThan: r.scope.Duration(block.KeepSlowerThan, time.Millisecond, time.Hour, 0),
		Ratio:          1,
	}
	if ratio, ok := r.scope.Number(block.Ratio, 0, 1); ok {
		out.Ratio = ratio
	}
	return out
}

func (r *resolver) exporters(blocks []*spec.Exporter) []model.Exporter {
	var exporters []model.Exporter
	for _, block := range blocks {
		r.checkName("exporter", block.Name, block.NameRange)
		r.refuseSecret(block.Headers)
		e := model.Exporter{
			Name:     block.Name,
			Endpoint: r.scope.TextOr(block.Endpoint, ""),
			Protocol: r.scope.OneOf(block.Protocol, "grpc", "http"),
			Signals:  r.signals(block.Signals),
		}
		if file, ok := r.scope.Text(block.HeadersFile); ok && r.checkSecretFile(block.HeadersFile, file) {
			e.HeadersFile = file
		}
		exporters = append(exporters, e)
	}
	slices.SortFunc(exporters, func(a, b model.Exporter) int { return strings.Compare(a.Name, b.Name) })
	return exporters
}

func (r *resolver) signals(a spec.Texts) []string {
	known := []string{"metrics", "logs", "traces"}
	if a == nil {
		return known
	}
	items := r.scope.Texts(a)
	if items != nil && len(items) == 0 {
		r.diags.Error(a.Expr.Range(), "Empty list", "Without a signal nothing is exported. Name some of %s, or leave signals out for all.", spec.Quoted(known))
	}
	var signals []string
	for _, item := range items {
		if !slices.Contains(known, item.Text) {
			r.diags.Error(item.Range, "Unknown signal", "%q is no signal.%s", item.Text, spec.DidYouMean(item.Text, known))
			continue
		}
		signals = append(signals, item.Text)
	}
	return signals
}

// retention warns, once, of SLO windows that outlast the metrics.
func (r *resolver) retention(services []*service) {
	keep := r.sys.Stack.Retention.Metrics
	var short []string
	var first hcl.Range
	var longest time.Duration
	for _, s := range services {
		for i, sli := range s.out.SLIs {
			if sli.Objective != 0 && sli.Window.Needs() > keep {
				if len(short) == 0 {
					first = s.sliRanges[i]
				}
				short = append(short, s.out.Name+"/"+sli.Name)
				longest = max(longest, sli.Window.Needs())
			}
		}
	}
	if len(short) == 0 {
		return
	}
	slices.Sort(short)
	const shown = 5
	names := strings.Join(short[:min(len(short), shown)], ", ")
	if more := len(short) - shown; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	at := first
	for _, stack := range r.file.Stacks {
		if stack.Retention != nil && stack.Retention.Metrics != nil {
			at = stack.Retention.Metrics.Expr.Range()
		}
	}
	r.diags.Warn(at, "Retention shorter than a window",
		"Metrics are kept for %s, less than the window of %s. Their budgets will cover what is kept only. Raise retention { metrics = \"%s\" }, or choose a shorter window.",
		model.FormatDuration(keep), names, model.FormatDuration(longest))
}
