package query

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/model"
)

// TestLogRates checks the text, and that our parser takes it, comments and all.
func TestLogRates(t *testing.T) {
	stream := func(text string) model.Query { return model.Query{Language: "logql", Text: text} }
	good, bad := stream("{app=\"a\"} |= `ok` # fine"), stream(`{app="a"} |= "failed"`)
	total := stream(`{app="a"}`)
	for _, test := range []struct {
		sli  model.LogSLI
		want Rates
	}{
		{
			model.LogSLI{Total: total, Bad: &bad},
			Rates{
				Errors: "sum(rate({app=\"a\"} |= \"failed\"\n[5m])) or vector(0)",
				Total:  "sum(rate({app=\"a\"}\n[5m])) or vector(0)",
			},
		},
		{
			model.LogSLI{Total: total, Good: &good},
			Rates{
				Errors: "(sum(rate({app=\"a\"}\n[5m])) or vector(0)) - (sum(rate({app=\"a\"} |= `ok` # fine\n[5m])) or vector(0))",
				Total:  "sum(rate({app=\"a\"}\n[5m])) or vector(0)",
			},
		},
	} {
		got := LogRates(&test.sli, 5*time.Minute)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("rates (-want +got):\n%s", diff)
		}
		for _, text := range []string{got.Errors, got.Total} {
			if parsed, errs := ParseLogQL(text); len(errs) > 0 || !parsed.Metric {
				t.Errorf("%s: %v", text, errs)
			}
		}
	}
}

func TestBoundMatcher(t *testing.T) {
	for bound, want := range map[float64]Matcher{
		1:    {Label: "le", Op: MatchRegexp, Value: `1(\.0)?`}, // "1" over OTLP, "1.0" scraped
		0.25: {Label: "le", Value: "0.25"},
	} {
		if diff := cmp.Diff(want, BoundMatcher(bound)); diff != "" {
			t.Errorf("bound %g (-want +got):\n%s", bound, diff)
		}
	}
}
