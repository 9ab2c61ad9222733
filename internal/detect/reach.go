package detect

import (
	"cmp"
	"go/ast"
	"path"
	"slices"
)

// program is a main package, and what it can reach: by the names that stand in
// its functions, without types, so rather too much than too little.
type program struct {
	pkg       *goPackage
	service   *Service
	packages  []*goPackage // imported, by dir
	imports   []string     // every imported path, sorted
	functions []*function  // reached from main, in the order of their places
}

// reach follows the names from main.
func (d *detection) reach(pkg *goPackage) *program {
	p := &program{pkg: pkg, packages: d.closure(pkg)}
	imports := map[string]bool{}
	r := &reaching{methods: map[string][]*function{}, types: map[string]bool{}, seen: map[*function]bool{}, byPath: d.byPath}
	for _, imported := range p.packages {
		for _, file := range imported.files {
			for _, to := range file.imports {
				imports[to] = true
			}
		}
		for name, all := range imported.methods {
			r.methods[name] = append(r.methods[name], all...)
		}
	}
	for to := range imports {
		p.imports = append(p.imports, to)
	}
	slices.Sort(p.imports)
	for _, imported := range p.packages {
		r.add(imported.inits...)
		for _, file := range imported.files {
			r.values(file)
		}
	}
	r.add(pkg.funcs["main"])
	for len(r.queue) > 0 {
		fn := r.queue[0]
		r.queue = r.queue[1:]
		p.functions = append(p.functions, fn)
		if fn.decl.Body != nil {
			r.names(fn.file, fn.decl.Body)
		}
	}
	slices.SortFunc(p.functions, func(a, b *function) int {
		return cmp.Or(cmp.Compare(a.file.pkg.dir, b.file.pkg.dir), cmp.Compare(a.decl.Pos(), b.decl.Pos()))
	})
	return p
}

// closure returns a package and all of the repository that it imports, by dir.
func (d *detection) closure(pkg *goPackage) []*goPackage {
	seen, queue := map[*goPackage]bool{pkg: true}, []*goPackage{pkg}
	for i := 0; i < len(queue); i++ {
		for _, file := range queue[i].files {
			for _, spec := range file.imports {
				if next := d.byPath[spec]; next != nil && !seen[next] {
					seen[next] = true
					queue = append(queue, next)
				}
			}
		}
	}
	slices.SortFunc(queue, func(a, b *goPackage) int { return cmp.Compare(a.dir, b.dir) })
	return queue
}

type reaching struct {
	methods map[string][]*function
	types   map[string]bool // whose methods were added
	byPath  map[string]*goPackage
	seen    map[*function]bool
	queue   []*function
}

func (r *reaching) add(all ...*function) {
	for _, fn := range all {
		if fn != nil && !r.seen[fn] {
			r.seen[fn] = true
			r.queue = append(r.queue, fn)
		}
	}
}

// values follows what package variables are set to.
func (r *reaching) values(file *goFile) {
	for _, decl := range file.syntax.Decls {
		if decl, ok := decl.(*ast.GenDecl); ok {
			r.names(file, decl)
		}
	}
}

// names adds every function that a name under node may mean.
func (r *reaching) names(file *goFile, node ast.Node) {
	ast.Inspect(node, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Ident:
			r.add(file.pkg.funcs[node.Name])
			r.named(file.pkg, node.Name)
		case *ast.SelectorExpr:
			if x, ok := node.X.(*ast.Ident); ok {
				if pkg := r.byPath[file.imports[x.Name]]; pkg != nil {
					r.add(pkg.funcs[node.Sel.Name])
					r.named(pkg, node.Sel.Name)
					return false
				}
				if file.imports[x.Name] != "" {
					return false
				}
			}
			r.add(r.methods[node.Sel.Name]...)
			r.names(file, node.X)
			return false
		}
		return true
	})
}

// named adds the exported methods of a type: an interface may lead to them.
func (r *reaching) named(pkg *goPackage, name string) {
	key := pkg.path + "." + name
	if pkg.types[name] == nil || r.types[key] {
		return
	}
	r.types[key] = true
	for _, fn := range pkg.types[name] {
		if fn.decl.Name.IsExported() {
			r.add(fn)
		}
	}
}

// call is a call in a function that a program reaches.
type call struct {
	file *goFile
	expr *ast.CallExpr
	name string // of the function or method
	from string // path of the import that it is called on, or empty
}

// visit shows every call and composite literal that a program reaches.
func (p *program) visit(onCall func(call), onLiteral func(*goFile, *ast.CompositeLit)) {
	for _, fn := range p.functions {
		if fn.decl.Body == nil {
			continue
		}
		ast.Inspect(fn.decl.Body, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				if c, ok := callOf(fn.file, node); ok {
					onCall(c)
				}
			case *ast.CompositeLit:
				onLiteral(fn.file, node)
			}
			return true
		})
	}
}

func callOf(file *goFile, expr *ast.CallExpr) (call, bool) {
	switch fun := ast.Unparen(expr.Fun).(type) {
	case *ast.Ident:
		return call{file, expr, fun.Name, ""}, true
	case *ast.SelectorExpr:
		c := call{file, expr, fun.Sel.Name, ""}
		if x, ok := fun.X.(*ast.Ident); ok {
			c.from = file.imports[x.Name]
		}
		return c, true
	}
	return call{}, false
}

// typeOf returns the import path and the name of a type that is written as
// "pkg.Name", with or without a star.
func typeOf(file *goFile, expr ast.Expr) (from, name string) {
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	if sel, ok := expr.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok {
			return file.imports[x.Name], sel.Sel.Name
		}
	}
	return "", ""
}

// home is the folder that a main package's service has to itself: that above
// "cmd".
func home(dir string) string {
	for d := dir; d != "."; d = path.Dir(d) {
		if path.Base(d) == "cmd" {
			return path.Dir(d)
		}
	}
	return dir
}
