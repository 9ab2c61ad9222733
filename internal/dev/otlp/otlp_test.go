package otlp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	grpcgzip "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/obsboot/obsboot/internal/dev/otlp"
)

// sink counts what it is handed, or answers with an error.
type sink struct {
	mu                  sync.Mutex
	spans, logs, points int
	err                 error
	rejected            int64
	why                 string
}

func (s *sink) Traces(_ context.Context, td ptrace.Traces) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans += td.SpanCount()
	return s.err
}

func (s *sink) Logs(_ context.Context, ld plog.Logs) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logs += ld.LogRecordCount()
	return s.err
}

func (s *sink) Metrics(_ context.Context, md pmetric.Metrics) (int64, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.points += md.DataPointCount()
	return s.rejected, s.why, s.err
}

const span = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"a"}]}]}]}`

func post(t *testing.T, h http.Handler, path, media, encoding string, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", media)
	if encoding != "" {
		r.Header.Set("Content-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func zipped(t *testing.T, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHTTP(t *testing.T) {
	s := &sink{}
	r := otlp.NewReceiver(s, "")
	h := r.HTTP()
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalJSON([]byte(span)); err != nil {
		t.Fatal(err)
	}
	encoded, err := req.MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		media, encoding string
		body            []byte
		code            int
	}{
		"json":            {"application/json", "", []byte(span), 200},
		"json in utf-8":   {"application/json; charset=utf-8", "", []byte(span), 200},
		"protobuf":        {"application/x-protobuf", "", encoded, 200},
		"gzip":            {"application/x-protobuf", "gzip", zipped(t, encoded), 200},
		"nothing":         {"application/x-protobuf", "", nil, 200},
		"garbage":         {"application/x-protobuf", "", []byte("\xff\xff\xff garbage"), 400},
		"garbage as json": {"application/json", "", []byte("{"), 400},
		"no gzip":         {"application/json", "gzip", []byte(span), 400},
		"other encoding":  {"application/json", "zstd", []byte(span), 400},
		"other type":      {"text/plain", "", []byte(span), 415},
		"bomb":            {"application/x-protobuf", "gzip", zipped(t, make([]byte, 20<<20)), 413},
		"too large":       {"application/x-protobuf", "", make([]byte, 17<<20), 413},
	} {
		before := s.spans
		w := post(t, h, "/v1/traces", test.media, test.encoding, test.body)
		if w.Code != test.code {
			t.Errorf("%s: status %d, want %d: %s", name, w.Code, test.code, w.Body)
		}
		if want := test.code == 200 && name != "nothing"; want != (s.spans == before+1) {
			t.Errorf("%s: %d spans arrived", name, s.spans-before)
		}
	}
	if got := r.Stats(); got.Spans.Accepted != 4 || got.Malformed != 6 {
		t.Errorf("counted are %+v", got)
	}
}

func TestBusy(t *testing.T) {
	s := &sink{err: otlp.ErrBusy}
	r := otlp.NewReceiver(s, "")
	w := post(t, r.HTTP(), "/v1/traces", "application/json", "", []byte(span))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	w = post(t, r.HTTP(), "/v1/traces", "application/x-protobuf", "", nil)
	var answer statuspb.Status
	if err := proto.Unmarshal(w.Body.Bytes(), &answer); err != nil || codes.Code(answer.Code) != codes.ResourceExhausted {
		t.Errorf("the answer is %v, %v", &answer, err)
	}
	if got := r.Stats().Spans; got.Refused != 1 || got.Accepted != 0 {
		t.Errorf("counted are %+v", got)
	}
}

func dial(t *testing.T, r *otlp.Receiver) *grpc.ClientConn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := r.GRPC()
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestGRPC(t *testing.T) {
	s := &sink{rejected: 1, why: "it lies in the future"}
	r := otlp.NewReceiver(s, "secret")
	conn := dial(t, r)
	md := pmetric.NewMetrics()
	md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints().AppendEmpty()
	client, req := pmetricotlp.NewGRPCClient(conn), pmetricotlp.NewExportRequestFromMetrics(md)
	if _, err := client.Export(t.Context(), req); status.Code(err) != codes.Unauthenticated {
		t.Errorf("without a token: %v", err)
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer secret")
	answer, err := client.Export(ctx, req, grpc.UseCompressor(grpcgzip.Name))
	if err != nil || answer.PartialSuccess().RejectedDataPoints() != 1 || answer.PartialSuccess().ErrorMessage() != s.why {
		t.Errorf("answered %v, %v", answer.PartialSuccess(), err)
	}
	s.err = otlp.ErrBusy
	_, err = client.Export(ctx, req)
	busy := status.Convert(err)
	if busy.Code() != codes.ResourceExhausted || len(busy.Details()) != 1 {
		t.Fatalf("a busy sink gives %v", err)
	}
	if retry, ok := busy.Details()[0].(*errdetails.RetryInfo); !ok || retry.RetryDelay.AsDuration() <= 0 {
		t.Errorf("a busy sink gives the details %v", busy.Details())
	}
}

// A panic is the fault of one request.
func TestPanic(t *testing.T) {
	r := otlp.NewReceiver(&panics{}, "")
	if w := post(t, r.HTTP(), "/v1/traces", "application/json", "", []byte(span)); w.Code != 500 || strings.Contains(w.Body.String(), "goroutine") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

type panics struct{ sink }

func (*panics) Traces(context.Context, ptrace.Traces) error { panic("broken") }
