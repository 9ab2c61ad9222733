// Program grafana stands in for Grafana, which cannot be built from a Go module.
// It reads its provisioning and its secrets as Grafana would, refuses to start
// without them, and answers where others ask for it.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

func main() {
	for _, name := range []string{"GF_SECURITY_ADMIN_PASSWORD__FILE", "GF_SECURITY_SECRET_KEY__FILE"} {
		if secret, err := os.ReadFile(os.Getenv(name)); err != nil || len(secret) < 16 {
			log.Fatalf("%s: no secret: %v", name, err)
		}
	}
	if err := readable("/etc/grafana/provisioning/datasources/*.yaml"); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(os.Getenv("GF_PATHS_DATA"), "grafana.db"), nil, 0o600); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"database": "ok", "version": "stand-in"})
	})
	http.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "grafana_build_info{version=\"stand-in\"} 1")
	})
	log.Fatal(http.ListenAndServe(":3000", nil))
}

// readable reads YAML files, of which there must be some.
func readable(pattern string) error {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return fmt.Errorf("%s: no files: %w", pattern, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var value map[string]any
		if err := yaml.Unmarshal(content, &value); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}
