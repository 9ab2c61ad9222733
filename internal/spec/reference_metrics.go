package spec

// metricDocs are the metrics of the semantic conventions, by what makes a
// service emit them.
var metricDocs = []MetricDoc{
	{"`http`", "http.server.active_requests", "updowncounter", "{request}", []string{"http.request.method", "url.scheme"}},
	{
		"`http`", "http.server.request.duration", "histogram", "s",
		[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
	},
	{
		"`http`", "http.server.request.body.size", "histogram", "By",
		[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
	},
	{
		"`http`", "http.server.response.body.size", "histogram", "By",
		[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
	},
	{
		"`calls`, over HTTP", "http.client.request.duration", "histogram", "s",
		[]string{"http.request.method", "server.address", "server.port", "url.scheme", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
	},
	{
		"`calls`, over HTTP", "http.client.request.body.size", "histogram", "By",
		[]string{"http.request.method", "server.address", "server.port", "url.scheme", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
	},
	{
		"`grpc`", "rpc.server.call.duration", "histogram", "s",
		[]string{"rpc.system.name", "rpc.method", "rpc.response.status_code", "error.type"},
	},
	{
		"`calls`, over gRPC", "rpc.client.call.duration", "histogram", "s",
		[]string{"rpc.system.name", "rpc.method", "rpc.response.status_code", "error.type", "server.address", "server.port"},
	},
	{
		"`consumer`", "messaging.process.duration", "histogram", "s",
		[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "messaging.consumer.group.name", "error.type"},
	},
	{
		"`uses` a queue", "messaging.client.operation.duration", "histogram", "s",
		[]string{"messaging.operation.name", "messaging.operation.type", "messaging.system", "messaging.destination.name", "error.type"},
	},
	{
		"`uses` a queue", "messaging.client.sent.messages", "counter", "{message}",
		[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "error.type"},
	},
	{
		"`consumer`", "messaging.client.consumed.messages", "counter", "{message}",
		[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "error.type"},
	},
	{
		"`uses` a database or cache", "db.client.operation.duration", "histogram", "s",
		[]string{"db.system.name", "db.namespace", "db.operation.name", "db.collection.name", "db.response.status_code", "error.type"},
	},
	{
		"`uses` a database or cache", "db.client.connection.count", "updowncounter", "{connection}",
		[]string{"db.client.connection.pool.name", "db.client.connection.state"},
	},
	{"`uses` a database or cache", "db.client.connection.max", "updowncounter", "{connection}", []string{"db.client.connection.pool.name"}},
	{
		"`uses` a database or cache", "db.client.connection.pending_requests", "updowncounter", "{request}",
		[]string{"db.client.connection.pool.name"},
	},
	{"`job`", "job.run.duration", "histogram", "s", []string{"job.name", "error.type"}},
	{"`job`", "job.last_start.time", "gauge", "s", []string{"job.name"}},
	{"`job`", "job.last_success.time", "gauge", "s", []string{"job.name"}},
	{"`instrument \"go\"`", "go.memory.used", "updowncounter", "By", []string{"go.memory.type"}},
	{"`instrument \"go\"`", "go.memory.limit", "updowncounter", "By", nil},
	{"`instrument \"go\"`", "go.memory.allocated", "counter", "By", nil},
	{"`instrument \"go\"`", "go.memory.allocations", "counter", "{allocation}", nil},
	{"`instrument \"go\"`", "go.memory.gc.goal", "updowncounter", "By", nil},
	{"`instrument \"go\"`", "go.goroutine.count", "updowncounter", "{goroutine}", nil},
	{"`instrument \"go\"`", "go.processor.limit", "updowncounter", "{thread}", nil},
	{"`instrument \"go\"`", "go.config.gogc", "updowncounter", "%", nil},
	{"`instrument \"go\"`", "obsboot.telemetry.errors", "counter", "{error}", nil},
	{"`instrument \"go\"`, open attributes", "obsboot.attribute.overflow", "counter", "{measurement}", []string{"metric", "attribute"}},
}
