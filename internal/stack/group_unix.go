//go:build unix

package stack

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps a signal of the terminal from reaching a command.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
