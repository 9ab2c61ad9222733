package stack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/obsboot/obsboot/internal/model"
)

// Stack is a generated stack in a folder, whether it runs or not.
type Stack struct {
	Dir     string // absolute; holds compose.yaml
	Project string // name of the compose project
	System  string
	Servers []Component // in the order in which telemetry passes them
}

// composeFile is what is read back of compose.yaml.
type composeFile struct {
	Name     string `yaml:"name"`
	Services map[string]struct {
		Image  string            `yaml:"image"`
		Labels map[string]string `yaml:"labels"`
		Ports  []struct {
			Target    int    `yaml:"target"`
			Published string `yaml:"published"`
		} `yaml:"ports"`
	} `yaml:"services"`
}

// Open reads the stack that was generated into a folder.
func Open(dir string) (*Stack, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Problem{fmt.Sprintf("There is no stack in %s.", dir), "Run obsboot generate or obsboot up first."}
	}
	if err != nil {
		return nil, err
	}
	var file composeFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, "compose.yaml"), err)
	}
	s := &Stack{Dir: dir, Project: file.Name}
	for _, c := range Components(model.Stack{}) {
		service, ok := file.Services[c.Name]
		if !ok {
			continue
		}
		s.System = service.Labels[LabelSystem]
		for i := range c.Ports {
			for _, p := range service.Ports {
				if p.Target == c.Ports[i].Target {
					c.Ports[i].Published, _ = strconv.Atoi(p.Published)
				}
			}
		}
		c.Image = service.Image
		s.Servers = append(s.Servers, c)
	}
	return s, nil
}
