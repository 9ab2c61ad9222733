package dev_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestBrowser opens every view in Chromium, where there is one and the page's packages
// are installed: npm ci in internal/dev/web. With SCREENSHOTS=folder it leaves pictures.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	if _, err := os.Stat(filepath.Join("web", "node_modules", "playwright-core")); err != nil {
		t.Skip("playwright-core is not installed: npm ci in internal/dev/web")
	}
	e := start(t, options())
	sell(t, e, 10)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "test/page.mjs", "http://"+e.Ports().Page)
	cmd.Dir = "web"
	cmd.Env = append(os.Environ(), "CHROMIUM="+chromium)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
