// Package send sends traffic over OTLP, as the services of the system would.
//
// In: a traffic.Model, where to send it, a clock. Out: traces, metrics with
// exemplars and logs, each service under a resource of its own and in the scopes
// that the generated helpers use. Memory is bounded: what cannot be delivered is
// counted and dropped. The package must not import spec, resolve or generate.
package send
