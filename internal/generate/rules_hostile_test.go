package generate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/rehearse"
)

// serviceNamed is the text as a service's name. The language lets no name of a block
// hold a brace; as labels of a group, which recording rules share, they cannot be
// quoted for templates.
func serviceNamed(text string) string { return strings.ReplaceAll(text, "{{", "") }

// hostileSystem has a text wherever a spec has one that rules take over.
func hostileSystem(text string) *model.System {
	const duration = "http_server_request_duration_seconds"
	orders := model.EventCount{Metric: "orders", Where: []model.Where{{Attribute: "outcome", Values: []string{text, text + "x"}}}}
	return &model.System{
		Name: "x", Spec: "obsboot.hcl",
		Labels: []model.Label{{Name: "org", Value: text}},
		Services: []model.Service{{
			Name: serviceNamed(text), Team: text, Job: text,
			Metrics: []model.Metric{
				{
					Name: "http.server.request.duration", Kind: model.Histogram, Series: duration, Buckets: []float64{1},
					Attributes: []model.Attribute{{Name: "http.route", Label: "http_route"}, {Name: "http.request.method", Label: "http_request_method"}, {Name: "http.response.status_code", Label: "http_response_status_code"}},
				},
				{Name: "orders", Kind: model.Counter, Series: "orders_total", Attributes: []model.Attribute{{Name: "outcome", Label: "outcome"}}},
			},
			SLIs: []model.SLI{
				hostileSLO(serviceNamed(text), model.SLI{Kind: model.Availability, Requests: &model.Requests{
					Work: model.WorkHTTP, Metric: "http.server.request.duration", Names: []string{"GET /" + text, "GET /" + text + "x"},
				}}),
				hostileSLO(serviceNamed(text)+" events", model.SLI{Kind: model.Events, Events: &model.EventSLI{Total: model.EventCount{Metric: "orders"}, Bad: &orders}}),
			},
			Alerts: []model.Alert{{
				Name: "Own", Summary: text, Description: text, Severity: model.Page, Query: model.Query{Text: "vector(1)"},
				Labels: []model.Label{{Name: "more", Value: text}},
			}},
		}},
	}
}

func hostileSLO(name string, sli model.SLI) model.SLI {
	sli.Name, sli.Objective, sli.Window = name, 99_000_000, model.Window{Days: 30}
	sli.Alerting = model.Alerting{Page: true, Ticket: true, MissingData: true}
	return sli
}

// TestHostileRules has everything of a service fail, with texts that mean
// something to PromQL, to templates and to YAML in every name and value: rules
// count what they are to count and nothing else, and alerts carry the same text.
func TestHostileRules(t *testing.T) {
	for _, text := range hostile {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			files, err := generate.Rules(hostileSystem(text))
			if err != nil {
				t.Fatal(err)
			}
			r := hostileRehearsal(t, text)
			if err := r.Load("rules", files[0].Content, nil); err != nil {
				t.Fatal(err)
			}
			if err := r.Play(context.Background(), hostileStart.Add(9*time.Minute), hostileStart.Add(10*time.Minute)); err != nil {
				t.Fatal(err)
			}
			service := serviceNamed(text)
			var got []string
			for _, e := range r.Alerts() {
				if e.Labels.Get("service") != service || e.Labels.Get("team") != text || e.Labels.Get("org") != text {
					t.Errorf("%s", e.Labels)
				}
				switch name := e.Labels.Get("alertname"); name {
				case "Own":
					if e.Labels.Get("more") != text || e.Annotations.Get("summary") != text || e.Annotations.Get("description") != text {
						t.Errorf("%v %v", e.Labels, e.Annotations)
					}
					got = append(got, name)
				case "SLOBurnRate":
					slo := e.Labels.Get("slo")
					if want := service + "/" + slo + " burns its error budget 50 times too fast"; e.Annotations.Get("summary") != want {
						t.Errorf("got %q, want %q", e.Annotations.Get("summary"), want)
					}
					got = append(got, slo+" "+e.Labels.Get("window"))
				default:
					t.Errorf("%s fires", name)
				}
			}
			slices.Sort(got)
			want := []string{"Own"}
			for _, window := range []string{"1d", "1h", "3d", "6h"} {
				want = append(want, service+" "+window, service+" events "+window)
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

var hostileStart = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// hostileRehearsal has half of the requests and orders fail; those of others,
// whose names a careless matcher would take along, are all fine.
func hostileRehearsal(t *testing.T, text string) *rehearse.Rehearsal {
	t.Helper()
	storage, err := rehearse.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = storage.Close() })
	feed := func(rate float64, pairs ...string) {
		var samples []rehearse.Sample
		for second := 0.0; second <= 600; second += 30 {
			samples = append(samples, rehearse.Sample{At: hostileStart.Add(time.Duration(second) * time.Second), Value: rate * second})
		}
		if err := storage.Append(context.Background(), labels.FromStrings(pairs...), slices.Values(samples)); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []struct {
		job, text string
		failed    float64
	}{{text, text, 1}, {text + "y", text, 0}, {text, "y" + text, 0}, {"y", "y", 0}} {
		for code, rate := range map[string]float64{"200": 2 - other.failed, "500": other.failed} {
			feed(rate, "__name__", "http_server_request_duration_seconds_count", "job", other.job, "http_request_method", "GET", "http_route", "/"+other.text, "http_response_status_code", code)
		}
		outcome := other.text
		if other.failed == 0 {
			outcome = "fine"
		}
		feed(1, "__name__", "orders_total", "job", other.job, "outcome", outcome, "other", other.text)
	}
	return rehearse.New(storage)
}
