package generate

import (
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// rules makes prometheus/rules/<service>.yaml, with the recording and alerting
// rules of a service, and prometheus/rules/obsboot.yaml with the watchdog.
func rules(sys *model.System) ([]artifact.File, error) {
	files := make([]artifact.File, len(sys.Services)+1)
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range sys.Services {
		work.Go(func() (err error) {
			files[i], err = serviceRules(sys, &sys.Services[i])
			return err
		})
	}
	work.Go(func() (err error) {
		groups := []ruleGroup{{Name: "system", Rules: []rule{watchdog(sys)}}}
		files[len(files)-1], err = yamlFile(sys, "prometheus/rules/_system.yaml", ruleFile{groups})
		return err
	})
	err := work.Wait()
	return slices.DeleteFunc(files, func(f artifact.File) bool { return f.Path == "" }), err
}

// serviceRules makes the file of a service, or none if nothing is watched.
func serviceRules(sys *model.System, s *model.Service) (artifact.File, error) {
	var groups []ruleGroup
	for i := range s.SLIs {
		groups = append(groups, sloGroups(sys, s, &s.SLIs[i])...)
	}
	if alerts := serviceWatched(sys, s); len(alerts) > 0 {
		groups = append(groups, ruleGroup{Name: "watched/" + s.Name, Labels: map[string]string{"service": s.Name}, Rules: rulesOf(alerts)})
	}
	if len(groups) == 0 {
		return artifact.File{}, nil
	}
	return yamlFile(sys, "prometheus/rules/"+naming.Slug(s.Name)+".yaml", ruleFile{groups})
}

// watchdog always fires, so that its silence says that alerting is broken.
func watchdog(sys *model.System) rule {
	return rule{
		Alert:  naming.AlertWatchdog,
		Expr:   "vector(1)",
		Labels: plainLabels(labelsWith(sys, map[string]string{"severity": "none"})),
		Annotations: map[string]string{
			summary:    "Alerting works. This alert always fires: if it stops, alerts no longer arrive.",
			runbookURL: sys.Stack.URLs.Runbooks + "/" + watchdogRunbook,
		},
	}
}

// watched is something that alerts tell of, and that one runbook is about.
type watched struct {
	page    string // file name of the runbook, without .md
	subject string // the service and the name of what is watched
	problem string // what is wrong with the subject
	means   []string
	rules   []rule
	silence []model.Label // labels that match these alerts and no others
}

func rulesOf(alerts []watched) []rule {
	var out []rule
	for _, w := range alerts {
		out = append(out, w.rules...)
	}
	return out
}

// labelsWith joins labels with those that the spec puts on every rule.
func labelsWith(sys *model.System, labels map[string]string) map[string]string {
	out := map[string]string{}
	for _, l := range sys.Labels {
		out[l.Name] = l.Value
	}
	maps.Copy(out, labels)
	return out
}

// plainLabels keeps the labels of an alert from being templates.
func plainLabels(labels map[string]string) map[string]string {
	for name, value := range labels {
		labels[name] = templateText(value)
	}
	return labels
}

// alertLabels are what every alert of a service carries beside the labels of its
// group.
func alertLabels(sys *model.System, s *model.Service, severity model.Severity, more map[string]string) map[string]string {
	labels := labelsWith(sys, map[string]string{"severity": string(severity)})
	if s.Team != "" {
		labels["team"] = s.Team
	}
	maps.Copy(labels, more)
	return plainLabels(labels)
}
