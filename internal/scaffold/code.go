package scaffold

import (
	"cmp"
	"path"
	"strings"
)

// Snippet is lines of Go that a service needs, and where they go.
type Snippet struct {
	Where string
	Lines []string
}

// helper is a function of a generated package, and the lines that call it.
type helper struct {
	function string
	instead  string // not needed if this function is there
	wanted   func(*Service) bool
	where    string
	lines    []string
}

// helpers are in the order of a reader's work. Only those are shown that the service's
// package has.
var helpers = []helper{
	{
		function: "Setup", where: "at the start of main, with the import \"IMPORT\"",
		lines: []string{
			"shutdown, err := PKG.Setup(context.Background())",
			"if err != nil {",
			"\tslog.Error(\"telemetry is off\", \"error\", err)",
			"}",
			"defer func() { _ = shutdown(context.Background()) }()",
		},
	},
	{
		function: "HTTPHandler", where: "where the server starts: the outermost handler",
		wanted: func(s *Service) bool { return s.HTTP && s.Router != "gin" },
		lines:  []string{"server := &http.Server{Addr: \":8080\", Handler: PKG.HTTPHandler(handler)}"},
	},
	{
		function: "HTTPHandler", where: "in place of engine.Run(\":8080\")",
		wanted: func(s *Service) bool { return s.HTTP && s.Router == "gin" },
		lines:  []string{"err = http.ListenAndServe(\":8080\", PKG.HTTPHandler(engine))"},
	},
	{
		function: "ChiRoutes", where: "as the first middleware of the outermost chi router",
		wanted: func(s *Service) bool { return s.Router == "chi" },
		lines:  []string{"r.Use(PKG.ChiRoutes)"},
	},
	{
		function: "SetHTTPRoute", instead: "ChiRoutes", where: "as the first middleware of the outermost chi router: it names the route",
		wanted: func(s *Service) bool { return s.Router == "chi" },
		lines: []string{
			"r.Use(func(next http.Handler) http.Handler {",
			"\treturn http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {",
			"\t\tdefer func() { PKG.SetHTTPRoute(r.Context(), chi.RouteContext(r.Context()).RoutePattern()) }()",
			"\t\tnext.ServeHTTP(w, r)",
			"\t})",
			"})",
		},
	},
	{
		function: "GinRoutes", where: "as the first middleware of the engine",
		wanted: func(s *Service) bool { return s.Router == "gin" },
		lines:  []string{"engine.Use(PKG.GinRoutes)"},
	},
	{
		function: "SetHTTPRoute", instead: "GinRoutes", where: "as the first middleware of the engine: it names the route",
		wanted: func(s *Service) bool { return s.Router == "gin" },
		lines:  []string{"engine.Use(func(c *gin.Context) { PKG.SetHTTPRoute(c.Request.Context(), c.FullPath()) })"},
	},
	{
		function: "GRPCServerOptions", where: "where the gRPC server is made",
		wanted: func(s *Service) bool { return s.GRPC },
		lines:  []string{"server := grpc.NewServer(PKG.GRPCServerOptions()...)"},
	},
	{
		function: "GRPCDialOptions", where: "where connections to other services are made",
		lines: []string{"conn, err := grpc.NewClient(target, append(options, PKG.GRPCDialOptions()...)...)"},
	},
	{
		function: "HTTPTransport", where: "in the clients of other services",
		lines: []string{"client := &http.Client{Transport: PKG.HTTPTransport(nil)}"},
	},
}

// Code returns the lines that a service needs, given the files of its helpers.
func (s *Service) Code(files []string) []Snippet {
	fill := strings.NewReplacer("PKG", s.Package, "IMPORT", s.Import())
	var all []Snippet
	add := func(h helper) {
		if h.wanted != nil && !h.wanted(s) || !declares(files, h.function) || h.instead != "" && declares(files, h.instead) {
			return
		}
		lines := make([]string, len(h.lines))
		for i, line := range h.lines {
			lines[i] = fill.Replace(line)
		}
		all = append(all, Snippet{fill.Replace(h.where), lines})
	}
	for _, h := range helpers {
		add(h)
	}
	for _, name := range functions(files, "Run") {
		add(helper{function: name, where: "around the work of the job", lines: []string{
			"err := PKG." + name + "(ctx, func(ctx context.Context) error { ... })",
		}})
	}
	return all
}

// declares reports whether Go files have a function.
func declares(files []string, name string) bool {
	for _, file := range files {
		if strings.Contains(file, "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

// functions are those of Go files whose names begin with prefix, in their order.
func functions(files []string, prefix string) []string {
	var all []string
	for _, file := range files {
		for _, line := range strings.Split(file, "\n") {
			if name, ok := strings.CutPrefix(line, "func "+prefix); ok {
				if name, _, ok = strings.Cut(name, "("); ok && name != "" {
					all = append(all, prefix+name)
				}
			}
		}
	}
	return all
}

// Main is where a service's main function stands.
func (s *Service) Main() string {
	if s.Extra {
		return cmp.Or(s.Name, "main")
	}
	return path.Join(s.Dir, "main.go")
}
