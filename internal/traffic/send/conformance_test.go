package send_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/obsboot/obsboot/internal/traffic"
	"github.com/obsboot/obsboot/internal/traffic/send"
)

// expectation is a row of the table by which the test of a generated package
// checks what it emits.
type expectation struct {
	name, unit, kind   string
	attributes, bounds []string
	standard           bool
}

// conformanceTable reads the rows from the test of a generated package.
func conformanceTable(t *testing.T, dir string) map[string]expectation {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "telemetry_test.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]expectation{}
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		fields := map[string]ast.Expr{}
		for _, element := range literal.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if key, ok := pair.Key.(*ast.Ident); ok {
					fields[key.Name] = pair.Value
				}
			}
		}
		if fields["name"] != nil && fields["kind"] != nil {
			_, isStandard := fields["standard"]
			e := expectation{
				name: text(fields["name"]), unit: text(fields["unit"]), kind: text(fields["kind"]),
				attributes: texts(fields["attributes"]), bounds: texts(fields["bounds"]), standard: isStandard,
			}
			out[e.name] = e
		}
		return true
	})
	return out
}

func text(e ast.Expr) string {
	literal, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	if literal.Kind == token.STRING {
		s, _ := strconv.Unquote(literal.Value)
		return s
	}
	return literal.Value
}

func texts(e ast.Expr) []string {
	literal, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	var out []string
	for _, element := range literal.Elts {
		out = append(out, text(element))
	}
	return out
}

// TestSentIsWhatHelpersEmit compares metrics that traffic sends with the tables
// by which the packages that are generated for the same services check
// themselves.
func TestSentIsWhatHelpersEmit(t *testing.T) {
	const shop = "../../../examples/shop"
	sys := load(t, shop)
	m, err := traffic.New(sys, traffic.Options{Rate: 50, Start: noon})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	meter := m.NewMeter(random, noon)
	m.Requests(random, noon, noon.Add(2*time.Minute), 1, meter.Measure)
	sent := send.Metrics(sys, meter, noon, noon.Add(2*time.Minute))
	tables := map[string]map[string]expectation{}
	for _, s := range sys.Services {
		tables[s.Name] = conformanceTable(t, filepath.Join(shop, s.Instruments[0].Dir))
		if len(tables[s.Name]) < 5 {
			t.Fatalf("the table of %s has %d rows", s.Name, len(tables[s.Name]))
		}
	}
	seen := map[string]bool{}
	for _, resource := range sent.ResourceMetrics().All() {
		service, _ := resource.Resource().Attributes().Get("service.name")
		for _, scope := range resource.ScopeMetrics().All() {
			for _, metric := range scope.Metrics().All() {
				if want, ok := tables[service.Str()][metric.Name()]; ok {
					seen[service.Str()+" "+metric.Name()] = true
					conforms(t, service.Str(), want, metric)
				}
			}
		}
	}
	for service, table := range tables {
		for name := range table {
			if !seen[service+" "+name] {
				t.Errorf("%s: %s is in the table, and was not sent", service, name)
			}
		}
	}
}

func conforms(t *testing.T, service string, want expectation, m pmetric.Metric) {
	t.Helper()
	kind, bounds, points := read(m)
	if m.Unit() != want.unit || kind != want.kind || !slices.Equal(bounds, want.bounds) {
		t.Errorf("%s: %s is sent as %s in %q with bounds %v, helpers emit %+v", service, m.Name(), kind, m.Unit(), bounds, want)
	}
	// Nothing need fail, and NATS has no groups.
	found := map[string]bool{"error.type": true, "db.response.status_code": true, "messaging.consumer.group.name": true}
	for _, attributes := range points {
		for name := range attributes.All() {
			found[name] = true
			if !slices.Contains(want.attributes, name) {
				t.Errorf("%s: %s is sent with %s, helpers have %v", service, m.Name(), name, want.attributes)
			}
		}
		if !want.standard && attributes.Len() != len(want.attributes) {
			t.Errorf("%s: %s is sent with %v, helpers have %v", service, m.Name(), attributes.AsRaw(), want.attributes)
		}
	}
	for _, name := range want.attributes {
		if !found[name] {
			t.Errorf("%s: no point of %s has %s", service, m.Name(), name)
		}
	}
}

// read returns a metric's kind in the words of the spec, its bounds, and the
// attributes of its points.
func read(m pmetric.Metric) (kind string, bounds []string, points []pcommon.Map) {
	number := func(all pmetric.NumberDataPointSlice) {
		for _, p := range all.All() {
			points = append(points, p.Attributes())
		}
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		kind = "gauge"
		number(m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		if kind = "updowncounter"; m.Sum().IsMonotonic() {
			kind = "counter"
		}
		number(m.Sum().DataPoints())
	case pmetric.MetricTypeHistogram:
		kind = "histogram"
		for _, p := range m.Histogram().DataPoints().All() {
			points = append(points, p.Attributes())
			bounds = nil
			for _, b := range p.ExplicitBounds().All() {
				bounds = append(bounds, strconv.FormatFloat(b, 'g', -1, 64))
			}
		}
	case pmetric.MetricTypeExponentialHistogram:
		kind = "native histogram"
	}
	return kind, bounds, points
}
