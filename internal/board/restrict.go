package board

import (
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/query"
)

// restricted makes a query of the spec follow the reader's choice: the selectors
// of series that services send over OTLP also match what was chosen. Others, and
// what cannot be understood, stay as they are.
func restricted(sys *system, text string, choices ...query.Matcher) string {
	text = strings.TrimSpace(text)
	parsed, errs := query.ParsePromQL(text)
	if errs != nil {
		return text
	}
	out := text
	for _, s := range slices.Backward(parsed.Selectors) {
		if !sys.sent[s.Metric] {
			continue
		}
		more := strings.Trim(query.Selector("", choices...), "{}")
		switch inside := strings.TrimSpace(out[s.NameEnd:s.End]); {
		case s.NameEnd == s.End:
			out = out[:s.End] + "{" + more + "}" + out[s.End:]
		case !strings.HasPrefix(inside, "{"):
			return text // the name stands in the braces
		case strings.HasSuffix(strings.TrimSpace(strings.TrimSuffix(inside, "}")), ","), len(s.Matchers) == 0:
			out = out[:s.End-1] + more + out[s.End-1:]
		default:
			out = out[:s.End-1] + ", " + more + out[s.End-1:]
		}
	}
	if _, errs := query.ParsePromQL(out); errs != nil {
		return text
	}
	return out
}

// restrictedTo makes a query follow the choices on the dashboard of a service.
func restrictedTo(sys *system, s *model.Service, text string) string {
	if s.Source != nil {
		return strings.TrimSpace(text) // there is no environment to choose
	}
	return restricted(sys, text, here()...)
}

// here are the choices on the dashboard of a service, anywhere those on a
// dashboard of the whole system.
func here() []query.Matcher {
	return []query.Matcher{chosen(environmentLabel, environmentVariable), chosen("instance", instanceVariable)}
}

func anywhere() []query.Matcher {
	return []query.Matcher{chosen(environmentLabel, environmentVariable)}
}
