package resolve

import (
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// convention is a metric that instrumentation emits without being asked, by
// version 1.43.0 of the semantic conventions.
type convention struct {
	name        string
	kind        model.MetricKind
	unit        string
	description string
	buckets     []float64
	attributes  []string
}

// The standard metrics by what makes a service emit them.
var (
	httpServerMetrics = []convention{
		{
			"http.server.active_requests", model.UpDownCounter, "{request}", "Number of active HTTP server requests.", nil,
			[]string{"http.request.method", "url.scheme"},
		},
		{
			"http.server.request.duration", model.Histogram, "s", "Duration of HTTP server requests.", model.RequestBuckets,
			[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
		{
			"http.server.request.body.size", model.Histogram, "By", "Size of HTTP server request bodies.", model.SizeBuckets,
			[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
		{
			"http.server.response.body.size", model.Histogram, "By", "Size of HTTP server response bodies.", model.SizeBuckets,
			[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
	}
	httpClientMetrics = []convention{
		{
			"http.client.request.duration", model.Histogram, "s", "Duration of HTTP client requests.", model.RequestBuckets,
			[]string{"http.request.method", "server.address", "server.port", "url.scheme", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
		{
			"http.client.request.body.size", model.Histogram, "By", "Size of HTTP client request bodies.", model.SizeBuckets,
			[]string{"http.request.method", "server.address", "server.port", "url.scheme", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
	}
	rpcServerMetrics = []convention{
		{
			"rpc.server.call.duration", model.Histogram, "s", "Duration of incoming remote procedure calls.", model.RequestBuckets,
			[]string{"rpc.system.name", "rpc.method", "rpc.response.status_code", "error.type"},
		},
	}
	rpcClientMetrics = []convention{
		{
			"rpc.client.call.duration", model.Histogram, "s", "Duration of outgoing remote procedure calls.", model.RequestBuckets,
			[]string{"rpc.system.name", "rpc.method", "rpc.response.status_code", "error.type", "server.address", "server.port"},
		},
	}
	consumerMetrics = []convention{
		{
			"messaging.process.duration", model.Histogram, "s", "Duration of processing a message.", model.RequestBuckets,
			[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "messaging.consumer.group.name", "error.type"},
		},
		{
			"messaging.client.consumed.messages", model.Counter, "{message}", "Messages that were delivered.", nil,
			[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "error.type"},
		},
	}
	producerMetrics = []convention{
		{
			"messaging.client.operation.duration", model.Histogram, "s", "Duration of sending messages.", model.RequestBuckets,
			[]string{"messaging.operation.name", "messaging.operation.type", "messaging.system", "messaging.destination.name", "error.type"},
		},
		{
			"messaging.client.sent.messages", model.Counter, "{message}", "Messages that were sent.", nil,
			[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "error.type"},
		},
	}
	databaseMetrics = []convention{
		{
			"db.client.operation.duration", model.Histogram, "s", "Duration of database client operations.", model.DatabaseBuckets,
			[]string{"db.system.name", "db.namespace", "db.operation.name", "db.collection.name", "db.response.status_code", "error.type"},
		},
		{
			"db.client.connection.count", model.UpDownCounter, "{connection}", "Connections by state.", nil,
			[]string{"db.client.connection.pool.name", "db.client.connection.state"},
		},
		{
			"db.client.connection.max", model.UpDownCounter, "{connection}", "Connections that the pool may open.", nil,
			[]string{"db.client.connection.pool.name"},
		},
		{
			"db.client.connection.pending_requests", model.UpDownCounter, "{request}", "Requests that wait for a connection.", nil,
			[]string{"db.client.connection.pool.name"},
		},
	}
	// The conventions say nothing of scheduled jobs; these follow their style.
	jobMetrics = []convention{
		{"job.run.duration", model.Histogram, "s", "Duration of a job's runs.", model.JobBuckets, []string{"job.name", "error.type"}},
		{"job.last_start.time", model.Gauge, "s", "When a job last started, in seconds since 1970.", nil, []string{"job.name"}},
		{"job.last_success.time", model.Gauge, "s", "When a job last ended without an error, in seconds since 1970.", nil, []string{"job.name"}},
	}
	// Of the generated helpers themselves; the second where attributes are open.
	helperMetrics = []convention{
		{naming.TelemetryErrors, model.Counter, "{error}", "Errors of the telemetry itself, above all of exports.", nil, nil},
	}
	overflowMetrics = []convention{
		{naming.Overflow, model.Counter, "{measurement}", "Measurements whose value of an open attribute was beyond its max_cardinality.", nil, []string{"metric", "attribute"}},
	}
	goMetrics = []convention{
		{"go.memory.used", model.UpDownCounter, "By", "Memory used by the Go runtime.", nil, []string{"go.memory.type"}},
		{"go.memory.limit", model.UpDownCounter, "By", "Memory limit that was configured for the Go runtime.", nil, nil},
		{"go.memory.allocated", model.Counter, "By", "Memory allocated to the heap.", nil, nil},
		{"go.memory.allocations", model.Counter, "{allocation}", "Allocations to the heap.", nil, nil},
		{"go.memory.gc.goal", model.UpDownCounter, "By", "Heap size target of the garbage collector's next cycle.", nil, nil},
		{"go.goroutine.count", model.UpDownCounter, "{goroutine}", "Live goroutines.", nil, nil},
		{"go.processor.limit", model.UpDownCounter, "{thread}", "Threads that run Go code at once.", nil, nil},
		{"go.config.gogc", model.UpDownCounter, "%", "Heap size target in percent.", nil, nil},
	}
)
