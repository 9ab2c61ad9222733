# What the peers' rule files in peers/ are about, as a spec.

system "peers" {}

service "api" {
  http {}

  source "prometheus" {
    targets = ["api:8080"]

    http {
      duration = "http_request_duration_seconds"
      status   = "code"
      buckets  = [0.1, 0.25, 0.5, 1]
    }
  }

  counter "http_requests_total" {
    attribute "code" { values = ["200", "204", "404", "500", "503"] }
  }

  sli "availability" {
    objective = 99.9

    events {
      total { promql = "sum(rate(http_requests_total{job=\"api\"}[${window}]))" }
      bad { promql = "sum(rate(http_requests_total{job=\"api\",code=~\"5..\"}[${window}]))" }
    }
  }

  sli "latency" {
    objective = 99

    latency {
      threshold      = "500ms"
      count_failures = true
    }
  }
}
