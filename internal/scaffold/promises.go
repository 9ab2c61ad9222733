package scaffold

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/detect"
)

// window is that of every proposal: the default of the language.
const window = 30 * 24 * time.Hour

// proposals are the SLIs of a service, each with the reason why it is so.
func proposals(s *Service) []SLI {
	var all []SLI
	if s.HTTP {
		all = append(all, webProposals(s)...)
	}
	if s.GRPC {
		all = append(all, rpcProposals(s)...)
	}
	if len(s.Consumes) > 0 {
		all = append(all, SLI{
			Name: "processing", Description: "Messages that were processed without an error", Objective: "processing", Kind: "availability", Of: of(s, "consumer"),
		})
	}
	return append(all, jobProposals(s)...)
}

// of names the kind of work where a service does several.
func of(s *Service, kind string) string {
	first := "job"
	switch {
	case s.HTTP:
		first = "http"
	case s.GRPC:
		first = "grpc"
	case len(s.Consumes) > 0:
		first = "consumer"
	}
	if first == kind {
		return ""
	}
	return kind
}

// slow are words in routes whose requests take as long as they take.
var slow = []string{"export", "import", "download", "upload", "stream", "events", "ws", "websocket", "sse", "report", "reports", "batch", "bulk", "reindex", "watch", "subscribe"}

func isSlow(route string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(route), func(r rune) bool {
		return r == '/' || r == ' ' || r == '-' || r == '_' || r == ':' || r == '.'
	}), func(word string) bool { return slices.Contains(slow, word) })
}

func webProposals(s *Service) []SLI {
	var users, quick, probes, long []string
	for _, route := range s.Routes {
		switch name := route.Name; {
		case detect.Probe(name):
			probes = append(probes, name)
		case isSlow(name):
			long = append(long, name)
			users = append(users, name)
		default:
			quick = append(quick, name)
			users = append(users, name)
		}
	}
	availability := SLI{Name: "availability", Description: "Requests that did not fail because of us", Objective: "web_availability", Kind: "availability"}
	if len(probes) > 0 && len(users) > 0 {
		availability.Why = fmt.Sprintf("Not counted: %s. Probes come at a steady pace and succeed; on a quiet day they would hide that users see errors. A new route counts once it stands here, too.", listed(probes))
		availability.List, availability.Only = "routes", users
	}
	all := []SLI{availability}
	latency := SLI{Name: "latency", Description: "Requests that were answered fast enough", Objective: "web_fast", Kind: "latency", Threshold: "web_latency"}
	switch {
	case len(long) > 0 && len(quick) == 0:
		return all // nothing that is meant to be quick
	case len(long) > 0:
		latency.Why = fmt.Sprintf("Not counted: %s. By their names these move much data or stay open, so that their time says nothing about speed. Take them in if that is wrong.", listed(long))
		latency.List, latency.Only = "routes", quick
	case len(probes) > 0:
		latency.List, latency.Only = "routes", quick
	}
	if len(latency.Only) == 0 && latency.List != "" {
		latency.List = ""
	}
	return append(all, latency)
}

func rpcProposals(s *Service) []SLI {
	suffix := ""
	if s.HTTP {
		suffix = "rpc-"
	}
	var unary, streams []string
	for _, method := range s.Methods {
		if method.Stream {
			streams = append(streams, path.Base(method.Name))
		} else {
			unary = append(unary, method.Name)
		}
	}
	all := []SLI{{Name: suffix + "availability", Description: "Calls that did not fail because of us", Objective: "rpc_availability", Kind: "availability", Of: of(s, "grpc")}}
	latency := SLI{Name: suffix + "latency", Description: "Calls that were answered fast enough", Objective: "rpc_fast", Kind: "latency", Threshold: "rpc_latency", Of: of(s, "grpc")}
	if len(streams) > 0 {
		latency.Why = fmt.Sprintf("Not counted: %s. A stream lasts as long as somebody listens.", listed(streams))
		latency.List, latency.Only, latency.Of = "methods", unary, ""
	}
	if len(streams) > 0 && len(unary) == 0 {
		return all
	}
	return append(all, latency)
}

// often is the longest period of jobs whose runs are enough for a percentage.
const often = time.Hour

func jobProposals(s *Service) []SLI {
	var counted []string
	for _, job := range s.Jobs {
		if every, err := time.ParseDuration(job.Every); err == nil && every <= often {
			counted = append(counted, job.Name)
		}
	}
	if len(counted) == 0 {
		return nil
	}
	runs := SLI{Name: "runs", Description: "Runs that ended without an error", Objective: "runs", Kind: "availability", Of: of(s, "job")}
	if len(counted) < len(s.Jobs) {
		runs.List, runs.Only, runs.Of = "jobs", counted, ""
		runs.Why = "Only jobs that run once an hour or more: of rarer ones there are too few runs for a percentage. Each job has an alert of its own when it is overdue."
	}
	return []SLI{runs}
}

func listed(names []string) string {
	const most = 4
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// addLocals writes down the numbers that the SLIs share, once, with their reasons.
func (p *Plan) addLocals(c Choices) {
	used := map[string]bool{}
	for _, s := range p.Services {
		for _, sli := range s.SLIs {
			used[sli.Objective], used[sli.Threshold] = true, true
		}
	}
	latency, err := time.ParseDuration(c.Latency)
	if err != nil {
		latency = 500 * time.Millisecond // the choices were checked
	}
	all := []Local{
		{Name: "web_availability", Number: percent(c.Availability), Why: availabilityReason(c.Availability) +
			" Begin with what users notice, not with what the service happens to reach: a promise that is always kept by far is one that nobody looks at."},
		{Name: "web_fast", Number: "99", Why: "The slowest 1 % is left out: it is garbage collection, cold caches and bad networks, and dearer to mend than it is worth."},
		{Name: "web_latency", Text: c.Latency, Why: latencyReason(latency)},
		{Name: "rpc_availability", Number: percent(c.Availability), Why: availabilityReason(c.Availability) +
			" What calls this service cannot promise more than this, unless it retries."},
		{Name: "rpc_fast", Number: "99", Why: "The slowest 1 % is left out, as above all garbage collection and cold caches."},
		{Name: "rpc_latency", Text: short(latency / 2), Why: "Half of what a page may take: a caller waits for more than one answer, and adds its own work."},
		{Name: "processing", Number: "99", Why: "Less than for requests: a message that failed comes again, so an error costs time and not the data. Raise it where messages are not sent again."},
		{Name: "runs", Number: "95", Why: "A failed run is made up for by the next, if not too many fail in a row. 95 % of hourly runs are 36 failures in 30 days."},
	}
	for _, local := range all {
		if used[local.Name] {
			p.Locals = append(p.Locals, local)
		}
	}
}

// availabilityReason says what an objective means in time and in requests.
func availabilityReason(objective float64) string {
	return fmt.Sprintf("%s %% leaves room for %s of full outage in 30 days, or one failed request in %s.",
		percent(objective), Outage(objective), thousands(int(100/(100-objective)+0.5)))
}

// Outage is how long everything may fail in 30 days under an objective.
func Outage(objective float64) string {
	return minutes(time.Duration(float64(window) * (100 - objective) / 100))
}

func minutes(d time.Duration) string {
	if d < 2*time.Hour {
		return fmt.Sprintf("%d minutes", int(d.Minutes()+0.5))
	}
	return strconv.FormatFloat(float64(int(d.Hours()*10+0.5))/10, 'f', -1, 64) + " hours"
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// The bounds are Nielsen's response time limits (Usability Engineering, 1993): 0.1
// seconds feels instant, 1 second keeps the flow of thought, 10 seconds the attention.
func latencyReason(threshold time.Duration) string {
	base := "A bucket of the histogram ends here, so the share is exact, not interpolated."
	switch {
	case threshold <= 100*time.Millisecond:
		return "Up to 0.1 s an answer feels instant. " + base
	case threshold <= time.Second:
		return "Up to 1 s people stay in their flow of thought; the rest of that second is for the network and the browser. " + base
	case threshold <= 10*time.Second:
		return "Beyond 1 s people notice that they wait, beyond 10 s they do something else. " + base
	}
	return "Beyond 10 s people do something else: this suits work that nobody waits for. " + base
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// short writes a duration without its zeros.
func short(d time.Duration) string {
	if d%time.Millisecond == 0 && d < time.Second {
		return fmt.Sprintf("%dms", d/time.Millisecond)
	}
	text := d.String()
	text = strings.TrimSuffix(text, "m0s") + map[bool]string{true: "m", false: ""}[strings.HasSuffix(text, "m0s")]
	return strings.TrimSuffix(text, "h0m") + map[bool]string{true: "h", false: ""}[strings.HasSuffix(text, "h0m")]
}
