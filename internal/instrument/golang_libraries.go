package instrument

import (
	"fmt"
	"slices"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// imports reports whether a package has the adapter of a library.
func imports(library string) func(*goService) bool {
	return func(g *goService) bool { return slices.Contains(g.in.Libraries, library) }
}

func (g *goService) routes() bool { return imports("chi")(g) || imports("gin")(g) }

func (g *goService) servesGRPC() bool { return g.emits("rpc.server.call.duration") }
func (g *goService) callsGRPC() bool  { return g.emits("rpc.client.call.duration") }
func (g *goService) speaksGRPC() bool { return g.servesGRPC() || g.callsGRPC() }

// dials reports whether a package has to do with addresses.
func (g *goService) dials() bool { return g.speaksHTTP() || g.speaksGRPC() }

func (g *goService) asksSQL() bool { return imports("database/sql")(g) || imports("pgx")(g) }

// isDialled reports whether a package has to do with those of callers.
func (g *goService) isDialled() bool { return g.servesHTTP() || g.servesGRPC() }

// databasesPage is what database.go shows.
type databasesPage struct {
	goPage
	Databases []goDatabase
	Pgx       bool
}

type goDatabase struct{ Name, Title, System, Description string }

// databases lists those that the service asks with SQL.
func (g *goService) databases() databasesPage {
	page := databasesPage{goPage: g.page, Pgx: imports("pgx")(g)}
	for _, ref := range g.service.Uses {
		for _, d := range g.sys.Databases {
			if ref.Kind == model.RefDatabase && ref.Name == d.Name && d.SpeaksSQL() {
				page.Databases = append(page.Databases, goDatabase{naming.GoName(d.Name), d.Name, d.System, comment(d.Description)})
			}
		}
	}
	return page
}

// grpcMethods are statements that make the series of methods exist.
func (g *goService) grpcMethods() []string {
	var out []string
	for _, m := range g.service.Methods {
		counted := slices.ContainsFunc(g.service.SLIs, func(sli model.SLI) bool {
			r := sli.Requests
			return sli.Kind == model.Availability && r.Work == model.WorkGRPC && (len(r.Names) == 0 || slices.Contains(r.Names, m.Name))
		})
		out = append(out, fmt.Sprintf("grpcServerMethod(%q, %t)", m.Name, counted))
	}
	return out
}

// librarySources are the sources of metrics of gRPC and of databases.
func (g *goService) librarySources() []string {
	var out []string
	histogram := func(when bool, name, table, key, value string) {
		if m := g.standard(name); m != nil && when {
			out = append(out, fmt.Sprintf("&openHistogram[%s, %s]{instrument: %s, bounds: bounds[%q], table: &%s, of: func(v *%s) observer { return v.duration }}",
				key, value, instrumentOf(*m), name, table, value))
		}
	}
	pool := func(name, values string) {
		if m := g.standard(name); m != nil && g.asksSQL() {
			out = append(out, fmt.Sprintf("&poolMetric{instrument: %s, values: %s}", instrumentOf(*m), values))
		}
	}
	histogram(true, "rpc.server.call.duration", "grpcServer", "grpcServerKey", "grpcServerValue")
	histogram(true, "rpc.client.call.duration", "grpcClient", "grpcClientKey", "grpcClientValue")
	histogram(g.asksSQL(), "db.client.operation.duration", "databaseCalls", "databaseKey", "databaseValue")
	pool("db.client.connection.count", "poolConnections")
	pool("db.client.connection.max", "poolMost")
	if imports("pgx")(g) {
		pool("db.client.connection.pending_requests", "poolPending")
	}
	return out
}

// libraryTests reports whether the test makes a metric of gRPC or of databases
// happen.
func (g *goService) libraryTests(name string) bool {
	switch name {
	case "rpc.server.call.duration", "rpc.client.call.duration":
		return true
	case "db.client.operation.duration", "db.client.connection.count", "db.client.connection.max":
		return g.asksSQL()
	case "db.client.connection.pending_requests":
		return imports("pgx")(g)
	}
	return false
}
