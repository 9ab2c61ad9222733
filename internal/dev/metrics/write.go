package metrics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote/otlptranslator/prometheusremotewrite"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// otlp is how the generated stack has Prometheus translate.
var otlp = config.OTLPConfig{
	PromoteResourceAttributes:            []string{"service.namespace", "service.version", "deployment.environment.name"},
	LabelNamePreserveMultipleUnderscores: true,
}

// Rejected is how much of a request was left out, and why.
type Rejected struct {
	Points int64
	Why    string
}

func (r *Rejected) add(n int64, why string) {
	r.Points += n
	if r.Why == "" {
		r.Why = why
	}
}

// maxAhead is how far samples may lie in the future, as Prometheus has it.
const maxAhead = 10 * time.Minute

// Write stores metrics. What cannot be stored is left out and said; an error means
// that nothing was stored.
func (s *Store) Write(ctx context.Context, md pmetric.Metrics) (rejected Rejected, err error) {
	rejected.add(dropDeltas(md))
	app := &appender{AppenderV2: s.DB.AppenderV2(ctx), store: s, rejected: &rejected, latest: time.Now().Add(maxAhead).UnixMilli()}
	converter := prometheusremotewrite.NewPrometheusConverter(app)
	_, convertErr := converter.FromMetrics(ctx, md, prometheusremotewrite.Settings{
		AddMetricSuffixes:                    true,
		PromoteResourceAttributes:            prometheusremotewrite.NewPromoteResourceAttributes(otlp),
		LabelNamePreserveMultipleUnderscores: otlp.LabelNamePreserveMultipleUnderscores,
		LookbackDelta:                        5 * time.Minute,
	})
	if ctx.Err() != nil {
		return Rejected{}, errors.Join(ctx.Err(), app.Rollback())
	}
	if convertErr != nil {
		rejected.add(1, convertErr.Error())
	}
	if err := app.Commit(); err != nil {
		return Rejected{}, fmt.Errorf("store metrics: %w", err)
	}
	return rejected, nil
}

// dropDeltas removes the points of metrics with delta temporality, which Prometheus
// does not take.
func dropDeltas(md pmetric.Metrics) (points int64, why string) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			sm.Metrics().RemoveIf(func(m pmetric.Metric) bool {
				n := deltaPoints(m)
				if n > 0 {
					points += int64(n)
					why = fmt.Sprintf("metric %q has delta temporality, which Prometheus does not take: set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative", m.Name())
				}
				return n > 0
			})
		}
	}
	return points, why
}

func deltaPoints(m pmetric.Metric) int {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		if m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityDelta {
			return m.Sum().DataPoints().Len()
		}
	case pmetric.MetricTypeHistogram:
		if m.Histogram().AggregationTemporality() == pmetric.AggregationTemporalityDelta {
			return m.Histogram().DataPoints().Len()
		}
	case pmetric.MetricTypeExponentialHistogram:
		if m.ExponentialHistogram().AggregationTemporality() == pmetric.AggregationTemporalityDelta {
			return m.ExponentialHistogram().DataPoints().Len()
		}
	}
	return 0
}

// appender leaves out what the database does not take, so that the rest of a request
// is stored.
type appender struct {
	storage.AppenderV2
	store    *Store
	rejected *Rejected
	latest   int64
}

const (
	maxLabels     = 64
	maxLabelBytes = 2 << 10
)

// Append implements storage.AppenderV2.
func (a *appender) Append(ref storage.SeriesRef, ls labels.Labels, st, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, opts storage.AOptions) (storage.SeriesRef, error) {
	if why := a.refuses(ls, t); why != "" {
		a.rejected.add(1, why)
		return 0, nil
	}
	ref, err := a.AppenderV2.Append(ref, ls, st, t, v, h, fh, opts)
	var partial *storage.AppendPartialError
	if err != nil && !errors.As(err, &partial) {
		a.rejected.add(1, fmt.Sprintf("%s: %v", ls.Get(model.MetricNameLabel), err))
		return 0, nil
	}
	a.store.note(opts)
	return ref, nil
}

func (a *appender) refuses(ls labels.Labels, t int64) string {
	name := ls.Get(model.MetricNameLabel)
	if t > a.latest {
		return name + ": the sample lies in the future"
	}
	if ls.Len() > maxLabels {
		return fmt.Sprintf("%.200s: more than %d labels", name, maxLabels)
	}
	long := ""
	ls.Range(func(l labels.Label) {
		if len(l.Name)+len(l.Value) > maxLabelBytes {
			long = fmt.Sprintf("%.200s: label %.100s is longer than %d bytes", name, l.Name, maxLabelBytes)
		}
	})
	if long != "" {
		return long
	}
	if a.store.Series() < a.store.options.MaxSeries {
		return ""
	}
	if known, ok := a.AppenderV2.(storage.GetRef); ok {
		if ref, _ := known.GetRef(ls, ls.Hash()); ref != 0 {
			return ""
		}
	}
	return fmt.Sprintf("%s: there are %d series, the limit: find the attribute with too many values", name, a.store.options.MaxSeries)
}

// maxFamilies bounds what is remembered of metrics.
const maxFamilies = 20_000

func (s *Store) note(opts storage.AOptions) {
	if opts.MetricFamilyName == "" {
		return
	}
	s.mu.RLock()
	have, ok := s.families[opts.MetricFamilyName]
	s.mu.RUnlock()
	if ok && have == opts.Metadata {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.families) < maxFamilies {
		s.families[opts.MetricFamilyName] = opts.Metadata
	}
}
