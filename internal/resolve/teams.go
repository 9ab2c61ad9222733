package resolve

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

// channel is what a kind of notification takes.
type channel struct {
	required, optional []string
}

// channels are the kinds of notify blocks.
var channels = map[string]channel{
	"slack":     {required: []string{"api_url_file", "channel"}},
	"pagerduty": {required: []string{"routing_key_file"}},
	"email":     {required: []string{"to"}, optional: []string{"auth_password_file", "auth_username", "from", "smarthost"}},
	"webhook":   {required: []string{"url_file"}},
	"opsgenie":  {required: []string{"api_key_file"}},
	"teams":     {required: []string{"webhook_url_file"}},
}

func channelNames() []string { return sortedKeys(channels) }

func (r *resolver) teams() {
	for _, block := range r.file.Teams {
		r.checkName("team", block.Name, block.NameRange)
		team := model.Team{Name: block.Name, Description: r.scope.TextOr(block.Description, "")}
		for _, notify := range block.Notify {
			if n, ok := r.notify(notify); ok {
				if n.Kind == "email" {
					r.checkMail(notify, n)
				}
				team.Notify = append(team.Notify, n)
			}
		}
		r.sys.Teams = append(r.sys.Teams, team)
	}
	slices.SortFunc(r.sys.Teams, func(a, b model.Team) int { return strings.Compare(a.Name, b.Name) })
	r.mailServers()
}

func (r *resolver) notify(block *spec.Notify) (model.Notify, bool) {
	takes, ok := channels[block.Kind]
	if !ok {
		r.diags.Error(block.KindRange, "Unknown kind of notification", "obsboot cannot notify by %q.%s", block.Kind, spec.DidYouMean(block.Kind, channelNames()))
		return model.Notify{}, false
	}
	refused := r.refuseSecrets(block)
	n := model.Notify{Kind: block.Kind, Severities: r.severities(block.Severities)}
	given := map[string]*hcl.Attribute{
		"channel": block.Channel, "to": block.To, "from": block.From, "smarthost": block.Smarthost, "auth_username": block.AuthUsername,
		"api_url_file": block.APIURLFile, "routing_key_file": block.RoutingKeyFile, "auth_password_file": block.AuthPasswordFile,
		"url_file": block.URLFile, "api_key_file": block.APIKeyFile, "webhook_url_file": block.WebhookURLFile,
	}
	for _, name := range sortedKeys(given) {
		attr := given[name]
		required := slices.Contains(takes.required, name)
		switch {
		case attr == nil && refused[name]: // reported already
		case attr == nil && required:
			r.diags.Error(block.Range, "Missing argument", "A notification by %s needs the argument %q.", block.Kind, name)
		case attr == nil:
		case !required && !slices.Contains(takes.optional, name):
			r.diags.Error(attr.NameRange, "Unexpected argument", "A notification by %s takes no %q; it takes %s.", block.Kind, name, spec.Quoted(slices.Concat([]string{"severities"}, takes.required, takes.optional)))
		default:
			text, ok := r.scope.Text(attr)
			if ok && strings.HasSuffix(name, "_file") {
				ok = r.checkSecretFile(attr, text)
			}
			if ok {
				n.Settings = append(n.Settings, model.Label{Name: name, Value: text})
			}
		}
	}
	return n, true
}

func (r *resolver) severities(a spec.Texts) []model.Severity {
	items := r.scope.Texts(a)
	if a == nil {
		return []model.Severity{model.Page, model.Ticket}
	}
	if items != nil && len(items) == 0 {
		r.diags.Error(a.Expr.Range(), "Empty list", "Without a severity nobody is ever told this way. Name \"page\", \"ticket\" or both, or leave severities out for both.")
	}
	var out []model.Severity
	for _, known := range []model.Severity{model.Page, model.Ticket} {
		if slices.ContainsFunc(items, func(i spec.Item) bool { return i.Text == string(known) }) {
			out = append(out, known)
		}
	}
	for _, item := range items {
		if item.Text != string(model.Page) && item.Text != string(model.Ticket) {
			r.diags.Error(item.Range, "Unknown severity", "%q is no severity; alerts are \"page\" (now) or \"ticket\" (in working hours).%s", item.Text, spec.Suggest(item.Text, []string{"page", "ticket"}))
		}
	}
	return out
}

// refuseSecrets reports secrets that stand in the block, and returns the names
// of the arguments that should stand there instead.
func (r *resolver) refuseSecrets(block *spec.Notify) map[string]bool {
	refused := map[string]bool{}
	for _, attr := range []*hcl.Attribute{block.APIURL, block.RoutingKey, block.AuthPassword, block.URL, block.APIKey, block.WebhookURL} {
		if attr != nil {
			r.refuseSecret(attr)
			refused[attr.Name+"_file"] = true
		}
	}
	return refused
}

func (r *resolver) refuseSecret(a *hcl.Attribute) {
	if a != nil {
		r.diags.Error(a.Range, "Secret in the spec", "Secrets do not stand in a spec, which everybody can read. Put the value into a file and write %s_file = \"secrets/...\".", a.Name)
	}
}

// checkSecretFile tells the path of a file from a secret that was put in its
// place.
func (r *resolver) checkSecretFile(a *hcl.Attribute, text string) bool {
	switch {
	case text == "":
		r.diags.Error(a.Expr.Range(), "Empty path", "%q is the path of a file that holds the secret.", a.Name)
	case strings.Contains(text, "://") || strings.ContainsAny(text, "\n\r\x00") || looksRandom(text):
		r.diags.Error(a.Expr.Range(), "Secret in the spec", "%q is the path of a file that holds the secret, and this looks like the secret itself. Put it into a file, write that file's path, and replace the secret if the spec was shared.", a.Name)
	case leavesFolder(text):
		r.diags.Error(a.Expr.Range(), "Path leaves the project", "%q must be below the generated folder, or absolute.", a.Name)
	default:
		return true
	}
	return false
}

// looksRandom reports whether a text looks like a key: long, without a slash
// or a dot, with letters and digits mixed.
func looksRandom(text string) bool {
	if len(text) < 20 || strings.ContainsAny(text, "/.\\ ") {
		return false
	}
	digits := 0
	for _, c := range text {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits >= 4
}
