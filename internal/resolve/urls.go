package resolve

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

// urls says where people open the servers. Without a word of the spec that is
// the stack on this machine.
func (r *resolver) urls(block *spec.URLs) {
	if block == nil {
		block = &spec.URLs{}
	}
	port := map[string]int{}
	for _, p := range r.sys.Stack.Ports {
		port[p.Name] = p.Number
	}
	local := func(server string) string { return "http://localhost:" + strconv.Itoa(port[server]) }
	urls := &r.sys.Stack.URLs
	urls.Grafana = r.url(block.Grafana, local("grafana"))
	urls.Prometheus = r.url(block.Prometheus, local("prometheus"))
	urls.Alertmanager = r.url(block.Alertmanager, local("alertmanager"))
	urls.Runbooks = r.url(block.Runbooks, urls.Grafana+model.RunbooksInGrafana)
}

// url reads the address of a server, without a slash at the end.
func (r *resolver) url(attr *hcl.Attribute, standard string) string {
	text, ok := r.scope.Text(attr)
	if !ok {
		return standard
	}
	if !isURL(text) {
		r.diags.Error(attr.Expr.Range(), "Not a URL", "%q is no http or https URL to which a path can be added, such as \"https://grafana.example.com\".", text)
		return standard
	}
	return strings.TrimRight(text, "/")
}

// isURL reports whether paths can follow a text as they follow a URL.
func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == "" && u.String() == text
}
