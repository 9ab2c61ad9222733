package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
)

// lokiConfig makes loki/config.yaml. Its ruler runs only where a rule counts log
// records; it writes into Prometheus.
func lokiConfig(sys *model.System) ([]artifact.File, error) {
	base := openBase("loki.yaml")
	base.set(model.FormatDuration(sys.Stack.Retention.Logs), "limits_config", "retention_period")
	if countsLogs(sys) {
		base.set(newRuler(), "ruler")
	}
	return base.file(sys, "loki/config.yaml")
}

// countsLogs reports whether an SLI counts log records.
func countsLogs(sys *model.System) bool {
	for _, s := range sys.Services {
		for _, sli := range s.SLIs {
			if sli.Kind == model.Logs {
				return true
			}
		}
	}
	return false
}

// ruler is Loki's configuration of it.
type ruler struct {
	Storage         ruleStorage `yaml:"storage"`
	RulePath        string      `yaml:"rule_path"`
	PollInterval    string      `yaml:"poll_interval"`
	AlertmanagerURL string      `yaml:"alertmanager_url"`
	WAL             rulerWAL    `yaml:"wal"`
	RemoteWrite     rulerWrite  `yaml:"remote_write"`
}

type ruleStorage struct {
	Type  string      `yaml:"type"`
	Local localFolder `yaml:"local"`
}

type localFolder struct {
	Directory string `yaml:"directory"`
}

type rulerWAL struct {
	Dir string `yaml:"dir"`
}

type rulerWrite struct {
	Enabled bool                   `yaml:"enabled"`
	Clients map[string]writeClient `yaml:"clients"`
}

type writeClient struct {
	URL string `yaml:"url"`
}

func newRuler() ruler {
	return ruler{
		Storage:         ruleStorage{"local", localFolder{"/etc/loki/rules"}},
		RulePath:        "/tmp/rules",
		PollInterval:    "15s",
		AlertmanagerURL: "http://alertmanager:9093",
		WAL:             rulerWAL{"/loki/ruler-wal"},
		RemoteWrite:     rulerWrite{true, map[string]writeClient{"prometheus": {"http://prometheus:9090/api/v1/write"}}},
	}
}
