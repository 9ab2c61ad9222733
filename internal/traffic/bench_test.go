package traffic_test

import (
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/query"
	"github.com/obsboot/obsboot/internal/traffic"
)

// BenchmarkMonthOfOneSLO draws 30 days of what the rules of one SLO read, every
// 15 seconds from two instances.
func BenchmarkMonthOfOneSLO(b *testing.B) {
	sys := shop(b)
	for i := range sys.Services {
		s := &sys.Services[i]
		for j := range s.SLIs {
			b.Run(s.Name+"/"+s.SLIs[j].Name, func(b *testing.B) {
				rates := query.SLIRates(s, &s.SLIs[j], 5*time.Minute, "")
				want, err := traffic.ReadBy(rates.Errors, rates.Total)
				if err != nil {
					b.Fatal(err)
				}
				samples := 0
				for b.Loop() {
					samples = 0
					m := newModel(b, sys, traffic.Options{Seed: 1, Start: noon, Restarts: 30 * time.Hour, Faults: []traffic.Fault{fault(b, "payments:errors=30%,after=10d,for=1h,ramp=10m")}})
					month := traffic.Span{From: noon, To: noon.Add(30 * 24 * time.Hour), Step: 15 * time.Second}
					for _, series := range m.Series(month, want) {
						for range series {
							samples++
						}
					}
				}
				b.ReportMetric(float64(samples), "samples")
			})
		}
	}
}
