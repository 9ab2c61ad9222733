package spec

var serviceBlocks = []BlockDoc{
	{
		Title: "service",
		Paths: []string{"service"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " Referred to as `service.NAME`. It is the `service.name` of its telemetry."},
		Count: AnyNumber,
		Text: "One deployable part: who owns it, the work it does, the signals it emits, what it promises and what is watched. " +
			"By its work, `calls`, `uses` and `instrument` it emits [standard metrics](#standard-metrics) without declaring them.",
		Example: `service "storefront" {
  description = "Serves the shop's pages"
  tier        = 1
  labels      = { product = "shop" }
  calls       = [service.payments, external.acquirer]
  uses        = [database.orders, cache.sessions]

  http {
    route "GET /products" {}
  }
}`,
		Arguments: []ArgumentDoc{
			described("What it does, for people."),
			{Name: "team", Type: "ref", Text: "The `team` that owns it. Without one its alerts tell nobody."},
			{Name: "tier", Type: "number", Default: "3", Min: "1", Max: "4", Whole: true, Text: "How critical it is: 1 is the most."},
			{Name: "labels", Type: "map", Text: "Labels of the service. [Some names are taken](#names)."},
			{Name: "profiles", Type: "refs", Text: "The `profile` blocks that it takes over; the later wins over the earlier."},
			{Name: "calls", Type: "refs", Text: "The `service` and `external` blocks that it calls."},
			{Name: "uses", Type: "refs", Text: "The `database`, `cache` and `queue` blocks that it uses."},
		},
	},
}

var workBlocks = []BlockDoc{
	{
		Title: "http",
		Paths: []string{"service.http"},
		Count: AtMostOne,
		Text:  "The service serves HTTP. An empty block is enough to measure it.",
		Example: `http {
  route "GET /products" {}
  route "GET /products/{id}" {}
}`,
	},
	{
		Title: "http route",
		Paths: []string{"service.http.route"},
		Label: &LabelDoc{Name: "name", Text: "A method and a path, or a path alone: `GET /products/{id}`. No spaces in the path; 255 characters at most."},
		Count: AnyNumber,
		Text:  "A route of the HTTP server. SLIs name it in `routes`.",
		Example: `http {
  route "POST /checkout" {
    description = "Where the money comes in"
  }
}`,
		Arguments: []ArgumentDoc{described("What it is for.")},
	},
	{
		Title: "grpc",
		Paths: []string{"service.grpc"},
		Count: AtMostOne,
		Text:  "The service serves gRPC. An empty block is enough to measure it.",
		Example: `grpc {
  method "shop.v1.Checkout/PlaceOrder" {}
}`,
	},
	{
		Title: "grpc method",
		Paths: []string{"service.grpc.method"},
		Label: &LabelDoc{Name: "name", Text: "A gRPC service with its package, a slash and a method: `shop.v1.Checkout/PlaceOrder`. 255 characters at most."},
		Count: AnyNumber,
		Text:  "A method of the gRPC server. SLIs name it in `methods`.",
		Example: `grpc {
  method "shop.v1.Checkout/GetOrder" {
    description = "Read by the order page"
  }
}`,
		Arguments: []ArgumentDoc{described("What it is for.")},
	},
	{
		Title: "consumer",
		Paths: []string{"service.consumer"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax},
		Count: AnyNumber,
		Text:  "The service processes the messages of a queue. SLIs name it in `consumers`.",
		Example: `consumer "paid" {
  queue       = queue.paid
  description = "Ships what was paid"
}`,
		Arguments: []ArgumentDoc{
			{Name: "queue", Type: "ref", Required: true, Text: "The `queue` whose messages it processes."},
			described("What it does with them."),
		},
	},
	{
		Title: "job",
		Paths: []string{"service.job"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax},
		Count: AnyNumber,
		Text:  "Work on a schedule. SLIs name it in `jobs`.",
		Example: `job "reconcile" {
  every       = "1h"
  description = "Compares shipments with payments"
}`,
		Arguments: []ArgumentDoc{
			{Name: "every", Type: "duration", Required: true, Min: `"1s"`, Max: `"366d"`, Text: "The time from one run to the next."},
			described("What it does."),
		},
	},
}
