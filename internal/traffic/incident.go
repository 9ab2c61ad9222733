package traffic

import (
	"github.com/obsboot/obsboot/internal/model"
)

// Incident returns the fault that makes a share of an SLI's events bad. It hits
// the whole service, or the one operation that the SLI looks at; when it happens
// is for the caller to fill in.
//
// For SLIs whose events come from a query that reads more than one selector
// there is no traffic that follows the fault: ok is false.
func Incident(s *model.Service, sli *model.SLI, share float64) (fault Fault, ok bool) {
	fault, ok = Fault{Target: "service." + s.Name}, true
	if r := sli.Requests; r != nil && len(r.Names) == 1 {
		fault.Target += "/" + r.Names[0]
	}
	switch sli.Kind {
	case model.Latency:
		fault.Slow = share
	case model.Events:
		ok = isMeasured(s, &sli.Events.Total) && (isMeasured(s, sli.Events.Bad) || isMeasured(s, sli.Events.Good))
		fault.Errors = share
	case model.Slices:
		ok = sli.Slices.Query == nil || readsOne(s, *sli.Slices.Query)
		fault.Errors = share
	default:
		fault.Errors = share
	}
	return fault, ok
}

func isMeasured(s *model.Service, e *model.EventCount) bool {
	return e != nil && (e.Query == nil || readsOne(s, *e.Query))
}

// readsOne reports whether a query reads one selector of a metric of the
// service.
func readsOne(s *model.Service, q model.Query) bool {
	for i := range s.Metrics {
		if selectedBy(q, &s.Metrics[i], s.Job) != nil {
			return true
		}
	}
	return false
}
