// Package promapi answers Prometheus's HTTP API, so that any client of Prometheus
// works.
//
// In: a store of metrics. Out: a handler of /api/v1. It is written here because
// Prometheus's own package for it would bring a hundred others into the binary, the
// parsers of OpenAPI and the collector's processors among them. It must not import
// anything of the project but metrics.
package promapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"

	"github.com/obsboot/obsboot/internal/dev/metrics"
)

// api answers requests.
type api struct {
	store   *metrics.Store
	version string
}

// Handler returns a handler of the paths below /api/v1/.
func Handler(store *metrics.Store, version string) http.Handler {
	a := &api{store, version}
	mux := http.NewServeMux()
	both := func(path string, do endpoint) {
		mux.Handle("GET /api/v1"+path, wrap(do))
		mux.Handle("POST /api/v1"+path, wrap(do))
	}
	both("/query", a.query)
	both("/query_range", a.queryRange)
	both("/query_exemplars", a.exemplars)
	both("/format_query", a.format)
	both("/series", a.series)
	both("/labels", a.labels)
	mux.Handle("GET /api/v1/label/{name}/values", wrap(a.values))
	mux.Handle("GET /api/v1/metadata", wrap(a.metadata))
	mux.Handle("GET /api/v1/rules", wrap(a.rules))
	mux.Handle("GET /api/v1/alerts", wrap(a.alerts))
	mux.Handle("GET /api/v1/alertmanagers", wrap(none("activeAlertmanagers", "droppedAlertmanagers")))
	mux.Handle("GET /api/v1/targets", wrap(none("activeTargets", "droppedTargets")))
	mux.Handle("GET /api/v1/status/buildinfo", wrap(a.buildInfo))
	return mux
}

// endpoint answers a request with what becomes its data.
type endpoint func(*http.Request) (data any, notes notes, err error)

// notes are what a client should know beside the data.
type notes struct{ warnings, infos []string }

// truncated is the note that there is more.
var truncated = notes{warnings: []string{"results truncated due to limit"}}

// response is the envelope of all answers.
type response struct {
	Status    string   `json:"status"`
	Data      any      `json:"data,omitempty"`
	ErrorType string   `json:"errorType,omitempty"`
	Error     string   `json:"error,omitempty"`
	Warnings  []string `json:"warnings,omitempty"`
	Infos     []string `json:"infos,omitempty"`
}

// badData is the error of a request that makes no sense.
type badData struct{ error }

// maxForm is how large the body of a request may be.
const maxForm = 1 << 20

func wrap(do endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		var data any
		var said notes
		err := r.ParseForm()
		if err != nil {
			err = badData{err}
		} else {
			data, said, err = do(r)
		}
		code, answer := http.StatusOK, response{Status: "success", Data: data, Warnings: said.warnings, Infos: said.infos}
		if err != nil {
			code, answer = failure(err)
		}
		content, err := json.Marshal(answer)
		if err != nil {
			code, content = http.StatusInternalServerError, []byte(`{"status":"error","errorType":"internal","error":"the result has no form in JSON"}`)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = w.Write(content) // the client is gone
	})
}

func failure(err error) (int, response) {
	code, kind := http.StatusUnprocessableEntity, "execution"
	var bad badData
	var canceled promql.ErrQueryCanceled
	var timeout promql.ErrQueryTimeout
	var inside promql.ErrStorage
	switch {
	case errors.As(err, &bad):
		code, kind = http.StatusBadRequest, "bad_data"
	case errors.As(err, &canceled):
		code, kind = 499, "canceled"
	case errors.As(err, &timeout), errors.Is(err, context.DeadlineExceeded):
		code, kind = http.StatusServiceUnavailable, "timeout"
	case errors.As(err, &inside):
		code, kind = http.StatusInternalServerError, "internal"
	}
	return code, response{Status: "error", ErrorType: kind, Error: err.Error()}
}

func none(lists ...string) endpoint {
	return func(*http.Request) (any, notes, error) {
		out := map[string][]any{}
		for _, name := range lists {
			out[name] = []any{}
		}
		return out, notes{}, nil
	}
}

func (a *api) buildInfo(*http.Request) (any, notes, error) {
	return map[string]string{"version": "3.16.0", "revision": "obsboot " + a.version, "branch": "", "buildUser": "", "buildDate": "", "goVersion": ""}, notes{}, nil
}

// timeOf reads a parameter that is a time: seconds since 1970, or RFC 3339.
func timeOf(r *http.Request, name string, otherwise time.Time) (time.Time, error) {
	text := r.FormValue(name)
	if text == "" {
		return otherwise, nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if math.Abs(seconds) > 1e11 || math.IsNaN(seconds) {
			return time.Time{}, badData{fmt.Errorf("%s: %q is too far away", name, text)}
		}
		whole, part := math.Modf(seconds)
		return time.Unix(int64(whole), int64(math.Round(part*1000))*int64(time.Millisecond)).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, badData{fmt.Errorf("%s: %q is no time", name, text)}
	}
	return at, nil
}

// durationOf reads a parameter that is a duration: seconds, or as Prometheus writes it.
func durationOf(r *http.Request, name string) (time.Duration, error) {
	text := r.FormValue(name)
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(seconds) < 1e9 {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	d, err := model.ParseDuration(text)
	if err != nil {
		return 0, badData{fmt.Errorf("%s: %q is no duration", name, text)}
	}
	return time.Duration(d), nil
}

// limitOf reads how many results are wanted; 0 is all of them.
func limitOf(r *http.Request) (int, error) {
	text := r.FormValue("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, badData{fmt.Errorf("limit: %q is no limit", text)}
	}
	return n, nil
}

// rangeOf reads start and end, by default all there is.
func rangeOf(r *http.Request) (from, to time.Time, err error) {
	if from, err = timeOf(r, "start", time.UnixMilli(0)); err != nil {
		return from, to, err
	}
	if to, err = timeOf(r, "end", time.Now().Add(24*time.Hour)); err == nil && to.Before(from) {
		err = badData{errors.New("end is before start")}
	}
	return from, to, err
}

// querier opens the storage for a request.
func (a *api) querier(from, to time.Time) (storage.Querier, error) {
	return a.store.Queryable().Querier(from.UnixMilli(), to.UnixMilli())
}
