package dev_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	promclient "github.com/prometheus/client_golang/api"
	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	prommodel "github.com/prometheus/common/model"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/obsboot/obsboot/internal/dev"
	"github.com/obsboot/obsboot/internal/dev/devtest"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

const shopSpec = "../../examples/shop"

func options() dev.Options {
	return dev.Options{Listen: "127.0.0.1:0", OTLPGRPC: "127.0.0.1:0", OTLPHTTP: "127.0.0.1:0", Version: "test", MaxSearch: 5 * time.Minute}
}

func loadShop(t testing.TB) *model.System {
	t.Helper()
	file, err := spec.Load(shopSpec, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	if file.Scope.Diags.Sorted().HasErrors() {
		t.Fatal(file.Scope.Diags.Sorted())
	}
	return sys
}

func start(t testing.TB, o dev.Options) *dev.Engine {
	t.Helper()
	s, err := dev.NewSpec(loadShop(t), "http://127.0.0.1:8888")
	if err != nil {
		t.Fatal(err)
	}
	e, err := dev.Start(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// sell makes orders over the last minutes, one in ten of which fails.
func sell(t testing.TB, e *dev.Engine, minutes int) {
	t.Helper()
	now := time.Now()
	begin := now.Add(-time.Duration(minutes) * time.Minute)
	shop, td, ld := devtest.New(uint64(e.Store.Stats().Spans), begin), ptrace.NewTraces(), plog.NewLogs()
	shop.Fail = 0.1
	for at := begin; at.Before(now); at = at.Add(15 * time.Second) {
		for range 20 {
			shop.Checkout(at, td, ld)
		}
		if err := e.Receiver.Metrics(t.Context(), shop.Metrics(at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Receiver.Traces(t.Context(), td); err != nil {
		t.Fatal(err)
	}
	if err := e.Receiver.Logs(t.Context(), ld); err != nil {
		t.Fatal(err)
	}
}

func fetch(t testing.TB, e *dev.Engine, path string, into any) {
	t.Helper()
	code, body := ask(t, "http://"+e.Ports().Page+path, nil)
	if code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", path, code, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
}

func ask(t testing.TB, url string, header map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, string(body)
}

func TestPageAPI(t *testing.T) {
	t.Parallel()
	e := start(t, options())
	sell(t, e, 10)
	var overview struct {
		Services []struct {
			Name              string
			Rate, Errors, P95 *float64
		}
		Edges []struct {
			From, To string
			Calls    int
			Declared bool
		}
	}
	fetch(t, e, "/api/obsboot/overview", &overview)
	for _, s := range overview.Services {
		if s.Name == "fulfilment" {
			continue
		}
		if s.Rate == nil || *s.Rate < 0.5 || s.Errors == nil || *s.Errors < 0.02 || *s.Errors > 0.3 || s.P95 == nil || *s.P95 <= 0 {
			t.Errorf("%s has the figures %v, %v, %v", s.Name, s.Rate, s.Errors, s.P95)
		}
	}
	seen := map[string]bool{}
	for _, edge := range overview.Edges {
		seen[edge.From+" "+edge.To] = edge.Calls > 0 && edge.Declared
	}
	if !seen["storefront checkout"] || !seen["checkout payments"] || seen["payments acquirer"] {
		t.Errorf("the edges are %+v", overview.Edges)
	}
	for _, path := range []string{"status", "names", "dashboards", "alerts", "conform", "logs?level=error&q=acquirer", "traces?failed=true&service=payments", "logs/counts?by=detected_level&step=60000", "runbooks/payments/slo-latency-burn-rate.md", "dashboards/obsboot-shop-overview"} {
		var any any
		fetch(t, e, "/api/obsboot/"+path, &any)
	}
	for path, want := range map[string]int{"traces/abc": 404, "logs?level=loud": 400, "traces?min=never": 400, "dashboards/none": 404, "logs?from=x": 400, "logs?before=x": 500} {
		if code, body := ask(t, "http://"+e.Ports().Page+"/api/obsboot/"+path, nil); code != want {
			t.Errorf("%s: status %d, want %d: %s", path, code, want, body)
		}
	}
}

// Prometheus's own client finds everything.
func TestPrometheusClient(t *testing.T) {
	t.Parallel()
	e := start(t, options())
	sell(t, e, 10)
	client, err := promclient.NewClient(promclient.Config{Address: "http://" + e.Ports().Page})
	if err != nil {
		t.Fatal(err)
	}
	api, ctx, now := promv1.NewAPI(client), t.Context(), time.Now()
	from, check := now.Add(-10*time.Minute), func(what string, err error, ok bool) {
		t.Helper()
		if err != nil || !ok {
			t.Errorf("%s: %v, as wanted: %v", what, err, ok)
		}
	}
	value, _, _, err := api.Query(ctx, "sum by (outcome) (shop_orders_total)", now)
	vector, _ := value.(prommodel.Vector)
	check("query", err, len(vector) == 2)
	value, _, _, err = api.Query(ctx, "1 + 1", now)
	scalar, _ := value.(*prommodel.Scalar)
	check("query of a scalar", err, scalar != nil && scalar.Value == 2)
	value, _, _, err = api.Query(ctx, "absent_metric", now)
	vector, _ = value.(prommodel.Vector)
	check("query of nothing", err, vector != nil && len(vector) == 0)
	value, _, _, err = api.QueryRange(ctx, "sum(rate(shop_orders_total[2m]))", promv1.Range{Start: from, End: now, Step: 30 * time.Second})
	matrix, _ := value.(prommodel.Matrix)
	check("range", err, len(matrix) == 1 && len(matrix[0].Values) > 10)
	series, _, _, err := api.Series(ctx, []string{`{job="shop/checkout", __name__=~"shop_.*"}`}, from, now)
	check("series", err, len(series) > 1)
	names, _, _, err := api.LabelNames(ctx, []string{"shop_orders_total"}, from, now)
	check("label names", err, slices.Contains(names, "payment_method"))
	values, _, _, err := api.LabelValues(ctx, "outcome", nil, from, now)
	check("label values", err, len(values) == 2)
	meta, err := api.Metadata(ctx, "shop_orders_total", "")
	check("metadata", err, len(meta["shop_orders_total"]) == 1 && meta["shop_orders_total"][0].Help == "Orders by outcome")
	exemplars, err := api.QueryExemplars(ctx, "http_server_request_duration_seconds_bucket", from, now)
	check("exemplars", err, len(exemplars) > 0 && len(exemplars[0].Exemplars) > 0 && exemplars[0].Exemplars[0].Labels["trace_id"] != "")
	rules, err := api.Rules(ctx, nil)
	check("rules", err, len(rules.Groups) > 10)
	some, err := api.Rules(ctx, []string{`{slo="availability"}`})
	check("some rules", err, len(some.Groups) > 0 && len(some.Groups) < len(rules.Groups))
	_, err = api.Alerts(ctx)
	check("alerts", err, true)
	info, err := api.Buildinfo(ctx)
	check("build info", err, info.Version != "")
	if _, _, _, err = api.Query(ctx, "sum(", now); err == nil || !strings.Contains(err.Error(), "bad_data") {
		t.Errorf("a query that does not parse gives %v", err)
	}
	if _, _, _, err = api.QueryRange(ctx, "up", promv1.Range{Start: from.Add(-1000 * time.Hour), End: now, Step: time.Second}); err == nil {
		t.Error("a range of millions of points is answered")
	}
}

// The rules fire here as they do anywhere.
func TestAlerts(t *testing.T) {
	t.Parallel()
	e := start(t, options())
	sell(t, e, 10)
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(time.Second) {
		var alerts struct {
			Active []struct{ Name, Service, State, Severity string }
		}
		fetch(t, e, "/api/obsboot/alerts", &alerts)
		for _, a := range alerts.Active {
			if a.Name == "SLOBurnRate" && a.Service == "payments" && a.State == "firing" {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("after an outage there are %+v", alerts.Active)
		}
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	e := start(t, options())
	sell(t, e, 2)
	changed := loadShop(t)
	changed.Services = changed.Services[:2]
	s, err := dev.NewSpec(changed, "http://127.0.0.1:8888")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.SetSpec(s); err != nil {
		t.Fatal(err)
	}
	var found struct{ Traces []any }
	fetch(t, e, "/api/obsboot/traces", &found)
	if len(found.Traces) == 0 {
		t.Error("a new spec loses traces")
	}
	e.SetProblems("Error: no such thing")
	s.Rules["checkout.yaml"] = []byte("groups: [{name: a, rules: [{record: b, expr: '('}]}]")
	if err := e.SetSpec(s); err == nil {
		t.Error("rules that do not parse were taken")
	}
	var status struct{ Problems struct{ Text string } }
	fetch(t, e, "/api/obsboot/status", &status)
	if status.Problems.Text != "Error: no such thing" {
		t.Errorf("the problems are %q", status.Problems.Text)
	}
}

func TestStrangers(t *testing.T) {
	t.Parallel()
	o := options()
	o.Token = "secret"
	e := start(t, o)
	page := "http://" + e.Ports().Page
	for name, test := range map[string]struct {
		path   string
		header map[string]string
		want   int
	}{
		"nobody":         {"/api/v1/labels", nil, 401},
		"bearer":         {"/api/v1/labels", map[string]string{"Authorization": "Bearer secret"}, 200},
		"cookie":         {"/", map[string]string{"Cookie": "obsboot_token=secret"}, 200},
		"wrong":          {"/", map[string]string{"Authorization": "Bearer secrets"}, 401},
		"address":        {"/logs?token=secret&q=a", nil, 303},
		"wrong address":  {"/?token=guess", nil, 401},
		"another name":   {"/", map[string]string{"Host": "rebound.example.com", "Cookie": "obsboot_token=secret"}, 403},
		"another origin": {"/api/v1/labels", map[string]string{"Origin": "https://example.com", "Cookie": "obsboot_token=secret"}, 403},
		"another site":   {"/api/v1/labels", map[string]string{"Sec-Fetch-Site": "cross-site", "Cookie": "obsboot_token=secret"}, 403},
		"a link to it":   {"/", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Cookie": "obsboot_token=secret"}, 200},
	} {
		if code, body := ask(t, page+test.path, test.header); code != test.want {
			t.Errorf("%s: status %d, want %d: %s", name, code, test.want, body)
		}
	}
	if code, _ := ask(t, "http://"+e.Ports().HTTP+"/v1/traces", map[string]string{"Origin": "https://example.com"}); code != 403 {
		t.Errorf("OTLP of another site: status %d", code)
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "example.com:0"} {
		o := options()
		o.OTLPHTTP = address
		s, err := dev.NewSpec(loadShop(t), "http://127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		if e, err := dev.Start(t.Context(), s, o); err == nil {
			t.Errorf("%s is listened on without a token", address)
			_ = e.Close()
		}
	}
}

// Garbage on every port changes nothing for the others.
func TestGarbage(t *testing.T) {
	t.Parallel()
	e := start(t, options())
	sell(t, e, 1)
	throw(t, 2*time.Second, e.Ports().Page, e.Ports().GRPC, e.Ports().HTTP)
	sell(t, e, 1)
	var found struct{ Traces []any }
	fetch(t, e, "/api/obsboot/traces?limit=500", &found)
	if len(found.Traces) != 160 {
		t.Errorf("found %d traces, want 160", len(found.Traces))
	}
}
