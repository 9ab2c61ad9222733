package query

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"text/template/parse"
)

// The checks of string values. They report at the literal and go on.

func (p *logQLParser) reportAt(t token, message, hint string) {
	p.report(t.start, t.end, message, hint)
}

// checkRegexp compiles a regular expression; it returns nil if it is broken.
func (p *logQLParser) checkRegexp(t token) *regexp.Regexp {
	if p.dead {
		return nil
	}
	re, err := regexp.Compile(t.text)
	if err != nil {
		p.reportAt(t, "broken regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "")
		return nil
	}
	return re
}

// checkParserRegexp wants named groups, which become labels.
func (p *logQLParser) checkParserRegexp(t token) {
	re := p.checkRegexp(t)
	if re == nil {
		return
	}
	seen := map[string]bool{}
	for _, name := range re.SubexpNames() {
		if name != "" && seen[name] {
			p.reportAt(t, fmt.Sprintf("two groups have the name %q", name), "")
		}
		seen[name] = true
	}
	delete(seen, "")
	if len(seen) == 0 {
		p.reportAt(t, "the regular expression has no named group", "such as (?P<status>\\d+)")
	}
}

var patternCapture = regexp.MustCompile(`<([a-zA-Z_][a-zA-Z0-9_]*)>`)

// checkParserPattern wants at least one capture with a name.
func (p *logQLParser) checkParserPattern(t token) {
	names := p.captures(t)
	if p.dead {
		return
	}
	seen := map[string]bool{"_": true}
	for _, name := range names {
		if name != "_" && seen[name] {
			p.reportAt(t, fmt.Sprintf("two captures have the name %q", name), "")
		}
		seen[name] = true
	}
	if len(seen) == 1 {
		p.reportAt(t, "the pattern has no named capture", "such as <status>")
	}
}

// checkLinePattern wants captures without names.
func (p *logQLParser) checkLinePattern(t token) {
	for _, name := range p.captures(t) {
		if name != "_" {
			p.reportAt(t, "captures in a line filter have no names, got <"+name+">", "write <_>")
			return
		}
	}
}

func (p *logQLParser) captures(t token) []string {
	var names []string
	last := -1
	for _, at := range patternCapture.FindAllStringSubmatchIndex(t.text, -1) {
		if at[0] == last {
			p.reportAt(t, "captures need text between them", "")
		}
		last = at[1]
		names = append(names, t.text[at[2]:at[3]])
	}
	return names
}

// checkTemplate parses a template of Go's language with Loki's functions.
func (p *logQLParser) checkTemplate(t token) {
	if p.dead {
		return
	}
	_, err := parse.Parse("t", t.text, "", "", templateNames)
	if err == nil {
		return
	}
	message := err.Error()
	for range 2 { // "template: t:1: " or "template: t:1:5: ", as there is a column
		if _, rest, ok := strings.Cut(message, ": "); ok {
			message = rest
		}
	}
	hint := ""
	if name, ok := strings.CutPrefix(message, "function "); ok {
		name, _, _ = strings.Cut(strings.Trim(name, `"`), `"`)
		hint = didYouMean(name, templateFunctions)
	}
	p.reportAt(t, "broken template: "+message, hint)
}

// templateNames has the functions that a template may call; the parser looks
// only at the keys.
var templateNames = func() map[string]any {
	names := map[string]any{}
	for _, list := range [][]string{templateFunctions, templateBuiltins} {
		for _, name := range list {
			names[name] = true
		}
	}
	return names
}()

// jsonPath is what the json parser takes: fields and indexes.
var jsonPath = regexp.MustCompile(`^[ \t\n]*(?:` + jsonField + `|` + jsonIndex + `)` +
	`(?:[ \t\n]*(?:\.[ \t\n]*` + jsonField + `|` + jsonIndex + `))*[ \t\n]*$`)

const (
	jsonField = `[a-zA-Z_][a-zA-Z0-9_]*`
	jsonIndex = `\[[ \t\n]*(?:[0-9]+|"[^"\]]*")[ \t\n]*\]`
)

func (p *logQLParser) checkJSONPath(t token) {
	if !p.dead && !jsonPath.MatchString(t.text) {
		p.reportAt(t, "this is no path into a JSON object", `such as "request.headers[0]"`)
	}
}

// logfmtKey is what the logfmt parser takes: a key, or one in quotes.
var logfmtKey = regexp.MustCompile(`^[ \t\n]*(?:` + jsonField + `|` + logfmtQuoted + `)(?:[ \t\n]*` + logfmtQuoted + `)*[ \t\n]*$`)

const logfmtQuoted = `"[^"\]]*["\]]?`

func (p *logQLParser) checkLogfmtKey(t token) {
	if !p.dead && !logfmtKey.MatchString(t.text) {
		p.reportAt(t, "this is no key of a logfmt line", "")
	}
}

func (p *logQLParser) checkIP(t token) {
	if !p.dead && !isIPRange(t.text) {
		p.reportAt(t, "this is no IP address, prefix or range", `such as "10.0.0.0/8"`)
	}
}

// isIPRange accepts an address, a prefix and two addresses with a hyphen.
func isIPRange(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	if _, err := netip.ParsePrefix(text); err == nil {
		return true
	}
	low, high, ok := strings.Cut(text, "-")
	if !ok {
		return false
	}
	from, err1 := netip.ParseAddr(low)
	to, err2 := netip.ParseAddr(high)
	return err1 == nil && err2 == nil && from.BitLen() == to.BitLen() && from.Zone()+to.Zone() == "" && !to.Less(from)
}
