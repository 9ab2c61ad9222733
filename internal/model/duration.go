package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

var durationUnits = []struct {
	name string
	size time.Duration
}{
	{"w", 7 * 24 * time.Hour},
	{"d", 24 * time.Hour},
	{"h", time.Hour},
	{"m", time.Minute},
	{"s", time.Second},
	{"ms", time.Millisecond},
	{"us", time.Microsecond},
	{"µs", time.Microsecond},
}

// ParseDuration reads a duration as Prometheus and Go write them: a sequence
// of numbers, each with a unit of w, d, h, m, s, ms or us, such as "250ms",
// "1h30m" or "30d".
func ParseDuration(text string) (time.Duration, error) {
	rest, total := text, 0.0
	if rest == "" {
		return 0, fmt.Errorf(`it is empty; write a number and a unit, such as "250ms" or "30d"`)
	}
	for rest != "" {
		digits := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if digits == 0 {
			return 0, fmt.Errorf("%q is no duration; write a number and a unit, such as \"250ms\" or \"30d\"", text)
		}
		if digits < 0 {
			return 0, fmt.Errorf("%q has no unit; write ms, s, m, h, d or w behind the number", text)
		}
		number, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no number", rest[:digits])
		}
		rest = rest[digits:]
		end := strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' })
		if end < 0 {
			end = len(rest)
		}
		size, err := unitSize(rest[:end])
		if err != nil {
			return 0, err
		}
		total += number * float64(size)
		rest = rest[end:]
	}
	if total > math.MaxInt64/2 {
		return 0, fmt.Errorf("%q is longer than a century", text)
	}
	return time.Duration(math.Round(total)), nil
}

func unitSize(name string) (time.Duration, error) {
	for _, unit := range durationUnits {
		if unit.name == name {
			return unit.size, nil
		}
	}
	return 0, fmt.Errorf("%q is no unit of time; the units are ms, s, m, h, d and w", name)
}

// FormatDuration writes a duration as the spec would: "250ms", "1h30m", "30d".
// Weeks are written as days.
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, unit := range durationUnits[1:7] {
		if n := d / unit.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, unit.name)
			d -= n * unit.size
		}
	}
	return b.String()
}
