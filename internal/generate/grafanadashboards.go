package generate

import (
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/board/grafana"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/stack"
)

// grafanaDashboards makes grafana/dashboards/<folder>/<uid>.json, what people look
// at, and grafana/provisioning/dashboards/dashboards.yaml, by which Grafana finds
// it.
func grafanaDashboards(sys *model.System) ([]artifact.File, error) {
	makers := board.Makers(sys)
	files := make([]artifact.File, len(makers)+1)
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, dashboard := range makers {
		work.Go(func() error {
			d := dashboard()
			content, err := grafana.Render(&d)
			if err != nil {
				return fmt.Errorf("render %s: %w", d.UID, err)
			}
			files[i] = artifact.File{Tree: artifact.Out, Path: "grafana/dashboards/" + d.Path + ".json", Content: content}
			return nil
		})
	}
	work.Go(func() (err error) {
		files[len(makers)], err = yamlFile(sys, "grafana/provisioning/dashboards/dashboards.yaml", dashboardProviders(sys))
		return err
	})
	return files, work.Wait()
}

// providerFile is Grafana's format.
type providerFile struct {
	APIVersion int        `yaml:"apiVersion"`
	Providers  []provider `yaml:"providers"`
}

type provider struct {
	Name                  string          `yaml:"name"`
	Folder                string          `yaml:"folder"`
	FolderUID             string          `yaml:"folderUid"`
	Type                  string          `yaml:"type"`
	DisableDeletion       bool            `yaml:"disableDeletion"`
	UpdateIntervalSeconds int             `yaml:"updateIntervalSeconds"`
	AllowUIUpdates        bool            `yaml:"allowUiUpdates"`
	Options               providerOptions `yaml:"options"`
}

type providerOptions struct {
	Path string `yaml:"path"`
}

// dashboardProviders is one folder for the system. Grafana reads the files again
// when they change; those that are gone are removed.
func dashboardProviders(sys *model.System) providerFile {
	return providerFile{APIVersion: 1, Providers: []provider{{
		Name: "obsboot", Folder: sys.Name, FolderUID: naming.DashboardUID(sys.Name, "folder"), Type: "file",
		UpdateIntervalSeconds: 30, Options: providerOptions{Path: stack.GrafanaDashboards + "/" + naming.Slug(sys.Name)},
	}}}
}
