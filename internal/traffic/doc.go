// Package traffic is the one model of the traffic of a system: what requests its
// services get, what becomes of them, and what that looks like in metrics,
// traces and logs.
//
// In: a model.System, how much traffic there is, and faults. Out: either the
// series that a Prometheus would hold (Series), drawn in aggregate and fast
// enough for months, or single requests with their spans, measurements and logs
// (Request), which a Sender sends over OTLP. Both come from the same
// description. The package reads no clock, and the same seed gives the same
// traffic. It must not import spec, resolve, generate or rehearse.
//
// # The description
//
// Requests enter the system at services that no other calls, and through queues
// that nobody sends to, at Options.Rate in all, times Options.Pattern. What such
// a request changes (POST, gRPC methods that are not named Get, List and so on,
// messages) needs everything that its service calls and uses, once each; of what
// only reads, only the last route or method does. A failed call fails its caller,
// and slow ones make it slow. Each operation takes a log-normal time of its own.
//
// Without faults a service keeps its promises: it uses a fifth of its budgets at
// most. One request in a hundred is the client's fault (404, 400).
//
// A declared counter or histogram is measured once per request that changes
// something. If an SLI counts bad events of it, the bad ones are those of failed
// requests and no others; without an SLI, values that sound like a failure
// ("failed", "timeout") are. A declared gauge stays on the good side of the
// limits of its SLI; a fault's errors are the share of values on the bad side.
//
// # Series
//
// To fill a storage of package rehearse with a day of everything:
//
//	m, err := traffic.New(sys, traffic.Options{Seed: 1, Start: from})
//	...
//	span := traffic.Span{From: from, To: from.Add(24 * time.Hour), Step: 15 * time.Second}
//	for ls, samples := range m.Series(span, nil) {
//		err := storage.Append(ctx, ls, func(yield func(rehearse.Sample) bool) {
//			for s := range samples {
//				if !yield(rehearse.Sample(s)) {
//					return
//				}
//			}
//		})
//		...
//	}
//
// There are all metrics of all services (declared, standard, of the Go runtime
// and of the helpers), target_info or up and its like, Tempo's service graph and
// span metrics, what Loki's ruler records of SLIs of logs, and the metrics of
// the stack's servers that dashboards read. Names and labels are those of
// Prometheus: the translation of OTLP with le="1", or for a service with a
// source its own names with le="1.0".
//
// To have only what some rules read, which are the same samples and come much
// faster:
//
//	want, err := traffic.ReadBy(expressions...)
//	m.Series(span, want)
//
// Counters begin with zero at From and, as with the helpers, series that nothing
// was counted in are absent unless they exist from the start: those of declared
// routes and methods without an error, and of metrics with closed attributes.
// Each instance sends at a time of its own within Step. Options.Restarts lets
// instances restart, which resets counters; an outage is an end and a restart.
// Series of one service are drawn independently of each other, so that a rate of
// two metrics that count the same is the same only in the mean.
//
// # Incidents
//
// Incident gives the fault that makes a share of an SLI's events bad: errors, or
// for a latency SLI slow answers.
package traffic
