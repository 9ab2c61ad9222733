package generate

import (
	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/stack"
)

// readme makes README.md: what is in the folder and how to work with it.
func readme(sys *model.System) ([]artifact.File, error) {
	data := readmePage{System: sys, HasLogs: countsLogs(sys), Secrets: secretsOf(sys), Endpoints: endpoints(sys)}
	data.Guarded = guard(data.Secrets) != nil
	for _, s := range sys.Services {
		for _, in := range s.Instruments {
			data.Helpers = append(data.Helpers, in.Dir)
		}
	}
	return page("README.md", data)
}

// readmePage is what README.md shows.
type readmePage struct {
	*model.System
	HasLogs   bool // an SLI counts log records
	Secrets   []secret
	Guarded   bool // some of them stand in secrets/
	Endpoints []endpoint
	Helpers   []string // folders of Go packages
}

// endpoint is where something of the stack is reached.
type endpoint struct{ What, Where string }

func endpoints(sys *model.System) []endpoint {
	var out []endpoint
	for _, c := range stack.Components(sys.Stack) {
		if c.Name != stack.Collector {
			out = append([]endpoint{{c.Title, c.URL()}}, out...)
		}
	}
	for _, p := range sys.Stack.Ports {
		switch p.Name {
		case "otlp_grpc":
			out = append(out, endpoint{"OTLP over gRPC", hostPort("localhost", p.Number)})
		case "otlp_http":
			out = append(out, endpoint{"OTLP over HTTP", "http://" + hostPort("localhost", p.Number)})
		}
	}
	return out
}
