# Every feature of the Go helpers, in one service.
system "everything" {
  description = "What the helpers can do"
  environment = "test"
}

service "all" {
  description = "Emits one of each"
  tier        = 1
  calls       = [external.partner]
  uses        = [queue.paid, queue.audit, queue.mail]

  http {
    route "GET /items" {}
    route "GET /items/{id}" {}
    route "POST /items" {}
  }

  consumer "shipping" {
    description = "Ships what was paid"
    queue       = queue.paid
  }

  consumer "auditor" { queue = queue.audit }

  consumer "mailer" { queue = queue.mail }

  job "sweep" {
    description = "Removes what is old"
    every       = "1h"
  }

  counter "orders" {
    description = "Orders by outcome"
    unit        = "{order}"

    attribute "payment.method" { values = ["card", "paypal", "invoice"] }
    attribute "outcome" { values = ["placed", "out_of_stock", "payment_refused", "failed"] }
    attribute "new.customer" { type = bool }
  }

  counter "energy" {
    description = "Energy that was used"
    unit        = "kWh"
  }

  counter "lookups" {
    description = "Lookups by who asked"

    attribute "tenant" {
      description = "Who asked"
      type        = string

      max_cardinality = 50
    }
    attribute "outcome" { values = ["hit", "miss"] }
  }

  updowncounter "sessions" {
    description = "Open sessions"
    unit        = "{session}"
  }

  updowncounter "balance" {
    unit = "EUR"

    attribute "account" {
      type            = string
      max_cardinality = 3
    }
  }

  gauge "backlog" {
    description = "Orders that wait"
    unit        = "{order}"
  }

  gauge "temperature" {
    unit = "Cel"

    attribute "room" {
      type            = number
      max_cardinality = 4
    }
    attribute "type" { type = bool }
  }

  histogram "order.value" {
    description = "Value of orders"
    unit        = "EUR"
    buckets     = [5, 10, 25, 50, 100, 250, 500, 1000]

    attribute "payment.method" { values = ["invoice", "card", "paypal"] }
  }

  histogram "step.duration" {
    description = "How long a step took"
    unit        = "s"

    attribute "step" { values = ["reserve", "charge"] }
  }

  histogram "wait" {
    unit = "ms"

    attribute "queue" {
      type            = string
      max_cardinality = 10
    }
  }

  histogram "payload" {
    unit   = "By"
    native = true

    attribute "outcome" { values = ["sent", "dropped"] }
  }

  histogram "fan.out" {
    unit   = "{call}"
    native = true

    attribute "tenant" {
      type            = string
      max_cardinality = 5
    }
  }

  span "reserve stock" {
    description = "Takes what was ordered out of the stock"

    attribute "order.id" { type = string }
    attribute "order.lines" { type = number }
    attribute "express" { type = bool }
    attribute "reason" { values = ["new", "retry"] }
  }

  span "tick" {}

  event "order.rejected" {
    description = "An order that we turned away"
    severity    = "warn"

    attribute "order.id" {
      description = "Which order"
      type        = string
    }
    attribute "reason" { values = ["out_of_stock", "payment_refused"] }
    attribute "lines" { type = number }
    attribute "range" { type = bool }
  }

  event "started" {}

  sli "steps" {
    objective = 99

    latency {
      threshold = "300ms"
      metric    = "step.duration"
    }
  }

  sli "shipping" {
    objective = 99
    availability { consumers = ["shipping"] }
  }

  sli "latency" {
    objective = 99
    latency { threshold = "333ms" }
  }

  instrument "go" {
    package = "everything"
    dir     = "everything"
  }
}

external "partner" {
  protocol = "http"
}

queue "paid" {
  description = "Orders that were paid"
  system      = "nats"
  destination = "orders.paid"
}

queue "audit" {
  system = "kafka"
}

queue "mail" {
  system = "rabbitmq"
}
