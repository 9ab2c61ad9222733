package naming_test

import (
	"go/token"
	"regexp"
	"testing"
	"unicode/utf8"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// odd names, for every function here.
var odd = []string{
	"", " ", "a", "A", "_", "-", "0", "shop.order.value", "http.server.request.duration", "id", "userId", "a__b", "a--b", "9lives",
	"ß", "ŉa", "ǆ", "ıd", "日本", "éa", "\u0301a", "a\xffb", "\x00", "İ", "Ⅷ", "٣", "a\u200bb", "😀", "type", "func",
	"a-very-long-name-of-a-system-that-does-not-fit", "-----------------------------------------------a",
}

func FuzzGoName(f *testing.F) {
	for _, name := range odd {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if got := naming.GoName(name); got != "" && (!token.IsIdentifier(got) || !token.IsExported(got)) {
			t.Errorf("%q becomes %q, no exported identifier", name, got)
		}
	})
}

var slug = regexp.MustCompile(`^([a-z0-9]+(-[a-z0-9]+)*)?$`)

func FuzzSlug(f *testing.F) {
	for _, name := range odd {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := naming.Slug(name)
		if !slug.MatchString(got) {
			t.Errorf("%q becomes %q, no slug", name, got)
		}
		if again := naming.Slug(got); again != got {
			t.Errorf("the slug %q becomes %q", got, again)
		}
	})
}

// uid is what Grafana takes.
var uid = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,40}$`)

func FuzzDashboardUID(f *testing.F) {
	for i, name := range odd {
		f.Add(name, odd[len(odd)-1-i])
	}
	f.Fuzz(func(t *testing.T, system, service string) {
		got := naming.DashboardUID(system, service)
		if !uid.MatchString(got) {
			t.Errorf("%q and %q become %q, no UID", system, service, got)
		}
		if again := naming.DashboardUID(system, service); again != got {
			t.Errorf("%q and %q become %q and %q", system, service, got, again)
		}
	})
}

// The names that the spec allows, and those that Prometheus does without
// quotes.
var (
	instrument = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]{0,254}$`)
	attribute  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,127}$`)
	unitText   = regexp.MustCompile(`^[!-~]{0,63}$`)
	series     = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	label      = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

func FuzzSeries(f *testing.F) {
	kinds := []model.MetricKind{model.Counter, model.UpDownCounter, model.Gauge, model.Histogram}
	units := []string{"", "s", "ms", "By", "By/s", "{order}", "1", "%", "EUR", "m/s/h", "/", "{", "}{", "a_b", "total", "\\"}
	for i, name := range append(odd, "a_total", "total", "a/b", "a.s", "x._-/") {
		f.Add(uint8(i), name, units[i%len(units)])
	}
	f.Fuzz(func(t *testing.T, kind uint8, name, unit string) {
		if !instrument.MatchString(name) || !unitText.MatchString(unit) {
			return
		}
		m := model.Metric{Name: name, Unit: unit, Kind: kinds[int(kind)%len(kinds)]}
		var err error
		if m.Series, err = naming.Series(m.Kind, name, unit); err != nil {
			t.Fatalf("%s %q in %q has no name: %s", m.Kind, name, unit, err)
		}
		for _, got := range naming.SeriesOf(m) {
			if !series.MatchString(got) {
				t.Errorf("%s %q in %q becomes %q, no series", m.Kind, name, unit, got)
			}
		}
	})
}

func FuzzLabel(f *testing.F) {
	for _, name := range append(odd, "payment.method", "a..b", "key_a", "a._", "__a") {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !attribute.MatchString(name) {
			return
		}
		if got, err := naming.Label(name); err != nil || !label.MatchString(got) {
			t.Errorf("%q becomes %q, no label: %v", name, got, err)
		}
	})
}

func FuzzAnchor(f *testing.F) {
	for _, name := range odd {
		f.Add(name)
	}
	stops := regexp.MustCompile(`[\s()<>#"'` + "`" + `\[\]|\\]`)
	f.Fuzz(func(t *testing.T, heading string) {
		if got := naming.Anchor(heading); stops.MatchString(got) || !utf8.ValidString(got) {
			t.Errorf("%q becomes %q, which ends a link", heading, got)
		}
	})
}
