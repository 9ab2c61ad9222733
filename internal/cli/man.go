package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra/doc"
)

// WriteManPages writes a man page for each command into a folder. The date is that of
// the pages: the same date gives the same bytes.
func WriteManPages(folder string, date time.Time) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	root := newRoot(&streams{in: nil, out: io.Discard, err: io.Discard})
	root.DisableAutoGenTag = true
	header := &doc.GenManHeader{Title: "OBSBOOT", Section: "1", Source: "obsboot", Manual: "obsboot", Date: &date}
	if err := doc.GenManTree(root, header, folder); err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	return nil
}
