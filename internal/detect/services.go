package detect

import (
	"cmp"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// generic are folder names that say nothing of what a service does.
var generic = map[string]bool{"cmd": true, "server": true, "service": true, "main": true, "app": true, "src": true, "bin": true, "services": true, ".": true}

// readServices makes a service of each main package that serves, consumes or runs on
// a schedule.
func (d *detection) readServices() {
	var mains []*goPackage
	for _, pkg := range d.packages {
		if pkg.name == "main" && pkg.funcs["main"] != nil {
			mains = append(mains, pkg)
		}
	}
	slices.SortFunc(mains, func(a, b *goPackage) int { return cmp.Compare(a.dir, b.dir) })
	names := d.serviceNames(mains)
	for i, pkg := range mains {
		p := d.reach(pkg)
		m := d.moduleOf(pkg.dir)
		p.service = &Service{Name: names[i], Dir: pkg.dir, Home: home(pkg.dir), Module: m.path, ModuleDir: m.dir}
		d.readWork(p)
		if s := p.service; !s.HTTP && !s.GRPC && len(s.Consumes) == 0 && len(s.Jobs) == 0 {
			d.note(Position{File: pkg.dir}, "This program serves nothing, consumes nothing and has no schedule: it was left out. If it is a service, add it: --service %s=job.", names[i])
			continue
		}
		d.programs = append(d.programs, p)
		d.out.Services = append(d.out.Services, p.service)
	}
	d.noteUnused()
}

// serviceNames names each main package after its folder; of those that collide, after
// the whole path.
func (d *detection) serviceNames(mains []*goPackage) []string {
	names, count := make([]string, len(mains)), map[string]int{}
	for i, pkg := range mains {
		names[i] = d.serviceName(pkg.dir)
		count[names[i]]++
	}
	for i, pkg := range mains {
		if count[names[i]] > 1 {
			names[i] = cmp.Or(Identifier(strings.ReplaceAll(pkg.dir, "/", "-")), names[i])
		}
	}
	return names
}

func (d *detection) serviceName(dir string) string {
	for at := dir; at != "."; at = path.Dir(at) {
		if name := Identifier(path.Base(at)); name != "" && !generic[path.Base(at)] {
			return name
		}
	}
	return cmp.Or(moduleName(d.moduleOf(dir).path), "app")
}

// readWork finds out what a program does.
func (d *detection) readWork(p *program) {
	s := p.service
	s.HTTP = d.servesHTTP(p)
	if s.HTTP {
		for _, r := range d.readRoutes(p) {
			s.Router = cmp.Or(s.Router, r.kind)
			s.Routes = append(s.Routes, r.flatten("", 0)...)
		}
		s.Routes = d.sound(operations(s.Routes))
		s.Router = mainRouter(s, p)
	}
	d.readGRPC(p)
	d.readClients(p)
	d.readJobs(p)
	d.noteFrameworks(p)
	if ops := s.GRPC || len(s.Consumes) > 0 || len(s.Jobs) > 0; ops && len(s.Routes) > 0 && !slices.ContainsFunc(s.Routes, func(o Operation) bool { return !Probe(o.Name) }) {
		s.HTTP, s.Routes = false, nil // an HTTP server for probes only
	}
}

// soundRoute is what a spec takes as a route.
var soundRoute = regexp.MustCompile(`^([A-Z]+ )?/[^\s]*$`)

// sound drops what cannot stand in a spec.
func (d *detection) sound(routes []Operation) []Operation {
	return slices.DeleteFunc(routes, func(o Operation) bool {
		bad := !soundRoute.MatchString(o.Name) || len(o.Name) > 255 || visible(o.Name) != o.Name || !utf8.ValidString(o.Name)
		if bad {
			d.note(o.At, "This is not a method and a path, and was left out.")
		}
		return bad
	})
}

// mainRouter is the router whose requests a middleware sees: chi and gin hide the
// patterns of net/http.
func mainRouter(s *Service, p *program) string {
	for _, imported := range p.imports {
		if kind := routerPackage(imported); kind == chi || kind == gin {
			return kind
		}
	}
	return cmp.Or(s.Router, netHTTP)
}

// Probe reports whether a route serves machines that ask how the service does, or
// browsers that ask for an icon, rather than users.
func Probe(route string) bool {
	_, routePath := splitRoute(route)
	last := strings.ToLower(path.Base(routePath))
	switch last {
	case "health", "healthz", "healthcheck", "livez", "live", "liveness", "readyz", "ready", "readiness", "ping", "metrics", "favicon.ico", "robots.txt", "version":
		return true
	}
	return strings.HasPrefix(routePath, "/debug/") || strings.HasPrefix(routePath, "/-/")
}

// servesHTTP looks for what starts an HTTP server.
func (d *detection) servesHTTP(p *program) bool {
	found := false
	p.visit(func(c call) {
		switch {
		case c.from == "net/http":
			found = found || strings.HasPrefix(c.name, "ListenAndServe") || strings.HasPrefix(c.name, "Serve") && c.name != "ServeFile" && c.name != "ServeContent" && c.name != "ServeFileFS"
		case routerPackage(c.from) != "":
			found = found || constructors[routerPackage(c.from)+"."+c.name]
		}
	}, func(file *goFile, literal *ast.CompositeLit) {
		from, name := typeOf(file, literal.Type)
		found = found || from == "net/http" && name == "Server"
	})
	return found || usesFramework(p) != ""
}

// frameworks are routers whose routes are not read.
var frameworks = map[string]string{
	"github.com/gorilla/mux": "gorilla/mux", "github.com/labstack/echo": "Echo", "github.com/gofiber/fiber": "Fiber",
	"github.com/julienschmidt/httprouter": "httprouter", "github.com/valyala/fasthttp": "fasthttp", "connectrpc.com/connect": "Connect",
}

func usesFramework(p *program) string {
	for _, imported := range p.imports {
		for prefix, name := range frameworks {
			if imported == prefix || strings.HasPrefix(imported, prefix+"/v") {
				return name
			}
		}
	}
	return ""
}

func (d *detection) noteFrameworks(p *program) {
	if name := usesFramework(p); name != "" {
		d.note(Position{File: p.pkg.dir}, "%s uses %s, whose routes are not read: an empty http block measures all requests; add the routes that matter.", p.service.Name, name)
	}
}

// noteUnused names the clients in go.mod that no service imports.
func (d *detection) noteUnused() {
	imported := map[string]bool{}
	for _, pkg := range d.packages {
		for _, file := range pkg.files {
			for _, to := range file.imports {
				if c, ok := clientOf(strings.TrimPrefix(to, "_")); ok {
					imported[c.prefix] = true
				}
			}
		}
	}
	for _, m := range d.modules {
		for _, require := range m.requires {
			if c, ok := clientOf(require); ok && !imported[c.prefix] {
				d.note(Position{File: path.Join(m.dir, "go.mod")}, "%s is required, but no package that was read imports it: no %s was proposed for it.", require, c.kind)
			}
		}
	}
}

// linkServices finds who calls whom: by the addresses in texts and environment
// variables. Calls over gRPC are known by their clients.
func (d *detection) linkServices() {
	for _, p := range d.programs {
		d.linkGRPC(p)
		for _, other := range d.out.Services {
			if other != p.service && (other.HTTP || other.GRPC) && d.mentions(p, other.Name) {
				p.service.Calls = appendNew(p.service.Calls, other.Name)
			}
		}
		slices.Sort(p.service.Calls)
	}
}

// mentions reports whether a program names the address of a service.
func (d *detection) mentions(p *program, name string) bool {
	variable := strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_"
	found := false
	check := func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok {
			return true
		}
		text, ok := d.text(nil, literal)
		if !ok {
			return true
		}
		if rest, ok := strings.CutPrefix(text, variable); ok {
			rest = strings.TrimPrefix(rest, "SERVICE_")
			found = found || slices.Contains([]string{"URL", "ADDR", "ADDRESS", "HOST", "ENDPOINT", "TARGET", "BASE_URL"}, rest)
		}
		for _, scheme := range []string{"http://", "https://", "dns:///"} {
			rest, ok := strings.CutPrefix(text, scheme+name)
			found = found || ok && (rest == "" || strings.ContainsRune(":/.", rune(rest[0])))
		}
		return true
	}
	for _, fn := range p.functions {
		if fn.decl.Body != nil {
			ast.Inspect(fn.decl.Body, check)
		}
	}
	return found
}
