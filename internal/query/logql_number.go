package query

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

var (
	numberPattern = regexp.MustCompile(`^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`)

	// What Prometheus takes for a duration: units in falling order.
	prometheusDuration = regexp.MustCompile(
		`^(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$`)
	prometheusUnits = []time.Duration{
		365 * 24 * time.Hour, 7 * 24 * time.Hour, 24 * time.Hour,
		time.Hour, time.Minute, time.Second, time.Millisecond,
	}

	bytesPattern = regexp.MustCompile(`^[0-9]*(?:\.[0-9]*)?(?:[kKMGTP]i?B?|B)$`)
)

// number reads a number, and the duration or the size that it may start.
func (l *logQLLexer) number(rest string) token {
	digits := numberPattern.FindString(rest)
	after := rest[len(digits):]
	switch {
	case after == "":
	case after[0] == '_' || digits == "0" && strings.IndexByte("boOxX", after[0]) >= 0:
		return l.fail(len(digits)+1, "numbers are decimal and have no underscores")
	case digits == "0" && after[0] == 'B': // taken for a binary number
		return l.fail(2, "Loki cannot read 0B, write 0kB")
	}
	if size := durationLength(rest, len(digits)); size > 0 {
		return l.token(tokenDuration, size, rest[:size])
	}
	if size := bytesLength(rest, len(digits)); size > 0 {
		return l.token(tokenBytes, size, rest[:size])
	}
	if isBrokenOctal(digits) {
		return l.fail(len(digits), "a number that starts with 0 has octal digits only")
	}
	if _, err := strconv.ParseFloat(digits, 64); err != nil {
		return l.fail(len(digits), "the number is out of range")
	}
	return l.token(tokenNumber, len(digits), digits)
}

// isBrokenOctal reports whether Loki's scanner stumbles over the digits.
func isBrokenOctal(digits string) bool {
	return len(digits) > 1 && digits[0] == '0' &&
		strings.Trim(digits, "0123456789") == "" && strings.ContainsAny(digits, "89")
}

// durationLength returns how many bytes of the text are a duration, given the
// length of the number or minus that starts it; 0 if it is none.
func durationLength(text string, prefix int) int {
	size := prefix + runLength(text[prefix:], "nuµmshdwy")
	if size == prefix {
		return 0
	}
	if isPrometheusDuration(text[:size]) {
		return size
	}
	if _, err := time.ParseDuration(text[:size]); err == nil {
		return size
	}
	return 0
}

func bytesLength(text string, prefix int) int {
	size := prefix + runLength(text[prefix:], "BikKMGTP")
	if size == prefix || !bytesPattern.MatchString(text[:size]) {
		return 0
	}
	return size
}

// runLength measures the digits, dots and unit letters at the start.
func runLength(text, units string) int {
	end := strings.IndexFunc(text, func(r rune) bool {
		return !unicode.IsNumber(r) && r != '.' && !strings.ContainsRune(units, r)
	})
	if end < 0 {
		return len(text)
	}
	return end
}

// isPrometheusDuration checks the form and that it fits a time.Duration.
func isPrometheusDuration(text string) bool {
	if text == "0" {
		return true
	}
	parts := prometheusDuration.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return false
	}
	var total float64
	for i, part := range parts[1:] {
		if part == "" {
			continue
		}
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return false
		}
		total += float64(n) * float64(prometheusUnits[i])
	}
	return total < 1<<63
}
