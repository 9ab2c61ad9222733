// Command alertcheck does with a configuration of Alertmanager and some alerts
// what Alertmanager does, with its own code, at once: it routes, groups, mutes and
// notifies.
//
//	alertcheck alertmanager.yaml < incident.json > outcome.json
//
// It runs in the folder that Alertmanager would run in. In a module of its own,
// because Alertmanager imports every service that it can notify.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/matcher/compat"
)

// incident is what fires, and where services are that a configuration cannot
// name.
type incident struct {
	Alerts    []firing
	PagerDuty string
	Opsgenie  string
}

type firing struct {
	Labels      map[string]string
	Annotations map[string]string
	Resolved    bool
}

// outcome is what becomes of it.
type outcome struct {
	Alerts []told
	Groups []group
}

// told says of an alert who hears of it; nobody does while it is muted.
type told struct {
	Labels    map[string]string
	Receivers []string
	Muted     bool
}

// group is what one receiver hears of at once.
type group struct {
	Receiver               string
	Labels                 map[string]string
	Wait, Interval, Repeat string
	Alerts                 int
	Sent                   []string // integrations
	Failed                 []string // integrations, and why
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "alertcheck:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return errors.New("usage: alertcheck alertmanager.yaml < incident.json")
	}
	var in incident
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return fmt.Errorf("read the incident: %w", err)
	}
	conf, err := load(os.Args[1])
	if err != nil {
		return err
	}
	out, err := play(conf, in)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// load reads a configuration in each of Alertmanager's modes of reading matchers
// and wants the same from all, without a warning.
func load(path string) (*config.Config, error) {
	var first *config.Config
	for _, mode := range []string{"", featurecontrol.FeatureClassicMode, featurecontrol.FeatureUTF8StrictMode} {
		flags, err := featurecontrol.NewFlags(slog.New(slog.DiscardHandler), mode)
		if err != nil {
			return nil, err
		}
		var warnings strings.Builder
		compat.InitFromFlags(slog.New(slog.NewTextHandler(&warnings, &slog.HandlerOptions{Level: slog.LevelWarn})), flags)
		conf, err := config.LoadFile(path)
		if err != nil {
			return nil, fmt.Errorf("load %s (mode %q): %w", path, mode, err)
		}
		if warnings.Len() > 0 {
			return nil, fmt.Errorf("load %s (mode %q): %s", path, mode, warnings.String())
		}
		if first == nil {
			first = conf
		}
		if !reflect.DeepEqual(matchers(first), matchers(conf)) {
			return nil, fmt.Errorf("load %s: mode %q reads other matchers than the default", path, mode)
		}
	}
	return first, nil
}

// matchers lists all matchers of a configuration.
func matchers(conf *config.Config) []string {
	var out []string
	var routes func(*config.Route)
	routes = func(r *config.Route) {
		out = append(out, fmt.Sprintf("%q", r.Matchers))
		for _, child := range r.Routes {
			routes(child)
		}
	}
	routes(conf.Route)
	for _, rule := range conf.InhibitRules {
		out = append(out, fmt.Sprintf("%q %q", rule.SourceMatchers, rule.TargetMatchers))
	}
	return out
}
