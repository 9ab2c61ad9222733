package generate

import (
	"fmt"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/slo"
)

// means says, in paragraphs of Markdown, what an alert of an SLO means.
func (g *sloRules) means(page string) []string {
	promised := fmt.Sprintf("Promised: %s. That holds for %s, so %s %% may be bad.",
		goodWhen(*g.sli), g.promise(), slo.Allowed(g.sli.Objective))
	out := described(g.sli.Description)
	switch page {
	case burnPage:
		out = append(out, felt(g.s, g.sli)+" If nothing changes, the promise will not be kept.", promised,
			"A page says that a large part of the budget goes within hours: look now. A ticket says that it goes within days: look during the day. "+
				"The alert resolves soon after the errors stop, because it needs a short window above its burn rate as well.")
	case exhaustedPage:
		out = append(out, "The promise is broken for this window, whether or not anything is wrong right now.", promised,
			"Nothing has to be done this minute. What was agreed for a spent budget applies: usually that reliability goes before features until it has recovered.")
	default:
		out = append(out, "It is not known whether the promise is kept: "+
			"no series has said for 15 minutes how many events there were. No error can be seen and no other alert of this SLO can fire.", promised,
			"Look whether the service runs, whether its telemetry reaches the collector, and whether Prometheus has it.")
	}
	return out
}

// felt says what users notice.
func felt(s *model.Service, sli *model.SLI) string {
	name := markdownText(s.Name)
	switch {
	case sli.Kind == model.Latency:
		return fmt.Sprintf("Whoever uses %s waits too long too often.", name)
	case sli.Kind == model.Availability && sli.Requests.Work == model.WorkConsumer:
		return fmt.Sprintf("Messages that %s should process fail; what follows from them does not happen, or late.", name)
	case sli.Kind == model.Availability && sli.Requests.Work == model.WorkJob:
		return fmt.Sprintf("Jobs of %s fail; what they should do is not done.", name)
	case sli.Kind == model.Availability:
		return fmt.Sprintf("Whoever uses %s gets errors too often.", name)
	case sli.Kind == model.Slices:
		return fmt.Sprintf("%s is out of bounds too much of the time.", name)
	}
	return fmt.Sprintf("Too much of what %s does goes wrong.", name)
}
