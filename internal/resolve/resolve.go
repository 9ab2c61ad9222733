// Package resolve turns a spec into a model: defaults applied, profiles merged,
// references followed, queries checked, slices sorted.
//
// In: a spec.File. Out: a model.System, and diagnostics that point into the
// spec; with errors among them the model is incomplete and must not be
// generated from. The package must not import a generator.
package resolve

import (
	"cmp"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec"
)

// System resolves a spec. What is wrong with it is added to the diagnostics of
// its scope.
func System(f *spec.File) *model.System {
	r := &resolver{file: f, scope: f.Scope, diags: f.Scope.Diags, sys: &model.System{Spec: f.Main}, collisions: &sync.Map{}}
	r.system()
	r.stack()
	r.teams()
	r.resources()
	builders := make([]*service, len(f.Services))
	parallel(len(builders), func(i int) { builders[i] = r.service(f.Services[i]) })
	r.indexSeries(builders)
	parallel(len(builders), func(i int) {
		builders[i].promises()
		builders[i].watched()
	})
	for _, b := range builders {
		r.sys.Services = append(r.sys.Services, b.out)
	}
	r.acrossServices(builders)
	r.profiles(builders)
	r.retention(builders)
	slices.SortFunc(r.sys.Services, func(a, b model.Service) int { return strings.Compare(a.Name, b.Name) })
	return r.sys
}

// parallel calls f for 0 to n-1 on all processors. Services do not write into
// each other, and diagnostics are sorted in the end, so the order is free.
func parallel(n int, f func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

type resolver struct {
	file   *spec.File
	scope  *spec.Scope
	diags  *spec.Diags
	sys    *model.System
	series map[string]*knownSeries
	names  []string // of series, sorted, for suggestions

	collisions *sync.Map // pairs of claims that unique reported
}

func (r *resolver) system() {
	systems := r.file.Systems
	if len(systems) == 0 && r.scope.Broken {
		return // it may stand in what did not parse
	}
	if len(systems) == 0 {
		r.diags.Error(hcl.Range{Filename: r.mainPath(), Start: hcl.InitialPos, End: hcl.InitialPos},
			"No system", "A spec has exactly one system block. Write: system \"shop\" {}")
		return
	}
	for _, other := range systems[1:] {
		// An included file may name the system again, to include further files.
		if other.Name != systems[0].Name || other.Description != nil || other.Environment != nil || other.Labels != nil {
			r.diags.Error(other.Range, "Second system", "The system %q is described at %s. Another file may repeat the block with include only.", systems[0].Name, spec.Place(systems[0].Range))
		}
	}
	s := systems[0]
	r.checkName("system", s.Name, s.NameRange)
	r.sys.Name = s.Name
	r.sys.Description = r.scope.TextOr(s.Description, "")
	r.sys.Environment = r.scope.TextOr(s.Environment, "local")
	r.sys.Labels = r.labels(r.scope, s.Labels)
}

func (r *resolver) mainPath() string {
	return filepath.Join(r.file.Root, filepath.FromSlash(r.file.Main))
}

// namePattern is what blocks may be called that references, labels, files and
// identifiers are made of.
var namePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,62}$`)

func (r *resolver) checkName(kind, name string, at hcl.Range) bool {
	if namePattern.MatchString(name) {
		return true
	}
	r.diags.Error(at, "Invalid name", "%s is named with a letter and then letters, digits, - and _, 63 characters at most. Put anything else into its description.", capital(article(kind)))
	return false
}

// reservedLabels are set by obsboot, Prometheus or Alertmanager.
var reservedLabels = []string{"alertname", "instance", "job", "le", "quantile", "service", "severity", "sli", "slo", "team", "tier", "window"}

var labelPattern = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func (r *resolver) labels(scope *spec.Scope, a spec.Map) []model.Label {
	var labels []model.Label
	for _, entry := range scope.Map(a) {
		switch {
		case !labelPattern.MatchString(entry.Key) || strings.HasPrefix(entry.Key, "__"):
			r.diags.Error(entry.Range, "Invalid label", "%q is no label name of Prometheus: a letter or _, then letters, digits and _, not starting with __.", entry.Key)
		case slices.Contains(reservedLabels, entry.Key):
			r.diags.Error(entry.Range, "Reserved label", "The label %q is set by obsboot or Prometheus itself. Choose another name.", entry.Key)
		default:
			labels = append(labels, model.Label{Name: entry.Key, Value: entry.Values[0].Text})
		}
	}
	return labels
}

func (r *resolver) resources() {
	resource := func(kind string, block *spec.Resource) model.Resource {
		r.checkName(kind, block.Name, block.NameRange)
		return model.Resource{Name: block.Name, System: r.scope.TextOr(block.System, ""), Description: r.scope.TextOr(block.Description, "")}
	}
	for _, block := range r.file.Databases {
		r.sys.Databases = append(r.sys.Databases, resource("database", block))
	}
	for _, block := range r.file.Caches {
		r.sys.Caches = append(r.sys.Caches, resource("cache", block))
	}
	for _, block := range r.file.Queues {
		r.checkName("queue", block.Name, block.NameRange)
		r.sys.Queues = append(r.sys.Queues, model.Resource{
			Name:        block.Name,
			System:      r.scope.TextOr(block.System, ""),
			Destination: r.scope.TextOr(block.Destination, block.Name),
			Description: r.scope.TextOr(block.Description, ""),
		})
	}
	for _, block := range r.file.Externals {
		r.checkName("external", block.Name, block.NameRange)
		r.sys.Externals = append(r.sys.Externals, model.External{
			Name:        block.Name,
			Protocol:    r.scope.OneOf(block.Protocol, "http", "grpc"),
			Description: r.scope.TextOr(block.Description, ""),
		})
	}
	byName := func(a, b model.Resource) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(r.sys.Databases, byName)
	slices.SortFunc(r.sys.Caches, byName)
	slices.SortFunc(r.sys.Queues, byName)
	slices.SortFunc(r.sys.Externals, func(a, b model.External) int { return strings.Compare(a.Name, b.Name) })
}

// refs resolves a list of references, sorted and without repetition.
func (r *resolver) refs(scope *spec.Scope, a spec.Refs, self string, kinds ...model.RefKind) []model.Ref {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	var refs []model.Ref
	for _, ref := range scope.Refs(a, names...) {
		out := model.Ref{Kind: model.RefKind(ref.Kind), Name: ref.Name}
		switch {
		case out.Kind == model.RefService && out.Name == self:
			r.diags.Error(ref.Range, "Service refers to itself", "%q cannot call itself. Remove the reference.", self)
		case slices.Contains(refs, out):
			r.diags.Warn(ref.Range, "Repeated reference", "%s.%s stands in this list twice.", ref.Kind, ref.Name)
		default:
			refs = append(refs, out)
		}
	}
	slices.SortFunc(refs, func(a, b model.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return refs
}

// unique reports names that become one and the same in another system. Two
// blocks that collide in several ways are reported once.
type unique struct {
	diags    *spec.Diags
	reported *sync.Map
	taken    map[string]claim
}

type claim struct {
	what string
	at   hcl.Range
}

func (r *resolver) newUnique() *unique {
	return &unique{diags: r.diags, reported: r.collisions, taken: map[string]claim{}}
}

// claim takes a name; what says whose it is, where tells the kind of name.
func (u *unique) claim(name, what, where string, at hcl.Range) {
	other, ok := u.taken[name]
	if !ok {
		u.taken[name] = claim{what, at}
		return
	}
	pair := [2]string{what + spec.Place(at), other.what + spec.Place(other.at)}
	if other.what == what {
		return // the same block twice is reported elsewhere
	}
	if _, reported := u.reported.LoadOrStore(pair, true); reported {
		return
	}
	u.diags.Error(at, "Names collide", "%s and %s (%s) both become %s %q. Rename one of them.", capital(what), other.what, spec.Place(other.at), where, name)
}

// article puts a or an before the name of a kind of block.
func article(kind string) string {
	if strings.ContainsAny(kind[:1], "aeiou") || kind == "sli" {
		return "an " + kind
	}
	return "a " + kind
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// acrossServices checks names that must differ between services.
func (r *resolver) acrossServices(services []*service) {
	slugs, dirs := r.newUnique(), map[string]*service{}
	for _, s := range services {
		what := "service \"" + s.block.Name + "\""
		slugs.claim(naming.Slug(s.block.Name), what, "the dashboard UID and file name", s.block.NameRange)
		for i, instrument := range s.out.Instruments {
			if other, ok := dirs[instrument.Dir]; ok && instrument.Dir != "" {
				r.diags.Error(s.block.Instruments[i].Range, "Folder taken twice", "The helpers of %q and of %q would both be written into %q. Give one of them another folder, as in dir = \"%s/telemetry\".", other.block.Name, s.block.Name, instrument.Dir, s.block.Name)
			}
			dirs[instrument.Dir] = s
		}
	}
}
