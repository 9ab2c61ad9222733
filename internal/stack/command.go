package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// command runs a program and returns what it prints. An error holds what it said.
func command(ctx context.Context, args ...string) (string, error) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", &commandError{args: args, said: strings.TrimSpace(said.String()), err: err}
	}
	return strings.TrimSpace(out.String()), nil
}

// stream runs a program whose output goes to the user. It is not interrupted from
// the keyboard, as it would be in our process group: who calls decides.
func stream(ctx context.Context, folder string, out, said io.Writer, args ...string) error {
	var tail tailBuffer
	var turn sync.Mutex // out and said may be the same
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = folder
	cmd.Stdout = out
	if _, file := out.(*os.File); !file { // a file goes to the program itself, which may ask whether it is a terminal
		cmd.Stdout = &turnWriter{&turn, out}
	}
	cmd.Stderr = &turnWriter{&turn, io.MultiWriter(said, &tail)}
	ownGroup(cmd)
	if err := cmd.Run(); err != nil {
		return &commandError{args: args, said: strings.TrimSpace(tail.String()), err: err}
	}
	return nil
}

// turnWriter lets one write at a time.
type turnWriter struct {
	turn *sync.Mutex
	to   io.Writer
}

// Write implements io.Writer.
func (w *turnWriter) Write(p []byte) (int, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	return w.to.Write(p)
}

// commandError is a program that failed.
type commandError struct {
	args []string
	said string
	err  error
}

func (e *commandError) Error() string {
	if e.said != "" {
		return fmt.Sprintf("%s: %s", strings.Join(e.args[:min(len(e.args), 2)], " "), lastLine(e.said))
	}
	return fmt.Sprintf("%s: %v", strings.Join(e.args, " "), e.err)
}

func (e *commandError) Unwrap() error { return e.err }

// said returns what a failed program printed.
func said(err error) string {
	var failed *commandError
	if errors.As(err, &failed) && failed.said != "" {
		return failed.said
	}
	return err.Error()
}

func lastLine(text string) string {
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// tailBuffer keeps the end of what is written to it.
type tailBuffer struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *tailBuffer) Write(p []byte) (int, error) {
	const most = 16 << 10
	if b.Len() > most {
		rest := bytes.Clone(b.Bytes()[b.Len()-most/2:])
		b.Reset()
		b.Buffer.Write(rest)
	}
	return b.Buffer.Write(p)
}
