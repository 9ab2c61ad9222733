package standing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/rehearse"
	"github.com/obsboot/obsboot/internal/standing"
)

var now = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func stored(t *testing.T) *rehearse.Storage {
	t.Helper()
	storage, err := rehearse.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = storage.Close() })
	return storage
}

// served has the API of a Prometheus with some series.
func served(t *testing.T, series map[string]float64) string {
	t.Helper()
	storage := stored(t)
	for text, value := range series {
		name, rest, _ := strings.Cut(text, "{")
		pairs := []string{"__name__", name}
		for part := range strings.SplitSeq(strings.TrimSuffix(rest, "}"), ",") {
			label, value, _ := strings.Cut(part, "=")
			pairs = append(pairs, label, value)
		}
		if err := storage.Append(context.Background(), labels.FromStrings(pairs...), slices.Values([]rehearse.Sample{{At: now, Value: value}})); err != nil {
			t.Fatal(err)
		}
	}
	return serve(t, storage)
}

// serve answers queries as Prometheus's API does, with its engine.
func serve(t *testing.T, storage *rehearse.Storage) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/query_range") {
			serveRange(w, r, storage)
			return
		}
		type sample struct {
			Metric labels.Labels `json:"metric"`
			Value  [2]any        `json:"value"`
		}
		results := []sample{}
		vector, err := storage.Query(r.Context(), r.FormValue("query"), now)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]any{"status": "error", "error": err.Error()})
			return
		}
		for _, s := range vector {
			results = append(results, sample{s.Metric, [2]any{now.Unix(), fmt.Sprint(s.F)}})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "vector", "result": results}})
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// slo is one of the service api.
func slo(name string) model.SLI {
	return model.SLI{Name: name, Objective: 99_900_000, Window: model.Window{Days: 30}}
}

var system = &model.System{Services: []model.Service{{
	Name: "api", Team: "own",
	SLIs: []model.SLI{slo("fine"), slo("burning"), slo("gone"), slo("unmeasured"), slo("slow"), {Name: "no-objective"}},
}}}

func TestSLOs(t *testing.T) {
	of := func(slo string) string { return "service=api,slo=" + slo }
	client, err := standing.New(served(t, map[string]float64{
		"slo:errors:ratio{" + of("fine") + ",window=30d}":                                               0.0001,
		"slo:errors:ratio{" + of("fine") + ",window=1h}":                                                0.5, // of another window
		"slo:budget_remaining:ratio{" + of("fine") + "}":                                                0.9,
		"slo:burn_rate:ratio{" + of("fine") + "}":                                                       0.1,
		"slo:window_covered:ratio{" + of("fine") + "}":                                                  0.25,
		"slo:budget_remaining:ratio{" + of("burning") + "}":                                             0.5,
		"slo:burn_rate:ratio{" + of("burning") + "}":                                                    15,
		"ALERTS{alertname=SLOBurnRate,alertstate=firing,severity=page," + of("burning") + ",window=1h}": 1,
		"ALERTS{alertname=SLOBurnRate,alertstate=firing,severity=page," + of("burning") + ",window=6h}": 1,
		"slo:budget_remaining:ratio{" + of("gone") + "}":                                                -0.2,
		"slo:burn_rate:ratio{" + of("gone") + "}":                                                       0,
		"slo:budget_remaining:ratio{" + of("slow") + "}":                                                0.4,
		"slo:burn_rate:ratio{" + of("slow") + "}":                                                       2,
		"slo:budget_remaining:ratio{service=b,slo=fine}":                                                -1, // of another service
	}))
	if err != nil {
		t.Fatal(err)
	}
	slos, err := standing.SLOs(context.Background(), client, system)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := standing.WriteText(&b, slos); err != nil {
		t.Fatal(err)
	}
	// Half of a budget of 30 days, at 15 times the even rate, lasts a day.
	want := `SLO             objective      good     budget left  burn  runs out   covered  firing
api/gone        99.9 % in 30d  ?        -20 %        0x    gone       ?        
api/burning     99.9 % in 30d  ?        50 %         15x   in 24 h    ?        page SLOBurnRate
api/unmeasured  99.9 % in 30d  ?        ?            ?     ?          ?        
api/slow        99.9 % in 30d  ?        40 %         2x    in 6 days  ?        
api/fine        99.9 % in 30d  99.99 %  90 %         0.1x  -          25 %     
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, s := range slos {
		if want := s.SLO == "api/gone" || s.SLO == "api/burning"; s.Burning() != want {
			t.Errorf("%s burns: %v", s.SLO, s.Burning())
		}
	}
	if _, err := json.Marshal(slos); err != nil {
		t.Error(err)
	}
}

func TestNothingRecorded(t *testing.T) {
	client, err := standing.New(served(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	slos, err := standing.SLOs(context.Background(), client, system)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := standing.WriteText(&b, slos); err != nil || !strings.Contains(b.String(), "Does this Prometheus read the generated rules") {
		t.Errorf("%v %s", err, b.String())
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"":                           "is no URL",
		"localhost:9090":             "http://",
		"prometheus":                 "is no URL",
		"ftp://localhost":            "http://",
		"http://":                    "names no host",
		"http://localhost:9090/?a=b": "address of the server only",
	} {
		if _, err := standing.New(address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestNoPrometheus(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for address, want := range map[string]string{other.URL: "is no Prometheus (404 Not Found)", gone.URL: "start the stack with obsboot up"} {
		client, err := standing.New(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := standing.SLOs(context.Background(), client, system); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
}

func serveRange(w http.ResponseWriter, r *http.Request, storage *rehearse.Storage) {
	number := func(name string) float64 {
		v, _ := strconv.ParseFloat(r.FormValue(name), 64)
		return v
	}
	at := func(name string) time.Time { return time.UnixMilli(int64(1000 * number(name))) }
	matrix, err := storage.Range(r.Context(), r.FormValue("query"), at("start"), at("end"), time.Duration(number("step")*1e9))
	if err != nil {
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "error", "error": err.Error()})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": matrix}})
}

func TestRange(t *testing.T) {
	client, err := standing.New(served(t, map[string]float64{"a{b=c}": 2.5, "a{b=d}": 3}))
	if err != nil {
		t.Fatal(err)
	}
	points, err := client.Range(context.Background(), `sum(a{b="c"})`, now.Add(-time.Minute), now.Add(2*time.Minute), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	want := []standing.Point{{At: now.Local(), Value: 2.5}, {At: now.Add(time.Minute).Local(), Value: 2.5}, {At: now.Add(2 * time.Minute).Local(), Value: 2.5}}
	if diff := cmp.Diff(want, points); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := client.Range(context.Background(), "a", now, now, time.Minute); err == nil || !strings.Contains(err.Error(), "2 series") {
		t.Errorf("%v", err)
	}
	if at, err := client.Now(context.Background()); err != nil || !at.Equal(now) {
		t.Errorf("%v %v", at, err)
	}
}
