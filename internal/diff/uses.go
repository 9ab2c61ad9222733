package diff

import (
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
)

// usesOf lists what in a model reads the metric, attribute, value or bound
// that a breaking change takes away.
func usesOf(sys *model.System, c Change) []string {
	path, ok := strings.CutPrefix(c.Subject, "metric ")
	if !ok {
		return nil
	}
	serviceName, metricName, _ := strings.Cut(path, "/")
	for _, s := range sys.Services {
		for _, m := range s.Metrics {
			if s.Name == serviceName && m.Name == metricName {
				u := &use{service: &s, metric: &m, attribute: strings.TrimPrefix(c.Part, "attribute ")}
				return u.find(sys)
			}
		}
	}
	return nil
}

// use is a metric, or one of its attributes, that something may use.
type use struct {
	service   *model.Service
	metric    *model.Metric
	attribute string // empty for the metric itself
	found     []string
}

func (u *use) find(sys *model.System) []string {
	for i := range sys.Services {
		s := &sys.Services[i]
		if s.Name == u.service.Name {
			u.slis(s)
		}
		for _, k := range s.KPIs {
			u.query("KPI "+s.Name+"/"+k.Name, k.Query)
		}
		for _, c := range s.Capacities {
			u.query("capacity "+s.Name+"/"+c.Name, c.Query)
		}
		for _, a := range s.Alerts {
			u.query("alert "+s.Name+"/"+a.Name, a.Query)
		}
		for _, p := range s.Panels {
			for _, q := range p.Queries {
				u.query("panel "+s.Name+"/"+p.Title, q.Query)
			}
		}
	}
	slices.Sort(u.found)
	return slices.Compact(u.found)
}

func (u *use) slis(s *model.Service) {
	for _, sli := range s.SLIs {
		name := "SLO " + s.Name + "/" + sli.Name
		switch {
		case sli.Requests != nil:
			u.named(name, sli.Requests.Metric, sli.Requests.Where)
		case sli.Slices != nil:
			u.count(name, &model.EventCount{Metric: sli.Slices.Metric, Where: sli.Slices.Where, Query: sli.Slices.Query})
		case sli.Events != nil:
			u.count(name, &sli.Events.Total)
			u.count(name, sli.Events.Good)
			u.count(name, sli.Events.Bad)
		}
	}
}

func (u *use) count(name string, count *model.EventCount) {
	if count == nil {
		return
	}
	u.named(name, count.Metric, count.Where)
	if count.Query != nil {
		u.query(name, *count.Query)
	}
}

func (u *use) named(name, metric string, where []model.Where) {
	if metric != u.metric.Name {
		return
	}
	if u.attribute == "" || slices.ContainsFunc(where, func(w model.Where) bool { return w.Attribute == u.attribute }) {
		u.found = append(u.found, name)
	}
}

func (u *use) query(name string, q model.Query) {
	for _, read := range q.Reads {
		base := read.Series
		for _, suffix := range []string{"_bucket", "_count", "_sum"} {
			if u.metric.Kind == model.Histogram && !u.metric.Native {
				base = strings.TrimSuffix(base, suffix)
			}
		}
		if base == u.metric.Series && (u.attribute == "" || slices.Contains(read.Labels, u.label())) {
			u.found = append(u.found, name)
		}
	}
}

func (u *use) label() string {
	for _, a := range u.metric.Attributes {
		if a.Name == u.attribute {
			return a.Label
		}
	}
	return ""
}
