package traffic_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	prommodel "github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
)

// distribution is what a histogram of a service counted.
type distribution struct {
	count   float64
	buckets []float64 // shares
}

func (d *distribution) add(count float64, buckets []float64) {
	d.count += count
	if d.buckets == nil {
		d.buckets = make([]float64, len(buckets))
	}
	for i, n := range buckets {
		d.buckets[i] += n
	}
}

// TestBothFormsAgree compares half an hour that was drawn in aggregate with one that
// was played request by request: how many requests there are of each kind, how
// they end, and how long they take.
func TestBothFormsAgree(t *testing.T) {
	for name, text := range map[string]string{
		"healthy": "", "errors": "payments:errors=20%", "slow dependency": "acquirer:latency=4x", "slow": "orders:slow=30%", "outage": "acquirer:outage",
	} {
		t.Run(name, func(t *testing.T) {
			options := traffic.Options{Seed: 5, Rate: 10, Start: noon, Pattern: traffic.Steady, Instances: 1}
			if text != "" {
				options.Faults = []traffic.Fault{fault(t, text)}
			}
			m := newModel(t, shop(t), options)
			played := playedHalfHour(m)
			storage := stored(t, m.Series(traffic.Span{From: noon, To: noon.Add(30 * time.Minute), Step: 15 * time.Second}, func(ls labels.Labels) bool { return forms[ls.Get(prommodel.MetricNameLabel)] }))
			end := noon.Add(30 * time.Minute)
			for key, p := range played {
				selector := fmt.Sprintf(`{job="shop/%s",%s}`, key.service, key.is)
				count := value(t, storage, "sum(last_over_time("+key.series+"_count"+selector+"[1m]))", end)
				if spread := 5 * math.Sqrt(count+p.count); math.Abs(count-p.count) > spread+0.01*count {
					t.Errorf("%s: %.0f were drawn, %.0f were played", selector, count, p.count)
				}
				if p.count < 500 {
					continue
				}
				below := 0.0
				for i, bound := range key.bounds() {
					below += p.buckets[i]
					drawn := value(t, storage, fmt.Sprintf(`sum(last_over_time(%s_bucket{job="shop/%s",%s,le="%g"}[1m]))`, key.series, key.service, key.is, bound), end)
					if math.Abs(drawn/count-below/p.count) > 0.05 {
						t.Errorf("%s: %.3f are drawn to be at most %g, %.3f are played so", selector, drawn/count, bound, below/p.count)
					}
				}
			}
		})
	}
}

// forms are the series that are compared.
var forms = map[string]bool{
	"http_server_request_duration_seconds_count": true, "http_server_request_duration_seconds_bucket": true,
	"rpc_server_call_duration_seconds_count": true, "rpc_server_call_duration_seconds_bucket": true,
	"messaging_process_duration_seconds_count": true, "messaging_process_duration_seconds_bucket": true,
}

type kind struct{ service, series, is string }

func (kind) bounds() []float64 { return model.RequestBuckets }

// playedHalfHour plays and measures half an hour.
func playedHalfHour(m *traffic.Model) map[kind]*distribution {
	random := rand.New(rand.NewPCG(9, 9))
	meter := m.NewMeter(random, noon)
	for at := noon; at.Before(noon.Add(30 * time.Minute)); at = at.Add(time.Minute) {
		m.Requests(random, at, at.Add(time.Minute), 1, meter.Measure)
	}
	out := map[kind]*distribution{}
	meter.Read(noon.Add(30*time.Minute), func(measured traffic.Measured) {
		if !forms[measured.Metric.Series+"_count"] {
			return
		}
		for _, r := range measured.Readings {
			is := ""
			for _, a := range r.Attributes {
				for _, declared := range measured.Metric.Attributes {
					if declared.Name == a.Name {
						is += fmt.Sprintf("%s=%q,", declared.Label, a.Value)
					}
				}
			}
			if r.Count < 50 {
				continue
			}
			key := kind{measured.Service.Name, measured.Metric.Series, strings.TrimSuffix(is, ",")}
			if out[key] == nil {
				out[key] = &distribution{}
			}
			out[key].add(r.Count, r.Buckets)
		}
	})
	return out
}
