package detect

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

func files(pairs ...string) fstest.MapFS {
	root := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		root[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return root
}

func read(t *testing.T, root fs.FS, limits Limits) *Repository {
	t.Helper()
	found, err := Read(root, limits)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const head = `package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
	router "github.com/go-chi/chi/v5"
)

var _, _ = gin.New, router.NewRouter
`

// TestRoutes reads programs whose main has the given body, beside other declarations.
func TestRoutes(t *testing.T) {
	tests := map[string]struct {
		body, beside string
		want         string
		note         string
	}{
		"default mux":       {body: `http.HandleFunc("GET /a", h); http.ListenAndServe(":1", nil)`, want: "GET /a"},
		"host":              {body: `http.HandleFunc("GET example.com/a", h); http.HandleFunc("b.example.com/b", h)`, want: "GET /a, /b"},
		"constants":         {body: `http.HandleFunc("GET "+base+"/a", h)`, beside: `const base = root + "/v1"; const root = "/api"`, want: "GET /api/v1/a"},
		"a pattern twice":   {body: `http.HandleFunc("/a", h); http.HandleFunc("/a", h)`, want: "/a"},
		"wrapped mux":       {body: `m := http.NewServeMux(); m.HandleFunc("/a", h); http.ListenAndServe("", logged(m))`, beside: `func logged(x http.Handler) http.Handler { return x }`, want: "/a"},
		"mux below mux":     {body: `m := http.NewServeMux(); s := http.NewServeMux(); s.HandleFunc("/a/b", h); m.Handle("/a/", s)`, want: "/a/b"},
		"stripped":          {body: `m := http.NewServeMux(); s := http.NewServeMux(); s.HandleFunc("/b", h); m.Handle("/a/", http.StripPrefix("/a", s))`, want: "/a/", note: "http.StripPrefix hides"},
		"literal mux":       {body: `m := &http.ServeMux{}; m.HandleFunc("/a", h); n := new(http.ServeMux); n.HandleFunc("/b", h)`, want: "/a, /b"},
		"field":             {body: `s := &server{mux: http.NewServeMux()}; s.routes()`, beside: `type server struct{ mux *http.ServeMux }; func (s *server) routes() { s.mux.HandleFunc("/a", h) }`, want: "/a"},
		"given by no one":   {body: `start(register)`, beside: `func start(f func(*http.ServeMux)) {}; func register(m *http.ServeMux) { m.HandleFunc("/a", h) }`, want: "/a"},
		"shadowed":          {body: `m := router.NewRouter(); m.Get("/a", h); { m := router.NewRouter(); m.Get("/b", h); _ = m }; m.Get("/c", h)`, want: "GET /a, GET /b, GET /c"},
		"in a condition":    {body: `m := http.NewServeMux(); if debug { m.HandleFunc("/a", h) }`, beside: `var debug bool`, want: "/a"},
		"computed":          {body: `http.HandleFunc(f(), h)`, beside: `func f() string { return "/a" }`, want: "", note: "This route is computed"},
		"not a path":        {body: `router.NewRouter().Get("a b", h)`, want: "", note: "not a method and a path"},
		"chi mount":         {body: `r := router.NewRouter(); r.Mount("/admin", admin())`, beside: `func admin() http.Handler { r := router.NewRouter(); r.Get("/", h); r.Get("/x/*", h); return r }`, want: "GET /admin, GET /admin/x/*"},
		"chi route":         {body: `r := router.NewRouter(); r.Route("/v1", func(r router.Router) { r.With(nil).Post("/a", h); r.Group(func(r router.Router) { r.Delete("/b", h) }) })`, want: "POST /v1/a, DELETE /v1/b"},
		"chi method":        {body: `r := router.NewRouter(); r.Method("PUT", "/a", nil); r.MethodFunc(http.MethodPatch, "/b", h); r.HandleFunc("/c", h)`, want: "PUT /a, PATCH /b, /c"},
		"chi below itself":  {body: `r := router.NewRouter(); s := router.NewRouter(); r.Get("/a", h); r.Mount("/s", s); s.Mount("/r", r)`, want: ""},
		"gin groups":        {body: `e := gin.New(); g := e.Group("/api").Group("v1"); g.GET("/a/:id", h); g.POST("", h); e.Any("/b/", h); e.Handle("LOCK", "/c", h)`, want: "POST /api/v1, GET /api/v1/a/:id, /b/, LOCK /c"},
		"calls in a circle": {body: `a(http.NewServeMux())`, beside: `func a(m *http.ServeMux) { m.HandleFunc("/a", h); b(m) }; func b(m *http.ServeMux) { a(m) }`, want: "/a"},
		"unreached":         {body: `http.HandleFunc("/a", h)`, beside: `func never() { http.HandleFunc("/b", h) }`, want: "/a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source := head + "func h(w http.ResponseWriter, r *http.Request) {}\n" + test.beside +
				"\nfunc main() {\n" + test.body + "\n_ = http.Server{}\n}\n"
			found := read(t, files("go.mod", "module example.com/a\n", "main.go", source), DefaultLimits)
			if len(found.Services) != 1 {
				t.Fatalf("services: %v, notes: %v", found.Services, found.Notes)
			}
			var routes []string
			for _, route := range found.Services[0].Routes {
				routes = append(routes, route.Name)
			}
			if got := strings.Join(routes, ", "); got != test.want {
				t.Errorf("routes: %q, want %q", got, test.want)
			}
			if notes := fmt.Sprint(found.Notes); test.note == "" && len(found.Notes) > 0 || !strings.Contains(notes, test.note) {
				t.Errorf("notes: %s", notes)
			}
		})
	}
}

func TestEvery(t *testing.T) {
	for schedule, want := range map[string]string{
		"@hourly": "1h", "@daily": "24h", "@every 90s": "90s", "@every 10m": "10m", "@every 2h": "2h", "@every 1ms": "", "@reboot": "",
		"* * * * *": "1m", "*/5 * * * *": "5m", "7 * * * *": "1h", "0 */6 * * *": "6h", "30 3 * * *": "24h", "0 3 * * 1": "7d",
		"0 0 1 * *": "31d", "0 0 1 1 *": "366d", "": "", "a b": "",
	} {
		if got := Every(schedule); got != want {
			t.Errorf("%q: %q, want %q", schedule, got, want)
		}
	}
}

func TestIdentifier(t *testing.T) {
	for text, want := range map[string]string{
		"orders.placed": "orders-placed", "My Shop": "my-shop", "1st": "st", "--": "", "Ünï": "n", "a__b": "a-b", "${x}\n": "x",
		strings.Repeat("a", 80): strings.Repeat("a", 63),
	} {
		if got := Identifier(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLimits(t *testing.T) {
	root := files("go.mod", "module example.com/a\n")
	for i := range 30 {
		root[fmt.Sprintf("p%02d/p.go", i)] = &fstest.MapFile{Data: []byte("package p\n")}
	}
	for name, test := range map[string]struct {
		limits Limits
		want   string
	}{
		"entries": {Limits{Entries: 10, GoFiles: 100, Size: 100}, "only the first 10 files and folders were looked at"},
		"files":   {Limits{Entries: 1000, GoFiles: 4, Size: 100}, "4 Go files were read and 26 were not"},
		"size":    {Limits{Entries: 1000, GoFiles: 100, Size: 5}, "It is larger than"},
	} {
		if notes := fmt.Sprint(read(t, root, test.limits).Notes); !strings.Contains(notes, test.want) {
			t.Errorf("%s: %s", name, notes)
		}
	}
	if notes := read(t, root, DefaultLimits).Notes; len(notes) > 0 {
		t.Errorf("without a limit: %v", notes)
	}
}

// TestSkipped checks that code of others, tests and what obsboot wrote count nothing.
func TestSkipped(t *testing.T) {
	serve := head + "func main() { http.HandleFunc(\"/a\", nil); _ = http.ListenAndServe(\"\", nil) }\n"
	found := read(t, files(
		"go.mod", "module example.com/a\n",
		"vendor/x/main.go", serve, "node_modules/x/main.go", serve, "testdata/main.go", serve, ".git/main.go", serve, "_old/main.go", serve,
		"a/main_test.go", serve, "b/main.go", "//go:build ignore\n\n"+serve, "c/main.go", "// Code generated by obsboot from x. DO NOT EDIT.\n\n"+serve,
	), DefaultLimits)
	if len(found.Services) > 0 {
		t.Errorf("%+v", found.Services[0])
	}
	found = read(t, files("go.mod", "module example.com/a\n", "b/main.go", "//go:build !windows\n\n"+serve), DefaultLimits)
	if len(found.Services) != 1 {
		t.Error("a file for most systems was left out")
	}
}

// TestModules reads a repository in which each service is a module, and two are
// called alike.
func TestModules(t *testing.T) {
	serve := head + "func main() { _ = http.ListenAndServe(\"\", nil) }\n"
	found := read(t, files(
		"go.work", "go 1.26\n", "shop/api/go.mod", "module example.com/shop\n", "shop/api/main.go", serve,
		"bank/api/go.mod", "module example.com/bank/v3\n", "bank/api/cmd/server/main.go", serve,
	), DefaultLimits)
	var got []string
	for _, s := range found.Services {
		got = append(got, s.Name+" "+s.Module+" "+s.Home)
	}
	want := []string{"bank-api-cmd-server example.com/bank/v3 bank/api", "shop-api example.com/shop shop/api"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
}

// archives are the repositories that the scripts of the command use.
func archives(t testing.TB) map[string]fs.FS {
	t.Helper()
	names, err := filepath.Glob("../../cmd/obsboot/testdata/script/init-*.txtar")
	if err != nil || len(names) < 5 {
		t.Fatalf("%d archives: %v", len(names), err)
	}
	all := map[string]fs.FS{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		root := fstest.MapFS{}
		for _, file := range txtar.Parse(content).Files {
			if path, ok := strings.CutPrefix(file.Name, "repo/"); ok {
				root[path] = &fstest.MapFile{Data: file.Data}
			}
		}
		all[filepath.Base(name)] = root
	}
	return all
}

func TestSameFilesSameFindings(t *testing.T) {
	for name, root := range archives(t) {
		first := read(t, root, DefaultLimits)
		for range 20 {
			if diff := cmp.Diff(first, read(t, root, DefaultLimits)); diff != "" {
				t.Fatalf("%s (-first +later):\n%s", name, diff)
			}
		}
	}
}

// FuzzRead looks for files that stop a reading.
func FuzzRead(f *testing.F) {
	for _, root := range archives(f) {
		var source, proto, api string
		_ = fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, _ error) error {
			content, _ := fs.ReadFile(root, name)
			switch filepath.Ext(name) {
			case ".go":
				source = string(content)
			case ".proto":
				proto = string(content)
			case ".yaml", ".json":
				api = string(content)
			}
			return nil
		})
		f.Add(source, proto, api)
	}
	f.Fuzz(func(t *testing.T, source, proto, api string) {
		found := read(t, files("go.mod", "module example.com/a\n", "main.go", source, "a.proto", proto, "openapi.yaml", api, "api.json", api), DefaultLimits)
		for _, s := range found.Services {
			for _, route := range s.Routes {
				if !soundRoute.MatchString(route.Name) {
					t.Errorf("route %q", route.Name)
				}
			}
		}
	})
}
