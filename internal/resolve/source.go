package resolve

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

func isGo(block *spec.Instrument) bool { return block.Language == "go" }

// source resolves how a service that is instrumented otherwise is scraped.
func (s *service) source() {
	block := s.block.Source
	if block == nil {
		return
	}
	if block.Kind != "prometheus" {
		s.diags.Error(block.KindRange, "Unknown source", "obsboot cannot read %q.%s", block.Kind, spec.DidYouMean(block.Kind, []string{"prometheus"}))
	}
	out := &model.Source{
		Kind:   block.Kind,
		Scheme: s.scope.OneOf(block.Scheme, "http", "https"),
		Path:   s.scope.TextOr(block.Path, "/metrics"),
	}
	if !strings.HasPrefix(out.Path, "/") {
		s.diags.Error(block.Path.Expr.Range(), "Invalid path", "%q must start with a slash, as \"/metrics\" does.", out.Path)
	}
	targets := s.scope.Texts(block.Targets)
	if targets != nil && len(targets) == 0 {
		s.diags.Error(block.Targets.Expr.Range(), "Empty list", "Without a target nothing is scraped. Name a host and a port, such as \"legacy:8080\".")
	}
	for _, item := range targets {
		if !isTarget(item.Text) {
			s.diags.Error(item.Range, "Invalid target", "%q must be a host and a port, such as \"legacy:8080\".", item.Text)
			continue
		}
		out.Targets = append(out.Targets, item.Text)
	}
	s.out.Job = s.scope.TextOr(block.Job, s.block.Name)
	if b := block.HTTP; b != nil {
		out.HTTP = s.sourceNames(b.Duration, b.Unit, b.Buckets, b.Native)
		out.HTTP.Name = s.labelName(b.Route, "route")
		out.HTTP.Method = s.labelName(b.Method, "method")
		out.HTTP.Status = s.labelName(b.Status, "status")
	}
	if b := block.GRPC; b != nil {
		out.GRPC = s.sourceNames(b.Duration, b.Unit, b.Buckets, b.Native)
		out.GRPC.Name = s.labelName(b.Method, "grpc_method")
		out.GRPC.Status = s.labelName(b.Status, "grpc_code")
	}
	if b := block.Consumer; b != nil {
		out.Consumer = s.sourceNames(b.Duration, b.Unit, b.Buckets, b.Native)
		out.Consumer.Name = s.labelName(b.Queue, "queue")
		out.Consumer.Error = s.labelName(b.Error, "error")
	}
	if b := block.Jobs; b != nil {
		out.Jobs = s.sourceNames(b.Duration, b.Unit, b.Buckets, b.Native)
		out.Jobs.Name = s.labelName(b.Name, "job_name")
		out.Jobs.Error = s.labelName(b.Error, "error")
	}
	s.out.Source = out
}

func isTarget(text string) bool {
	host, port, err := net.SplitHostPort(text)
	number, numberErr := strconv.Atoi(port)
	return err == nil && numberErr == nil && host != "" && number > 0 && number <= 65535 && !strings.ContainsAny(host, " /\"'\n")
}

func (s *service) sourceNames(duration, unit spec.Text, buckets spec.Numbers, native spec.Bool) *model.SourceNames {
	series := s.scope.TextOr(duration, "")
	if duration != nil && !seriesPattern.MatchString(series) {
		s.diags.Error(duration.Expr.Range(), "Invalid name", "%q is no name of a Prometheus series.", series)
	}
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		series = strings.TrimSuffix(series, suffix)
	}
	numbers, ranges := s.scope.Numbers(buckets)
	for i := 1; i < len(numbers); i++ {
		if numbers[i] <= numbers[i-1] {
			s.diags.Error(ranges[i], "Invalid bucket", "Bucket bounds grow: %g does not come after %g.", numbers[i], numbers[i-1])
		}
	}
	fallback := "s"
	if strings.HasSuffix(series, "_milliseconds") || strings.HasSuffix(series, "_ms") {
		fallback = "ms"
	}
	return &model.SourceNames{
		Duration: series,
		Unit:     s.sourceUnit(unit, fallback),
		Buckets:  numbers,
		Native:   s.scope.Bool(native, false),
	}
}

func (s *service) sourceUnit(a spec.Text, fallback string) string {
	if a == nil {
		return fallback
	}
	return s.scope.OneOf(a, "s", "ms")
}

func (s *service) labelName(a spec.Text, fallback string) string {
	name := s.scope.TextOr(a, fallback)
	if !labelPattern.MatchString(name) {
		at := s.block.Range
		if a != nil {
			at = a.Expr.Range()
		}
		s.diags.Error(at, "Invalid label", "%q is no label name of Prometheus: a letter or _, then letters, digits and _.", name)
	}
	return name
}

// sourceMetrics adds the standard metrics under the names that the service
// uses for them.
func (s *service) sourceMetrics() {
	src := s.out.Source
	add := func(names *model.SourceNames, standard string, labels map[string]string) {
		if names == nil {
			return
		}
		m := model.Metric{
			Name: standard, Kind: model.Histogram, Unit: names.Unit, Series: names.Duration,
			Standard: true, Native: names.Native, Buckets: names.Buckets,
		}
		for _, attribute := range sortedKeys(labels) {
			m.Attributes = append(m.Attributes, model.Attribute{Name: attribute, Label: labels[attribute], Type: model.StringType})
		}
		s.out.Metrics = append(s.out.Metrics, m)
	}
	if n := src.HTTP; n != nil {
		add(n, "http.server.request.duration", map[string]string{"http.route": n.Name, "http.request.method": n.Method, "http.response.status_code": n.Status})
	}
	if n := src.GRPC; n != nil {
		add(n, "rpc.server.call.duration", map[string]string{"rpc.method": n.Name, "rpc.response.status_code": n.Status})
	}
	if n := src.Consumer; n != nil {
		add(n, "messaging.process.duration", map[string]string{"messaging.destination.name": n.Name, "error.type": n.Error})
	}
	if n := src.Jobs; n != nil {
		add(n, "job.run.duration", map[string]string{"job.name": n.Name, "error.type": n.Error})
	}
}

// does lists the kinds of work that the service does and that can be measured,
// in the order in which an SLI that names none takes them.
func (s *service) does() []model.Work {
	src := s.out.Source
	has := map[model.Work]bool{
		model.WorkHTTP:     src == nil && s.block.HTTP != nil || src != nil && src.HTTP != nil,
		model.WorkGRPC:     src == nil && s.block.GRPC != nil || src != nil && src.GRPC != nil,
		model.WorkConsumer: src == nil && len(s.out.Consumers) > 0 || src != nil && src.Consumer != nil,
		model.WorkJob:      src == nil && len(s.out.Jobs) > 0 || src != nil && src.Jobs != nil,
	}
	return slices.DeleteFunc([]model.Work{model.WorkHTTP, model.WorkGRPC, model.WorkConsumer, model.WorkJob}, func(w model.Work) bool { return !has[w] })
}

// workMetric is the metric that measures a kind of work.
var workMetric = map[model.Work]string{
	model.WorkHTTP:     "http.server.request.duration",
	model.WorkGRPC:     "rpc.server.call.duration",
	model.WorkConsumer: "messaging.process.duration",
	model.WorkJob:      "job.run.duration",
}

// metric finds a metric that the service emits.
func (s *service) metricNamed(name string) *model.Metric {
	for i := range s.out.Metrics {
		if s.out.Metrics[i].Name == name {
			return &s.out.Metrics[i]
		}
	}
	return nil
}

func (s *service) metricNames() []string {
	names := make([]string, len(s.out.Metrics))
	for i, m := range s.out.Metrics {
		names[i] = m.Name
	}
	return names
}

// namedMetric evaluates an argument that names a metric.
func (s *service) namedMetric(a spec.Name) *model.Metric {
	name, ok := s.scope.Text(a)
	if !ok {
		return nil
	}
	m := s.metricNamed(name)
	if m == nil {
		s.unknownMetric(a.Expr.Range(), name)
	}
	return m
}

func (s *service) unknownMetric(at hcl.Range, name string) {
	s.diags.Error(at, "Unknown metric", "The service %q emits no metric %q.%s", s.block.Name, name, orDeclare(spec.DidYouMean(name, s.metricNames()), "Declare it as a counter, gauge or histogram of the service."))
}

// orDeclare gives the second remedy when there is no name to suggest.
func orDeclare(suggestion, remedy string) string {
	if suggestion == "" {
		return " " + remedy
	}
	return suggestion
}
