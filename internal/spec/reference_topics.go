package spec

// The examples in topics are fenced as hcl or json; tests check each of them.
var topicDocs = []TopicDoc{
	{"Expressions", expressionsTopic},
	{"Queries", queriesTopic},
	{"Files", filesTopic},
	{"Names", namesTopic},
	{"Checks", checksTopic},
}

const expressionsTopic = `A spec is written in HCL 2, as Terraform's files are. Wherever a value stands, an expression may:
strings with ` + "`${...}`" + `, heredocs, ` + "`a ? b : c`" + `, ` + "`[for x in list : x]`" + ` and the [functions](#functions).

| expression | is |
| --- | --- |
| ` + "`var.NAME`" + ` | the value of a [variable](#variable) |
| ` + "`local.NAME`" + ` | a value of a [locals](#locals) block |
| ` + "`service.NAME`" + `, ` + "`team.NAME`" + `, ` + "`profile.NAME`" + `, ` + "`database.NAME`" + `, ` + "`cache.NAME`" + `, ` + "`queue.NAME`" + `, ` + "`external.NAME`" + ` | a reference to that block |
| ` + "`service.NAME.name`" + ` | the name as a string, to use in texts |
| ` + "`series(...)`" + `, ` + "`${window}`" + ` | see [Queries](#queries) |

A name that holds other characters than letters, digits, ` + "`-` and `_`" + ` stands in brackets: ` + "`var[\"a b\"]`" + `.
A string with a reference's text, such as ` + "`\"team.web\"`" + `, does where an argument takes a reference; JSON needs it.
An argument that is ` + "`null`" + ` is as good as absent. To write ` + "`${`" + ` itself, write ` + "`$${`" + `.

` + "```hcl" + `
locals {
  slow    = ["GET /products", "POST /checkout"]
  channel = "#${service.storefront.name}-oncall"
}

service "storefront" {
  description = "Alerts go to ${local.channel}"
  http {
    route "GET /products" {}
    route "POST /checkout" {}
  }
  sli "latency" {
    objective = 99
    latency {
      threshold = var.strict ? "250ms" : "1s"
      routes    = [for route in local.slow : route if route != "GET /"]
    }
  }
}

variable "strict" {
  type    = bool
  default = false
}
` + "```" + `
`

const queriesTopic = "`series(metric, part, where)` gives the Prometheus series of a metric of the service, declared or\n" +
	"[standard](#standard-metrics), with its selector for this service. A metric, an attribute or a value that the service does not have is an error.\n" + `
| argument | is |
| --- | --- |
| ` + "`metric`" + ` | the OpenTelemetry name, such as ` + "`\"shop.orders\"`" + ` |
| ` + "`part`" + ` | of histograms: ` + "`\"bucket\"`, `\"count\"` or `\"sum\"`" + `. All other metrics, and native histograms, are a single series; leave it out |
| ` + "`where`" + ` | an object of attributes and the value of each; may be left out |

` + "```hcl" + `
panel "Share of failed orders" {
  promql = "sum(rate(${series("shop.orders", { outcome = "failed" })}[5m])) / sum(rate(${series("shop.orders")}[5m]))"
}

panel "Slowest tenth of GET /products" {
  promql = "histogram_quantile(0.9, sum by (le) (rate(${series("http.server.request.duration", "bucket", { "http.route" = "/products" })}[5m])))"
}
` + "```" + `

` + "`series` works in the arguments of SLIs, KPIs, capacities, alerts and panels, and of the profiles that hold them.\n" + `
` + "`${window}` stands for the range in the `promql` of `total`, `good` and `bad` of an SLI of `events`, which is evaluated over several\n" +
	"windows. There it must stand; everywhere else write a range such as `5m`.\n"

const filesTopic = `A spec is a file, or a folder with ` + "`obsboot.hcl` and any `*.obsboot.hcl`" + `. Files whose name starts with a dot are left out.
The blocks of all files are one spec. Files are UTF-8, 16 MiB at most. Brackets, blocks and templates nest
100 levels deep at most, and an expression has 1000 operators at most.

**Include.** ` + "`include`" + ` of the [system](#system) block adds files that live elsewhere, such as beside each service's code. It takes globs
relative to the file that it stands in: ` + "`*`, `**`, `?`, `[abc]` and `{a,b}`" + ` work. A glob that matches nothing is an error, as is a file outside
of the spec's folder and one that leads back to itself. Paths of folders in an included file are relative to that file.

**Override.** The blocks of ` + "`override.obsboot.hcl` and `*_override.obsboot.hcl`" + ` add nothing: each changes the block of the same type and labels in the
other files, as in Terraform. An argument replaces the argument; nested blocks replace all nested blocks of their type; a local value replaces the
local value. A block that finds nothing to change is an error.

**JSON.** A file whose name ends in ` + "`.json`, as `obsboot.hcl.json`" + `, is HCL's JSON syntax: labels are nested keys, several blocks are a list, and
references and types are strings.

` + "```json" + `
{
  "system": { "shop": { "environment": "prod" } },
  "variable": { "objective": { "type": "number", "default": 99.9 } },
  "team": { "web": {} },
  "service": {
    "storefront": {
      "team": "team.web",
      "http": { "route": { "GET /products": {} } },
      "counter": { "shop.orders": { "attribute": { "outcome": { "values": ["placed", "failed"] } } } },
      "sli": { "availability": { "objective": "${var.objective}", "availability": {} } }
    }
  }
}
` + "```" + `
`

const namesTopic = `Two blocks of one type in the same place have different labels. Only ` + "[`notify`](#team-notify)" + ` blocks may repeat a kind.

Some names become names elsewhere, where less is told apart. What would become the same there is an error too:

| names | become |
| --- | --- |
| services | UIDs and files, in which case and punctuation are lost: ` + "`Web_shop` and `web-shop`" + ` collide |
| SLIs, KPIs, capacities and alerts of a service, each among themselves | rules and files, likewise |
| metrics of a service, declared and [standard](#standard-metrics) | Prometheus series: ` + "`shop.orders` and `shop_orders`" + ` collide |
| attributes of a signal | Prometheus labels |
| signals, attributes and values, with ` + "`instrument \"go\"`" + ` | Go identifiers |
| ` + "`dir` of `instrument`" + ` blocks | folders |

Labels in ` + "`labels`" + ` are named as in Prometheus: a letter or ` + "`_`, then letters, digits and `_`, not starting with `__`" + `. These are taken:
` + "`alertname`, `instance`, `job`, `le`, `quantile`, `service`, `severity`, `sli`, `slo`, `team`, `tier`, `window`" + `.
`

const checksTopic = "`obsboot validate` reports all problems in one run, each with its place and what to write instead. Errors are, among others:\n" + `
- blocks and arguments that do not exist or are missing, values of the wrong type or out of range
- references, metrics, attributes, values, routes and other names that are not declared
- names that collide, and cycles of locals and of includes
- PromQL and LogQL that do not parse, or give what cannot be used in that place
- SLIs that nothing measures, and latency thresholds that are no bucket bound
- objectives of 100, written as a fraction, or with an alert that can never fire
- metrics whose attributes and buckets can make more series than ` + "`max_series`" + `
- secrets, paths that leave the spec's folder, images without a version, ports taken twice

Warnings do not keep a spec from working:

- a query reads a series or a label that nothing in the spec emits
- a service has no team, although there are teams
- a profile that no service takes; nothing in it was checked
- a reference that stands twice in a list
- a latency threshold on a ` + "`source`" + ` without ` + "`buckets`" + `
- metrics are kept for a shorter time than the window of an SLO
`
