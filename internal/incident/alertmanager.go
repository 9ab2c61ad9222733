package incident

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/obsboot/obsboot/internal/model"
)

// tower is what Alertmanager makes of alerts by its configuration: as much of it
// as decides who is told of what and when. Alertmanager's own packages for it
// import every service that it can notify, so this is code of ours; a test
// compares it with Alertmanager.
type tower struct {
	root    *route
	inhibit []inhibition
}

type amFile struct {
	Route   amRoute `yaml:"route"`
	Inhibit []struct {
		Source []string `yaml:"source_matchers"`
		Target []string `yaml:"target_matchers"`
		Equal  []string `yaml:"equal"`
	} `yaml:"inhibit_rules"`
}

type amRoute struct {
	Receiver string    `yaml:"receiver"`
	Matchers []string  `yaml:"matchers"`
	GroupBy  []string  `yaml:"group_by"`
	Wait     string    `yaml:"group_wait"`
	Interval string    `yaml:"group_interval"`
	Repeat   string    `yaml:"repeat_interval"`
	Continue bool      `yaml:"continue"`
	Routes   []amRoute `yaml:"routes"`
}

// route is one with what it takes over from those above it.
type route struct {
	receiver               string
	matchers               matchers
	groupBy                []string
	wait, interval, repeat time.Duration
	goOn                   bool
	routes                 []*route
}

type inhibition struct {
	source, target matchers
	equal          []string
}

func readAlertmanager(content []byte) (*tower, error) {
	var in amFile
	if err := yaml.Unmarshal(content, &in); err != nil {
		return nil, fmt.Errorf("read Alertmanager's configuration: %w", err)
	}
	// Alertmanager's defaults.
	root, err := in.Route.below(&route{wait: 30 * time.Second, interval: 5 * time.Minute, repeat: 4 * time.Hour})
	if err != nil {
		return nil, fmt.Errorf("read Alertmanager's routes: %w", err)
	}
	out := &tower{root: root}
	for _, rule := range in.Inhibit {
		source, err := parseMatchers(rule.Source)
		if err != nil {
			return nil, err
		}
		target, err := parseMatchers(rule.Target)
		if err != nil {
			return nil, err
		}
		out.inhibit = append(out.inhibit, inhibition{source, target, rule.Equal})
	}
	return out, nil
}

// below is a route that takes over from its parent what it does not say.
func (r amRoute) below(parent *route) (*route, error) {
	own, err := parseMatchers(r.Matchers)
	if err != nil {
		return nil, err
	}
	out := *parent
	out.matchers, out.goOn, out.routes = own, r.Continue, nil
	if r.Receiver != "" {
		out.receiver = r.Receiver
	}
	if r.GroupBy != nil {
		out.groupBy = r.GroupBy
	}
	for _, d := range []struct {
		text string
		to   *time.Duration
	}{{r.Wait, &out.wait}, {r.Interval, &out.interval}, {r.Repeat, &out.repeat}} {
		if d.text == "" {
			continue
		}
		if *d.to, err = model.ParseDuration(d.text); err != nil {
			return nil, err
		}
	}
	for _, child := range r.Routes {
		c, err := child.below(&out)
		if err != nil {
			return nil, err
		}
		out.routes = append(out.routes, c)
	}
	return &out, nil
}

// match returns the routes that an alert takes: the deepest ones.
func (r *route) match(alert map[string]string) []*route {
	if !r.matchers.match(alert) {
		return nil
	}
	var out []*route
	for _, child := range r.routes {
		found := child.match(alert)
		out = append(out, found...)
		if len(found) > 0 && !child.goOn {
			break
		}
	}
	if len(out) == 0 {
		return []*route{r}
	}
	return out
}

// group is the key of the group of an alert.
func (r *route) group(alert map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%p", r)
	for _, name := range r.groupBy {
		fmt.Fprintf(&b, "|%q=%q", name, alert[name])
	}
	return b.String()
}

// mutes reports whether one of the alerts that fire mutes another. An alert that
// both sides of a rule match does not mute others like it.
func (t *tower) mutes(alert map[string]string, firing []map[string]string) bool {
	for _, rule := range t.inhibit {
		if !rule.target.match(alert) {
			continue
		}
		both := rule.source.match(alert)
		for _, source := range firing {
			if !rule.source.match(source) || both && rule.target.match(source) {
				continue
			}
			if !slices.ContainsFunc(rule.equal, func(name string) bool { return source[name] != alert[name] }) {
				return true
			}
		}
	}
	return false
}

type matcher struct {
	label  string
	negate bool
	value  string
	regexp *regexp.Regexp
}

type matchers []matcher

func (all matchers) match(labels map[string]string) bool {
	return !slices.ContainsFunc(all, func(m matcher) bool {
		found := labels[m.label] == m.value
		if m.regexp != nil {
			found = m.regexp.MatchString(labels[m.label])
		}
		return found == m.negate
	})
}

// matcherPattern is a matcher as the generator writes it.
var matcherPattern = regexp.MustCompile(`(?s)^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*"(.*)"\s*$`)

func parseMatchers(texts []string) (matchers, error) {
	var out matchers
	for _, text := range texts {
		parts := matcherPattern.FindStringSubmatch(text)
		if parts == nil {
			return nil, fmt.Errorf("read the matcher %s: it is not as obsboot writes one", text)
		}
		m := matcher{label: parts[1], negate: parts[2][0] == '!', value: unquoted.Replace(parts[3])}
		if strings.HasSuffix(parts[2], "~") {
			compiled, err := regexp.Compile(`^(?:` + m.value + `)$`)
			if err != nil {
				return nil, fmt.Errorf("read the matcher %s: %w", text, err)
			}
			m.regexp = compiled
		}
		out = append(out, m)
	}
	return out, nil
}

var unquoted = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n")
