// Package api answers the page of the embedded engine.
//
// In: the stores of the engine, the spec that is in force, requests. Out: JSON, made
// for the page and no promise to others; Prometheus's API is the one for clients. The
// package must not import spec, resolve or cli.
package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/conform"
	"github.com/obsboot/obsboot/internal/dev/guard"
	"github.com/obsboot/obsboot/internal/dev/metrics"
	"github.com/obsboot/obsboot/internal/dev/otlp"
	"github.com/obsboot/obsboot/internal/dev/store"
	"github.com/obsboot/obsboot/internal/model"
)

// Spec is what the page shows of a spec.
type Spec struct {
	System   *model.System
	Boards   []board.Dashboard
	Runbooks map[string][]byte // by service and alert: payments/slo-latency-burn-rate.md
}

// Source is the engine, as far as the page is concerned.
type Source struct {
	Version  string
	Started  time.Time
	Metrics  *metrics.Store
	Store    *store.Store
	Receiver *otlp.Receiver
	Observer *conform.Observer
	Graph    *Graph
	Spec     func() *Spec
	Problems func() Problems
	Ports    Ports
}

// Problems are what is wrong with the spec as it is on disk now. The one that was
// valid before stays in force.
type Problems struct {
	Text     string    `json:"text"` // the diagnostics, as the terminal shows them
	Since    time.Time `json:"since"`
	Reloaded time.Time `json:"reloaded"` // when the spec in force was read
}

// Ports are where the engine listens.
type Ports struct {
	Page string `json:"page"`
	GRPC string `json:"otlp_grpc"`
	HTTP string `json:"otlp_http"`
}

type api struct{ *Source }

// Prefix is where the page's API stands.
const Prefix = "/api/obsboot"

const (
	// maxQueries is how many searches run at a time.
	maxQueries = 8
	// maxTails is how many watch the logs at a time.
	maxTails = 32
)

// Handler returns the handler of the paths below Prefix.
func Handler(s *Source) http.Handler {
	a := &api{s}
	mux := http.NewServeMux()
	handle := func(path string, do endpoint) { mux.Handle("GET "+Prefix+path, answer(do)) }
	handle("/status", a.status)
	handle("/overview", a.overview)
	handle("/names", a.names)
	handle("/dashboards", a.dashboards)
	handle("/dashboards/{uid}", a.dashboard)
	handle("/logs", a.logs)
	handle("/logs/counts", a.counts)
	handle("/traces", a.traces)
	handle("/traces/{id}", a.trace)
	handle("/conform", a.conform)
	handle("/alerts", a.alerts)
	handle("/runbooks/{service}/{page}", a.runbook)
	limited := guard.Limit(maxQueries, 10*time.Second, mux)
	out := http.NewServeMux()
	out.Handle("GET "+Prefix+"/logs/tail", guard.Limit(maxTails, time.Second, http.HandlerFunc(a.tail)))
	out.Handle(Prefix+"/", limited)
	return out
}

// endpoint answers a request with a value that becomes JSON.
type endpoint func(*http.Request) (any, error)

// badRequest is the error of a request that makes no sense.
type badRequest struct{ error }

// errNotFound says that there is no such thing. It is wrapped.
var errNotFound = errors.New("not found")

func answer(do endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, err := do(r)
		code := http.StatusOK
		if err != nil {
			code, value = statusOf(err), map[string]string{"error": err.Error()}
		}
		content, err := json.Marshal(value)
		if err != nil {
			code, content = http.StatusInternalServerError, []byte(`{"error":"the result has no form in JSON"}`)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(code)
		_, _ = w.Write(content) // the reader is gone
	})
}

func statusOf(err error) int {
	var bad badRequest
	switch {
	case errors.As(err, &bad):
		return http.StatusBadRequest
	case errors.Is(err, errNotFound), errors.Is(err, store.ErrNoTrace):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

// status is how the engine does.
type status struct {
	Version  string      `json:"version"`
	System   string      `json:"system"`
	Started  time.Time   `json:"started"`
	Now      time.Time   `json:"now"`
	Ports    Ports       `json:"ports"`
	Ingest   otlp.Stats  `json:"ingest"`
	Store    store.Stats `json:"store"`
	Series   uint64      `json:"series"`
	Problems Problems    `json:"problems"`
	Failing  string      `json:"failing,omitempty"` // why nothing can be written
	Alerts   int         `json:"alerts"`            // that fire
}

func (a *api) status(*http.Request) (any, error) {
	out := status{
		Version: a.Version, System: a.Spec().System.Name, Started: a.Started, Now: time.Now(), Ports: a.Ports, Ingest: a.Receiver.Stats(),
		Store: a.Store.Stats(), Series: a.Metrics.Series(), Problems: a.Problems(), Alerts: countOf(a.firing(), "", ""),
	}
	if err := a.Store.Err(); err != nil {
		out.Failing = err.Error()
	}
	return out, nil
}

func (a *api) conform(*http.Request) (any, error) {
	return a.Observer.Compare(a.Spec().System), nil
}

// names are what filters choose from.
func (a *api) names(*http.Request) (any, error) {
	services := a.Observer.Names()
	for _, s := range a.Spec().System.Services {
		if _, ok := services[s.Name]; !ok {
			services[s.Name] = []string{}
		}
	}
	return map[string]any{"services": services}, nil
}

// boardTitle is a dashboard in the list of all.
type boardTitle struct {
	UID         string   `json:"uid"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Folder      string   `json:"folder"`
	Tags        []string `json:"tags"`
}

func (a *api) dashboards(*http.Request) (any, error) {
	out := []boardTitle{}
	for _, b := range a.Spec().Boards {
		out = append(out, boardTitle{b.UID, b.Title, b.Description, b.Folder, b.Tags})
	}
	return out, nil
}

func (a *api) dashboard(r *http.Request) (any, error) {
	for _, b := range a.Spec().Boards {
		if b.UID == r.PathValue("uid") {
			return b, nil
		}
	}
	return nil, fmt.Errorf("dashboard %q: %w", r.PathValue("uid"), errNotFound)
}

func (a *api) runbook(r *http.Request) (any, error) {
	path := r.PathValue("service") + "/" + r.PathValue("page")
	content, ok := a.Spec().Runbooks[path]
	if !ok {
		return nil, fmt.Errorf("runbook %q: %w", path, errNotFound)
	}
	return map[string]string{"markdown": string(content)}, nil
}
