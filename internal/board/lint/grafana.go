package lint

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Grafana checks the file of a dashboard as Grafana gets it: strictly by the
// schema, and for what the schema does not say.
func Grafana(uid string, content []byte) []Problem {
	c := &file{uid: uid}
	plugins.RegisterDefaultPlugins()
	stripped, err := withoutFormats(content)
	if err != nil {
		c.report("", "%s", err)
		return c.problems
	}
	var d dashboard.Dashboard
	if err := d.UnmarshalJSONStrict(stripped); err != nil {
		var all cog.BuildErrors
		if !errors.As(err, &all) {
			c.report("", "%s", err)
		}
		for _, e := range all {
			c.report("", "%s: %s", e.Path, e.Message)
		}
		return c.problems
	}
	if err := d.Validate(); err != nil {
		c.report("", "%s", err)
	}
	c.dashboard(&d)
	return c.problems
}

type file struct {
	uid      string
	problems []Problem
	ids      map[uint32]bool
	sources  map[string]bool
}

func (c *file) report(panel, format string, arguments ...any) {
	c.problems = append(c.problems, Problem{c.uid, panel, fmt.Sprintf(format, arguments...)})
}

// withoutFormats takes out what annotations have for Prometheus's data source and
// the SDK does not know.
func withoutFormats(content []byte) ([]byte, error) {
	var d map[string]any
	if err := json.Unmarshal(content, &d); err != nil {
		return nil, err
	}
	annotations, _ := d["annotations"].(map[string]any)
	list, _ := annotations["list"].([]any)
	for _, item := range list {
		if a, ok := item.(map[string]any); ok {
			delete(a, "titleFormat")
			delete(a, "textFormat")
		}
	}
	return json.Marshal(d)
}

func (c *file) dashboard(d *dashboard.Dashboard) {
	c.ids, c.sources = map[uint32]bool{}, map[string]bool{}
	if d.Uid == nil || *d.Uid != c.uid {
		c.report("", "the UID is another")
	}
	if d.Editable == nil || *d.Editable {
		c.report("", "it can be edited")
	}
	if d.SchemaVersion != 42 {
		c.report("", "the schema's version is %d", d.SchemaVersion)
	}
	for _, v := range d.Templating.List {
		if v.Type == dashboard.VariableTypeDatasource {
			c.sources["${"+v.Name+"}"] = true
		}
	}
	for _, l := range d.Links {
		if l.Placement != nil {
			c.report("", "the link %q is hidden in a menu", l.Title)
		}
	}
	for _, a := range d.Annotations.List {
		if a.Placement != nil {
			c.report("", "the annotation %q is hidden in a menu", a.Name)
		}
	}
	for _, p := range d.Panels {
		if p.RowPanel != nil {
			c.id(p.RowPanel.Id, *p.RowPanel.Title)
			for i := range p.RowPanel.Panels {
				c.panel(&p.RowPanel.Panels[i])
			}
			continue
		}
		c.panel(p.Panel)
	}
}

func (c *file) id(id uint32, title string) {
	if id == 0 || c.ids[id] {
		c.report(title, "its id, %d, is not its own", id)
	}
	c.ids[id] = true
}

// panelTypes are those that Grafana brings along.
var panelTypes = map[string]bool{
	"timeseries": true, "stat": true, "gauge": true, "bargauge": true, "table": true, "heatmap": true, "logs": true, "nodeGraph": true, "text": true,
}

func (c *file) panel(p *dashboard.Panel) {
	title := *p.Title
	c.id(*p.Id, title)
	if !panelTypes[p.Type] {
		c.report(title, "Grafana has no panel of type %q", p.Type)
	}
	if p.GridPos == nil || p.GridPos.X+p.GridPos.W > 24 {
		c.report(title, "it stands beside the grid")
	}
	refs := map[string]bool{}
	raw, err := json.Marshal(p.Targets)
	var targets []struct {
		RefID      string `json:"refId"`
		Datasource *struct{ Type, UID string }
	}
	if err == nil {
		err = json.Unmarshal(raw, &targets)
	}
	if err != nil {
		c.report(title, "%s", err)
	}
	for _, t := range targets {
		if refs[t.RefID] || t.RefID == "" {
			c.report(title, "two queries are called %q", t.RefID)
		}
		refs[t.RefID] = true
		if t.Datasource == nil || !c.sources[t.Datasource.UID] {
			c.report(title, "the query %s asks a data source that no variable chooses", t.RefID)
		}
	}
	for _, l := range p.Links {
		if l.Url != nil && strings.Contains(*l.Url, "row.") {
			c.report(title, "the link %q has a placeholder that Grafana does not know", l.Title)
		}
	}
}
