package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestManPages(t *testing.T) {
	date := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	first, second := t.TempDir(), t.TempDir()
	for _, folder := range []string{first, second} {
		if err := WriteManPages(folder, date); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range newRoot(&streams{}).Commands() {
		if !command.IsAvailableCommand() || command.Name() == "help" {
			continue
		}
		name := "obsboot-" + command.Name() + ".1"
		page, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Errorf("%s has no page: %v", command.Name(), err)
			continue
		}
		if !strings.Contains(string(page), "Mar 2026") || !strings.Contains(string(page), ".SH SYNOPSIS") {
			t.Errorf("%s:\n%s", name, page)
		}
		again, err := os.ReadFile(filepath.Join(second, name))
		if err != nil || string(again) != string(page) {
			t.Errorf("%s differs from run to run (%v)", name, err)
		}
	}
}
