package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// painter colours text, or leaves it alone.
type painter struct{ enabled bool }

// painterFor colours for a terminal, unless NO_COLOR is set (https://no-color.org).
func painterFor(w io.Writer) painter {
	file, ok := w.(*os.File)
	return painter{enabled: ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))}
}

func (p painter) paint(code, text string) string {
	if !p.enabled {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p painter) bold(text string) string   { return p.paint("1", text) }
func (p painter) red(text string) string    { return p.paint("31", text) }
func (p painter) green(text string) string  { return p.paint("32", text) }
func (p painter) yellow(text string) string { return p.paint("33", text) }
