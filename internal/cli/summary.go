package cli

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/model"
)

// summary counts what a system has, in a sentence.
func summary(sys *model.System) string {
	metrics, slos := 0, 0
	for _, service := range sys.Services {
		for _, m := range service.Metrics {
			if !m.Standard {
				metrics++
			}
		}
		for _, sli := range service.SLIs {
			if sli.Objective != 0 {
				slos++
			}
		}
	}
	return fmt.Sprintf("System %q has %s, %s and %s of its own.", sys.Name, plural(len(sys.Services), "service"), plural(slos, "SLO"), plural(metrics, "metric"))
}
