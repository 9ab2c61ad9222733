package incident

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Notification is what a receiver is told at once.
type Notification struct {
	After    float64  `json:"after"` // seconds since the incident began
	Receiver string   `json:"receiver"`
	Firing   []string `json:"firing,omitempty"`
	Resolved []string `json:"resolved,omitempty"`

	at time.Duration // since the beginning
}

// firing is an alert in Alertmanager.
type firing struct {
	labels   map[string]string
	name     string
	from, to time.Duration // since the beginning; to is huge while it fires
	alert    *Alert
}

// told plays the groups of all alerts. Alertmanager wakes a group some time after
// its first alert and then at its interval, and tells if something is new.
func (t *tower) told(alerts []*firing, until time.Duration) []Notification {
	groups := map[string]*told{}
	for _, a := range alerts {
		for _, r := range t.root.match(a.labels) {
			key := r.group(a.labels)
			if groups[key] == nil {
				groups[key] = &told{tower: t, route: r, all: alerts}
			}
			groups[key].alerts = append(groups[key].alerts, a)
		}
	}
	var out []Notification
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		out = append(out, groups[key].play(until)...)
	}
	slices.SortStableFunc(out, func(a, b Notification) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return strings.Compare(a.Receiver, b.Receiver)
	})
	return out
}

// told is a group and what its receiver knows. What it knows outlives the group.
type told struct {
	tower       *tower
	route       *route
	alerts, all []*firing

	woke, last                 time.Duration // when it woke last, and when it told something
	toldOnce                   bool
	knownFiring, knownResolved map[string]bool
}

func (g *told) play(until time.Duration) []Notification {
	slices.SortStableFunc(g.alerts, func(a, b *firing) int { return cmp.Compare(a.from, b.from) })
	g.woke = g.alerts[0].from - 1
	var out []Notification
	for at, ok := g.opens(); ok && at <= until; {
		if n, tell := g.wake(at); tell {
			out = append(out, n)
		}
		g.woke = at
		if g.holds(at) {
			at += g.route.interval
		} else {
			at, ok = g.opens()
		}
	}
	return out
}

// opens is when the group wakes first after it was empty.
func (g *told) opens() (time.Duration, bool) {
	for _, a := range g.alerts {
		if a.from > g.woke {
			return a.from + g.route.wait, true
		}
	}
	return 0, false
}

// holds reports whether an alert is left in the group after it woke: one that
// still fires. What was resolved is forgotten.
func (g *told) holds(at time.Duration) bool {
	return slices.ContainsFunc(g.alerts, func(a *firing) bool { return a.from <= at && a.to > at })
}

// wake tells of what is new: another alert fires, or one that the receiver knows
// of is over, or it is time to say it again.
func (g *told) wake(at time.Duration) (Notification, bool) {
	n := Notification{Receiver: g.route.receiver, at: at}
	fires, resolved := map[string]bool{}, map[string]bool{}
	var shown []*firing
	for _, a := range g.alerts {
		if a.from > at || a.to <= g.woke || g.tower.mutes(a.labels, g.firing(at)) {
			continue
		}
		if a.to > at {
			fires[a.name] = true
			n.Firing = append(n.Firing, a.name)
			shown = append(shown, a)
		} else if !fires[a.name] {
			resolved[a.name] = true
			n.Resolved = append(n.Resolved, a.name)
		}
	}
	if len(fires)+len(resolved) == 0 || !g.isNews(at, fires, resolved) {
		return n, false
	}
	for _, a := range shown {
		if a.alert != nil && !slices.Contains(a.alert.Notifies, n.Receiver) {
			a.alert.Notifies = append(a.alert.Notifies, n.Receiver)
		}
	}
	g.toldOnce, g.knownFiring, g.knownResolved, g.last = true, fires, resolved, at
	return n, true
}

// firing are the labels of all alerts that fire at a time.
func (g *told) firing(at time.Duration) []map[string]string {
	var out []map[string]string
	for _, a := range g.all {
		if a.from <= at && a.to > at {
			out = append(out, a.labels)
		}
	}
	return out
}

// isNews decides as Alertmanager does.
func (g *told) isNews(at time.Duration, fires, resolved map[string]bool) bool {
	switch {
	case !g.toldOnce:
		return len(fires) > 0
	case !subset(fires, g.knownFiring):
		return true
	case len(fires) == 0:
		return len(g.knownFiring) > 0
	case !subset(resolved, g.knownResolved):
		return true
	}
	return at-g.last >= g.route.repeat
}

func subset(of, in map[string]bool) bool {
	for key := range of {
		if !in[key] {
			return false
		}
	}
	return true
}
