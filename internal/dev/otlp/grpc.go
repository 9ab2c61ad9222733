package otlp

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // senders may compress
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// GRPC returns a server of the three services.
func (r *Receiver) GRPC() *grpc.Server {
	s := grpc.NewServer(
		grpc.MaxRecvMsgSize(maxBody),
		grpc.MaxConcurrentStreams(maxRequests),
		grpc.ConnectionTimeout(10*time.Second),
		grpc.MaxHeaderListSize(16<<10),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.UnaryInterceptor(r.intercept),
	)
	ptraceotlp.RegisterGRPCServer(s, &grpcTraces{r: r})
	plogotlp.RegisterGRPCServer(s, &grpcLogs{r: r})
	pmetricotlp.RegisterGRPCServer(s, &grpcMetrics{r: r})
	return s
}

func (r *Receiver) intercept(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	if !r.mayGRPC(ctx) {
		return nil, status.Error(codes.Unauthenticated, "the token is missing or wrong: send it as authorization: Bearer TOKEN")
	}
	leave, ok := r.enter()
	if !ok {
		return nil, statusOf(ErrBusy)
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	return next(ctx, req)
}

func (r *Receiver) mayGRPC(ctx context.Context) bool {
	md, _ := metadata.FromIncomingContext(ctx)
	return r.may(strings.Join(md.Get("authorization"), ","))
}

// may checks the header that bears the token.
func (r *Receiver) may(header string) bool {
	return r.token == "" || subtle.ConstantTimeCompare([]byte(header), []byte("Bearer "+r.token)) == 1
}

// statusOf makes an error one that the sender understands: one that says when to try
// again, or one that says not to.
func statusOf(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrBusy):
		s, detailErr := status.New(codes.ResourceExhausted, err.Error()).WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(retryAfter)})
		if detailErr != nil {
			return status.Error(codes.Unavailable, err.Error())
		}
		return s.Err()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(err).Err()
	}
	return status.Error(codes.InvalidArgument, firstLine(err))
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

type grpcTraces struct {
	ptraceotlp.UnimplementedGRPCServer
	r *Receiver
}

// Export implements ptraceotlp.GRPCServer.
func (g *grpcTraces) Export(ctx context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	return ptraceotlp.NewExportResponse(), statusOf(g.r.traces(ctx, req.Traces()).err)
}

type grpcLogs struct {
	plogotlp.UnimplementedGRPCServer
	r *Receiver
}

// Export implements plogotlp.GRPCServer.
func (g *grpcLogs) Export(ctx context.Context, req plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	return plogotlp.NewExportResponse(), statusOf(g.r.logs(ctx, req.Logs()).err)
}

type grpcMetrics struct {
	pmetricotlp.UnimplementedGRPCServer
	r *Receiver
}

// Export implements pmetricotlp.GRPCServer.
func (g *grpcMetrics) Export(ctx context.Context, req pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	out := g.r.metrics(ctx, req.Metrics())
	return metricsResponse(out), statusOf(out.err)
}

func metricsResponse(out outcome) pmetricotlp.ExportResponse {
	response := pmetricotlp.NewExportResponse()
	if out.rejected > 0 {
		response.PartialSuccess().SetRejectedDataPoints(out.rejected)
		response.PartialSuccess().SetErrorMessage(out.why)
	}
	return response
}
