// Package detect reads a repository and says what runs in it: services, the routes
// and methods that they serve, and the databases, caches and queues that they use.
//
// In: a file system. Out: plain findings, the same for the same files, each with its
// place. Code is parsed, not type-checked, so that broken code and missing modules do
// no harm. The package must not know specs, models or what is made of its findings.
package detect

import (
	"cmp"
	"fmt"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Repository is what was found.
type Repository struct {
	Name      string   // proposed name of the system; empty: nothing tells
	Module    string   // path of the module at the root, or empty
	Go        bool     // there is a go.mod
	Languages []string // other languages, by their package files
	Taken     []string // folders with Go code, sorted
	Services  []*Service
	Stores    []Store
	Queues    []Queue
	Notes     []Note
}

// Service is a main package that serves, consumes or runs on a schedule.
type Service struct {
	Name      string
	Dir       string // of package main
	Home      string // the folder that is the service's own, or that it shares
	Module    string // path of its module
	ModuleDir string
	HTTP      bool
	Router    string // "net/http", "chi" or "gin": where its routes stand; empty: unknown
	Routes    []Operation
	GRPC      bool
	Methods   []Operation
	Consumes  []string // names of queues
	Sends     []string // names of queues
	Stores    []string // names of stores
	Jobs      []Job
	Calls     []string // names of services
}

// Operation is a route or a gRPC method, as a spec names it.
type Operation struct {
	Name   string
	Stream bool // of gRPC: it streams
	At     Position
}

// Job is work on a schedule.
type Job struct {
	Name  string
	Every string // a duration
	At    Position
}

// Store is a database or a cache.
type Store struct {
	Kind   string // "database" or "cache"
	Name   string
	System string // as OpenTelemetry names it
	Module string // the package that gave it away
}

// Queue is a queue, topic or subject.
type Queue struct {
	Name        string
	System      string
	Destination string // empty: it could not be read
	Module      string
}

// Note is something that a person should know.
type Note struct {
	At   Position // its File may be empty
	Text string
}

// Position is a place in a file; Line is 0 for a whole file.
type Position struct {
	File         string
	Line, Column int
}

func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Limits bound the work in a huge repository.
type Limits struct {
	Entries int   // files and folders that are looked at
	GoFiles int   // Go files that are parsed
	Size    int64 // bytes of a file that is read
}

// DefaultLimits are enough for repositories of some million lines.
var DefaultLimits = Limits{Entries: 200_000, GoFiles: 10_000, Size: 2 << 20}

// Read looks at a repository. The error says that it cannot be read at all.
func Read(root fs.FS, limits Limits) (*Repository, error) {
	files, err := list(root, limits)
	if err != nil {
		return nil, err
	}
	d := &detection{root: root, limits: limits, files: files, out: &Repository{}}
	d.notes(files.notes)
	d.readModules()
	d.readPackages()
	d.protos = d.readProtos()
	d.readServices()
	d.assignOpenAPI()
	d.linkServices()
	d.finish()
	return d.out, nil
}

// detection is the state of one Read.
type detection struct {
	root     fs.FS
	limits   Limits
	files    *listing
	out      *Repository
	modules  []goModule // deepest folder first
	fset     *token.FileSet
	packages map[string]*goPackage
	byPath   map[string]*goPackage
	protos   []protoService
	programs []*program
}

func (d *detection) note(at Position, format string, args ...any) {
	d.out.Notes = append(d.out.Notes, Note{at, fmt.Sprintf(format, args...)})
}

func (d *detection) notes(all []Note) { d.out.Notes = append(d.out.Notes, all...) }

// finish sorts what was found, so that the same files give the same findings.
func (d *detection) finish() {
	out := d.out
	for _, dir := range d.files.folders {
		if language := languages[path.Base(dir)]; language != "" && !slices.Contains(out.Languages, language) {
			out.Languages = append(out.Languages, language)
		}
	}
	slices.Sort(out.Languages)
	out.Taken = slices.Sorted(maps.Keys(d.packages))
	slices.SortFunc(out.Services, func(a, b *Service) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Stores, func(a, b Store) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	slices.SortFunc(out.Queues, func(a, b Queue) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), a.At.Line-b.At.Line, a.At.Column-b.At.Column, cmp.Compare(a.Text, b.Text))
	})
	out.Notes = slices.Compact(out.Notes)
	if out.Module != "" {
		out.Name = moduleName(out.Module)
	}
}

// languages are the package files of languages that obsboot has no helpers for.
var languages = map[string]string{
	"package.json": "JavaScript", "pyproject.toml": "Python", "requirements.txt": "Python", "Cargo.toml": "Rust",
	"pom.xml": "Java", "build.gradle": "Java", "build.gradle.kts": "Kotlin", "Gemfile": "Ruby", "composer.json": "PHP",
	"mix.exs": "Elixir",
}

// Identifier makes a text the name of a block: a letter, then letters, digits, "-"
// and "_", 63 at most. It is empty if nothing is left.
func Identifier(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 63 {
			break
		}
	}
	return strings.TrimRight(b.String(), "-")
}
