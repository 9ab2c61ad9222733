package resolve

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/spec"
)

// service is a service while it is resolved.
type service struct {
	*resolver
	block     *spec.Service
	scope     *spec.Scope // with series()
	out       model.Service
	profiles  []*spec.Profile
	sliRanges []hcl.Range // of the names of out.SLIs
}

// service resolves what a service is and emits; what it promises needs the
// series of all services first.
func (r *resolver) service(block *spec.Service) *service {
	s := &service{resolver: r, block: block}
	s.scope = r.scope.With(nil, s.functions())
	r.checkName("service", block.Name, block.NameRange)
	s.out = model.Service{
		Name:        block.Name,
		Description: r.scope.TextOr(block.Description, ""),
		Team:        s.team(),
		Tier:        r.scope.Int(block.Tier, 1, 4, 3),
		Labels:      r.labels(r.scope, block.Labels),
		Job:         naming.Job(r.sys.Name, block.Name),
		Calls:       r.refs(r.scope, block.Calls, block.Name, model.RefService, model.RefExternal),
		Uses:        r.refs(r.scope, block.Uses, "", model.RefDatabase, model.RefCache, model.RefQueue),
	}
	s.findProfiles()
	s.work()
	s.source()
	s.instruments() // its libraries decide what is emitted
	s.metrics()
	s.spans()
	s.events()
	s.runbook()
	if block.Dashboard != nil {
		s.hide(block.Dashboard)
	}
	return s
}

func (s *service) team() string {
	if s.block.Team == nil {
		if len(s.file.Teams) > 0 {
			s.diags.Warn(s.block.NameRange, "Service without a team", "Nobody owns %q, so its alerts go to the default receiver, which tells nobody. Add team = team.%s or another.", s.block.Name, s.file.Teams[0].Name)
		}
		return ""
	}
	ref, _ := s.scope.Ref(s.block.Team, "team")
	return ref.Name
}

func (s *service) findProfiles() {
	for _, ref := range s.scope.Refs(s.block.Profiles, "profile") {
		for _, profile := range s.file.Profiles {
			if profile.Name == ref.Name {
				s.profiles = append(s.profiles, profile)
			}
		}
	}
}

// merged returns a service's own blocks and those that its profiles add. A
// service's own block wins whole over one of the same name; among profiles the
// last one in the list does.
func merged[B any](s *service, own []B, from func(*spec.Profile) []B, name func(B) string) []B {
	taken := map[string]bool{}
	for _, block := range own {
		taken[name(block)] = true
	}
	blocks := slices.Clone(own)
	for _, profile := range slices.Backward(s.profiles) {
		for _, block := range from(profile) {
			if !taken[name(block)] {
				taken[name(block)] = true
				blocks = append(blocks, block)
			}
		}
	}
	return blocks
}

// profiles checks their names, and warns of those that no service takes:
// nothing in them was checked.
func (r *resolver) profiles(services []*service) {
	for _, profile := range r.file.Profiles {
		r.checkName("profile", profile.Name, profile.NameRange)
		used := slices.ContainsFunc(services, func(s *service) bool { return slices.Contains(s.profiles, profile) })
		if !used {
			r.diags.Warn(profile.Range, "Unused profile", "No service has profiles = [profile.%s], so what stands in it was not checked.", profile.Name)
		}
	}
}

var (
	routePattern  = regexp.MustCompile(`^([A-Z]+ )?/[^\s]*$`)
	methodPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*/[A-Za-z_][A-Za-z0-9_]*$`)
)

func (s *service) work() {
	if s.block.HTTP != nil {
		s.out.Routes = s.operations(s.block.HTTP.Routes, routePattern, `A route is a method and a path, such as "GET /products/{id}".`)
	}
	if s.block.GRPC != nil {
		s.out.Methods = s.operations(s.block.GRPC.Methods, methodPattern, `A method is a service and a method of it, such as "shop.v1.Checkout/PlaceOrder".`)
	}
	for _, block := range s.block.Consumers {
		s.checkName("consumer", block.Name, block.NameRange)
		queue, _ := s.scope.Ref(block.Queue, "queue")
		consumer := model.Consumer{Name: block.Name, Description: s.scope.TextOr(block.Description, ""), Queue: queue.Name}
		for _, q := range s.sys.Queues {
			if q.Name == queue.Name {
				consumer.Destination = q.Destination
			}
		}
		s.out.Consumers = append(s.out.Consumers, consumer)
	}
	for _, block := range s.block.Jobs {
		s.checkName("job", block.Name, block.NameRange)
		s.out.Jobs = append(s.out.Jobs, model.Job{
			Name:        block.Name,
			Description: s.scope.TextOr(block.Description, ""),
			Every:       s.scope.Duration(block.Every, time.Second, 366*day, time.Hour),
		})
	}
	slices.SortFunc(s.out.Consumers, func(a, b model.Consumer) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.out.Jobs, func(a, b model.Job) int { return strings.Compare(a.Name, b.Name) })
}

func (s *service) operations(blocks []*spec.Operation, pattern *regexp.Regexp, form string) []model.Operation {
	var operations []model.Operation
	for _, block := range blocks {
		if !pattern.MatchString(block.Name) || len(block.Name) > 255 {
			s.diags.Error(block.NameRange, "Invalid name", "%s", form)
			continue
		}
		operations = append(operations, model.Operation{Name: block.Name, Description: s.scope.TextOr(block.Description, "")})
	}
	return operations
}

func (s *service) runbook() {
	block := s.block.Runbook
	for _, profile := range slices.Backward(s.profiles) {
		if block == nil {
			block = profile.Runbook
		}
	}
	if block != nil {
		s.out.Runbook = model.Runbook{Text: s.scope.TextOr(block.Text, ""), URL: s.scope.TextOr(block.URL, "")}
	}
}

// Sections are the parts of a service's dashboard that it can leave out.
var Sections = []string{"promises", "requests", "dependencies", "signals", "runtime", "logs", "traces"}

func (s *service) hide(block *spec.Dashboard) {
	for _, item := range s.scope.Texts(block.Hide) {
		if !slices.Contains(Sections, item.Text) {
			s.diags.Error(item.Range, "Unknown section", "The dashboard has no section %q.%s", item.Text, spec.DidYouMean(item.Text, Sections))
			continue
		}
		s.out.Hide = append(s.out.Hide, item.Text)
	}
}

var packagePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (s *service) instruments() {
	for _, block := range s.block.Instruments {
		if block.Language != "go" {
			s.diags.Error(block.LanguageRange, "Unknown language", "obsboot cannot instrument %q.%s", block.Language, spec.DidYouMean(block.Language, []string{"go"}))
		}
		out := model.Instrument{
			Language:         block.Language,
			Package:          s.scope.TextOr(block.Package, "telemetry"),
			NativeHistograms: s.scope.Bool(block.NativeHistograms, false),
		}
		if !packagePattern.MatchString(out.Package) {
			s.diags.Error(block.Package.Expr.Range(), "Invalid package name", "%q is no name of a Go package: small letters, digits and _ only.", out.Package)
		}
		out.Dir = s.dir(block, out.Package)
		out.Libraries = s.libraries(block)
		s.out.Instruments = append(s.out.Instruments, out)
	}
	if s.block.Source != nil && len(s.block.Instruments) > 0 {
		s.diags.Error(s.block.Instruments[0].Range, "Instrumented twice", "A service with a source is instrumented otherwise. Remove the source at %s, or this block.", spec.Place(s.block.Source.Range))
	}
}

// dir returns the folder of the helpers, relative to the project. It is written
// relative to the spec file that it stands in, which may live with its service.
func (s *service) dir(block *spec.Instrument, fallback string) string {
	dir, at := s.scope.TextOr(block.Dir, fallback), block.Range
	if block.Dir != nil {
		at = block.Dir.Expr.Range()
	}
	folder, err := filepath.Rel(s.file.Root, filepath.Dir(at.Filename))
	joined, ok := below(folder, dir)
	if err != nil || !ok {
		s.diags.Error(at, "Path leaves the project", "%q must be a folder below the spec's. Run obsboot in a folder that holds all of the system.", dir)
	}
	return joined
}
