package traffic

import (
	"math/rand/v2"
	"time"
)

// life is the time of an instance between a start and its end.
type life struct {
	from, to time.Time
	version  string
}

// pause is how long an instance takes to start anew.
const pause = 20 * time.Second

// lives are the lives of an instance of what a point belongs to. The first one
// begins with the course.
func (m *Model) lives(c *course, p *point, instance int) []life {
	end := c.To.Add(time.Hour)
	whole := []life{{c.From, end, Version}}
	if p.owner.service == nil || p.scrape {
		return whole
	}
	var out []life
	for _, up := range m.up(p.owner.service, c.From, end) {
		out = append(out, m.restarts(p.owner, instance, up)...)
	}
	return out
}

// up are the times in which a service has no outage.
func (m *Model) up(s *service, from, end time.Time) []life {
	out := []life{{from, end, Version}}
	for i := range m.faults {
		f := &m.faults[i]
		if f.service != s || f.operation != nil || !f.Outage {
			continue
		}
		down := m.options.Start.Add(f.After)
		back := end
		if f.For > 0 {
			back = down.Add(f.For)
		}
		out = cut(out, down, back)
	}
	return out
}

// cut takes a time out of lives.
func cut(lives []life, from, to time.Time) []life {
	var out []life
	for _, l := range lives {
		if before := (life{l.from, earlier(l.to, from), l.version}); before.from.Before(before.to) {
			out = append(out, before)
		}
		if after := (life{later(l.from, to), l.to, l.version}); after.from.Before(after.to) {
			out = append(out, after)
		}
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// restarts cuts a life where the instance starts anew.
func (m *Model) restarts(e *emitter, instance int, whole life) []life {
	out := []life{whole}
	if mean := m.options.Restarts; mean > 0 {
		random := rand.New(rand.NewPCG(m.options.Seed, hash("restart", e.name)+uint64(instance)))
		for at := whole.from; ; {
			at = at.Add(time.Duration(random.ExpFloat64() * float64(mean)))
			if !at.Before(whole.to) {
				break
			}
			out = cut(out, at, at.Add(pause))
		}
	}
	if release := m.options.Release; !release.IsZero() && !e.scraped {
		out = cut(out, release, release.Add(pause))
		for i := range out {
			if !out[i].from.Before(release) {
				out[i].version = NextVersion
			}
		}
	}
	return out
}
