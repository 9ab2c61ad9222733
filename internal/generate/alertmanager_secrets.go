package generate

import (
	"path"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
)

// secret is a file that somebody must put into place.
type secret struct {
	File  string
	Holds string
	For   []string // receivers, in words
}

// secretKinds says what stands in the file of an argument.
var secretKinds = map[string]string{
	"api_url_file":       "the URL of Slack's incoming webhook",
	"routing_key_file":   "PagerDuty's integration key",
	"auth_password_file": "the password of the mail server",
	"url_file":           "the URL that is called",
	"api_key_file":       "Opsgenie's API key",
	"webhook_url_file":   "the URL of the Microsoft Teams workflow",
}

// secretsOf lists the files that Alertmanager reads secrets from.
func secretsOf(sys *model.System) []secret {
	var out []secret
	add := func(file, setting, whom string) {
		i := slices.IndexFunc(out, func(s secret) bool { return s.File == file })
		if i < 0 {
			i, out = len(out), append(out, secret{File: file, Holds: secretKinds[setting]})
		}
		if !slices.Contains(out[i].For, whom) {
			out[i].For = append(out[i].For, whom)
		}
	}
	if file := sys.Stack.Watchdog; file != "" {
		add(file, "url_file", "the watchdog")
	}
	if smtp := sys.Stack.SMTP; smtp != nil && smtp.AuthPasswordFile != "" {
		add(smtp.AuthPasswordFile, "auth_password_file", "mail")
	}
	for _, team := range sys.Teams {
		for _, n := range team.Notify {
			for _, setting := range n.Settings {
				if _, ok := secretKinds[setting.Name]; ok {
					add(setting.Value, setting.Name, "team "+team.Name)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b secret) int { return strings.Compare(a.File, b.File) })
	return out
}

// guard keeps secrets out of commits, and their folder there to be mounted. Only
// the folder that diagnostics and docs propose is guarded: in another one there
// may be files that belong into commits.
func guard(secrets []secret) []artifact.File {
	if !slices.ContainsFunc(secrets, func(s secret) bool { return strings.HasPrefix(path.Clean(s.File), "secrets/") }) {
		return nil
	}
	return []artifact.File{{Tree: artifact.Out, Path: "secrets/.gitignore", Content: []byte("*\n!.gitignore\n")}}
}
