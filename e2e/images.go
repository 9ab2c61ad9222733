// Package e2e runs the generated stack on the real servers: they are built from
// their modules (see tools), put into images of the names that compose.yaml pins,
// and started with Docker Compose by `obsboot up`. The tests have the build tag e2e;
// `make e2e` runs them.
package e2e

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// image is what is in one of the servers' images, as far as the stack needs it:
// the same paths, owners and users as in the image that it stands for.
type image struct {
	component  string
	files      map[string]string // path in the image: name of a binary
	folders    []folder
	user       string
	entrypoint string
}

type folder struct {
	path string
	uid  int
	gid  int
	mode int64
}

var images = []image{
	{
		component: stack.Collector, user: "10001:10001", entrypoint: "/otelcol-contrib",
		files: map[string]string{"otelcol-contrib": "otelcol-contrib"},
	},
	{
		component: stack.Prometheus, user: "nobody", entrypoint: "/bin/prometheus",
		files:   map[string]string{"bin/prometheus": "prometheus", "bin/promtool": "promtool"},
		folders: []folder{{"prometheus", 65534, 65534, 0o775}},
	},
	{
		component: stack.Alertmanager, user: "nobody", entrypoint: "/bin/alertmanager",
		files:   map[string]string{"bin/alertmanager": "alertmanager", "bin/amtool": "amtool"},
		folders: []folder{{"alertmanager", 65534, 65534, 0o775}},
	},
	{
		component: stack.Loki, user: "10001", entrypoint: "/usr/bin/loki",
		files:   map[string]string{"usr/bin/loki": "loki"},
		folders: []folder{{"loki", 10001, 10001, 0o755}, {"loki/rules", 10001, 10001, 0o755}},
	},
	{
		component: stack.Tempo, user: "10001:10001", entrypoint: "/tempo",
		files:   map[string]string{"tempo": "tempo", "busybox/wget": "wget"},
		folders: []folder{{"var/tempo", 10001, 10001, 0o700}},
	},
	{
		component: stack.Grafana, user: "472", entrypoint: "/run.sh",
		files:   map[string]string{"run.sh": "grafana", "usr/bin/wget": "wget"},
		folders: []folder{{"var/lib/grafana", 472, 0, 0o777}},
	},
}

// standIns are programs of this folder that take the place of what is no Go module.
var standIns = []string{"grafana", "wget"}

// buildStandIns adds the stand-ins to the binaries.
func buildStandIns(ctx context.Context, into string, binaries map[string]string) error {
	for _, name := range standIns {
		binaries[name] = filepath.Join(into, name)
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binaries[name], "./standin/"+name)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build the stand-in %s: %w\n%s", name, err, out)
		}
	}
	return nil
}

// importImages hands every image to the engine under the pinned name.
func importImages(ctx context.Context, binaries map[string]string) error {
	for _, i := range images {
		name := stack.Image(model.Stack{}, i.component)
		if err := i.load(ctx, name, binaries); err != nil {
			return fmt.Errorf("image %s: %w", name, err)
		}
	}
	return nil
}

func (i image) load(ctx context.Context, name string, binaries map[string]string) error {
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(i.write(writer, binaries)) }()
	load := exec.CommandContext(ctx, "docker", "import",
		"--change", fmt.Sprintf("ENTRYPOINT [%q]", i.entrypoint), "--change", "USER "+i.user, "-", name)
	load.Stdin = reader
	if out, err := load.CombinedOutput(); err != nil {
		return fmt.Errorf("docker import: %w\n%s", err, out)
	}
	return nil
}

// write writes the file system of the image.
func (i image) write(w io.Writer, binaries map[string]string) error {
	archive := tar.NewWriter(w)
	passwd := "root:x:0:0::/:\nnobody:x:65534:65534::/:\n"
	header := &tar.Header{Name: "etc/passwd", Mode: 0o644, Size: int64(len(passwd))}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	if _, err := io.WriteString(archive, passwd); err != nil {
		return err
	}
	for _, f := range i.folders {
		header := &tar.Header{Typeflag: tar.TypeDir, Name: f.path + "/", Mode: f.mode, Uid: f.uid, Gid: f.gid}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
	}
	for path, binary := range i.files {
		if err := writeBinary(archive, path, binaries[binary]); err != nil {
			return err
		}
	}
	return archive.Close()
}

func writeBinary(archive *tar.Writer, path, from string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was read only
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: path, Mode: 0o755, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(archive, file)
	return err
}

// tag is the version in the pinned name of a component's image.
func tag(component string) string {
	image := stack.Image(model.Stack{}, component)
	return strings.TrimPrefix(image[strings.LastIndexByte(image, ':')+1:], "v")
}
