package dev_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/obsboot/obsboot/internal/dev/devtest"
)

// FuzzOTLP sends bodies to a whole engine. None may make it fail, and what others sent
// stays to be found.
func FuzzOTLP(f *testing.F) {
	e := start(f, options())
	shop, td, ld := devtest.New(1, time.Now()), ptrace.NewTraces(), plog.NewLogs()
	shop.Fail = 1
	shop.Checkout(time.Now(), td, ld)
	if err := e.Receiver.Traces(context.Background(), td); err != nil {
		f.Fatal(err)
	}
	known := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceID().String()
	for kind, encode := range []func() ([]byte, error){
		ptraceotlp.NewExportRequestFromTraces(td).MarshalProto, plogotlp.NewExportRequestFromLogs(ld).MarshalProto,
		pmetricotlp.NewExportRequestFromMetrics(shop.Metrics(time.Now())).MarshalProto,
		ptraceotlp.NewExportRequestFromTraces(td).MarshalJSON, plogotlp.NewExportRequestFromLogs(ld).MarshalJSON,
		pmetricotlp.NewExportRequestFromMetrics(shop.Metrics(time.Now())).MarshalJSON,
	} {
		body, err := encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(kind), body)
	}
	handler := e.Receiver.HTTP()
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		r := httptest.NewRequest(http.MethodPost, []string{"/v1/traces", "/v1/logs", "/v1/metrics"}[kind%3], bytes.NewReader(body))
		r.Header.Set("Content-Type", []string{"application/x-protobuf", "application/json"}[kind/3%2])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if _, err := e.Store.FindTrace(t.Context(), known); err != nil {
			t.Error(err)
		}
	})
}
