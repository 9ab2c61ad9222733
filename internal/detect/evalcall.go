package detect

import (
	"go/ast"
	"strings"
)

// routerPackages are the packages that make routers.
var routerPackages = map[string]string{
	"net/http": netHTTP, "github.com/go-chi/chi": chi, "github.com/gin-gonic/gin": gin,
}

// constructors are their functions that do, and the types that routers have.
var (
	constructors = map[string]bool{"net/http.NewServeMux": true, "chi.NewRouter": true, "chi.NewMux": true, "gin.New": true, "gin.Default": true}
	routerTypes  = map[string]bool{
		"net/http.ServeMux": true, "chi.Router": true, "chi.Mux": true,
		"gin.Engine": true, "gin.RouterGroup": true, "gin.IRouter": true, "gin.IRoutes": true,
	}
)

// routerPackage returns the router of an import.
func routerPackage(imported string) string {
	kind := routerPackages[imported]
	if kind == "" && strings.HasPrefix(imported, "github.com/go-chi/chi/v") && strings.Count(imported, "/") == 3 {
		kind = chi
	}
	return kind
}

func routerType(file *goFile, expr ast.Expr) string {
	from, name := typeOf(file, expr)
	if kind := routerPackage(from); kind != "" && routerTypes[kind+"."+name] {
		return kind
	}
	return ""
}

func (e *evaluation) call(expr *ast.CallExpr, s *scope) value {
	switch fun := ast.Unparen(expr.Fun).(type) {
	case *ast.Ident:
		if fun.Name == "new" && len(expr.Args) == 1 && routerType(s.file, expr.Args[0]) == netHTTP {
			return value{router: e.newRouter(netHTTP)}
		}
		if fn := s.file.pkg.funcs[fun.Name]; fn != nil {
			return e.follow([]*function{fn}, expr.Args, s)
		}
	case *ast.SelectorExpr:
		return e.method(fun, expr, s)
	case *ast.FuncLit:
		return e.literal(fun, e.args(expr.Args, s), s)
	}
	return wrapped(e.args(expr.Args, s))
}

// method is a call of a function of another package, or of a method.
func (e *evaluation) method(fun *ast.SelectorExpr, expr *ast.CallExpr, s *scope) value {
	if x, ok := fun.X.(*ast.Ident); ok {
		if from := s.file.imports[x.Name]; from != "" {
			return e.imported(from, fun.Sel.Name, expr, s)
		}
	}
	if v := e.eval(fun.X, s); v.router != nil {
		if result, ok := e.register(v.router, fun.Sel.Name, expr, s); ok {
			return result
		}
	}
	var candidates []*function
	for _, pkg := range e.program.packages {
		candidates = append(candidates, pkg.methods[fun.Sel.Name]...)
	}
	return e.follow(candidates, expr.Args, s)
}

func (e *evaluation) imported(from, name string, expr *ast.CallExpr, s *scope) value {
	if pkg := e.d.byPath[from]; pkg != nil {
		if fn := pkg.funcs[name]; fn != nil {
			return e.follow([]*function{fn}, expr.Args, s)
		}
	}
	kind := routerPackage(from)
	switch {
	case kind != "" && constructors[kind+"."+name]:
		return value{router: e.newRouter(kind)}
	case from == "net/http" && (name == "Handle" || name == "HandleFunc"):
		result, _ := e.register(e.defaults, name, expr, s)
		return result
	case from == "net/http" && name == "StripPrefix" && len(expr.Args) == 2:
		v := e.eval(expr.Args[1], s)
		v.stripped, _ = e.d.text(s.file, expr.Args[0])
		return v
	}
	return wrapped(e.args(expr.Args, s))
}

// follow runs what a call may mean. What gives no router but was given one gives it
// back, wrapped.
func (e *evaluation) follow(candidates []*function, exprs []ast.Expr, s *scope) value {
	args := e.args(exprs, s)
	for _, fn := range candidates {
		if fn.decl.Type.Params.NumFields() != len(args) && !variadic(fn) {
			continue
		}
		if v := e.run(fn, args); v.router != nil {
			return v
		}
	}
	return wrapped(args)
}

func variadic(fn *function) bool {
	list := fn.decl.Type.Params.List
	if len(list) == 0 {
		return false
	}
	_, ok := list[len(list)-1].Type.(*ast.Ellipsis)
	return ok
}

func (e *evaluation) args(exprs []ast.Expr, s *scope) []value {
	args := make([]value, len(exprs))
	for i, expr := range exprs {
		args[i] = e.eval(expr, s)
	}
	return args
}

func wrapped(args []value) value {
	var found value
	for _, arg := range args {
		if arg.router != nil {
			if found.router != nil {
				return value{}
			}
			found = arg
		}
	}
	return found
}

// register is a call of a router's method. It reports false for a method that says
// nothing of routes.
func (e *evaluation) register(r *router, name string, expr *ast.CallExpr, s *scope) (value, bool) {
	if r.kind == gin {
		return e.registerGin(r, name, expr, s)
	}
	switch name {
	case "Handle", "HandleFunc", "Mount":
		if len(expr.Args) == 2 {
			e.handle(r, "", expr.Args[0], expr.Args[1], name == "Mount" || r.kind == netHTTP, s)
			return value{}, true
		}
	}
	if r.kind != chi {
		return value{}, false
	}
	switch name {
	case "Get", "Head", "Post", "Put", "Patch", "Delete", "Options", "Connect", "Trace":
		if len(expr.Args) == 2 {
			e.handle(r, strings.ToUpper(name), expr.Args[0], expr.Args[1], false, s)
		}
	case "Method", "MethodFunc":
		if method, ok := e.d.text(s.file, at(expr.Args, 0)); ok && len(expr.Args) == 3 {
			e.handle(r, strings.ToUpper(method), expr.Args[1], expr.Args[2], false, s)
		}
	case "Route":
		return e.below(r, expr, s), true
	case "Group":
		return e.inside(r, at(expr.Args, 0), s), true
	case "With":
		e.args(expr.Args, s)
		return value{router: r}, true
	default:
		return value{}, false
	}
	return value{}, true
}

func at(exprs []ast.Expr, i int) ast.Expr {
	if i >= 0 && i < len(exprs) {
		return exprs[i]
	}
	return nil
}

// handle adds a route, or mounts the router that the handler is.
func (e *evaluation) handle(r *router, method string, pattern, handler ast.Expr, mounts bool, s *scope) {
	place := e.d.position(pattern.Pos())
	v := e.eval(handler, s)
	text, ok := e.d.text(s.file, pattern)
	if !ok {
		e.d.note(place, "This route is computed, and was left out: write it into the spec.")
		return
	}
	if v.router == nil || !mounts || v.router == r {
		r.routes = append(r.routes, routerRoute{method, text, place})
		return
	}
	v.router.mounted = true
	r.mounts = append(r.mounts, mount{text, v.stripped, v.router, place})
	if v.stripped != "" && r.kind == netHTTP && v.router.kind == netHTTP {
		e.d.note(place, "http.StripPrefix hides the routes below %s from middleware: they all count as one. Register them with their whole paths, or call SetHTTPRoute in their handlers.", visible(text))
	}
}

// below is Route of chi: a function that fills a router below a pattern.
func (e *evaluation) below(r *router, expr *ast.CallExpr, s *scope) value {
	if len(expr.Args) != 2 {
		return value{}
	}
	text, ok := e.d.text(s.file, expr.Args[0])
	if !ok {
		e.d.note(e.d.position(expr.Pos()), "The path of this group of routes is computed; its routes were left out.")
		return value{}
	}
	sub := e.newRouter(chi)
	sub.mounted = true
	r.mounts = append(r.mounts, mount{text, "", sub, e.d.position(expr.Pos())})
	e.inside(sub, expr.Args[1], s)
	return value{router: sub}
}

// inside gives a router to a function that fills it.
func (e *evaluation) inside(r *router, fill ast.Expr, s *scope) value {
	arg := []value{{router: r}}
	switch fill := fill.(type) {
	case *ast.FuncLit:
		e.literal(fill, arg, s)
	case *ast.Ident:
		e.run(s.file.pkg.funcs[fill.Name], arg)
	case *ast.SelectorExpr:
		for _, fn := range e.named(fill, s) {
			e.run(fn, arg)
		}
	}
	return value{router: r}
}

// named returns what a selector may mean as a function of one argument.
func (e *evaluation) named(fun *ast.SelectorExpr, s *scope) []*function {
	var all []*function
	if x, ok := fun.X.(*ast.Ident); ok && s.file.imports[x.Name] != "" {
		if pkg := e.d.byPath[s.file.imports[x.Name]]; pkg != nil && pkg.funcs[fun.Sel.Name] != nil {
			all = append(all, pkg.funcs[fun.Sel.Name])
		}
		return all
	}
	for _, pkg := range e.program.packages {
		for _, fn := range pkg.methods[fun.Sel.Name] {
			if fn.decl.Type.Params.NumFields() == 1 {
				all = append(all, fn)
			}
		}
	}
	return all
}

func (e *evaluation) registerGin(r *router, name string, expr *ast.CallExpr, s *scope) (value, bool) {
	args := expr.Args
	switch name {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		if len(args) > 0 {
			e.ginRoute(r, name, args[0], args[1:], s)
		}
	case "Any", "Static", "StaticFS", "StaticFile":
		if len(args) > 0 {
			e.ginRoute(r, "", args[0], args[1:], s)
		}
	case "Handle":
		if method, ok := e.d.text(s.file, at(args, 0)); ok && len(args) > 1 {
			e.ginRoute(r, strings.ToUpper(method), args[1], args[2:], s)
		}
	case "Group":
		text, ok := e.d.text(s.file, at(args, 0))
		if !ok {
			e.d.note(e.d.position(expr.Pos()), "The path of this group of routes is computed; its routes were left out.")
			return value{router: &router{kind: gin, mounted: true}}, true
		}
		sub := e.newRouter(gin)
		sub.mounted = true
		r.mounts = append(r.mounts, mount{text, "", sub, e.d.position(expr.Pos())})
		return value{router: sub}, true
	case "Use":
		return value{router: r}, true
	default:
		return value{}, false
	}
	return value{router: r}, true
}

func (e *evaluation) ginRoute(r *router, method string, pattern ast.Expr, handlers []ast.Expr, s *scope) {
	e.args(handlers, s)
	place := e.d.position(pattern.Pos())
	text, ok := e.d.text(s.file, pattern)
	if !ok {
		e.d.note(place, "This route is computed, and was left out: write it into the spec.")
		return
	}
	r.routes = append(r.routes, routerRoute{method, text, place})
}

// visible makes a text of the repository safe to print in a line.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\uFFFD'
		}
		return r
	}, text)
}
