package standing_test

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/standing"
)

var capacities = &model.System{Services: []model.Service{
	{Name: "web", Calls: []model.Ref{{Kind: model.RefService, Name: "store"}}, Capacities: []model.Capacity{
		{Name: "absent", Limit: 10, WarnAt: 0.8, Query: model.Query{Text: "nothing"}},
		{Name: "requests", Unit: "req/s", Limit: 400, WarnAt: 0.8, Query: model.Query{Text: "sum(requests) # all"}},
	}},
	{Name: "store", Capacities: []model.Capacity{{Name: "disk", Unit: "GB", Limit: 1000, WarnAt: 0.8, Query: model.Query{Text: "disk"}}}},
	{Name: "idle"},
}}

// TestCapacities: of two disks the fuller one, with 600 GB, grows by 100 GB a day,
// so it is full in four days. Requests were 300 at most and are 100.
func TestCapacities(t *testing.T) {
	storage := stored(t)
	feed := func(value func(day float64) float64, pairs ...string) {
		var samples []rehearse.Sample
		for minute := 0.0; minute <= 8*24*60; minute += 5 {
			samples = append(samples, rehearse.Sample{At: now.Add(time.Duration(minute-8*24*60) * time.Minute), Value: value(minute/24/60 - 8)})
		}
		if err := storage.Append(context.Background(), labels.FromStrings(pairs...), slices.Values(samples)); err != nil {
			t.Fatal(err)
		}
	}
	feed(func(day float64) float64 { return 600 + 100*day }, "__name__", "disk", "name", "a")
	feed(func(day float64) float64 { return 200 }, "__name__", "disk", "name", "b")
	feed(func(day float64) float64 {
		if day > -3 && day < -2.5 {
			return 300
		}
		return 100
	}, "__name__", "requests")
	client, err := standing.New(serve(t, storage))
	if err != nil {
		t.Fatal(err)
	}
	found, err := standing.Capacities(context.Background(), client, capacities)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := found.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	want := `capacity      limit      now        peak of 7d  headroom  full by its trend
web/requests  400 req/s  100 req/s  300 req/s   25 %      -
store/disk    1000 GB    600 GB     600 GB      40 %      2026-10-05
web/absent    10         ?          ?           ?         -

service  nearest to its limit  used  calls
web      requests              75 %  store
store    disk                  60 %  
idle     declares none               
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.Reset()
	if err := found.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if bad := regexp.MustCompile(`(?i)https?:|src=|href=|url\(|NaN|ZgotmplZ|<no value>`).FindString(b.String()); bad != "" || !strings.Contains(b.String(), "300 req/s of 400 req/s") {
		t.Errorf("%q in %s", bad, b.String())
	}
}
