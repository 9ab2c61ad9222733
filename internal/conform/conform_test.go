package conform_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/obsboot/obsboot/internal/conform"
	"github.com/obsboot/obsboot/internal/model"
)

// sys declares one service of each kind of signal, and one that stays silent.
var sys = &model.System{Name: "shop", Services: []model.Service{
	{
		Name: "checkout", Job: "shop/checkout",
		Routes: []model.Operation{{Name: "POST /orders"}, {Name: "GET /orders/{id}"}},
		Metrics: []model.Metric{
			{Name: "http.server.request.duration", Kind: model.Histogram, Unit: "s", Standard: true, Attributes: []model.Attribute{{Name: "http.response.status_code", Type: model.StringType}}},
			{Name: "shop.backlog", Kind: model.Gauge, Unit: "{order}"},
			{Name: "shop.orders", Kind: model.Counter, Unit: "{order}", Attributes: []model.Attribute{
				{Name: "outcome", Type: model.StringType, Values: []string{"placed", "failed"}}, {Name: "express", Type: model.BoolType},
			}},
		},
		Spans:  []model.Span{{Name: "reserve stock", Attributes: []model.Attribute{{Name: "order.id", Type: model.StringType}}}},
		Events: []model.Event{{Name: "order.rejected", Severity: "warn"}},
	},
	{Name: "silent", Job: "shop/silent", Metrics: []model.Metric{{Name: "a", Kind: model.Counter}}},
	{Name: "scraped", Job: "scraped", Source: &model.Source{Kind: "prometheus"}, Metrics: []model.Metric{{Name: "b", Kind: model.Counter}}},
}}

func from(r pcommon.Resource, namespace string) {
	r.Attributes().PutStr("service.name", "checkout")
	if namespace != "" {
		r.Attributes().PutStr("service.namespace", namespace)
	}
}

// orders is the counter shop.orders with an attribute.
func orders(namespace string, attributes func(pcommon.Map)) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	from(rm.Resource(), namespace)
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("shop.orders")
	m.SetUnit("{order}")
	m.SetEmptySum().SetIsMonotonic(true)
	attributes(m.Sum().DataPoints().AppendEmpty().Attributes())
	return md
}

func good(a pcommon.Map) {
	a.PutStr("outcome", "placed")
	a.PutBool("express", true)
}

// find returns the finding of a thing of checkout.
func find(t *testing.T, o *conform.Observer, kind, name string) conform.Finding {
	t.Helper()
	report := o.Compare(sys)
	for _, f := range report.Findings {
		if f.Service == "checkout" && f.Kind == kind && f.Name == name {
			return f
		}
	}
	t.Fatalf("nothing is said of %s %s", kind, name)
	return conform.Finding{}
}

func TestMetrics(t *testing.T) {
	for name, test := range map[string]struct {
		md    pmetric.Metrics
		state conform.State
		say   []string
	}{
		"as declared": {orders("shop", good), conform.Seen, []string{}},
		"overflow": {orders("shop", func(a pcommon.Map) {
			good(a)
			a.PutBool("otel.metric.overflow", true)
		}), conform.Seen, []string{}},
		"a value": {orders("shop", func(a pcommon.Map) {
			good(a)
			a.PutStr("outcome", "lost")
		}), conform.Wrong, []string{`the attribute outcome has the undeclared value "lost"`}},
		"a type": {orders("shop", func(a pcommon.Map) {
			good(a)
			a.PutStr("express", "yes")
		}), conform.Wrong, []string{"the attribute express is of type str, declared is bool"}},
		"an attribute too many": {orders("shop", func(a pcommon.Map) {
			good(a)
			a.PutStr("user", "u1")
		}), conform.Wrong, []string{"the attribute user is not declared"}},
		"an attribute too few": {orders("shop", func(a pcommon.Map) { a.PutBool("express", true) }), conform.Wrong, []string{"the attribute outcome is never set"}},
	} {
		o := conform.NewObserver()
		o.Metrics(test.md)
		f := find(t, o, "metric", "shop.orders")
		if diff := cmp.Diff(test.say, f.Details); f.State != test.state || diff != "" {
			t.Errorf("%s: it is %s: %s", name, f.State, diff)
		}
	}
}

func TestKindUnitAndNamespace(t *testing.T) {
	md := orders("", good)
	m := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0)
	m.SetUnit("1")
	m.Sum().SetIsMonotonic(false)
	o := conform.NewObserver()
	o.Metrics(md)
	if f := find(t, o, "metric", "shop.orders"); len(f.Details) != 2 || f.State != conform.Wrong {
		t.Errorf("of another kind and unit is said %q", f.Details)
	}
	want := []string{`its metrics are of the job "checkout", and the rules and dashboards look for "shop/checkout": set the resource attribute service.namespace to "shop"`}
	if diff := cmp.Diff(want, find(t, o, "service", "checkout").Details); diff != "" {
		t.Error(diff)
	}
}

func TestTracesAndLogs(t *testing.T) {
	o := conform.NewObserver()
	td, ld := ptrace.NewTraces(), plog.NewLogs()
	rs := td.ResourceSpans().AppendEmpty()
	from(rs.Resource(), "shop")
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	add := func(name string, kind ptrace.SpanKind) pcommon.Map {
		s := spans.AppendEmpty()
		s.SetName(name)
		s.SetKind(kind)
		return s.Attributes()
	}
	add("reserve stock", ptrace.SpanKindInternal).PutInt("order.id", 7)
	add("POST /orders", ptrace.SpanKindServer)
	other := add("GET", ptrace.SpanKindServer)
	other.PutStr("http.request.method", "GET")
	other.PutStr("http.route", "/orders/{id}")
	add("GET /debug", ptrace.SpanKindServer)
	add("think", ptrace.SpanKindInternal)
	rl := ld.ResourceLogs().AppendEmpty()
	from(rl.Resource(), "shop")
	r := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	r.SetEventName("order.rejected")
	r.SetSeverityNumber(plog.SeverityNumberError)
	o.Traces(td)
	o.Logs(ld)
	for what, want := range map[[2]string]conform.State{
		{"span", "reserve stock"}: conform.Wrong, {"route", "POST /orders"}: conform.Seen, {"route", "GET /orders/{id}"}: conform.Seen,
		{"span", "GET /debug"}: conform.Unknown, {"span", "think"}: conform.Unknown, {"event", "order.rejected"}: conform.Wrong,
		{"metric", "shop.backlog"}: conform.Missing, {"service", "checkout"}: conform.Seen,
	} {
		if f := find(t, o, what[0], what[1]); f.State != want {
			t.Errorf("%s is %s, want %s: %q", what, f.State, want, f.Details)
		}
	}
}

func TestFaults(t *testing.T) {
	o := conform.NewObserver()
	o.Metrics(orders("shop", good))
	report := o.Compare(sys)
	names := map[string]bool{}
	for _, f := range report.Faults() {
		names[f.Service+" "+f.Name] = true
	}
	// The silent service counts once, the scraped one and what is standard not at all.
	want := map[string]bool{
		"checkout POST /orders": true, "checkout GET /orders/{id}": true, "checkout shop.backlog": true, "checkout reserve stock": true,
		"checkout order.rejected": true, "silent silent": true,
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// What is remembered is bounded, whatever arrives.
func TestBounds(t *testing.T) {
	o := conform.NewObserver()
	for i := range 5000 {
		md := orders("shop", func(a pcommon.Map) { a.PutInt("outcome", int64(i)) })
		md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).SetName(string(rune('a'+i%26)) + string(rune(0x4e00+i)))
		o.Metrics(md)
	}
	if n := len(o.Compare(sys).Findings); n > 2100 {
		t.Errorf("5000 names make %d findings", n)
	}
}
