package model

import (
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for p, want := range map[Percent]string{
		99_950_000:  "99.95",
		99_900_000:  "99.9",
		99_000_000:  "99",
		100_000_000: "100",
		999_000:     "0.999",
		1:           "0.000001",
		0:           "0",
		99_999_999:  "99.999999",
	} {
		if got := p.String(); got != want {
			t.Errorf("Percent(%d) is %q, want %q", int64(p), got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"250ms":  250 * time.Millisecond,
		"1h30m":  90 * time.Minute,
		"30d":    30 * 24 * time.Hour,
		"2w":     14 * 24 * time.Hour,
		"1.5s":   1500 * time.Millisecond,
		"500us":  500 * time.Microsecond,
		"1d12h":  36 * time.Hour,
		"0s":     0,
		"100µs":  100 * time.Microsecond,
		"0.25ms": 250 * time.Microsecond,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "s", "5 s", "five", "1..5s", "-5s", "5y", "1e3s", "99999999999999d", "5ss", "."} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                      "0s",
		250 * time.Millisecond: "250ms",
		90 * time.Minute:       "1h30m",
		30 * 24 * time.Hour:    "30d",
		time.Microsecond:       "1us",
		25 * time.Hour:         "1d1h",
	} {
		got := FormatDuration(d)
		if got != want {
			t.Errorf("FormatDuration(%v) = %q, want %q", d, got, want)
		}
		if back, err := ParseDuration(got); err != nil || back != d {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", got, back, err, d)
		}
	}
}
