package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
)

const envText = `# ` + "`obsboot up`" + ` writes .env with values of its own, readable by you alone, and hands
# them to Grafana as files. Without obsboot: put the values into the files
# .secrets/grafana/grafana-admin-password and .secrets/grafana/grafana-secret-key
# before the first start.

# Password of Grafana's user admin. Looking at dashboards needs none. It counts at the
# first start; later it is changed in Grafana.
GRAFANA_ADMIN_PASSWORD=

# Key that Grafana encrypts what it stores with. Keep it as long as its volume.
GRAFANA_SECRET_KEY=
`

// What only this machine should know is kept out of version control.
const ignoreText = `/.env
/.secrets/
`

// envExample makes .env.example and .gitignore.
func envExample(*model.System) ([]artifact.File, error) {
	return []artifact.File{
		{Tree: artifact.Out, Path: ".env.example", Content: []byte(envText)},
		{Tree: artifact.Out, Path: ".gitignore", Content: []byte(ignoreText)},
	}, nil
}
