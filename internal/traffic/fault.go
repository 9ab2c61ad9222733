package traffic

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/nearest"
)

// Fault is something that goes wrong for a time.
type Fault struct {
	// Target is a service, a database, a cache, a queue or an external; as
	// KIND.NAME where two have one name. SERVICE/OPERATION is one route, method,
	// consumer or job of a service.
	Target string

	Errors  float64  // share of the requests that fail, 0 to 1
	Slow    float64  // share of the requests that take longer than any threshold, 0 to 1
	Latency float64  // factor of all durations; 0 and 1 change nothing
	Load    *float64 // factor of the requests that arrive
	Outage  bool     // nothing answers, and a service sends no telemetry

	After time.Duration // since the start
	For   time.Duration // 0: until the end
	Ramp  time.Duration // how long it takes to build up, within For
}

const faultExample = "payments:errors=30%,after=2m,for=5m"

// faultWords are the keys of a fault's text.
var faultWords = []string{"errors", "slow", "latency", "rate", "outage", "after", "for", "ramp"}

// ParseFault reads a fault as "payments:errors=30%,after=2m,for=5m".
func ParseFault(text string) (Fault, error) {
	target, rest, ok := strings.Cut(text, ":")
	target = strings.TrimSpace(target)
	if !ok || target == "" || strings.TrimSpace(rest) == "" {
		return Fault{}, fmt.Errorf("%q is no fault; write who fails and how, such as %q", text, faultExample)
	}
	fault := Fault{Target: target}
	for part := range strings.SplitSeq(rest, ",") {
		word, value, given := strings.Cut(strings.TrimSpace(part), "=")
		if err := fault.set(strings.TrimSpace(word), strings.TrimSpace(value), given); err != nil {
			return Fault{}, fmt.Errorf("the fault %q: %w", text, err)
		}
	}
	return fault, fault.check(text)
}

func (f *Fault) set(word, value string, given bool) (err error) {
	switch word {
	case "outage":
		f.Outage = true
		if given {
			return fmt.Errorf("outage takes no value; write errors=%s for a part of the requests", value)
		}
		return nil
	case "errors":
		f.Errors, err = share(word, value)
	case "slow":
		f.Slow, err = share(word, value)
	case "latency":
		f.Latency, err = factor(word, value)
		if err == nil && f.Latency == 0 {
			err = fmt.Errorf("latency=%s would take no time at all; write a factor, such as latency=3x", value)
		}
	case "rate":
		var load float64
		load, err = factor(word, value)
		f.Load = &load
	case "after":
		f.After, err = span(word, value)
	case "for":
		f.For, err = span(word, value)
	case "ramp":
		f.Ramp, err = span(word, value)
	default:
		return unknownWord(word)
	}
	return err
}

func unknownWord(word string) error {
	if near := nearest.Name(word, faultWords); near != "" {
		return fmt.Errorf("%q is unknown; did you mean %q?", word, near)
	}
	return fmt.Errorf("%q is unknown; there are %s", word, strings.Join(faultWords, ", "))
}

func (f *Fault) check(text string) error {
	switch {
	case f.Errors == 0 && f.Slow == 0 && f.Latency == 0 && f.Load == nil && !f.Outage:
		return fmt.Errorf("the fault %q says when, but not what: add errors=30%%, slow=10%%, latency=3x, rate=5x or outage", text)
	case f.For > 0 && f.Ramp > f.For:
		return fmt.Errorf("the fault %q: ramp=%s is longer than for=%s", text, model.FormatDuration(f.Ramp), model.FormatDuration(f.For))
	}
	return nil
}

// share reads "30%" or "0.3".
func share(word, value string) (float64, error) {
	number, percent := strings.CutSuffix(value, "%")
	parsed, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return 0, fmt.Errorf("%s=%s is no share; write a percentage, such as %s=30%%", word, value, word)
	}
	if percent {
		parsed /= 100
	} else if parsed > 1 {
		return 0, fmt.Errorf("%s=%s is more than everything; if you mean a percentage, write %s=%s%%", word, value, word, value)
	}
	if !(parsed > 0 && parsed <= 1) {
		return 0, fmt.Errorf("%s=%s is no share between 0%% and 100%%", word, value)
	}
	return parsed, nil
}

// factor reads "3x", "3" or "300%".
func factor(word, value string) (float64, error) {
	number, percent := strings.CutSuffix(value, "%")
	number = strings.TrimSuffix(number, "x")
	parsed, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		if _, err := model.ParseDuration(value); err == nil {
			return 0, fmt.Errorf("%s=%s is a time, and a factor is wanted: %s=3x is three times of what is usual", word, value, word)
		}
		return 0, fmt.Errorf("%s=%s is no factor; write how many times of what is usual, such as %s=3x", word, value, word)
	}
	if percent {
		parsed /= 100
	}
	if !(parsed >= 0 && parsed <= 1000) {
		return 0, fmt.Errorf("%s=%s is no factor between 0x and 1000x", word, value)
	}
	return parsed, nil
}

func span(word, value string) (time.Duration, error) {
	d, err := model.ParseDuration(value)
	if err != nil {
		return 0, fmt.Errorf("%s=%s: %w", word, value, err)
	}
	return d, nil
}

// intensity is how much of the fault there is at a time since the start, 0 to 1.
// An outage is all or nothing.
func (f *Fault) intensity(since time.Duration) float64 {
	since -= f.After
	switch {
	case since < 0 || f.For > 0 && since >= f.For:
		return 0
	case since < f.Ramp && !f.Outage:
		return float64(since) / float64(f.Ramp)
	}
	return 1
}
