//go:build !linux

package stack

import (
	"fmt"
	"os/exec"
	"strings"
)

func taken(err error) bool {
	return strings.Contains(err.Error(), "in use") || strings.Contains(err.Error(), "Only one usage")
}

// The engine runs in a machine of its own; what it says of it must do.
func availableMemory() int64 { return 0 }

func freeDisk(string) (int64, bool) { return 0, false }

// portOwner names the process that listens on a port, where lsof is.
func portOwner(port int) string {
	out, _ := exec.Command("lsof", "-nP", fmt.Sprintf("-iTCP:%d", port), "-sTCP:LISTEN", "-Fpc").Output()
	var pid, name string
	for line := range strings.Lines(string(out)) {
		switch {
		case strings.HasPrefix(line, "p"):
			pid = strings.TrimSpace(line[1:])
		case strings.HasPrefix(line, "c"):
			name = strings.TrimSpace(line[1:])
		}
	}
	if name == "" {
		return ""
	}
	return name + " (process " + pid + ")"
}
