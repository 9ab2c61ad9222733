package grafana

import (
	"regexp"
	"strings"

	"github.com/obsboot/obsboot/internal/board"
)

// units are Grafana's names of units.
var units = map[board.Unit]string{
	board.NoUnit: "none", board.Number: "short", board.Percent: "percent", board.Share: "percentunit",
	board.Seconds: "s", board.Milliseconds: "ms", board.Bytes: "bytes", board.BytesPerSecond: "binBps",
	board.PerSecond: "count:/s", board.Requests: "reqps", board.Moment: "dateTimeAsIso", board.Ago: "dateTimeFromNow",
	board.Multiple: "suffix:×", board.SecondsAsDays: "s",
	"EUR": "currencyEUR", "USD": "currencyUSD", "GBP": "currencyGBP", "min": "m", "h": "h", "d": "d",
}

// unit is Grafana's word for a unit. One that it does not know stands behind the
// number, with thousands and millions shortened.
func unit(u board.Unit) string {
	if known, ok := units[u]; ok {
		return known
	}
	return "count:" + text(string(u))
}

// colors are Grafana's names of colours, which fit its dark and light themes.
var colors = map[board.Color]string{
	board.Green: "green", board.Yellow: "yellow", board.Orange: "orange", board.Red: "red", board.Blue: "blue",
	board.Purple: "purple", board.Grey: "#8e8e8e", board.Plain: "text", board.Clear: "transparent",
}

func color(c board.Color) string { return colors[c] }

// text keeps a text of the spec from being a variable of Grafana: a dollar that
// begins one is followed by a joiner, which nobody sees.
func text(s string) string {
	if !strings.ContainsAny(s, "$[") {
		return s
	}
	return variables.ReplaceAllString(s, "${1}${3}\u2060${2}${4}")
}

// variables are the ways in which Grafana writes one.
var variables = regexp.MustCompile(`(\$)([{\w])|(\[)(\[)`)

func join(values []string) string { return strings.Join(values, ",") }
