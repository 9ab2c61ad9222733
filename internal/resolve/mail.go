package resolve

import (
	"net"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

// smtp resolves the mail server of all teams.
func (r *resolver) smtp(block *spec.SMTP) *model.SMTP {
	if block == nil {
		return nil
	}
	r.refuseSecret(block.AuthPassword)
	out := &model.SMTP{From: model.DefaultSender, RequireTLS: r.scope.Bool(block.RequireTLS, true)}
	if text, ok := r.scope.Text(block.Smarthost); ok && r.checkSmarthost(block.Smarthost, text) {
		out.Smarthost = text
	}
	if text, ok := r.scope.Text(block.From); ok && r.checkSender(block.From, text) {
		out.From = text
	}
	out.AuthUsername = r.scope.TextOr(block.AuthUsername, "")
	if text, ok := r.scope.Text(block.AuthPasswordFile); ok && r.checkSecretFile(block.AuthPasswordFile, text) {
		out.AuthPasswordFile = text
	}
	r.checkLogin(block.Range, block.AuthUsername, block.AuthPasswordFile, block.AuthPassword)
	return out
}

// checkLogin reports a user without a password, and a password without a user;
// a password that was refused is reported already.
func (r *resolver) checkLogin(at hcl.Range, username, passwordFile, refused *hcl.Attribute) {
	switch {
	case username != nil && passwordFile == nil && refused == nil:
		r.diags.Error(at, "Missing argument", "The user %q needs a password: write auth_password_file = \"secrets/...\" beside it.", r.scope.TextOr(username, ""))
	case username == nil && passwordFile != nil:
		r.diags.Error(at, "Missing argument", "A password needs a user: write auth_username = \"...\" beside it.")
	}
}

// checkMail checks what a notification by email says of its server and
// addresses.
func (r *resolver) checkMail(block *spec.Notify, n model.Notify) {
	for _, setting := range n.Settings {
		switch setting.Name {
		case "to":
			if _, err := mail.ParseAddressList(setting.Value); err != nil {
				r.diags.Error(block.To.Expr.Range(), "Not an address", "%q is no mail address. Write one as \"team@example.com\", or several with commas between them.", setting.Value)
			}
		case "from":
			r.checkSender(block.From, setting.Value)
		case "smarthost":
			r.checkSmarthost(block.Smarthost, setting.Value)
		}
	}
	if block.Smarthost == nil && (block.AuthUsername != nil || block.AuthPasswordFile != nil) {
		r.diags.Error(block.Range, "Missing argument", "A user and a password belong to a mail server: write smarthost beside them, or all three into stack \"local\" { smtp { ... } }.")
		return
	}
	r.checkLogin(block.Range, block.AuthUsername, block.AuthPasswordFile, block.AuthPassword)
}

func (r *resolver) checkSender(a *hcl.Attribute, text string) bool {
	if _, err := mail.ParseAddress(text); err != nil {
		r.diags.Error(a.Expr.Range(), "Not an address", "%q is no mail address. Write the sender's as \"alerts@example.com\".", text)
		return false
	}
	return true
}

func (r *resolver) checkSmarthost(a *hcl.Attribute, text string) bool {
	host, port, err := net.SplitHostPort(text)
	number, notNumber := strconv.Atoi(port)
	if err != nil || host == "" || strings.ContainsAny(host, " \t\r\n/@") || notNumber != nil || number < 1 || number > 65535 {
		r.diags.Error(a.Expr.Range(), "Not a mail server", "%q must be a host and a port, as in \"smtp.example.com:587\".", text)
		return false
	}
	return true
}

// mailServers warns, once, of teams that are written to and have no mail
// server.
func (r *resolver) mailServers() {
	if r.sys.Stack.SMTP != nil {
		return
	}
	var teams []string
	var first hcl.Range
	for _, block := range r.file.Teams {
		for _, notify := range block.Notify {
			if notify.Kind != "email" || notify.Smarthost != nil {
				continue
			}
			if len(teams) == 0 {
				first = notify.Range
			}
			teams = append(teams, block.Name)
		}
	}
	if len(teams) == 0 {
		return
	}
	slices.Sort(teams)
	r.diags.Warn(first, "No mail server", "Mail to %s cannot be delivered: nothing says through which server. Write stack \"local\" { smtp { smarthost = \"smtp.example.com:587\" } }, or smarthost into the notification. Until then localhost:25 is tried.",
		spec.Quoted(slices.Compact(teams)))
}

// watchdog resolves who is told that alerting works.
func (r *resolver) watchdog(block *spec.Watchdog) string {
	if block == nil {
		return ""
	}
	r.refuseSecret(block.URL)
	if block.URLFile == nil && block.URL == nil {
		r.diags.Error(block.Range, "Missing argument", "A watchdog needs the argument \"url_file\".")
	}
	text, ok := r.scope.Text(block.URLFile)
	if !ok || !r.checkSecretFile(block.URLFile, text) {
		return ""
	}
	return text
}
