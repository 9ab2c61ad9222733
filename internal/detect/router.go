package detect

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Routers whose routes are read.
const (
	netHTTP = "net/http"
	chi     = "chi"
	gin     = "gin"
)

// router is a router, or a group of one, as the code builds it.
type router struct {
	kind    string
	routes  []routerRoute
	mounts  []mount
	mounted bool
}

type routerRoute struct {
	method, pattern string
	at              Position
}

// mount is a router below another. Stripped is what http.StripPrefix takes away.
type mount struct {
	pattern, stripped string
	router            *router
	at                Position
}

// flatten returns all routes of a router as a spec names them.
func (r *router) flatten(prefix string, depth int) []Operation {
	var out []Operation
	if depth > 20 {
		return nil // mounted below itself
	}
	for _, route := range r.routes {
		out = append(out, Operation{Name: routeName(r.kind, route.method, prefix, route.pattern), At: route.at})
	}
	for _, m := range r.mounts {
		below := prefix
		switch {
		case r.kind == netHTTP && m.stripped != "" && m.router.kind == netHTTP:
			// The outer pattern is what a middleware sees: http.StripPrefix hides the inner.
			out = append(out, Operation{Name: routeName(netHTTP, "", prefix, m.pattern), At: m.at})
			continue
		case m.stripped != "":
			below = prefix + m.stripped
		case r.kind == chi && m.router.kind == netHTTP:
			// chi leaves the path of the request whole.
		case r.kind != netHTTP:
			below = join(r.kind, prefix, m.pattern)
		}
		out = append(out, m.router.flatten(below, depth+1)...)
	}
	return out
}

// routeName is a route as a spec names it: the path as the router reports it.
func routeName(kind, method, prefix, pattern string) string {
	if kind == netHTTP {
		before, rest, spaced := strings.Cut(strings.TrimSpace(pattern), " ")
		if spaced {
			method, pattern = before, strings.TrimSpace(rest)
		}
		if i := strings.IndexByte(pattern, '/'); i > 0 {
			pattern = pattern[i:] // what stands before is a host
		}
	}
	name := join(kind, prefix, pattern)
	if method != "" {
		name = method + " " + name
	}
	return name
}

// join puts a pattern below a prefix, as the router itself does.
func join(kind, prefix, pattern string) string {
	switch kind {
	case chi:
		joined := strings.ReplaceAll(strings.TrimSuffix(prefix, "/*")+pattern, "/*/", "/")
		for strings.Contains(joined, "//") {
			joined = strings.ReplaceAll(joined, "//", "/")
		}
		return cmp.Or(strings.TrimSuffix(joined, "/"), "/")
	case gin:
		if pattern == "" {
			return cmp.Or(prefix, "/")
		}
		joined := path.Join("/", prefix, pattern)
		if strings.HasSuffix(pattern, "/") && !strings.HasSuffix(joined, "/") {
			joined += "/"
		}
		return joined
	}
	return prefix + pattern
}

// operations sorts routes by their paths and drops what stands twice.
func operations(all []Operation) []Operation {
	key := func(o Operation) string { _, p := splitRoute(o.Name); return p }
	slices.SortStableFunc(all, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(methodOrder(a.Name), methodOrder(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return slices.CompactFunc(all, func(a, b Operation) bool { return a.Name == b.Name })
}

// splitRoute parts a route into its method, which may be empty, and its path.
func splitRoute(name string) (method, routePath string) {
	if method, routePath, ok := strings.Cut(name, " "); ok {
		return method, routePath
	}
	return "", name
}

func methodOrder(name string) int {
	method, _ := splitRoute(name)
	return slices.Index([]string{"", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, method)
}

// shape is a route without the names of its parameters.
func shape(name string) string {
	method, routePath := splitRoute(name)
	parts := strings.Split(strings.TrimSuffix(routePath, "/"), "/")
	for i, part := range parts {
		if strings.ContainsAny(part, "{:*") {
			parts[i] = "{}"
		}
	}
	return method + " " + strings.Join(parts, "/")
}
