package traffic

import (
	"embed"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	prommodel "github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// stackFiles hold what the servers of the stack exposed, the metrics that
// operators look at, after stackAge seconds in which the shop's traffic came in:
// the names, labels and types are theirs. Grafana's are only those of every Go
// program.
//
//go:embed stack/*.prom
var stackFiles embed.FS

// stackAge is how old the servers were.
const stackAge = 80

// stack adds the metrics of the stack's own servers. Counters go on growing as
// they did, and all else stays as it was.
func (m *Model) stack() {
	for _, component := range []string{"alertmanager", "collector", "grafana", "loki", "prometheus", "tempo"} {
		b := newBuilder(m, &emitter{
			name: "stack/" + component, job: naming.StackJob(component), instances: 1, scraped: true, targets: []string{component},
		})
		b.target()
		for _, family := range exposed(component) {
			for _, series := range family.Metric {
				b.exposed(family, series)
			}
		}
		m.points = append(m.points, b.points...)
	}
}

// exposed reads a file of stackFiles.
func exposed(component string) []*dto.MetricFamily {
	file, err := stackFiles.Open("stack/" + component + ".prom")
	if err != nil {
		panic(fmt.Sprintf("open the metrics of %s: %s", component, err))
	}
	defer file.Close() //nolint:errcheck // it was read only
	parser := expfmt.NewTextParser(prommodel.LegacyValidation)
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		panic(fmt.Sprintf("parse the metrics of %s: %s", component, err))
	}
	var out []*dto.MetricFamily
	for _, name := range slices.Sorted(maps.Keys(families)) {
		out = append(out, families[name])
	}
	return out
}

// exposed adds the series of one metric.
func (b *builder) exposed(family *dto.MetricFamily, series *dto.Metric) {
	name := family.GetName()
	var is []Attribute
	for _, l := range series.Label {
		is = append(is, text(l.GetName(), l.GetValue()))
	}
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		b.grows(name, series.Counter.GetValue(), is)
	case dto.MetricType_HISTOGRAM:
		h := series.Histogram
		for _, bucket := range h.Bucket {
			b.grows(name+"_bucket", float64(bucket.GetCumulativeCount()), append(is[:len(is):len(is)], text("le", le(bucket.GetUpperBound()))))
		}
		b.grows(name+"_count", float64(h.GetSampleCount()), is)
		b.grows(name+"_sum", h.GetSampleSum(), is)
	case dto.MetricType_SUMMARY:
		for _, q := range series.Summary.Quantile {
			b.stays(name, q.GetValue(), append(is[:len(is):len(is)], text("quantile", labels.FormatOpenMetricsFloat(q.GetQuantile()))))
		}
		b.grows(name+"_count", float64(series.Summary.GetSampleCount()), is)
		b.grows(name+"_sum", series.Summary.GetSampleSum(), is)
	default:
		b.stays(name, series.Gauge.GetValue(), is)
	}
}

func le(bound float64) string {
	if math.IsInf(bound, 1) {
		return "+Inf"
	}
	return labels.FormatOpenMetricsFloat(bound)
}

// seriesOf is the metric of a series that is shown as it was exposed.
func seriesOf(name string, is []Attribute) *model.Metric {
	m := &model.Metric{Name: name, Series: name, Kind: model.Gauge}
	for _, a := range is {
		m.Attributes = append(m.Attributes, model.Attribute{Name: a.Name, Label: a.Name, Type: model.StringType})
	}
	return m
}

func (b *builder) grows(name string, value float64, is []Attribute) {
	isSeconds := strings.Contains(name, "seconds") || strings.HasSuffix(name, "_sum")
	b.point(seriesOf(name, is), is...).gauge = func(now *moment) float64 {
		grown := value * now.at.Sub(now.born).Seconds() / stackAge
		if isSeconds {
			return grown
		}
		return math.Floor(grown)
	}
}

func (b *builder) stays(name string, value float64, is []Attribute) {
	b.point(seriesOf(name, is), is...).gauge = func(*moment) float64 { return value }
}
