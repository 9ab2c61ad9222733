package model

// Bucket bounds that the OpenTelemetry semantic conventions advise
// (https://opentelemetry.io/docs/specs/semconv/), in seconds and bytes. Jobs
// have none there; they run for seconds to hours.
var (
	RequestBuckets  = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}
	DatabaseBuckets = []float64{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}
	JobBuckets      = []float64{1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400}
	SizeBuckets     = []float64{256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216}
)
