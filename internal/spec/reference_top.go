package spec

var topBlocks = []BlockDoc{
	{
		Title: "variable",
		Paths: []string{"variable"},
		Label: &LabelDoc{Name: "name", Text: "Expressions read it as `var.NAME`."},
		Count: AnyNumber,
		Text: "An input of the spec. It is set, the later over the earlier, by its default, the environment variable " +
			"`OBSBOOT_VAR_name`, files given with `-var-file`, and `-var name=value`. Without any of them the spec is invalid.",
		Example: `variable "environment" {
  type        = string
  default     = "local"
  description = "Where the system runs"

  validation {
    condition     = contains(["local", "prod"], var.environment)
    error_message = "It is local or prod."
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "type", Type: "type", Without: "any type", Text: "`string`, `number`, `bool`, `any`, or made of them: `list(string)`, `map(number)`, `object({ name = string })` and so on. " +
				"Values are converted to it. From the environment and `-var` a variable without a type is a string, and lists and objects are written in HCL."},
			{Name: "default", Type: "value", Without: "a value must be given", Text: "The value when none is given. It may call functions; it cannot refer to anything."},
			described("What the variable is for."),
		},
	},
	{
		Title: "variable validation",
		Paths: []string{"variable.validation"},
		Count: AnyNumber,
		Text:  "A condition that the variable's value must meet.",
		Example: `variable "shards" {
  type    = number
  default = 4

  validation {
    condition     = var.shards >= 1
    error_message = "There is at least one shard."
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "condition", Type: "bool", Required: true, Text: "True for good values. It may read every `var` and `local`."},
			{Name: "error_message", Type: "text", Required: true, Text: "What the user reads if it is false."},
		},
	},
	{
		Title: "locals",
		Paths: []string{"locals"},
		Count: AnyNumber,
		Text: "Named values. Each argument is one, its name free to choose; expressions read it as `local.NAME`. " +
			"Locals may use variables, functions, references and each other, but not in circles.",
		Example: `locals {
  snappy = "250ms"
  org    = upper("acme")
  labels = { org = local.org }
}`,
	},
	{
		Title: "system",
		Paths: []string{"system"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " It is the `service.namespace` of all services."},
		Count: One,
		Text:  "What the spec is about. A file that is included may repeat the block, with the same name and only `include` in it.",
		Example: `system "shop" {
  description = "A small web shop"
  environment = "prod"
  labels      = { org = "acme" }
}`,
		Arguments: []ArgumentDoc{
			described("One sentence for people."),
			{Name: "environment", Type: "text", Default: `"local"`, Text: "Where the system runs: the value of `deployment.environment.name`."},
			{Name: "labels", Type: "map", Text: "Put on every rule. [Some names are taken](#names)."},
			{Name: "include", Type: "texts", Text: "Further files of the spec, as globs: see [Files](#files). Plain strings only: no variables, no functions."},
		},
	},
}

var teamBlocks = []BlockDoc{
	{
		Title: "team",
		Paths: []string{"team"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " Referred to as `team.NAME`."},
		Count: AnyNumber,
		Text:  "People who own services and are told of their alerts.",
		Example: `team "web" {
  description = "Storefront and checkout"

  notify "slack" {
    channel      = "#web-oncall"
    api_url_file = "secrets/slack-web"
  }
}`,
		Arguments: []ArgumentDoc{described("What the team does.")},
	},
	{
		Title: "team notify",
		Paths: []string{"team.notify"},
		Label: &LabelDoc{
			Name:   "kind",
			Values: []string{"slack", "pagerduty", "email", "webhook", "opsgenie", "teams"},
			Text:   "Several blocks may have the same kind.",
		},
		Count: AnyNumber,
		Text: "One way to reach a team. The kind says which arguments it takes. " +
			"Secrets do not stand in a spec: an argument that would hold one is refused, and its `_file` sibling names the file that does.",
		Example: `team "money" {
  notify "pagerduty" {
    severities       = ["page"]
    routing_key_file = "secrets/pagerduty-money"
  }

  notify "email" {
    severities         = ["ticket"]
    to                 = "money@example.com"
    from               = "alerts@example.com"
    smarthost          = "smtp.example.com:587"
    auth_username      = "alerts"
    auth_password_file = "secrets/smtp"
  }

  notify "slack" {
    channel      = "#money"
    api_url_file = "secrets/slack-money"
  }

  notify "webhook" {
    url_file = "secrets/webhook"
  }

  notify "opsgenie" {
    api_key_file = "secrets/opsgenie"
  }

  notify "teams" {
    webhook_url_file = "secrets/teams"
  }
}`,
		Arguments: []ArgumentDoc{
			{Name: "severities", Type: "texts", Default: `["page", "ticket"]`, Values: []string{"page", "ticket"}, Text: "Which alerts go this way: a page must be looked at now, a ticket in working hours."},
			{Name: "channel", Type: "text", Text: "`slack`, required: the channel."},
			{Name: "api_url_file", Type: "secretfile", Text: "`slack`, required: file with the URL of the incoming webhook."},
			{Name: "routing_key_file", Type: "secretfile", Text: "`pagerduty`, required: file with the integration key."},
			{Name: "to", Type: "text", Text: "`email`, required: the address that is written to, or several with commas between them."},
			{Name: "from", Type: "text", Text: "`email`: the sender's address; without it that of [smtp](#stack-smtp)."},
			{Name: "smarthost", Type: "text", Text: "`email`: a mail server of its own, as host and port; without it that of [smtp](#stack-smtp)."},
			{Name: "auth_username", Type: "text", Text: "`email`, with `smarthost`: the user at the mail server."},
			{Name: "auth_password_file", Type: "secretfile", Text: "`email`, with `smarthost`: file with that user's password."},
			{Name: "url_file", Type: "secretfile", Text: "`webhook`, required: file with the URL that is called."},
			{Name: "api_key_file", Type: "secretfile", Text: "`opsgenie`, required: file with the API key."},
			{Name: "webhook_url_file", Type: "secretfile", Text: "`teams`, required: file with the URL of the Microsoft Teams workflow."},
		},
	},
	{
		Title: "profile",
		Paths: []string{"profile"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " Referred to as `profile.NAME`."},
		Count: AnyNumber,
		Text: "What several services share. A service takes it with `profiles = [profile.NAME]`. " +
			"The service's own block of the same type and name wins whole; of several profiles the last in the list does. " +
			"Queries are evaluated for each service: `series(...)` gives that service's series.",
		Example: `profile "web" {
  description = "For services that browsers wait for"

  sli "availability" {
    objective = 99.9
    availability {}
  }

  sli "latency" {
    objective = 99
    latency {
      threshold = "250ms"
    }
  }
}

service "storefront" {
  profiles = [profile.web]
  http {}
}`,
		Arguments: []ArgumentDoc{described("What the services that take it have in common.")},
	},
}

var resourceBlocks = []BlockDoc{
	{
		Title: "database",
		Paths: []string{"database"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " Referred to as `database.NAME`."},
		Count: AnyNumber,
		Text:  "A database. Services name it in `uses`, and then emit the client-side metrics of databases.",
		Example: `database "orders" {
  system      = "postgresql"
  description = "Orders and their lines"
}`,
		Arguments: []ArgumentDoc{
			{Name: "system", Type: "text", Required: true, Text: "The product, as OpenTelemetry names it in `db.system.name`: `postgresql`, `mysql`, `mongodb` and so on."},
			described("What is stored in it."),
		},
	},
	{
		Title: "cache",
		Paths: []string{"cache"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " Referred to as `cache.NAME`."},
		Count: AnyNumber,
		Text:  "A cache. Services name it in `uses`, and then emit the client-side metrics of databases.",
		Example: `cache "sessions" {
  system      = "redis"
  description = "Who is signed in"
}`,
		Arguments: []ArgumentDoc{
			{Name: "system", Type: "text", Required: true, Text: "The product, as OpenTelemetry names it in `db.system.name`: `redis`, `memcached` and so on."},
			described("What is kept in it."),
		},
	},
	{
		Title: "queue",
		Paths: []string{"queue"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " Referred to as `queue.NAME`."},
		Count: AnyNumber,
		Text:  "A queue, topic or subject. Services that send to it name it in `uses`; those that process its messages have a `consumer`.",
		Example: `queue "paid" {
  system      = "nats"
  destination = "orders.paid"
  description = "Orders that wait to be shipped"
}`,
		Arguments: []ArgumentDoc{
			{Name: "system", Type: "text", Required: true, Text: "The product, as OpenTelemetry names it in `messaging.system`: `kafka`, `rabbitmq`, `nats` and so on."},
			{Name: "destination", Type: "text", Without: "the block's name", Text: "The name of the queue, topic or subject in that product."},
			described("What the messages say."),
		},
	},
	{
		Title: "external",
		Paths: []string{"external"},
		Label: &LabelDoc{Name: "name", Text: nameSyntax + " Referred to as `external.NAME`."},
		Count: AnyNumber,
		Text:  "Something outside the system that services name in `calls`.",
		Example: `external "acquirer" {
  protocol    = "http"
  description = "The card acquirer's API"
}`,
		Arguments: []ArgumentDoc{
			{Name: "protocol", Type: "text", Default: `"http"`, Values: []string{"http", "grpc"}, Text: "How it is called: callers emit the client-side metrics of it."},
			described("What it does for the system."),
		},
	},
}
