package stack

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// generated are the values of .env that obsboot makes up, and the file in
// .secrets/grafana by which Grafana learns each.
var generated = []struct{ name, file string }{
	{"GRAFANA_ADMIN_PASSWORD", "grafana-admin-password"},
	{"GRAFANA_SECRET_KEY", "grafana-secret-key"},
}

// WriteSecrets makes sure that .env has a value for everything that is secret, and
// hands the values to Grafana.
//
// The folder .secrets is closed to other users, so that what is in it may be
// readable for the user in the container, whoever that is on this machine.
func (s *Stack) WriteSecrets() error {
	path := filepath.Join(s.Dir, ".env")
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	values := envValues(string(content))
	text := string(content)
	for _, g := range generated {
		if values[g.name] != "" {
			continue
		}
		values[g.name] = randomValue()
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		text += g.name + "=" + values[g.name] + "\n"
	}
	if err := writePrivate(path, text, string(content)); err != nil {
		return fmt.Errorf("write .env: %w", err)
	}
	return s.handOver(values)
}

// handOver writes the files that Grafana reads.
func (s *Stack) handOver(values map[string]string) error {
	closed := filepath.Join(s.Dir, ".secrets")
	folder := filepath.Join(closed, Grafana)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for path, mode := range map[string]fs.FileMode{closed: 0o700, folder: 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			return err
		}
	}
	for _, g := range generated {
		path := filepath.Join(folder, g.file)
		if err := os.WriteFile(path, []byte(values[g.name]), 0o644); err != nil {
			return err
		}
		if err := os.Chmod(path, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writePrivate writes a file that only its owner may read, if its text changed.
func writePrivate(path, text, before string) error {
	if text != before {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return os.Chmod(path, 0o600)
}

// randomValue has 128 bits.
func randomValue() string {
	bytes := make([]byte, 16)
	rand.Read(bytes) //nolint:forbidigo // it never fails; a secret must not be the same twice
	return hex.EncodeToString(bytes)
}

// envValues reads the lines of a .env file.
func envValues(text string) map[string]string {
	values := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		name, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if ok && !strings.HasPrefix(name, "#") {
			values[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return values
}
