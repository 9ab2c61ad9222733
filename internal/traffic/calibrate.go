package traffic

import (
	"slices"

	"github.com/obsboot/obsboot/internal/model"
)

const (
	// spent is which part of an error budget a healthy service uses.
	spent = 0.2
	// quicken is by how much a service that is too slow for its objective is
	// made faster at a time.
	quicken = 0.85
	rounds  = 60
)

// calibrate makes healthy services keep their promises: errors are rarer and
// answers faster than the objectives ask for.
func (m *Model) calibrate() {
	tightest, slowest := 0.99, 0.1
	for _, s := range m.services {
		for i := range s.spec.SLIs {
			sli := &s.spec.SLIs[i]
			switch sli.Kind {
			case model.Availability, model.Events:
				tightest = max(tightest, objective(sli))
			case model.Latency:
				slowest = max(slowest, sli.Requests.Threshold.Seconds())
			}
		}
	}
	m.errors = spent * (1 - tightest) / float64(m.depth())
	m.slowTime = 4 * slowest
	for range rounds {
		if m.fastEnough() {
			return
		}
	}
}

// objective is the target as a share; of an SLI without one 99 %.
func objective(sli *model.SLI) float64 {
	if sli.Objective == 0 {
		return 0.99
	}
	return float64(sli.Objective) / (100 * model.PercentScale)
}

// depth is how many services the longest chain of calls has.
func (m *Model) depth() int {
	depths := make([]int, m.operations)
	var of func(*operation) int
	of = func(op *operation) int {
		if depths[op.index] > 0 {
			return depths[op.index]
		}
		deepest := 0
		for _, c := range op.calls {
			for _, a := range c.alternatives {
				if a.to != nil {
					deepest = max(deepest, of(a.to))
				}
			}
		}
		depths[op.index] = deepest + 1
		return deepest + 1
	}
	deepest := 1
	for _, s := range m.services {
		for _, op := range s.operations {
			deepest = max(deepest, of(op))
		}
	}
	return deepest
}

// fastEnough reports whether all latency objectives hold, and makes faster what
// breaks one, with all that it waits for.
func (m *Model) fastEnough() bool {
	f := m.cached("", nil)
	slower := map[any]bool{}
	for _, s := range m.services {
		for i := range s.spec.SLIs {
			sli := &s.spec.SLIs[i]
			if sli.Kind != model.Latency || sli.Requests.Work == "" {
				continue
			}
			for _, op := range s.measuredBy(sli.Requests) {
				late := 1 - f.operations[op.index].time[fine].below(sli.Requests.Threshold.Seconds())
				if late > spent*(1-objective(sli)) {
					waitsFor(op, slower)
				}
			}
		}
	}
	for target := range slower {
		m.pace[target] = m.paceOf(target) * quicken
	}
	clear(m.flows)
	return len(slower) == 0
}

// measuredBy are the operations that an SLI looks at.
func (s *service) measuredBy(r *model.Requests) []*operation {
	var out []*operation
	for _, op := range s.operations {
		if op.work == r.Work && (len(r.Names) == 0 || slices.Contains(r.Names, op.name)) {
			out = append(out, op)
		}
	}
	return out
}

func waitsFor(op *operation, all map[any]bool) {
	all[op.service] = true
	for _, c := range op.calls {
		if c.thing != nil {
			all[c.thing] = true
		}
		for _, a := range c.alternatives {
			if a.to != nil {
				waitsFor(a.to, all)
			} else if c.service != nil {
				all[c.service] = true
			}
		}
	}
}

func (m *Model) paceOf(target any) float64 {
	if pace, ok := m.pace[target]; ok {
		return pace
	}
	return 1
}
