package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/obsboot/obsboot/internal/dev"
	"github.com/obsboot/obsboot/internal/model"
)

const (
	// look is how often the files of the spec are looked at.
	look = 500 * time.Millisecond
	// stillFor is how long a file must be unchanged: editors write in several steps.
	stillFor = 200 * time.Millisecond
)

// watch takes over each valid change of the spec, and says what is wrong with others.
func (d *devEngine) watch(ctx context.Context, engine *dev.Engine) {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	files := d.specFiles()
	last := fingerprint(files)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := fingerprint(files)
		if now == last {
			continue
		}
		time.Sleep(stillFor)
		if fingerprint(files) != now {
			continue // it is still being written
		}
		d.reload(engine)
		files = d.specFiles()
		last = fingerprint(files)
	}
}

func (d *devEngine) reload(engine *dev.Engine) {
	begun := time.Now() //nolint:forbidigo // how long it takes
	sys, r, err := d.load()
	if err == nil && sys != nil {
		err = d.take(engine, sys)
	}
	var text bytes.Buffer
	switch {
	case err != nil:
		fmt.Fprintln(&text, err)
	case sys == nil:
		r.writeText(&text)
	default:
		r.writeText(d.err)
		took := time.Since(begun) //nolint:forbidigo // as above
		fmt.Fprintf(d.err, "%s the spec, in %d ms.\n", painterFor(d.err).green("Reloaded"), took.Milliseconds())
		return
	}
	engine.SetProblems(text.String())
	if r != nil && err == nil {
		r.writeText(d.err)
	} else {
		fmt.Fprint(d.err, text.String())
	}
	fmt.Fprintf(d.err, "%s the spec is invalid; the one before it stays in force.\n", painterFor(d.err).red("Not reloaded:"))
}

func (d *devEngine) take(engine *dev.Engine, sys *model.System) error {
	spec, err := d.spec(sys)
	if err != nil {
		return err
	}
	return engine.SetSpec(spec)
}

// specFiles are the files that the spec was read from, and their folders, where new
// ones may come. If it cannot be read, there is the path itself to wait for.
func (d *devEngine) specFiles() []string {
	files := []string{d.path, projectFolder(d.path)}
	if _, r, err := d.load(); err == nil {
		for name := range r.Sources {
			files = append(files, name, filepath.Dir(name))
		}
	}
	files = append(files, d.inputs.Files...)
	slices.Sort(files)
	return slices.Compact(files)
}

// fingerprint changes when one of the files does, or what is in one of the folders.
func fingerprint(files []string) [sha256.Size]byte {
	h := sha256.New()
	for _, name := range files {
		info, err := os.Stat(name)
		switch {
		case err != nil:
			fmt.Fprintf(h, "%s absent\n", name)
		case info.IsDir():
			for _, pattern := range []string{"*.hcl", "*.hcl.json"} {
				found, _ := filepath.Glob(filepath.Join(name, pattern)) // the pattern is well formed
				fmt.Fprintf(h, "%q\n", found)
			}
		default:
			fmt.Fprintf(h, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}
