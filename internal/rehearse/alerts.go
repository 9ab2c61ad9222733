package rehearse

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// Episode is an alert from when its condition held to its end.
type Episode struct {
	Labels      labels.Labels // with its name
	Annotations labels.Labels
	Active      time.Time // the condition held
	Fired       time.Time
	Resolved    time.Time // zero while it fires
}

// timeline collects what Prometheus would send to Alertmanager.
type timeline struct{ episodes []Episode }

func (t *timeline) notify(_ context.Context, _ string, alerts ...*rules.Alert) {
	for _, a := range alerts {
		if a.ResolvedAt.IsZero() {
			t.episodes = append(t.episodes, Episode{Labels: a.Labels, Annotations: a.Annotations, Active: a.ActiveAt, Fired: a.FiredAt})
			continue
		}
		for i := range t.episodes {
			if e := &t.episodes[i]; e.Resolved.IsZero() && labels.Equal(e.Labels, a.Labels) {
				e.Resolved = a.ResolvedAt
			}
		}
	}
}

// Alerts returns what fired, in the order of firing.
func (r *Rehearsal) Alerts() []Episode {
	out := slices.Clone(r.alerts.episodes)
	slices.SortStableFunc(out, func(a, b Episode) int { return a.Fired.Compare(b.Fired) })
	return out
}
