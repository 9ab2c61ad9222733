package board

import (
	"github.com/obsboot/obsboot/internal/model"
)

// jobRows say of scheduled work whether it ran, how it ended and how long it took.
func jobRows(s *model.Service) []Row {
	var w work
	for _, one := range works(s) {
		if one.kind == model.WorkJob {
			w = one
		}
	}
	if w.Metric == nil {
		return nil
	}
	var panels []Panel
	if success, ok := metric(s, "job.last_success.time"); ok {
		age := graph("Time since the last success", "How long ago each job last ended without an error. It grows until the next run ends well: a saw is healthy, a slope is a job that fails or does not run.",
			SecondsAsDays, third, prom("time() - max by (job_name) ("+success.selector("")+")", row("job_name")))
		age.NoValue = "no job has succeeded yet"
		panels = append(panels, age)
	}
	runs := graph("Runs by outcome", "Runs that ended in each hour: those without an error, and the others by their error.", "runs/h", third,
		prom("3600 * "+w.passed().count("1h", w.names...), w.legend()+" done"),
		silent(prom("3600 * "+w.failed().count("1h", append(w.names, w.status)...), w.legend()+" "+row(w.status)), "only while a job fails"))
	runs.Styles = []Style{{Pattern: " done$", Color: Green}, {Pattern: "^(?!.* done$).*", Color: Red}}
	runs.Stacked, runs.Fill, runs.NoValue = true, true, "no run in this range"
	slow := graph("Duration of runs", "95 % of the runs of the last day took at most this long.", UnitOf(w.Unit), third,
		silent(prom(w.quantile(0.95, "1d", w.names...)+" >= 0", w.legend()), "before the first run has ended"))
	slow.NoValue = "no run in this range"
	panels = append(panels, runs, slow)
	return []Row{{Title: "Jobs", Section: requestsSection, Panels: panels}}
}
