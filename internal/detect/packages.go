package detect

import (
	"errors"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

type goModule struct {
	dir, path string
	requires  []string
}

func (d *detection) readModules() {
	for _, name := range d.files.modules {
		content, ok := d.read(name)
		if !ok {
			continue
		}
		parsed, err := modfile.ParseLax(name, content, nil)
		if err != nil || parsed.Module == nil {
			d.note(Position{File: name}, "It does not parse, and was left out.")
			continue
		}
		m := goModule{dir: path.Dir(name), path: parsed.Module.Mod.Path}
		for _, require := range parsed.Require {
			m.requires = append(m.requires, require.Mod.Path)
		}
		if m.dir == "." {
			d.out.Module = m.path
		}
		d.modules = append(d.modules, m)
	}
	d.out.Go = len(d.modules) > 0
	slices.SortStableFunc(d.modules, func(a, b goModule) int { return len(b.dir) - len(a.dir) })
}

// moduleOf returns the module of a folder; without a go.mod its path is empty.
func (d *detection) moduleOf(dir string) goModule {
	for _, m := range d.modules {
		if within(dir, m.dir) {
			return m
		}
	}
	return goModule{dir: "."}
}

// within reports whether a folder is another, or in it.
func within(dir, parent string) bool {
	return parent == "." || dir == parent || strings.HasPrefix(dir, parent+"/")
}

// moduleName is the last part of a module's path that is not a version.
func moduleName(modulePath string) string {
	prefix, _, ok := module.SplitPathVersion(modulePath)
	if !ok {
		prefix = modulePath
	}
	return Identifier(path.Base(prefix))
}

// goPackage is a folder of Go files that stand in one package.
type goPackage struct {
	dir, path, name string
	files           []*goFile
	funcs           map[string]*function
	inits           []*function
	methods         map[string][]*function // by their name
	types           map[string][]*function // methods by the name of their type
	values          map[string]ast.Expr    // of constants and variables
}

type goFile struct {
	pkg     *goPackage
	syntax  *ast.File
	imports map[string]string // path by the name that it has in the file
}

type function struct {
	file *goFile
	decl *ast.FuncDecl
}

func (d *detection) readPackages() {
	d.packages, d.byPath = map[string]*goPackage{}, map[string]*goPackage{}
	d.fset = token.NewFileSet()
	for _, name := range d.files.goFiles {
		content, ok := d.read(name)
		if !ok || ours(content) {
			continue
		}
		syntax, err := parser.ParseFile(d.fset, name, content, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			d.noteSyntax(name, err)
		}
		if syntax != nil && syntax.Name != nil && !ignored(syntax) {
			d.addFile(path.Dir(name), syntax)
		}
	}
}

func (d *detection) noteSyntax(name string, err error) {
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		d.note(Position{name, list[0].Pos.Line, list[0].Pos.Column}, "It does not parse (%s); what could be read of it was.", list[0].Msg)
		return
	}
	d.note(Position{File: name}, "It does not parse, and was left out.")
}

// ignored reports whether a build constraint keeps a file out of every build.
func ignored(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if comment.Pos() > file.Package || !constraint.IsGoBuild(comment.Text) {
				continue
			}
			expr, err := constraint.Parse(comment.Text)
			if err == nil && expr.Eval(isIgnore) && !expr.Eval(func(string) bool { return false }) {
				return true
			}
		}
	}
	return false
}

func isIgnore(tag string) bool { return tag == "ignore" || tag == "tools" }

func (d *detection) addFile(dir string, syntax *ast.File) {
	pkg := d.packages[dir]
	if pkg == nil {
		m := d.moduleOf(dir)
		rel := strings.TrimPrefix(strings.TrimPrefix(dir, m.dir), "/")
		if m.dir == "." && dir != "." {
			rel = dir
		}
		pkg = &goPackage{
			dir: dir, name: syntax.Name.Name, path: path.Join(m.path, strings.TrimPrefix(rel, "./")),
			funcs: map[string]*function{}, methods: map[string][]*function{}, types: map[string][]*function{}, values: map[string]ast.Expr{},
		}
		if dir == m.dir {
			pkg.path = m.path
		}
		d.packages[dir], d.byPath[pkg.path] = pkg, pkg
	}
	file := &goFile{pkg: pkg, syntax: syntax, imports: map[string]string{}}
	pkg.files = append(pkg.files, file)
	for _, spec := range syntax.Imports {
		file.addImport(spec)
	}
	for _, decl := range syntax.Decls {
		file.addDecl(decl)
	}
}

func (f *goFile) addImport(spec *ast.ImportSpec) {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return
	}
	name := importName(imported)
	if spec.Name != nil {
		name = spec.Name.Name
	}
	if name == "_" || name == "." {
		name += imported // it has no name in the file
	}
	f.imports[name] = imported
}

// importName guesses the name of a package by its path.
func importName(imported string) string {
	prefix, _, ok := module.SplitPathVersion(imported)
	if !ok {
		prefix = imported
	}
	base := strings.TrimPrefix(path.Base(prefix), "go-")
	return strings.TrimSuffix(strings.TrimSuffix(base, ".go"), "-go")
}

func (f *goFile) addDecl(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		fn := &function{f, decl}
		switch {
		case decl.Recv != nil:
			f.pkg.methods[decl.Name.Name] = append(f.pkg.methods[decl.Name.Name], fn)
			receiver := receiverName(decl)
			f.pkg.types[receiver] = append(f.pkg.types[receiver], fn)
		case decl.Name.Name == "init":
			f.pkg.inits = append(f.pkg.inits, fn)
		default:
			f.pkg.funcs[decl.Name.Name] = fn
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok && len(value.Values) == len(value.Names) {
				for i, name := range value.Names {
					f.pkg.values[name.Name] = value.Values[i]
				}
			}
		}
	}
}

// receiverName is the name of the type that a method is of.
func receiverName(decl *ast.FuncDecl) string {
	if len(decl.Recv.List) == 0 {
		return ""
	}
	expr := decl.Recv.List[0].Type
	for {
		switch at := expr.(type) {
		case *ast.StarExpr:
			expr = at.X
		case *ast.IndexExpr:
			expr = at.X
		case *ast.IndexListExpr:
			expr = at.X
		case *ast.Ident:
			return at.Name
		default:
			return ""
		}
	}
}

func (d *detection) position(pos token.Pos) Position {
	at := d.fset.Position(pos)
	return Position{at.Filename, at.Line, at.Column}
}
