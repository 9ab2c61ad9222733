package spec_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

// surroundings are what examples refer to; an example that declares one of
// these itself replaces it.
const surroundings = `
system "shop" {}
database "orders" {
  system = "postgresql"
}
cache "sessions" {
  system = "redis"
}
queue "paid" {
  system = "nats"
}
external "acquirer" {}
service "payments" {
  grpc {}
}
service "checkout" {
  calls = [service.payments, external.acquirer]
  uses  = [database.orders, cache.sessions, queue.paid]
}
`

// work is what the service does whose blocks an example shows.
const work = `
http {
  route "GET /products" {}
  route "POST /checkout" {}
}
grpc {
  method "shop.v1.Checkout/PlaceOrder" {}
}
consumer "paid" {
  queue = queue.paid
}
job "reconcile" {
  every = "1h"
}
counter "shop.orders" {
  attribute "outcome" {
    values = ["placed", "refused", "failed"]
  }
}
histogram "shop.order.value" {
  unit = "EUR"
}
gauge "shop.backlog" {}
instrument "go" {}
`

var topLevel = []string{"variable", "locals", "system", "stack", "team", "profile", "database", "cache", "queue", "external", "service"}

// whole completes an example, the blocks of a spec or of a service, to a spec.
func whole(t *testing.T, example string) *hclwrite.File {
	t.Helper()
	given := parse(t, example)
	file := parse(t, surroundings)
	if slices.Contains(topLevel, given.Body().Blocks()[0].Type()) {
		replace(file.Body(), given.Body())
		own(file.Body())
		return file
	}
	service := file.Body().FirstMatchingBlock("service", []string{"checkout"}).Body()
	replace(service, parse(t, work).Body())
	replace(service, given.Body())
	return file
}

// own gives services an owner if there is any, since none is worth a warning.
func own(body *hclwrite.Body) {
	teams := blocksAt(body, []string{"team"})
	for _, service := range blocksAt(body, []string{"service"}) {
		if len(teams) > 0 && service.Body().GetAttribute("team") == nil {
			service.Body().SetAttributeTraversal("team", hcl.Traversal{hcl.TraverseRoot{Name: "team"}, hcl.TraverseAttr{Name: teams[0].Labels()[0]}})
		}
	}
}

func parse(t *testing.T, source string) *hclwrite.File {
	t.Helper()
	file, diags := hclwrite.ParseConfig([]byte(source+"\n"), "example", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s\n%s", diags, source)
	}
	return file
}

// replace adds blocks to a body, in place of those of the same type and labels.
func replace(body, with *hclwrite.Body) {
	for _, block := range with.Blocks() {
		if old := body.FirstMatchingBlock(block.Type(), block.Labels()); old != nil {
			body.RemoveBlock(old)
		}
		body.AppendNewline()
		body.AppendBlock(block)
	}
}

func load(t *testing.T, name string, source []byte) (*model.System, hcl.Diagnostics) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, source, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	sys := resolve.System(file)
	return sys, file.Scope.Diags.Sorted()
}

func mustBeClean(t *testing.T, name string, source []byte) {
	t.Helper()
	if _, diags := load(t, name, source); len(diags) > 0 {
		for _, diag := range diags {
			t.Errorf("%s: %s", diag.Summary, diag)
		}
		t.Errorf("in\n%s", source)
	}
}

// blocksAt returns the blocks of a path below a body.
func blocksAt(body *hclwrite.Body, path []string) []*hclwrite.Block {
	var found []*hclwrite.Block
	for _, block := range body.Blocks() {
		switch {
		case block.Type() != path[0]:
		case len(path) == 1:
			found = append(found, block)
		default:
			found = append(found, blocksAt(block.Body(), path[1:])...)
		}
	}
	return found
}

// shown returns the block of its own example that a description is about.
func shown(t *testing.T, doc spec.BlockDoc, file *hclwrite.File) *hclwrite.Block {
	t.Helper()
	label := ""
	if match := regexp.MustCompile(`(?m)^ *` + doc.Paths[0][strings.LastIndex(doc.Paths[0], ".")+1:] + ` "([^"]*)"`).FindStringSubmatch(doc.Example); match != nil {
		label = match[1]
	}
	for _, path := range doc.Paths {
		for _, block := range blocksAt(file.Body(), strings.Split(path, ".")) {
			if label == "" || slices.Equal(block.Labels(), []string{label}) {
				return block
			}
		}
	}
	t.Fatalf("%s: the example has no block of %s", doc.Title, doc.Paths)
	return nil
}

func TestReferenceExamplesAreValid(t *testing.T) {
	t.Parallel()
	language := spec.Language()
	mustBeClean(t, "obsboot.hcl", []byte(language.Overview))
	for _, doc := range language.Blocks {
		t.Run(doc.Title, func(t *testing.T) {
			t.Parallel()
			if formatted := string(hclwrite.Format([]byte(doc.Example))); formatted != doc.Example {
				t.Errorf("the example is not formatted:\n%s", formatted)
			}
			file := whole(t, doc.Example)
			shown(t, doc, file)
			mustBeClean(t, "obsboot.hcl", file.Bytes())
		})
	}
}

var fence = regexp.MustCompile("(?s)```(\\w+)\n(.*?)\n```")

func TestReferenceTopicsHaveValidExamples(t *testing.T) {
	t.Parallel()
	examples := 0
	for _, topic := range spec.Language().Topics {
		for _, match := range fence.FindAllStringSubmatch(topic.Text, -1) {
			examples++
			switch match[1] {
			case "hcl":
				mustBeClean(t, "obsboot.hcl", whole(t, match[2]).Bytes())
			case "json":
				mustBeClean(t, "obsboot.hcl.json", []byte(match[2]))
			default:
				t.Errorf("%s: an example in %s", topic.Title, match[1])
			}
		}
	}
	if examples < 3 {
		t.Errorf("%d examples found in the topics", examples)
	}
}
