package detect

import (
	"cmp"
	"go/ast"
	"io"
	"slices"
	"strings"

	protoast "github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
)

// protoService is a service that a .proto file declares.
type protoService struct {
	name      string // without the package
	goPackage string // the import path, or empty
	methods   []Operation
}

// readProtos parses the .proto files. A broken one gives what stands before and
// behind its errors.
func (d *detection) readProtos() []protoService {
	var all []protoService
	for _, name := range d.files.protos {
		content, ok := d.read(name)
		if !ok {
			continue
		}
		noted := false
		handler := reporter.NewHandler(reporter.NewReporter(func(err reporter.ErrorWithPos) error {
			if at := err.GetPosition(); !noted {
				noted = true
				d.note(Position{name, at.Line, at.Col}, "It does not parse (%s); what could be read of it was.", visible(err.Unwrap().Error()))
			}
			return nil
		}, nil))
		file, _ := parser.Parse(name, io.Reader(strings.NewReader(string(content))), handler)
		if file != nil {
			all = append(all, protoServices(name, file)...)
		}
	}
	return all
}

func protoServices(name string, file *protoast.FileNode) []protoService {
	var all []protoService
	pkg, goPackage := "", ""
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *protoast.PackageNode:
			pkg = string(decl.Name.AsIdentifier()) + "."
		case *protoast.OptionNode:
			goPackage = cmp.Or(goPackageOption(decl), goPackage)
		case *protoast.ServiceNode:
			service := protoService{name: decl.Name.Val}
			for _, element := range decl.Decls {
				if rpc, ok := element.(*protoast.RPCNode); ok && rpc.Name != nil {
					at := file.NodeInfo(rpc.Name).Start()
					service.methods = append(service.methods, Operation{
						Name:   pkg + decl.Name.Val + "/" + rpc.Name.Val,
						Stream: rpc.Input != nil && rpc.Input.Stream != nil || rpc.Output != nil && rpc.Output.Stream != nil,
						At:     Position{name, at.Line, at.Col},
					})
				}
			}
			all = append(all, service)
		}
	}
	for i := range all {
		all[i].goPackage = goPackage
	}
	return all
}

func goPackageOption(option *protoast.OptionNode) string {
	if len(option.Name.Parts) != 1 || option.Name.Parts[0].Value() != "go_package" {
		return ""
	}
	text, ok := option.Val.Value().(string)
	if !ok {
		return ""
	}
	importPath, _, _ := strings.Cut(text, ";")
	return importPath
}

// readGRPC finds the gRPC services that a program registers, and those that it calls.
func (d *detection) readGRPC(p *program) {
	s := p.service
	var registered []protoService
	p.visit(func(c call) {
		if c.from == "google.golang.org/grpc" && c.name == "NewServer" {
			s.GRPC = true
		}
		if name, ok := stubName(c.name, "Register", "Server"); ok && len(c.expr.Args) == 2 && c.from != "" {
			if found := d.protoNamed(name, c.from); len(found) > 0 {
				registered = append(registered, found...)
			} else if !strings.HasPrefix(c.from, "google.golang.org/") {
				d.note(d.position(c.expr.Pos()), "%s has no .proto file here: its methods were left out. An empty grpc block measures all calls.", name)
			}
		}
	}, func(*goFile, *ast.CompositeLit) {})
	if !s.GRPC {
		return
	}
	for _, service := range registered {
		s.Methods = append(s.Methods, service.methods...)
	}
	slices.SortFunc(s.Methods, func(a, b Operation) int { return cmp.Compare(a.Name, b.Name) })
	s.Methods = slices.CompactFunc(s.Methods, func(a, b Operation) bool { return a.Name == b.Name })
}

// stubName takes the name of a service out of that of a generated function.
func stubName(name, prefix, suffix string) (string, bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return "", false
	}
	rest, ok = strings.CutSuffix(rest, suffix)
	return rest, ok && rest != ""
}

// protoNamed returns the services of a name; of several those of the Go package.
func (d *detection) protoNamed(name, goPackage string) []protoService {
	var all, exact []protoService
	for _, service := range d.protos {
		if service.name == name {
			all = append(all, service)
			if service.goPackage == goPackage {
				exact = append(exact, service)
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return all
}

// linkGRPC finds the services whose clients a program makes.
func (d *detection) linkGRPC(p *program) {
	p.visit(func(c call) {
		name, ok := stubName(c.name, "New", "Client")
		if !ok || c.from == "" || len(c.expr.Args) != 1 {
			return
		}
		for _, proto := range d.protoNamed(name, c.from) {
			for _, other := range d.out.Services {
				serves := slices.ContainsFunc(other.Methods, func(o Operation) bool {
					return len(proto.methods) > 0 && o.Name == proto.methods[0].Name
				})
				if serves && other != p.service {
					p.service.Calls = appendNew(p.service.Calls, other.Name)
				}
			}
		}
	}, func(*goFile, *ast.CompositeLit) {})
}
