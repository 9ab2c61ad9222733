package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Exporter is where telemetry goes.
type Exporter interface {
	Traces(context.Context, ptrace.Traces) error
	Metrics(context.Context, pmetric.Metrics) error
	Logs(context.Context, plog.Logs) error
	Close() error
}

// timeout is how long a receiver may take for one request.
const timeout = 10 * time.Second

// Dial returns an exporter to an endpoint: http://host:4318, https://host,
// grpc://host:4317, or host:port, which is gRPC on port 4317 and else HTTP. It
// does not connect yet.
func Dial(endpoint string) (Exporter, error) {
	scheme, host, ok := strings.Cut(endpoint, "://")
	if !ok {
		scheme, host = "http", endpoint
		if strings.HasSuffix(endpoint, ":4317") {
			scheme = "grpc"
		}
	}
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is no address; write one such as http://localhost:4318 or localhost:4317", endpoint)
	}
	switch scheme {
	case "http", "https":
		if u.Port() == "4317" {
			return nil, fmt.Errorf("port 4317 of %q is that of OTLP over gRPC; write grpc://%s, or port 4318", endpoint, u.Host)
		}
		return &overHTTP{base: strings.TrimSuffix(u.String(), "/"), client: &http.Client{Timeout: timeout}}, nil
	case "grpc", "grpcs":
		return dialGRPC(scheme, u.Host)
	}
	return nil, fmt.Errorf("%q is no scheme of OTLP; there are http, https, grpc and grpcs", scheme)
}

type overHTTP struct {
	base   string
	client *http.Client
}

func (e *overHTTP) Traces(ctx context.Context, t ptrace.Traces) error {
	body, err := ptraceotlp.NewExportRequestFromTraces(t).MarshalProto()
	if err != nil {
		return err
	}
	answer, err := e.post(ctx, "/v1/traces", body)
	response := ptraceotlp.NewExportResponse()
	if err != nil || response.UnmarshalProto(answer) != nil {
		return err
	}
	return partly(response.PartialSuccess().RejectedSpans(), "spans", response.PartialSuccess().ErrorMessage())
}

func (e *overHTTP) Metrics(ctx context.Context, m pmetric.Metrics) error {
	body, err := pmetricotlp.NewExportRequestFromMetrics(m).MarshalProto()
	if err != nil {
		return err
	}
	answer, err := e.post(ctx, "/v1/metrics", body)
	response := pmetricotlp.NewExportResponse()
	if err != nil || response.UnmarshalProto(answer) != nil {
		return err
	}
	return partly(response.PartialSuccess().RejectedDataPoints(), "data points", response.PartialSuccess().ErrorMessage())
}

func (e *overHTTP) Logs(ctx context.Context, l plog.Logs) error {
	body, err := plogotlp.NewExportRequestFromLogs(l).MarshalProto()
	if err != nil {
		return err
	}
	answer, err := e.post(ctx, "/v1/logs", body)
	response := plogotlp.NewExportResponse()
	if err != nil || response.UnmarshalProto(answer) != nil {
		return err
	}
	return partly(response.PartialSuccess().RejectedLogRecords(), "log records", response.PartialSuccess().ErrorMessage())
}

// partly says what a receiver did not take.
func partly(rejected int64, what, message string) error {
	if rejected == 0 {
		return nil
	}
	return fmt.Errorf("the receiver refused %d %s: %s", rejected, what, message)
}

func (e *overHTTP) Close() error {
	e.client.CloseIdleConnections()
	return nil
}

func (e *overHTTP) post(ctx context.Context, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	response, err := e.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusMethodNotAllowed:
		return nil, fmt.Errorf("%s answers %s to %s: it is no receiver of OTLP", e.base, response.Status, path)
	case response.StatusCode/100 != 2:
		return nil, fmt.Errorf("%s answers %s to %s: %s", e.base, response.Status, path, firstLine(answer))
	}
	return answer, nil
}

// firstLine is the start of a text that may be long, or binary.
func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.ToValidUTF8(string(text), "?"), "\n")
	return strings.TrimSpace(line[:min(len(line), 200)])
}

type overGRPC struct {
	connection *grpc.ClientConn
	traces     ptraceotlp.GRPCClient
	metrics    pmetricotlp.GRPCClient
	logs       plogotlp.GRPCClient
}

func dialGRPC(scheme, host string) (Exporter, error) {
	security := insecure.NewCredentials()
	if scheme == "grpcs" {
		security = credentials.NewTLS(nil)
	}
	c, err := grpc.NewClient(host, grpc.WithTransportCredentials(security))
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %w", host, err)
	}
	return &overGRPC{c, ptraceotlp.NewGRPCClient(c), pmetricotlp.NewGRPCClient(c), plogotlp.NewGRPCClient(c)}, nil
}

func (e *overGRPC) Traces(ctx context.Context, t ptrace.Traces) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	response, err := e.traces.Export(ctx, ptraceotlp.NewExportRequestFromTraces(t))
	if err != nil {
		return err
	}
	return partly(response.PartialSuccess().RejectedSpans(), "spans", response.PartialSuccess().ErrorMessage())
}

func (e *overGRPC) Metrics(ctx context.Context, m pmetric.Metrics) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	response, err := e.metrics.Export(ctx, pmetricotlp.NewExportRequestFromMetrics(m))
	if err != nil {
		return err
	}
	return partly(response.PartialSuccess().RejectedDataPoints(), "data points", response.PartialSuccess().ErrorMessage())
}

func (e *overGRPC) Logs(ctx context.Context, l plog.Logs) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	response, err := e.logs.Export(ctx, plogotlp.NewExportRequestFromLogs(l))
	if err != nil {
		return err
	}
	return partly(response.PartialSuccess().RejectedLogRecords(), "log records", response.PartialSuccess().ErrorMessage())
}

func (e *overGRPC) Close() error { return e.connection.Close() }

// nobodyListens reports whether an export failed because there is no receiver.
func nobodyListens(err error) bool {
	var dns *net.DNSError
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &dns) || strings.Contains(err.Error(), "connection refused")
}
