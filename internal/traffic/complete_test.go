package traffic_test

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/traffic"
)

// madeUp are values that stand in for those of an attribute that traffic knows
// nothing of.
var madeUp = regexp.MustCompile(`^[a-z_]+-1$`)

// optional are attributes that only some of what is measured has.
var optional = map[string]bool{"error.type": true, "messaging.consumer.group.name": true, "db.response.status_code": true}

// TestEveryMetricIsMeasured has all metrics of the shop, each with all of its
// attributes, and with real values for those of the conventions: a convention
// that is new must be learned here.
func TestEveryMetricIsMeasured(t *testing.T) {
	sys := shop(t)
	m := newModel(t, sys, traffic.Options{Seed: 1, Start: noon})
	random := rand.New(rand.NewPCG(1, 1))
	meter := m.NewMeter(random, noon)
	m.Requests(random, noon, noon.Add(10*time.Minute), 1, meter.Measure)
	found := map[string]map[string]bool{}
	meter.Read(noon.Add(10*time.Minute), func(measured traffic.Measured) {
		key := measured.Service.Name + " " + measured.Metric.Name
		if found[key] == nil {
			found[key] = map[string]bool{}
		}
		for _, r := range measured.Readings {
			for _, a := range r.Attributes {
				found[key][a.Name] = true
				if measured.Metric.Standard && madeUp.MatchString(a.Value) {
					t.Errorf("%s has %s=%s", key, a.Name, a.Value)
				}
			}
		}
	})
	for i := range sys.Services {
		for _, metric := range sys.Services[i].Metrics {
			key := sys.Services[i].Name + " " + metric.Name
			if found[key] == nil {
				t.Errorf("%s is not measured", key)
				continue
			}
			for _, a := range metric.Attributes {
				if !found[key][a.Name] && !optional[a.Name] {
					t.Errorf("%s is never measured with %s", key, a.Name)
				}
			}
		}
	}
}
