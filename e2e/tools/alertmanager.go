package tools

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// withoutUI copies the sources of Alertmanager and puts an empty page where its
// web interface should be: the module does not hold what is compiled from it.
func withoutUI(ctx context.Context, folder, scratch string) (string, error) {
	download := exec.CommandContext(ctx, "go", "mod", "download", "-json", "github.com/prometheus/alertmanager")
	download.Dir = folder
	output, err := download.Output()
	if err != nil {
		return "", fmt.Errorf("go mod download: %w", err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(output, &module); err != nil {
		return "", err
	}
	sources := filepath.Join(scratch, "alertmanager")
	if err := os.CopyFS(sources, os.DirFS(module.Dir)); err != nil {
		return "", err
	}
	if err := run(ctx, "", "chmod", "-R", "u+w", sources); err != nil {
		return "", err
	}
	page := filepath.Join(sources, "ui/app/dist/index.html.gz")
	if err := os.MkdirAll(filepath.Dir(page), 0o755); err != nil {
		return "", err
	}
	return sources, writeGzip(page, "<title>Alertmanager</title>\n")
}

func writeGzip(path, text string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	zip := gzip.NewWriter(file)
	if _, err := zip.Write([]byte(text)); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return file.Close()
}
