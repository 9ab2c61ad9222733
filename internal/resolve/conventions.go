package resolve

import (
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// Bucket bounds that the OpenTelemetry semantic conventions advise
// (https://opentelemetry.io/docs/specs/semconv/), in seconds and bytes. Jobs
// have none there; they run for seconds to hours.
var (
	requestBuckets  = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}
	databaseBuckets = []float64{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}
	jobBuckets      = []float64{1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400}
	sizeBuckets     = []float64{256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216}
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
			"http.server.request.duration", model.Histogram, "s", "Duration of HTTP server requests.", requestBuckets,
			[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
		{
			"http.server.request.body.size", model.Histogram, "By", "Size of HTTP server request bodies.", sizeBuckets,
			[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
		{
			"http.server.response.body.size", model.Histogram, "By", "Size of HTTP server response bodies.", sizeBuckets,
			[]string{"http.request.method", "url.scheme", "http.route", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
	}
	httpClientMetrics = []convention{
		{
			"http.client.request.duration", model.Histogram, "s", "Duration of HTTP client requests.", requestBuckets,
			[]string{"http.request.method", "server.address", "server.port", "url.scheme", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
		{
			"http.client.request.body.size", model.Histogram, "By", "Size of HTTP client request bodies.", sizeBuckets,
			[]string{"http.request.method", "server.address", "server.port", "url.scheme", "http.response.status_code", "error.type", "network.protocol.name", "network.protocol.version"},
		},
	}
	rpcServerMetrics = []convention{
		{
			"rpc.server.call.duration", model.Histogram, "s", "Duration of incoming remote procedure calls.", requestBuckets,
			[]string{"rpc.system.name", "rpc.method", "rpc.response.status_code", "error.type"},
		},
	}
	rpcClientMetrics = []convention{
		{
			"rpc.client.call.duration", model.Histogram, "s", "Duration of outgoing remote procedure calls.", requestBuckets,
			[]string{"rpc.system.name", "rpc.method", "rpc.response.status_code", "error.type", "server.address", "server.port"},
		},
	}
	consumerMetrics = []convention{
		{
			"messaging.process.duration", model.Histogram, "s", "Duration of processing a message.", requestBuckets,
			[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "messaging.consumer.group.name", "error.type"},
		},
	}
	messagingMetrics = []convention{
		{
			"messaging.client.operation.duration", model.Histogram, "s", "Duration of sending or receiving messages.", requestBuckets,
			[]string{"messaging.operation.name", "messaging.operation.type", "messaging.system", "messaging.destination.name", "error.type"},
		},
		{
			"messaging.client.sent.messages", model.Counter, "{message}", "Messages that were sent.", nil,
			[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "error.type"},
		},
		{
			"messaging.client.consumed.messages", model.Counter, "{message}", "Messages that were delivered.", nil,
			[]string{"messaging.operation.name", "messaging.system", "messaging.destination.name", "error.type"},
		},
	}
	databaseMetrics = []convention{
		{
			"db.client.operation.duration", model.Histogram, "s", "Duration of database client operations.", databaseBuckets,
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
		{"job.run.duration", model.Histogram, "s", "Duration of a job's runs.", jobBuckets, []string{"job.name", "error.type"}},
		{"job.last_success.time", model.Gauge, "s", "When a job last ended without an error, in seconds since 1970.", nil, []string{"job.name"}},
	}
	// Of the generated helpers themselves.
	helperMetrics = []convention{
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
