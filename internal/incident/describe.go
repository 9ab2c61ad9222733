package incident

import (
	"fmt"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
)

// Describe says a fault in words.
func Describe(f traffic.Fault) string {
	var what []string
	add := func(yes bool, format string, args ...any) {
		if yes {
			what = append(what, fmt.Sprintf(format, args...))
		}
	}
	add(f.Outage, "outage")
	add(f.Errors > 0, "%.4g %% errors", 100*f.Errors)
	add(f.Slow > 0, "%.4g %% too slow", 100*f.Slow)
	add(f.Latency > 0 && f.Latency != 1, "latency times %g", f.Latency)
	if f.Load != nil {
		add(true, "traffic times %g", *f.Load)
	}
	text := fmt.Sprintf("%s of %s from %s", strings.Join(what, ", "), strings.TrimPrefix(f.Target, "service."), model.FormatDuration(f.After))
	if f.For > 0 {
		text += " for " + model.FormatDuration(f.For)
	}
	if f.Ramp > 0 {
		text += ", building up over " + model.FormatDuration(f.Ramp)
	}
	return text
}
