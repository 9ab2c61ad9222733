# The stack of the tests: free ports in place of the usual ones.

variable "ports" {
  type = map(number)
}

variable "ratio" {
  type    = number
  default = 1
}

variable "logs" {
  default = "7d"
}

system "e2e" {
  description = "What the tests send"
  environment = "e2e"
}

stack "local" {
  retention {
    logs = var.logs
  }

  ports {
    grafana      = var.ports.grafana
    prometheus   = var.ports.prometheus
    alertmanager = var.ports.alertmanager
    loki         = var.ports.loki
    tempo        = var.ports.tempo
    otlp_grpc    = var.ports.otlp_grpc
    otlp_http    = var.ports.otlp_http
  }

  sampling {
    keep_errors      = true
    keep_slower_than = "500ms"
    ratio            = var.ratio
  }
}

team "e2e" {
  notify "webhook" {
    url_file = "secrets/hook"
  }
}

service "shop" {
  team = team.e2e

  http {
    route "GET /products" {}
  }

  counter "load.work" {
    attribute "slot" {
      type            = string
      max_cardinality = 10000
    }
  }

  sli "accepted" {
    objective = 99
    window    = "7d"

    logs {
      total {
        logql = "{service_name=\"shop\"}"
      }
      bad {
        logql = "{service_name=\"shop\"} |= \"refused\""
      }
    }
  }

  alert "too-many-orders" {
    summary  = "The test sent an order"
    severity = "page"
    promql   = "sum(${series("load.work")}) > 0"
  }
}
