// Package spectest makes specs for tests and benchmarks of other packages.
//
// In: sizes. Out: the text of a spec, the same for the same sizes. The package
// must not import resolve, whose tests import it.
package spectest

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed large.hcl.tmpl
var largeText string

var large = template.Must(template.New("large").Parse(largeText))

// Large returns a spec of a system with so many services, each with so many
// SLIs, one at least. It is valid, without a warning, and about what a real
// system is: teams, a profile, databases and queues that services share, and
// services with routes or methods, metrics with closed attributes, SLIs of
// most kinds, a KPI, a capacity, an alert and helpers in Go.
func Large(services, slis int) string {
	page := system{}
	for i := range (services + 19) / 20 {
		page.Teams = append(page.Teams, fmt.Sprintf("%s-%d", area(i), i))
	}
	for i := range services {
		s := serviceOf(i, slis)
		s.Team = page.Teams[i%len(page.Teams)]
		for _, callee := range []int{i + 1, 2*i + 2} { // a chain and a tree
			if callee < services {
				s.Calls = append(s.Calls, serviceName(callee))
			}
		}
		page.Services = append(page.Services, s)
	}
	var b strings.Builder
	if err := large.Execute(&b, page); err != nil {
		panic(fmt.Sprintf("render a large spec: %s", err))
	}
	return b.String()
}

// system is what the template shows.
type system struct {
	Teams    []string // each has a database and a queue of its name
	Services []service
}

type service struct {
	Name     string
	Area     string
	Prefix   string // of its metrics
	Team     string
	Tier     int
	GRPC     bool
	Consumes bool
	Calls    []string
	SLIs     []sli
}

type sli struct {
	Name, Kind, Objective, Window string
	Operation                     int // of a route or method
}

func serviceOf(i, slis int) service {
	s := service{
		Name:     serviceName(i),
		Area:     area(i),
		Prefix:   fmt.Sprintf("%s%d", area(i), i),
		Tier:     1 + i%4,
		GRPC:     i%2 == 1,
		Consumes: i%5 == 0,
	}
	for j := range slis - 1 { // the profile has the first
		s.SLIs = append(s.SLIs, sli{
			Name:      fmt.Sprintf("promise-%d", j),
			Kind:      kinds[(i+j)%len(kinds)],
			Objective: []string{"99", "99.5", "99.9"}[j%3],
			Window:    []string{"7d", "28d", "30d"}[(i+j)%3],
			Operation: j % len(operations),
		})
	}
	return s
}

// kinds of SLI, by the names that the template has for them.
var kinds = []string{"availability", "latency", "events", "query", "slices", "histogram"}

// operations become routes or methods, by the service.
var operations = []string{"Create", "Get", "List", "Update", "Delete", "Search"}

// Operations is for the template.
func (service) Operations() []string { return operations }

// Operation is the name of the SLI's route or method.
func (s service) Operation(i int) string {
	if s.GRPC {
		return fmt.Sprintf("%s.v1.%s/%s", s.Prefix, s.Area, operations[i])
	}
	method := []string{"POST", "GET", "GET", "PUT", "DELETE", "POST"}[i]
	path := []string{"", "/{id}", "", "/{id}", "/{id}", "/search"}[i]
	return fmt.Sprintf("%s /v1/%s%s", method, s.Area, path)
}

func area(i int) string {
	areas := []string{"cart", "catalog", "checkout", "delivery", "identity", "invoice", "pricing", "returns", "search", "stock"}
	return areas[i%len(areas)]
}

func serviceName(i int) string { return fmt.Sprintf("%s-service-%d", area(i), i) }
