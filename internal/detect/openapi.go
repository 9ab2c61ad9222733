package detect

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	openAPI3 = regexp.MustCompile(`(?m)^\s*\{?\s*"?openapi"?\s*:\s*["']?3\.`)
	swagger2 = regexp.MustCompile(`(?m)^\s*\{?\s*"?swagger"?\s*:\s*["']?2\.`)
)

// apiDocument is an OpenAPI file.
type apiDocument struct {
	file       string
	operations []Operation
}

// assignOpenAPI gives the operations of OpenAPI files to the services that serve
// them. Routes that the code has already stay as the code writes them.
func (d *detection) assignOpenAPI() {
	for _, doc := range d.readOpenAPI() {
		s := d.serverOf(doc)
		if s == nil {
			d.note(Position{File: doc.file}, "It describes %s, but which service serves them is not clear: they were left out.", count(len(doc.operations), "operation"))
			continue
		}
		have := map[string]bool{}
		for _, route := range s.Routes {
			have[shape(route.Name)] = true
		}
		for _, operation := range doc.operations {
			if !have[shape(operation.Name)] {
				s.Routes = append(s.Routes, operation)
			}
		}
		s.HTTP = true
		s.Routes = d.sound(operations(s.Routes))
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// serverOf guesses which service serves an API: the one in whose folder the file
// stands, after which it is named, or that is the only one to serve HTTP.
func (d *detection) serverOf(doc apiDocument) *Service {
	var web []*Service
	for _, s := range d.out.Services {
		if s.HTTP {
			web = append(web, s)
		}
	}
	if len(web) == 1 {
		return web[0]
	}
	var found []*Service
	for _, s := range web {
		if s.Home != "." && s.Home != s.ModuleDir && within(path.Dir(doc.file), s.Home) || s.Home == s.ModuleDir && s.Home != "." && within(path.Dir(doc.file), s.Home) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		base := strings.TrimSuffix(path.Base(doc.file), path.Ext(doc.file))
		for _, s := range web {
			if strings.HasPrefix(base, s.Name) || path.Base(path.Dir(doc.file)) == s.Name {
				found = append(found, s)
			}
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return nil
}

func (d *detection) readOpenAPI() []apiDocument {
	var all []apiDocument
	for _, name := range d.files.documents {
		head, _ := d.head(name, 4<<10)
		if swagger2.Match(head) {
			d.note(Position{File: name}, "This is Swagger 2.0, which is not read: convert it to OpenAPI 3.")
		}
		if !openAPI3.Match(head) {
			continue
		}
		content, ok := d.read(name)
		if !ok {
			continue
		}
		var document yaml.Node
		if err := yaml.NewDecoder(bytes.NewReader(content)).Decode(&document); err != nil {
			d.note(Position{File: name}, "It does not parse (%s), and was left out.", visible(strings.TrimPrefix(err.Error(), "yaml: ")))
			continue
		}
		if doc := (apiDocument{name, apiOperations(name, &document)}); len(doc.operations) > 0 {
			all = append(all, doc)
		}
	}
	return all
}

// apiOperations returns the operations of a document, below the path of its first
// server.
func apiOperations(name string, document *yaml.Node) []Operation {
	if len(document.Content) == 0 {
		return nil
	}
	base := basePath(member(document.Content[0], "servers"))
	var all []Operation
	eachMember(member(document.Content[0], "paths"), func(key, item *yaml.Node) {
		if !strings.HasPrefix(key.Value, "/") || strings.ContainsAny(key.Value, " \t") {
			return
		}
		eachMember(item, func(method, _ *yaml.Node) {
			switch method.Value {
			case "get", "head", "post", "put", "patch", "delete", "options":
				all = append(all, Operation{
					Name: strings.ToUpper(method.Value) + " " + base + key.Value,
					At:   Position{name, method.Line, method.Column},
				})
			}
		})
	})
	return all
}

func basePath(servers *yaml.Node) string {
	if servers == nil || servers.Kind != yaml.SequenceNode || len(servers.Content) == 0 {
		return ""
	}
	text := member(servers.Content[0], "url")
	if text == nil || strings.Contains(text.Value, "{") {
		return ""
	}
	parsed, err := url.Parse(text.Value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(parsed.Path, "/")
}

func member(node *yaml.Node, name string) *yaml.Node {
	var found *yaml.Node
	eachMember(node, func(key, value *yaml.Node) {
		if key.Value == name && found == nil {
			found = value
		}
	})
	return found
}

func eachMember(node *yaml.Node, visit func(key, value *yaml.Node)) {
	if node == nil || node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		visit(node.Content[i], node.Content[i+1])
	}
}
