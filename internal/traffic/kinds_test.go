package traffic_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/traffic"
)

// kindsSpec has what the shop has not: a service that is scraped, in
// milliseconds, calls in circles, and the other kinds of SLIs.
const kindsSpec = `
system "kinds" { labels = { org = "acme" } }

queue "there" { system = "kafka" }
queue "back" { system = "kafka" }

service "legacy" {
  calls = [service.web]
  http {
    route "GET /old" {}
  }

  source "prometheus" {
    targets = ["a:8080", "b:8080", "c:8080"]

    http {
      duration = "old_duration_ms"
      unit     = "ms"
      route    = "path"
      status   = "code"
      buckets  = [10, 100, 1000, 5000]
    }
  }

  gauge "old_queue_length" {}

  sli "availability" {
    objective = 99
    availability {}
  }
  sli "latency" {
    objective = 95
    latency { threshold = "100ms" }
  }
  sli "queue" {
    objective = 99
    slices {
      metric = "old_queue_length"
      above  = 5
      below  = 50
    }
  }
}

service "web" {
  calls = [service.back]
  uses  = [queue.there]
  http {
    route "POST /do" {}
  }

  histogram "web.lag" {
    unit    = "ms"
    buckets = [10, 200, 3000]
  }
  counter "web.good" {}
  counter "web.all" {
    attribute "tenant" {
      type            = string
      max_cardinality = 3
    }
  }

  sli "lag" {
    objective = 99
    latency {
      metric    = "web.lag"
      threshold = "200ms"
    }
  }
  sli "good" {
    objective = 99
    events {
      total { metric = "web.all" }
      good { metric = "web.good" }
    }
  }
  sli "written" {
    objective = 99
    events {
      total { promql = "sum(rate(${series("web.all")}[${window}]))" }
      bad { promql = "sum(rate(${series("web.all")}[${window}])) - sum(rate(${series("web.good")}[${window}]))" }
    }
  }
  sli "logged" {
    objective = 99
    logs {
      total { logql = "{service_name=\"web\"}" }
      bad { logql = "{service_name=\"web\"} |= \"failed\"" }
    }
  }
}

service "back" {
  calls = [service.web]
  uses  = [queue.back]
  grpc {
    method "kinds.v1.Back/Do" {}
  }
  consumer "there" { queue = queue.there }
}

service "echo" {
  uses = [queue.there]
  consumer "back" { queue = queue.back }

  sli "processing" {
    objective = 99
    availability {}
  }
}
`

// TestEveryKind has an incident of each SLI make the share of bad events that it
// should, and no more than the budget before.
func TestEveryKind(t *testing.T) {
	sys := parse(t, kindsSpec)
	for i := range sys.Services {
		s := &sys.Services[i]
		for j := range s.SLIs {
			sli := &s.SLIs[j]
			f, ok := traffic.Incident(s, sli, 0.4)
			if sli.Name == "written" {
				if ok {
					t.Errorf("%s: nothing is known of what it reads", sli.Name)
				}
				continue
			}
			if !ok {
				t.Errorf("%s/%s has no incident", s.Name, sli.Name)
			}
			if f.After = time.Hour; sli.Logs != nil {
				continue // Loki's ruler evaluates it
			}
			m := newModel(t, sys, traffic.Options{Seed: 1, Rate: 60, Start: noon, Faults: []traffic.Fault{f}})
			window, tolerance := 30*time.Minute, 0.2
			if sli.Slices != nil {
				window, tolerance = 55*time.Minute, 0.4 // there are few slices
			}
			rates := query.SLIRates(s, sli, window, "")
			want, err := traffic.ReadBy(rates.Errors, rates.Total)
			if err != nil {
				t.Fatal(err)
			}
			storage := stored(t, m.Series(traffic.Span{From: noon, To: noon.Add(2 * time.Hour), Step: 15 * time.Second}, want))
			ratio := fmt.Sprintf("(%s) / (%s)", rates.Errors, rates.Total)
			if before := value(t, storage, ratio, noon.Add(time.Hour)); before > 0.01 {
				t.Errorf("%s/%s: %.4f are bad without an incident", s.Name, sli.Name, before)
			}
			near(t, s.Name+"/"+sli.Name, value(t, storage, ratio, noon.Add(2*time.Hour)), 0.4, tolerance)
		}
	}
}

// TestSource has a service with a source look as Prometheus scrapes it.
func TestSource(t *testing.T) {
	m := newModel(t, parse(t, kindsSpec), traffic.Options{Seed: 1, Start: noon, Faults: []traffic.Fault{fault(t, "legacy:outage,after=30m,for=10m")}})
	storage := stored(t, m.Series(span(1), nil))
	for query, want := range map[string]float64{
		`count(up{job="legacy"})`: 3,
		`count(old_duration_ms_bucket{le="100.0",path="/old",code="200",method="GET"})`: 3,
		`count(old_duration_ms_bucket{le="100"}) or vector(0)`:                          0,
		`count(target_info{job="legacy"}) or vector(0)`:                                 0,
		`count(target_info{job="kinds/web"})`:                                           2,
		`count(slo:events:rate{service="web",slo="logged",org="acme"})`:                 1,
		`count(up{job="obsboot/prometheus"})`:                                           1,
	} {
		if got := value(t, storage, query, noon.Add(20*time.Minute)); got != want {
			t.Errorf("%s is %g, want %g", query, got, want)
		}
	}
	v, err := storage.Query(context.Background(), `sum(rate(old_duration_ms_sum[5m])) / sum(rate(old_duration_ms_count[5m]))`, noon.Add(20*time.Minute))
	if err != nil || len(v) != 1 || v[0].F < 5 || v[0].F > 200 {
		t.Errorf("a request takes %v milliseconds: %v", v, err)
	}
	if up := value(t, storage, `sum(up{job="legacy"})`, noon.Add(35*time.Minute)); up != 0 {
		t.Errorf("during an outage %g instances are up", up)
	}
}
