package generate

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// pointed writes a number with a point, so that readers take it for no integer.
func pointed(x float64) string {
	text := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// goDuration writes a duration for servers that know no days.
func goDuration(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}

func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// escapeDollars keeps Grafana, compose and the collector from expanding a text
// while they read their files.
func escapeDollars(text string) string { return strings.ReplaceAll(text, "$", "$$") }
