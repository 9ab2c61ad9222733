package spec

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
)

// include loads the files that the system blocks of a source name. The globs
// are constants, so that the files of a spec are known before anything in
// them is evaluated.
func (p *Parsed) include(source *SourceFile, chain []string) error {
	for _, system := range source.document.Systems {
		constants := &Scope{Diags: &p.Diags, ctx: &hcl.EvalContext{}}
		for _, glob := range constants.Texts(system.Include) {
			for _, path := range p.expand(source, glob) {
				if slices.Contains(chain, path) {
					p.Diags.Error(glob.Range, "Cycle of includes", "%q leads back to a file that is being loaded: %s. Narrow the pattern.",
						glob.Text, strings.Join(append(slices.Clone(chain), path), " includes "))
					continue
				}
				if err := p.load(path, chain); err != nil {
					p.Diags.Error(glob.Range, "Cannot include", "%q: %s.", glob.Text, err)
				}
			}
		}
	}
	return nil
}

// Limits of a pattern. Each combination of {a,b} is looked for by itself, and
// each ** multiplies the folders that are walked.
const (
	maxAlternatives = 100
	maxDoubleStars  = 3
)

// alternatives counts what the {a,b} of a pattern multiply to, at most.
func alternatives(pattern string) int {
	product := 1
	for _, group := range strings.Split(pattern, "{")[1:] {
		product *= 1 + strings.Count(group, ",")
		if product > maxAlternatives {
			break
		}
	}
	return product
}

// expand returns the files that a glob matches, sorted. It is relative to the
// file that it stands in and stays inside the project.
func (p *Parsed) expand(source *SourceFile, glob Item) []string {
	folder, err := filepath.Rel(p.Root, filepath.Dir(source.Path))
	pattern := filepath.ToSlash(filepath.Join(folder, filepath.FromSlash(glob.Text)))
	if err != nil || filepath.IsAbs(glob.Text) || !filepath.IsLocal(filepath.FromSlash(pattern)) {
		p.Diags.Error(glob.Range, "Path leaves the project", "%q is outside of the spec's folder. Run obsboot in a folder that holds all of the system.", glob.Text)
		return nil
	}
	if strings.Count(pattern, "**") > maxDoubleStars || alternatives(pattern) > maxAlternatives {
		p.Diags.Error(glob.Range, "Pattern too broad", "%q would be looked for in too many places. Write ** at most %d times, and at most %d combinations of {a,b}.", glob.Text, maxDoubleStars, maxAlternatives)
		return nil
	}
	if !doublestar.ValidatePattern(pattern) {
		p.Diags.Error(glob.Range, "Bad pattern", `%q is no valid pattern. *, **, ?, [abc] and {a,b} work, as in "services/*/obsboot.hcl".`, glob.Text)
		return nil
	}
	matches, err := doublestar.Glob(os.DirFS(p.Root), pattern, doublestar.WithFilesOnly(), doublestar.WithNoFollow())
	if err != nil {
		p.Diags.Error(glob.Range, "Cannot include", "%q: %s.", glob.Text, cause(err))
		return nil
	}
	if len(matches) == 0 {
		p.Diags.Error(glob.Range, "Nothing to include", "%q matches no file. It is relative to the folder of this spec file.", glob.Text)
	}
	slices.Sort(matches)
	var paths []string
	for _, match := range matches {
		path := filepath.Join(p.Root, filepath.FromSlash(match))
		if !p.inside(path) {
			p.Diags.Error(glob.Range, "Path leaves the project", "%q matches %s, a link to a file outside of the spec's folder.", glob.Text, path)
			continue
		}
		paths = append(paths, path)
	}
	return paths
}

// inside reports whether a path, with its links followed, is in the project.
func (p *Parsed) inside(path string) bool {
	root, err := filepath.EvalSymlinks(p.Root)
	if err != nil {
		return false
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return true // it cannot be read anyway, and reading says why
	}
	relative, err := filepath.Rel(root, real)
	return err == nil && filepath.IsLocal(relative)
}
