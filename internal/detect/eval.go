package detect

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// evaluation runs a program as far as routers are concerned: it follows calls
// from main and remembers which router a name stands for.
type evaluation struct {
	d        *detection
	program  *program
	routers  []*router
	fields   map[string]value // of structs, by package and name: one for all values of a type
	done     map[string]value // what a function returned, by its arguments
	walked   map[*function]bool
	defaults *router // http.DefaultServeMux
	depth    int
}

// value is what an expression gives: a router, or nothing known.
type value struct {
	router   *router
	stripped string // by http.StripPrefix
}

// scope holds the values of names in a function.
type scope struct {
	file   *goFile
	outer  *scope
	names  map[string]value
	result *value // of the function
}

func (s *scope) inner() *scope {
	return &scope{file: s.file, outer: s, names: map[string]value{}, result: s.result}
}

func (s *scope) lookup(name string) (value, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.names[name]; ok {
			return v, true
		}
	}
	return value{}, false
}

func (s *scope) set(name string, v value) {
	for at := s; at != nil; at = at.outer {
		if _, ok := at.names[name]; ok {
			at.names[name] = v
			return
		}
	}
	s.names[name] = v
}

// readRoutes returns the routers that the program builds and that are below no other.
func (d *detection) readRoutes(p *program) []*router {
	e := &evaluation{
		d: d, program: p, fields: map[string]value{}, done: map[string]value{}, walked: map[*function]bool{},
		defaults: &router{kind: netHTTP},
	}
	e.routers = append(e.routers, e.defaults)
	if fn := p.pkg.funcs["main"]; fn != nil {
		e.run(fn, nil)
	}
	for _, fn := range p.functions { // what only values and interfaces lead to
		if !e.walked[fn] {
			e.run(fn, nil)
		}
	}
	var roots []*router
	for _, r := range e.routers {
		if !r.mounted && (len(r.routes) > 0 || len(r.mounts) > 0) {
			roots = append(roots, r)
		}
	}
	return roots
}

func (e *evaluation) newRouter(kind string) *router {
	r := &router{kind: kind}
	e.routers = append(e.routers, r)
	return r
}

// run walks a function once for each combination of routers that it is given.
func (e *evaluation) run(fn *function, args []value) value {
	if fn == nil || fn.decl.Body == nil || e.depth > 50 {
		return value{}
	}
	key := fmt.Sprintf("%p", fn)
	for _, arg := range args {
		key += fmt.Sprintf(" %p", arg.router)
	}
	if v, ok := e.done[key]; ok {
		return v
	}
	e.done[key] = value{} // for recursion
	e.walked[fn] = true
	e.depth++
	defer func() { e.depth-- }()
	var result value
	s := &scope{file: fn.file, names: map[string]value{}, result: &result}
	e.bind(s, fn.decl.Type, args)
	e.walk(fn.decl.Body, s)
	e.done[key] = result
	return result
}

// bind gives parameters their values. A router that nobody gives is a new one, whose
// routes start at the root.
func (e *evaluation) bind(s *scope, signature *ast.FuncType, args []value) {
	i := 0
	for _, field := range signature.Params.List {
		names := field.Names
		if len(names) == 0 {
			i++
		}
		for _, name := range names {
			v := value{}
			if i < len(args) {
				v = args[i]
			}
			if kind := routerType(s.file, field.Type); v.router == nil && kind != "" {
				v.router = e.newRouter(kind)
			}
			s.names[name.Name] = v
			i++
		}
	}
}

func (e *evaluation) walk(node ast.Node, s *scope) {
	ast.Inspect(node, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.BlockStmt:
			inner := s.inner()
			for _, stmt := range node.List {
				e.walk(stmt, inner)
			}
			return false
		case *ast.AssignStmt:
			e.assign(node.Lhs, node.Rhs, node.Tok == token.DEFINE, s)
			return false
		case *ast.ValueSpec:
			names := make([]ast.Expr, len(node.Names))
			for i, name := range node.Names {
				names[i] = name
			}
			e.assign(names, node.Values, true, s)
			return false
		case *ast.ReturnStmt:
			for _, result := range node.Results {
				if v := e.eval(result, s); v.router != nil {
					*s.result = v
				}
			}
			return false
		case ast.Expr:
			e.eval(node, s)
			return false
		}
		return true
	})
}

func (e *evaluation) assign(to, from []ast.Expr, define bool, s *scope) {
	for i, expr := range from {
		v := e.eval(expr, s)
		if i >= len(to) {
			continue
		}
		switch target := to[i].(type) {
		case *ast.Ident:
			if define {
				s.names[target.Name] = v
			} else {
				s.set(target.Name, v)
			}
		case *ast.SelectorExpr:
			if v.router != nil {
				e.fields[s.file.pkg.path+"."+target.Sel.Name] = v
			}
		}
	}
}

func (e *evaluation) eval(expr ast.Expr, s *scope) value {
	switch expr := expr.(type) {
	case *ast.Ident:
		v, _ := s.lookup(expr.Name)
		if v.router == nil && s.file.pkg.values[expr.Name] != nil {
			v = e.packageValue(s.file, expr.Name)
		}
		return v
	case *ast.ParenExpr:
		return e.eval(expr.X, s)
	case *ast.UnaryExpr:
		return e.eval(expr.X, s)
	case *ast.StarExpr:
		return e.eval(expr.X, s)
	case *ast.TypeAssertExpr:
		return e.eval(expr.X, s)
	case *ast.SelectorExpr:
		return e.selector(expr, s)
	case *ast.CallExpr:
		return e.call(expr, s)
	case *ast.FuncLit:
		e.literal(expr, nil, s)
	case *ast.CompositeLit:
		return e.composite(expr, s)
	case *ast.BinaryExpr:
		e.eval(expr.X, s)
		e.eval(expr.Y, s)
	case *ast.KeyValueExpr:
		return e.eval(expr.Value, s)
	}
	return value{}
}

// packageValue evaluates a package's variable once.
func (e *evaluation) packageValue(file *goFile, name string) value {
	key := file.pkg.path + " var " + name
	if v, ok := e.done[key]; ok {
		return v
	}
	e.done[key] = value{}
	v := e.eval(file.pkg.values[name], &scope{file: file, names: map[string]value{}, result: &value{}})
	e.done[key] = v
	return v
}

func (e *evaluation) selector(expr *ast.SelectorExpr, s *scope) value {
	if x, ok := expr.X.(*ast.Ident); ok && s.file.imports[x.Name] == "net/http" && expr.Sel.Name == "DefaultServeMux" {
		return value{router: e.defaults}
	}
	if v, ok := e.fields[s.file.pkg.path+"."+expr.Sel.Name]; ok {
		return v
	}
	if v := e.eval(expr.X, s); v.router != nil && v.router.kind == gin && expr.Sel.Name == "RouterGroup" {
		return v
	}
	return value{}
}

// literal walks a function literal, whose parameters are the given routers.
func (e *evaluation) literal(fn *ast.FuncLit, args []value, s *scope) value {
	var result value
	inner := s.inner()
	inner.result = &result
	e.bind(inner, fn.Type, args)
	e.walk(fn.Body, inner)
	return result
}

func (e *evaluation) composite(expr *ast.CompositeLit, s *scope) value {
	from, name := typeOf(s.file, expr.Type)
	if from == "net/http" && name == "ServeMux" {
		return value{router: e.newRouter(netHTTP)}
	}
	var last value
	for _, element := range expr.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			e.eval(element, s)
			continue
		}
		v := e.eval(pair.Value, s)
		if key, ok := pair.Key.(*ast.Ident); ok && v.router != nil {
			if from == "" {
				e.fields[s.file.pkg.path+"."+key.Name] = v
			}
			last = v
		}
	}
	if from == "net/http" && name == "Server" {
		return value{}
	}
	return last
}

// text evaluates a constant text.
func (d *detection) text(file *goFile, expr ast.Expr) (string, bool) {
	return d.textAt(file, expr, 0)
}

func (d *detection) textAt(file *goFile, expr ast.Expr, depth int) (string, bool) {
	if depth > 10 {
		return "", false
	}
	switch expr := expr.(type) {
	case *ast.BasicLit:
		if expr.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(expr.Value)
		return text, err == nil
	case *ast.ParenExpr:
		return d.textAt(file, expr.X, depth+1)
	case *ast.Ident:
		return d.textAt(file, file.pkg.values[expr.Name], depth+1)
	case *ast.BinaryExpr:
		x, okX := d.textAt(file, expr.X, depth+1)
		y, okY := d.textAt(file, expr.Y, depth+1)
		return x + y, okX && okY && expr.Op == token.ADD
	case *ast.CompositeLit: // the first of a list
		if len(expr.Elts) > 0 {
			return d.textAt(file, expr.Elts[0], depth+1)
		}
	case *ast.SelectorExpr:
		return d.imported(file, expr, depth)
	}
	return "", false
}

func (d *detection) imported(file *goFile, expr *ast.SelectorExpr, depth int) (string, bool) {
	x, ok := expr.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	from := file.imports[x.Name]
	if method, ok := strings.CutPrefix(expr.Sel.Name, "Method"); ok && from == "net/http" {
		return strings.ToUpper(method), true
	}
	pkg := d.byPath[from]
	if pkg == nil || len(pkg.files) == 0 {
		return "", false
	}
	return d.textAt(pkg.files[0], pkg.values[expr.Sel.Name], depth+1)
}
