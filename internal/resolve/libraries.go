package resolve

import (
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/spec"
)

// Libraries are what the Go helpers have adapters for beyond net/http and what a
// service's work alone decides.
var Libraries = []string{"chi", "database/sql", "gin", "pgx"}

// overSQL are those that ask databases.
var overSQL = []string{"database/sql", "pgx"}

// libraries resolves what a package of helpers has adapters for. A library for
// databases replaces the usual one.
func (s *service) libraries(block *spec.Instrument) []string {
	var out []string
	for _, item := range s.scope.Texts(block.Libraries) {
		switch {
		case !slices.Contains(Libraries, item.Text):
			s.diags.Error(item.Range, "Unknown library", "The helpers have no adapter for %q.%s", item.Text, spec.DidYouMean(item.Text, Libraries))
			continue
		case slices.Contains(overSQL, item.Text) && len(s.databases()) == 0:
			s.diags.Error(item.Range, "No database", "%q asks databases that speak SQL, and %q uses none. Add one, as in uses = [database.orders], or remove it here.", item.Text, s.block.Name)
			continue
		case !slices.Contains(overSQL, item.Text) && s.block.HTTP == nil:
			s.diags.Error(item.Range, "No HTTP server", "%q routes HTTP requests, and %q serves none. Add an http block, or remove it here.", item.Text, s.block.Name)
			continue
		}
		out = append(out, item.Text)
	}
	if !slices.ContainsFunc(out, func(library string) bool { return slices.Contains(overSQL, library) }) {
		out = append(out, s.usualSQL()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// usualSQL returns how Go services ask the databases that this one uses.
func (s *service) usualSQL() []string {
	var out []string
	for _, d := range s.databases() {
		if d.System == "postgresql" {
			out = append(out, "pgx")
		} else {
			out = append(out, "database/sql")
		}
	}
	return out
}

// databases are those that the service uses and asks with SQL.
func (s *service) databases() []model.Resource {
	var out []model.Resource
	for _, ref := range s.out.Uses {
		for _, d := range s.sys.Databases {
			if ref.Kind == model.RefDatabase && ref.Name == d.Name && d.SpeaksSQL() {
				out = append(out, d)
			}
		}
	}
	return out
}

// onlyStandardSQL reports whether all databases of the service are asked over
// database/sql, which does not say how many wait for a connection.
func (s *service) onlyStandardSQL() bool {
	if len(s.out.Instruments) == 0 || slices.ContainsFunc(s.out.Instruments, func(i model.Instrument) bool { return slices.Contains(i.Libraries, "pgx") }) {
		return false
	}
	others := slices.ContainsFunc(s.out.Uses, func(ref model.Ref) bool { return ref.Kind == model.RefCache })
	databases := 0
	for _, ref := range s.out.Uses {
		if ref.Kind == model.RefDatabase {
			databases++
		}
	}
	return !others && databases == len(s.databases())
}

// withoutPending leaves out the metric that database/sql lacks.
func withoutPending(metrics []convention) []convention {
	return slices.DeleteFunc(slices.Clone(metrics), func(c convention) bool { return strings.HasSuffix(c.name, ".pending_requests") })
}
