package traffic

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/nearest"
)

// Options say how much traffic there is, and what goes wrong.
type Options struct {
	Seed uint64 // the same seed gives the same traffic

	// Rate is how many requests per second enter the system, averaged over a
	// day; 0: 10.
	Rate float64
	// Pattern is the traffic of a time as a factor of Rate; nil: Daily.
	Pattern func(time.Time) float64

	Faults []Fault
	Start  time.Time // when the faults' After counts from

	Instances int           // of each service; 0: 2
	Restarts  time.Duration // how long an instance lives on average; 0: forever
	Release   time.Time     // when all instances start anew with another version; zero: never
}

// Daily is traffic that is four times as much at two in the afternoon as at two
// in the night, in UTC.
func Daily(at time.Time) float64 {
	hours := at.UTC().Sub(at.UTC().Truncate(24 * time.Hour)).Hours()
	return 1 + 0.6*math.Cos(2*math.Pi*(hours-14)/24)
}

// Steady is the same traffic at all times.
func Steady(time.Time) float64 { return 1 }

// Model is the traffic of a system.
type Model struct {
	options  Options
	sys      *model.System
	services []*service
	things   []*thing
	faults   []boundFault
	points   []*point // series, in the order of the model
	flows    map[string]*flow
	events   map[any]*[outcomes]*event // by operation and alternative

	operations   int // how many there are, in all services
	alternatives int
	errors       float64 // share of the requests that a healthy service fails
	slowTime     float64 // seconds, longer than any threshold
	pace         map[any]float64
}

// New returns the traffic of a system. The error says which fault's target does
// not exist.
func New(sys *model.System, options Options) (*Model, error) {
	if options.Rate == 0 {
		options.Rate = 10
	}
	if options.Pattern == nil {
		options.Pattern = Daily
	}
	if options.Instances == 0 {
		options.Instances = 2
	}
	m := &Model{options: options, sys: sys, flows: map[string]*flow{}, pace: map[any]float64{}}
	m.build()
	m.calibrate()
	for _, f := range options.Faults {
		bound, err := m.bind(f)
		if err != nil {
			return nil, err
		}
		m.faults = append(m.faults, bound)
	}
	m.flows = map[string]*flow{} // calibration left healthy ones of other paces
	m.measure()
	return m, nil
}

// boundFault is a fault and what it hits.
type boundFault struct {
	Fault
	service   *service   // nil: a thing
	operation *operation // nil: all of the service
	thing     *thing
}

func (m *Model) bind(f Fault) (boundFault, error) {
	name, operation, one := strings.Cut(f.Target, "/")
	for _, s := range m.services {
		if name != s.spec.Name && name != "service."+s.spec.Name {
			continue
		}
		if !one {
			return boundFault{Fault: f, service: s}, nil
		}
		for _, op := range s.operations {
			if op.name == operation {
				return boundFault{Fault: f, service: s, operation: op}, nil
			}
		}
		return boundFault{}, s.unknownOperation(operation)
	}
	for _, t := range m.things {
		if name == t.ref.Name || name == string(t.ref.Kind)+"."+t.ref.Name {
			if f.Load != nil {
				return boundFault{}, fmt.Errorf("rate: only a service has a rate of its own, and %q is a %s", name, t.ref.Kind)
			}
			return boundFault{Fault: f, thing: t}, nil
		}
	}
	return boundFault{}, m.unknownTarget(name)
}

func (m *Model) unknownTarget(name string) error {
	var known []string
	for _, s := range m.services {
		known = append(known, s.spec.Name)
	}
	for _, t := range m.things {
		known = append(known, t.ref.Name)
	}
	if near := nearest.Name(name, known); near != "" {
		return fmt.Errorf("a fault hits %q, which the spec does not have; did you mean %q?", name, near)
	}
	return fmt.Errorf("a fault hits %q, which the spec does not have; there are %s", name, strings.Join(known, ", "))
}

func (s *service) unknownOperation(name string) error {
	var known []string
	for _, op := range s.operations {
		known = append(known, op.name)
	}
	if near := nearest.Name(name, known); near != "" {
		return fmt.Errorf("a fault hits %q of %q, which it does not have; did you mean %q?", name, s.spec.Name, near)
	}
	return fmt.Errorf("a fault hits %q of %q, which it does not have; there are %s", name, s.spec.Name, strings.Join(known, ", "))
}
