//go:build unix

package incident_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/incident"
)

// The benchmarks rehearse an SLO of the example, with those of its callers, and
// fail when that takes longer than it may on two cores with nothing else to do.
func BenchmarkRehearse(b *testing.B) {
	for _, bench := range []struct {
		name   string
		over   time.Duration
		limit  time.Duration
		alone  bool
		matrix bool
	}{
		{"one SLO, 24h", 24 * time.Hour, time.Second, true, false},
		{"with its callers, 24h", 24 * time.Hour, 0, false, false},
		{"one SLO, 30d", 30 * 24 * time.Hour, 10 * time.Second, true, false},
		{"matrix", 0, 30 * time.Second, true, true},
	} {
		b.Run(bench.name, func(b *testing.B) {
			plan := planIn(b, "../../examples/shop", "payments/availability", "payments:errors=30%,after=2h,for=30m")
			plan.Traffic.Pattern, plan.Over = nil, bench.over
			if bench.alone {
				for i := range plan.System.Services {
					plan.System.Services[i].Calls = nil
				}
			}
			start, used := time.Now(), processor(b)
			for b.Loop() {
				var err error
				if bench.matrix {
					_, err = incident.RunMatrix(context.Background(), plan)
				} else {
					_, err = incident.Run(context.Background(), plan)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			used = (processor(b) - used) / time.Duration(b.N)
			b.ReportMetric(used.Seconds(), "processor-s/op")
			// Beside other work the time says little, and a part of it was waiting.
			took := min(time.Since(start)/time.Duration(b.N), used)
			if bench.limit > 0 && took > bench.limit {
				b.Errorf("it takes %s, and may take %s", took, bench.limit)
			}
		})
	}
}

// processor is the time that this process has had of all processors: what a
// machine with other work to do does not change.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
