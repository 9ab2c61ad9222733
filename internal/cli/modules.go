package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/instrument"
)

// goMod is a go.mod and what generated packages of its module need.
type goMod struct {
	path     string // empty: there is none
	packages []string
	needed   []instrument.GoModule
	missing  []instrument.GoModule // those that go.mod lacks, or has in an older version
	file     *modfile.File
}

// goModules says what modules the generated packages need and, with tidy, adds
// them to the go.mod of their module.
func (p *pipeline) goModules(set *artifact.Set, tidy bool) error {
	packages, err := instrument.GoPackages(set.Files())
	if err != nil || len(packages) == 0 {
		return err
	}
	mods, err := p.findGoMods(packages)
	if err != nil {
		return err
	}
	complete := true
	for _, m := range mods {
		switch {
		case len(m.missing) == 0:
			fmt.Fprintf(p.streams.out, "%s has the %s that the helpers need.\n", filepath.ToSlash(m.path), plural(len(m.needed), "module"))
		case !tidy:
			p.printMissing(m)
		case m.path == "":
			fmt.Fprintf(p.err, "%s %s stands in no Go module. Run go mod init first.\n", painterFor(p.err).red("Error:"), m.packages[0])
			complete = false
		default:
			done, err := p.addModules(m)
			if err != nil {
				return err
			}
			complete = complete && done
		}
	}
	if !complete {
		return errNo
	}
	return nil
}

func (p *pipeline) printMissing(m *goMod) {
	of := filepath.ToSlash(m.path)
	if of == "" {
		of = "a go.mod, which is not there yet"
	}
	fmt.Fprintf(p.streams.out, "The helpers need modules that are missing in %s; obsboot generate%s --tidy adds them:\n", of, p.again())
	for _, needed := range m.missing {
		fmt.Fprintf(p.streams.out, "  %s %s\n", needed.Path, needed.Version)
	}
}

// findGoMods returns the go.mod files of packages, each once, in the order of
// the packages.
func (p *pipeline) findGoMods(packages []instrument.GoPackage) ([]*goMod, error) {
	var mods []*goMod
	for _, pkg := range packages {
		dir := p.roots().Path(artifact.Project, pkg.Dir)
		path, err := goModAbove(dir)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(mods, func(m *goMod) bool { return m.path == path })
		if i < 0 {
			i = len(mods)
			mods = append(mods, &goMod{path: path})
		}
		mods[i].packages = append(mods[i].packages, dir)
		mods[i].needed = append(mods[i].needed, pkg.Modules...)
	}
	for _, m := range mods {
		slices.SortFunc(m.needed, func(a, b instrument.GoModule) int { return strings.Compare(a.Path, b.Path) })
		m.needed = slices.Compact(m.needed)
		if err := m.compare(); err != nil {
			return nil, err
		}
	}
	return mods, nil
}

// goModAbove finds the go.mod of the module that a folder is in, as the user
// would name it. It returns an empty path if there is none.
func goModAbove(dir string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find go.mod: %w", err)
	}
	for {
		path := filepath.Join(dir, "go.mod")
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			return path, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("find go.mod: %w", err)
		}
		parent := filepath.Dir(absolute)
		if parent == absolute {
			return "", nil
		}
		absolute, dir = parent, filepath.Join(dir, "..")
	}
}

// compare finds out what is missing.
func (m *goMod) compare() error {
	if m.path == "" {
		m.missing = m.needed
		return nil
	}
	content, err := os.ReadFile(m.path)
	if err != nil {
		return fmt.Errorf("read go.mod: %w", err)
	}
	if m.file, err = modfile.Parse(m.path, content, nil); err != nil {
		return fmt.Errorf("read go.mod: %w", err)
	}
	has := map[string]string{}
	for _, r := range m.file.Require {
		has[r.Mod.Path] = r.Mod.Version
	}
	for _, needed := range m.needed {
		if version := has[needed.Path]; version == "" || semver.Compare(version, needed.Version) < 0 {
			m.missing = append(m.missing, needed)
		}
	}
	return nil
}

// addModules writes the requirements into go.mod, where all else stays as it
// is, and has Go find what they need in turn. It reports whether that worked:
// without a network it may not.
func (p *pipeline) addModules(m *goMod) (bool, error) {
	m.require()
	content, err := m.file.Format()
	if err != nil {
		return false, fmt.Errorf("add to %s: %w", m.path, err)
	}
	if err := replaceFile(m.path, content); err != nil {
		return false, err
	}
	for _, added := range m.missing {
		fmt.Fprintf(p.streams.out, "  %s: added %s %s\n", filepath.ToSlash(m.path), added.Path, added.Version)
	}
	command, err := m.goGet()
	if err != nil {
		return false, err
	}
	if output, err := command.CombinedOutput(); err != nil {
		fmt.Fprintf(p.err, "%s %s has the modules, but Go could not load them (%s). Run in %s, with a network:\n  %s\n%s",
			painterFor(p.err).red("Error:"), filepath.ToSlash(m.path), err, filepath.ToSlash(filepath.Dir(m.path)), strings.Join(command.Args, " "), indent(output))
		return false, nil
	}
	return true, nil
}

// require adds what is missing to the requirements, and raises what is too old.
func (m *goMod) require() {
	missing := map[string]string{}
	for _, needed := range m.missing {
		missing[needed.Path] = needed.Version
	}
	var all []*modfile.Require
	for _, r := range m.file.Require {
		if version := missing[r.Mod.Path]; version != "" {
			delete(missing, r.Mod.Path)
			r = &modfile.Require{Mod: module.Version{Path: r.Mod.Path, Version: version}}
		}
		all = append(all, r)
	}
	for _, path := range slices.Sorted(maps.Keys(missing)) {
		all = append(all, &modfile.Require{Mod: module.Version{Path: path, Version: missing[path]}})
	}
	m.file.SetRequireSeparateIndirect(all)
	m.file.Cleanup()
}

// goGet is the command that adds what the packages need in turn, and their
// checksums. Unlike go mod tidy it removes nothing.
func (m *goMod) goGet() (*exec.Cmd, error) {
	args := []string{"get", "-t"}
	for _, dir := range m.packages {
		relative, err := filepath.Rel(filepath.Dir(m.path), dir)
		if err != nil {
			return nil, fmt.Errorf("find the packages of %s: %w", m.path, err)
		}
		args = append(args, "./"+filepath.ToSlash(relative))
	}
	command := exec.Command("go", args...)
	command.Dir = filepath.Dir(m.path)
	return command, nil
}

func indent(output []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(bytes.TrimRight(output, "\n")) {
		b.WriteString("  " + strings.TrimRight(string(line), "\n") + "\n")
	}
	return b.String()
}
