package generate

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/stacks/local"
)

// yamlBase is a configuration that mostly does not depend on the spec: a file of
// stacks/local, with its comments, into which a generator sets what does.
type yamlBase struct {
	name string
	root yaml.Node
	err  error // the first
}

func openBase(name string) *yamlBase {
	b := &yamlBase{name: name}
	content, err := local.FS.ReadFile(name)
	if err == nil {
		err = yaml.Unmarshal(content, &b.root)
	}
	b.err = err
	return b
}

// set puts a value at a path of keys, making those that are missing.
func (b *yamlBase) set(value any, path ...string) {
	if b.err != nil {
		return
	}
	node := b.root.Content[0]
	for _, key := range path {
		node = child(node, key)
	}
	comments := *node
	if err := node.Encode(value); err != nil {
		b.err = fmt.Errorf("%s: set %s: %w", b.name, strings.Join(path, "."), err)
		return
	}
	node.HeadComment, node.LineComment, node.FootComment = comments.HeadComment, comments.LineComment, comments.FootComment
}

// child returns the value of a key of a mapping, made if it is missing.
func child(mapping *yaml.Node, key string) *yaml.Node {
	if mapping.Kind != yaml.MappingNode {
		*mapping = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	value := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
	return value
}

// file renders the whole.
func (b *yamlBase) file(sys *model.System, path string) ([]artifact.File, error) {
	if b.err != nil {
		return nil, b.err
	}
	file, err := yamlFile(sys, path, &b.root)
	if err != nil {
		return nil, err
	}
	file.Content = spaced(file.Content)
	return []artifact.File{file}, nil
}

// spaced puts an empty line before each top-level key, as a person writes it.
func spaced(content []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(content) {
		if out.Len() > 0 && line[0] != ' ' && line[0] != '#' {
			out.WriteByte('\n')
		}
		out.Write(line)
	}
	return out.Bytes()
}

// flow is a list in one line.
type flow []string

// MarshalYAML implements yaml.Marshaler.
func (f flow) MarshalYAML() (any, error) {
	var node yaml.Node
	err := node.Encode([]string(f))
	node.Style = yaml.FlowStyle
	return &node, err
}
