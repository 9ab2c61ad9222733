package diff

import (
	"fmt"
	"strings"
)

// Result is what a diff found, in the model and on disk.
type Result struct {
	First   bool     `json:"first"` // nothing was generated before
	Changes []Change `json:"changes"`
	Files   []File   `json:"files"`
}

// File is a file that generate would change.
type File struct {
	Path   string `json:"path"`
	Action string `json:"action"` // create, update, remove, keep, refuse
}

func (r Result) breaking() int {
	n := 0
	for _, c := range r.Changes {
		if c.Breaking {
			n++
		}
	}
	return n
}

// headline counts the changes.
func (r Result) headline() string {
	if len(r.Changes) == 0 && len(r.Files) == 0 {
		return "No changes."
	}
	text := fmt.Sprintf("%s, %d breaking; generate would write %s.", count(len(r.Changes), "change"), r.breaking(), count(len(r.Files), "file"))
	if r.First {
		return "Nothing was generated before. " + text
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

var marks = map[Action]string{Added: "+", Removed: "-", Changed: "~"}

// Text returns a line for each change, and one that counts them.
func (r Result) Text() string {
	var b strings.Builder
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "%s %s\n", marks[c.Action], c.Text())
	}
	b.WriteString(r.headline() + "\n")
	return b.String()
}

// Markdown returns the same for a pull request, what breaks first.
func (r Result) Markdown() string {
	var b strings.Builder
	b.WriteString("### Observability\n\n" + r.headline() + "\n")
	for _, breaking := range []bool{true, false} {
		title := map[bool]string{true: "Breaking", false: "Other"}[breaking]
		for _, c := range r.Changes {
			if c.Breaking != breaking {
				continue
			}
			if title != "" {
				fmt.Fprintf(&b, "\n**%s**\n\n", title)
				title = ""
			}
			fmt.Fprintf(&b, "- %s\n", escapeMarkdown(c.Text()))
		}
	}
	return b.String()
}

// escapeMarkdown keeps a text of the spec from becoming markup.
func escapeMarkdown(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r':
			b.WriteByte(' ')
			continue
		case strings.ContainsRune("\\`*_[]<#|~$@", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
