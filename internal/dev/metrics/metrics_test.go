package metrics_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/obsboot/obsboot/internal/dev/metrics"
)

func open(t *testing.T, o metrics.Options) *metrics.Store {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := metrics.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// orders is a counter of the service checkout with a point for each outcome.
func orders(at time.Time, value float64, outcomes ...string) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "checkout")
	rm.Resource().Attributes().PutStr("service.namespace", "shop")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("shop.orders")
	m.SetUnit("{order}")
	m.SetDescription("Orders by outcome")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for _, outcome := range outcomes {
		p := sum.DataPoints().AppendEmpty()
		p.Attributes().PutStr("outcome", outcome)
		p.SetTimestamp(pcommon.NewTimestampFromTime(at))
		p.SetDoubleValue(value)
		e := p.Exemplars().AppendEmpty()
		e.SetTraceID(pcommon.TraceID{1, 2})
		e.SetDoubleValue(value)
		e.SetTimestamp(pcommon.NewTimestampFromTime(at))
	}
	return md
}

func TestWrite(t *testing.T) {
	s, now := open(t, metrics.Options{}), time.Now()
	rejected, err := s.Write(context.Background(), orders(now, 7, "placed", "failed"))
	if err != nil || rejected.Points != 0 {
		t.Fatalf("rejected %+v, %v", rejected, err)
	}
	found, err := s.Instant(context.Background(), `sum by (job) (shop_orders_total{service_namespace="shop"})`, now)
	if err != nil || len(found) != 1 || found[0].F != 14 || found[0].Metric.Get("job") != "shop/checkout" {
		t.Errorf("found %v, %v", found, err)
	}
	if m := s.Families()["shop_orders_total"]; m.Help != "Orders by outcome" || m.Type != "counter" {
		t.Errorf("known is %+v", m)
	}
}

func TestRejected(t *testing.T) {
	s, now := open(t, metrics.Options{MaxSeries: 4}), time.Now()
	write := func(md pmetric.Metrics) metrics.Rejected {
		rejected, err := s.Write(context.Background(), md)
		if err != nil {
			t.Fatal(err)
		}
		return rejected
	}
	delta := orders(now, 1, "placed")
	delta.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	if r := write(delta); r.Points != 1 {
		t.Errorf("of deltas, %+v was rejected", r)
	}
	if r := write(orders(now.Add(time.Hour), 1, "placed")); r.Points == 0 {
		t.Error("a sample in the future was taken")
	}
	write(orders(now, 1, "a", "b", "c"))
	if r := write(orders(now.Add(time.Second), 1, "a", "b", "c", "d", "e", "f", "g")); r.Points < 3 {
		t.Errorf("above the limit of series, %+v was rejected", r)
	}
	found, err := s.Instant(context.Background(), `sum(count_over_time(shop_orders_total{outcome="a"}[1m]))`, now.Add(time.Second))
	if err != nil || len(found) != 1 || found[0].F != 2 {
		t.Errorf("a series that was known has %v, %v", found, err)
	}
}

func TestRules(t *testing.T) {
	s := open(t, metrics.Options{})
	rules := func(expr string) map[string][]byte {
		return map[string][]byte{"checkout.yaml": []byte("groups: [{name: a, interval: 1s, rules: [{alert: Many, expr: '" + expr + "', annotations: {summary: 'There are {{ $value }}'}}]}]")}
	}
	if err := s.SetRules(rules("shop_orders_total > 5")); err != nil {
		t.Fatal(err)
	}
	if err := s.SetRules(rules("shop_orders_total > > 5")); err == nil {
		t.Error("rules that do not parse were taken")
	}
	if _, err := s.Write(context.Background(), orders(time.Now(), 7, "placed")); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if groups := s.RuleGroups(); len(groups) == 1 && len(groups[0].AlertingRules()[0].ActiveAlerts()) == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the alert does not fire")
		}
	}
}

func TestDurable(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	s, err := metrics.Open(context.Background(), metrics.Options{Dir: dir, Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(context.Background(), orders(now, 7, "placed")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, metrics.Options{Dir: dir, Durable: true})
	if found, err := s.Instant(context.Background(), "shop_orders_total", now); err != nil || len(found) != 1 {
		t.Errorf("after a restart there is %v, %v", found, err)
	}
}
