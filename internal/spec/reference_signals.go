package spec

// instrumentSyntax is what the names of metrics look like.
const instrumentSyntax = "An OpenTelemetry instrument name: a letter, then letters, digits, `.`, `_`, `-` and `/`; 255 characters at most. " +
	"A service with a `source` writes the name of the Prometheus series instead."

func metricArguments(description string, more ...ArgumentDoc) []ArgumentDoc {
	return append([]ArgumentDoc{
		described(description),
		{Name: "unit", Type: "text", Text: "In UCUM: `s`, `By`, `{order}`, `EUR`. 63 ASCII characters at most, no spaces. It becomes part of the name in Prometheus."},
		{
			Name: "max_series", Type: "number", Default: "10000", Min: "1", Max: "10000000", Whole: true,
			Text: "The budget: how many series an instance may make. More possible combinations of attribute values, and buckets, are an error.",
		},
	}, more...)
}

var signalBlocks = []BlockDoc{
	{
		Title: "counter",
		Paths: []string{"service.counter"},
		Label: &LabelDoc{Name: "name", Text: instrumentSyntax},
		Count: AnyNumber,
		Text:  "A number that only grows: things that happened. Prometheus knows `shop.orders` as `shop_orders_total`.",
		Example: `counter "shop.orders" {
  description = "Orders by outcome"
  unit        = "{order}"

  attribute "outcome" {
    values = ["placed", "refused", "failed"]
  }
}`,
		Arguments: metricArguments("What is counted."),
	},
	{
		Title: "updowncounter",
		Paths: []string{"service.updowncounter"},
		Label: &LabelDoc{Name: "name", Text: instrumentSyntax},
		Count: AnyNumber,
		Text:  "A number that goes up and down as things come and go, and that adds up over instances.",
		Example: `updowncounter "shop.carts.open" {
  description = "Carts that somebody fills"
  unit        = "{cart}"
}`,
		Arguments: metricArguments("What is counted."),
	},
	{
		Title: "gauge",
		Paths: []string{"service.gauge"},
		Label: &LabelDoc{Name: "name", Text: instrumentSyntax},
		Count: AnyNumber,
		Text:  "A value at a time, such as a temperature or the length of a backlog.",
		Example: `gauge "shop.backlog" {
  description = "Paid orders that wait to be shipped"
  unit        = "{order}"
}`,
		Arguments: metricArguments("What is measured."),
	},
	{
		Title: "histogram",
		Paths: []string{"service.histogram"},
		Label: &LabelDoc{Name: "name", Text: instrumentSyntax},
		Count: AnyNumber,
		Text: "A distribution of values. A latency SLI that is measured on it has one of its bucket bounds as `threshold`; " +
			"where `buckets` is left out, the threshold becomes one.",
		Example: `histogram "shop.order.value" {
  description = "Value of placed orders"
  unit        = "EUR"
  buckets     = [5, 10, 25, 50, 100, 250, 500, 1000]

  attribute "payment.method" {
    values = ["card", "invoice"]
  }
}`,
		Arguments: metricArguments("What is measured.",
			ArgumentDoc{Name: "buckets", Type: "numbers", Without: "usual bounds for the unit", Text: "Upper bounds in the histogram's unit, growing. " +
				"Without it: 0.005 to 10 for `s`, 5 to 10000 for `ms`, 256 to 16777216 for `By`, 0.1 to 1 for `1`, and 1, 2, 5, 10 to 10000 for all other units."},
			ArgumentDoc{Name: "native", Type: "bool", Default: "false", Text: "Exponential buckets, a native histogram in Prometheus. It takes no `buckets`, and is a single series."},
		),
	},
	{
		Title: "attribute",
		Paths: []string{
			"service.counter.attribute", "service.updowncounter.attribute", "service.gauge.attribute", "service.histogram.attribute",
			"service.span.attribute", "service.event.attribute",
		},
		Label: &LabelDoc{Name: "name", Text: "An OpenTelemetry attribute name: a letter, then letters, digits, `.`, `_` and `-`; 128 characters at most. " +
			"Prometheus knows `payment.method` as `payment_method`. On metrics `instance`, `job`, `le` and `quantile` are taken."},
		Count: AnyNumber,
		Text: "An attribute of a signal. With `values`, or of type `bool`, it is closed: other values are not possible. " +
			"Any other is open.",
		Example: `counter "shop.searches" {
  attribute "shop.tenant" {
    type            = string
    max_cardinality = 50
  }
  attribute "outcome" {
    description = "How it ended"
    values      = ["found", "nothing"]
  }
}`,
		Arguments: []ArgumentDoc{
			described("What it says."),
			{Name: "values", Type: "texts", Text: "All values that it can have: one at least, 255 bytes each. It goes without `type`."},
			{Name: "type", Type: "type", Default: "string", Values: []string{"string", "number", "bool"}, Text: "The type of its values."},
			{
				Name: "max_cardinality", Type: "number", Default: "100", Min: "1", Max: "100000", Whole: true,
				Text: "Open attributes of metrics only: how many values are told apart. Further ones become one overflow value.",
			},
		},
	},
	{
		Title: "span",
		Paths: []string{"service.span"},
		Label: &LabelDoc{Name: "name", Text: "1 to 255 characters, no control characters."},
		Count: AnyNumber,
		Text:  "A named piece of work inside the service, as a span of its traces.",
		Example: `span "reserve stock" {
  description = "Takes the lines of an order from the stock"

  attribute "order.lines" {
    type = number
  }
}`,
		Arguments: []ArgumentDoc{described("What is done.")},
	},
	{
		Title: "event",
		Paths: []string{"service.event"},
		Label: &LabelDoc{Name: "name", Text: "1 to 255 characters, no control characters."},
		Count: AnyNumber,
		Text:  "Something worth a structured log record.",
		Example: `event "order.rejected" {
  description = "An order that we turned away"
  severity    = "warn"

  attribute "reason" {
    values = ["out_of_stock", "payment_refused"]
  }
}`,
		Arguments: []ArgumentDoc{
			described("What happened."),
			{Name: "severity", Type: "text", Default: `"info"`, Values: []string{"debug", "info", "warn", "error"}, Text: "The severity of the record."},
		},
	},
}
