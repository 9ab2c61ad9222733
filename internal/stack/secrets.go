package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
)

// secretRoot stands for the output folder in the containers that read secrets.
// It is their working folder, so that relative paths hold inside and outside.
const secretRoot = "/etc/obsboot"

// SecretPath returns where a component finds a file with a secret, given as the
// spec names it: absolute, or relative to the output folder.
func SecretPath(file string) string {
	if path.IsAbs(file) {
		return file
	}
	return path.Join(secretRoot, file)
}

// SecretFiles are the files that the spec keeps secrets in, by component, sorted.
func SecretFiles(sys *model.System) map[string][]string {
	files := map[string][]string{}
	for _, e := range sys.Stack.Exporters {
		if e.HeadersFile != "" {
			files[Collector] = append(files[Collector], e.HeadersFile)
		}
	}
	for _, team := range sys.Teams {
		for _, n := range team.Notify {
			for _, setting := range n.Settings {
				if strings.HasSuffix(setting.Name, "_file") {
					files[Alertmanager] = append(files[Alertmanager], setting.Value)
				}
			}
		}
	}
	if smtp := sys.Stack.SMTP; smtp != nil && smtp.AuthPasswordFile != "" {
		files[Alertmanager] = append(files[Alertmanager], smtp.AuthPasswordFile)
	}
	if sys.Stack.Watchdog != "" {
		files[Alertmanager] = append(files[Alertmanager], sys.Stack.Watchdog)
	}
	for name := range files {
		slices.Sort(files[name])
		files[name] = slices.Compact(files[name])
	}
	return files
}

// Samples reports whether the collector keeps only some of the traces.
func Samples(s model.Stack) bool { return s.Sampling.Ratio < 1 }
