package traffic

import (
	"math"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

const mebi = 1 << 20

// runtime are the metrics of the Go runtime.
func (w *scribe) runtime() {
	heap := func(now *moment) float64 { // a sawtooth of the garbage collector
		return (24 + 16*math.Mod(float64(now.at.Unix())/37, 1) + 8*now.load) * mebi
	}
	w.measured("go.memory.used", heap, text("go.memory.type", "other"))
	w.measured("go.memory.used", func(now *moment) float64 { return (1.5 + 0.2*now.load) * mebi }, text("go.memory.type", "stack"))
	w.measured("go.memory.limit", func(*moment) float64 { return 256 * mebi })
	w.measured("go.memory.gc.goal", func(now *moment) float64 { return (48 + 8*now.load) * mebi })
	w.measured("go.goroutine.count", func(now *moment) float64 { return math.Round(18 + 6*now.load + poisson(now.random, 3)) })
	w.measured("go.processor.limit", func(*moment) float64 { return 2 })
	w.measured("go.config.gogc", func(*moment) float64 { return 100 })
	w.growing("go.memory.allocated", 2*mebi)
	w.growing("go.memory.allocations", 20000)
}

// growing adds a counter that grows with the load, per second.
func (w *scribe) growing(metric string, perSecond float64, attributes ...Attribute) {
	w.measured(metric, func(now *moment) float64 {
		if now.first {
			return math.Round(perSecond * now.at.Sub(now.born).Seconds())
		}
		return now.last + math.Round(perSecond*now.load*now.since.Seconds()*(0.9+0.2*now.random.Float64()))
	}, attributes...)
}

// helpers are the metrics of the generated helpers themselves: nothing goes
// wrong with them.
func (w *scribe) helpers() {
	w.measured(naming.TelemetryErrors, func(*moment) float64 { return 0 })
	for _, m := range w.service.spec.Metrics {
		if m.Standard {
			continue
		}
		for _, a := range m.Attributes {
			if len(a.Values) == 0 && a.Type != model.BoolType {
				w.measured(naming.Overflow, func(*moment) float64 { return 0 }, text("metric", m.Name), text("attribute", a.Name))
			}
		}
	}
}

// Series that Prometheus makes for each resource that sends, or each target that
// it scrapes.
var (
	targetInfo = &model.Metric{Name: "target_info", Series: "target_info", Kind: model.Gauge, Attributes: attributesNamed(
		"deployment.environment.name", "host.name", "service.version", "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version")}
	scrapeSeries = []struct {
		name  string
		value float64
	}{
		{"up", 1}, {"scrape_duration_seconds", 0.012}, {"scrape_samples_scraped", 240},
		{"scrape_samples_post_metric_relabeling", 240}, {"scrape_series_added", 0},
	}
)

func attributesNamed(names ...string) []model.Attribute {
	var out []model.Attribute
	for _, name := range names {
		label, _ := naming.Label(name) // all of them are constants that translate
		out = append(out, model.Attribute{Name: name, Label: label, Type: model.StringType})
	}
	return out
}

// target adds what Prometheus says of the emitter.
func (b *builder) target() {
	if b.emitter.scraped {
		for _, series := range scrapeSeries {
			p := b.point(&model.Metric{Name: series.name, Series: series.name, Kind: model.Gauge})
			p.gauge = func(*moment) float64 { return series.value }
			p.scrape = true
		}
		return
	}
	p := b.point(targetInfo)
	p.gauge = func(*moment) float64 { return 1 }
	p.info = true
}
func (m *Model) stack() {}
