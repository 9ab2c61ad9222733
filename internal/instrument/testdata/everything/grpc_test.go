package everything_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/everything/everything"
)

const (
	find  = "test.v1.Items/Find"
	watch = "test.v1.Items/Watch"
)

// items is a service without generated code: Find answers as it is told, Watch
// sends back what it gets.
type items struct {
	find func(context.Context, string) (string, error)
}

func (s items) desc() *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: "test.v1.Items", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Find", Handler: s.unary("Find")}, {MethodName: "Hidden", Handler: s.unary("Hidden")}},
		Streams: []grpc.StreamDesc{{StreamName: "Watch", Handler: echo, ServerStreams: true, ClientStreams: true}},
	}
}

func (s items) unary(method string) grpc.MethodHandler {
	return func(server any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
		request := &wrapperspb.StringValue{}
		if err := decode(request); err != nil {
			return nil, err
		}
		handle := func(ctx context.Context, request any) (any, error) {
			answer, err := s.find(ctx, request.(*wrapperspb.StringValue).Value)
			return wrapperspb.String(answer), err
		}
		if interceptor == nil {
			return handle(ctx, request)
		}
		return interceptor(ctx, request, &grpc.UnaryServerInfo{Server: server, FullMethod: "/test.v1.Items/" + method}, handle)
	}
}

func echo(_ any, stream grpc.ServerStream) error {
	for {
		message := &wrapperspb.StringValue{}
		if err := stream.RecvMsg(message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if message.Value == "fail" {
			return status.Error(codes.DataLoss, "lost")
		}
		if err := stream.SendMsg(message); err != nil {
			return err
		}
	}
}

// serveItems runs a server on a port of this host until the test ends; stop
// waits for its calls.
func serveItems(tb testing.TB, s items, options ...grpc.ServerOption) (address string, stop func()) {
	tb.Helper()
	server := grpc.NewServer(options...)
	server.RegisterService(s.desc(), struct{}{})
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test's own server
	if err != nil {
		tb.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(server.Stop)
	return listener.Addr().String(), server.GracefulStop
}

func dialItems(tb testing.TB, address string, options ...grpc.DialOption) *grpc.ClientConn {
	tb.Helper()
	conn, err := grpc.NewClient(address, append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	return conn
}

func call(ctx context.Context, conn *grpc.ClientConn, method, text string) (string, error) {
	answer := &wrapperspb.StringValue{}
	err := conn.Invoke(ctx, "/"+method, wrapperspb.String(text), answer)
	return answer.Value, err
}

// recovering makes errors of panics, as many services do.
func recovering(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (answer any, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = status.Error(codes.Internal, "it panicked")
		}
	}()
	return handler(ctx, request)
}

func TestGRPC(t *testing.T) {
	broken := func(context.Context, string) (string, error) { return "", errors.New("broken") }
	for _, test := range []struct {
		name, method   string
		find           func(context.Context, string) (string, error)
		server, client string // attributes of the durations
		failed         bool   // by the server's fault
	}{
		{
			"fine", find, func(_ context.Context, text string) (string, error) { return text, nil },
			"rpc.method=test.v1.Items/Find,rpc.response.status_code=OK,rpc.system.name=grpc",
			"rpc.method=test.v1.Items/Find,rpc.response.status_code=OK,rpc.system.name=grpc", false,
		},
		{
			"the caller's fault", find, func(context.Context, string) (string, error) { return "", status.Error(codes.NotFound, "none") },
			"rpc.method=test.v1.Items/Find,rpc.response.status_code=NOT_FOUND,rpc.system.name=grpc",
			"error.type=NOT_FOUND,rpc.method=test.v1.Items/Find,rpc.response.status_code=NOT_FOUND,rpc.system.name=grpc", false,
		},
		{
			"our fault", find, broken,
			"error.type=UNKNOWN,rpc.method=test.v1.Items/Find,rpc.response.status_code=UNKNOWN,rpc.system.name=grpc",
			"error.type=UNKNOWN,rpc.method=test.v1.Items/Find,rpc.response.status_code=UNKNOWN,rpc.system.name=grpc", true,
		},
		{
			"a code of one's own", find, func(context.Context, string) (string, error) { return "", status.Error(99, "own") },
			"error.type=UNKNOWN,rpc.method=test.v1.Items/Find,rpc.response.status_code=UNKNOWN,rpc.system.name=grpc",
			"error.type=UNKNOWN,rpc.method=test.v1.Items/Find,rpc.response.status_code=UNKNOWN,rpc.system.name=grpc", true,
		},
		{
			"a panic", find, func(context.Context, string) (string, error) { panic("oops") },
			"error.type=panic,rpc.method=test.v1.Items/Find,rpc.response.status_code=INTERNAL,rpc.system.name=grpc",
			"error.type=INTERNAL,rpc.method=test.v1.Items/Find,rpc.response.status_code=INTERNAL,rpc.system.name=grpc", true,
		},
		{
			"a method that the spec does not have", "test.v1.Items/Hidden", broken,
			"error.type=UNKNOWN,rpc.method=test.v1.Items/Hidden,rpc.response.status_code=UNKNOWN,rpc.system.name=grpc",
			"error.type=UNKNOWN,rpc.method=test.v1.Items/Hidden,rpc.response.status_code=UNKNOWN,rpc.system.name=grpc", true,
		},
		{
			"a method that nobody has", "test.v1.Items/None", broken,
			"error.type=UNIMPLEMENTED,rpc.method=_OTHER,rpc.response.status_code=UNIMPLEMENTED,rpc.system.name=grpc",
			"error.type=UNIMPLEMENTED,rpc.method=test.v1.Items/None,rpc.response.status_code=UNIMPLEMENTED,rpc.system.name=grpc", true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			reader, spans := traced(t)
			address, stop := serveItems(t, items{test.find}, append([]grpc.ServerOption{grpc.UnaryInterceptor(recovering)}, everything.GRPCServerOptions()...)...)
			_, _ = call(t.Context(), dialItems(t, address, everything.GRPCDialOptions()...), test.method, "hello")
			stop()
			if got := durations(t, reader, "rpc.server.call.duration"); got[test.server] != 1 || len(got) != 1 {
				t.Errorf("of the server: %v, want %s", got, test.server)
			}
			host, port, _ := strings.Cut(address, ":")
			want := test.client + ",server.address=" + host + ",server.port=" + port
			if got := durations(t, reader, "rpc.client.call.duration"); got[want] != 1 || len(got) != 1 {
				t.Errorf("of the client: %v, want %s", got, want)
			}
			kinds := map[trace.SpanKind]sdktrace.ReadOnlySpan{}
			for _, span := range spans.Ended() {
				kinds[span.SpanKind()] = span
			}
			server, client := kinds[trace.SpanKindServer], kinds[trace.SpanKindClient]
			if server.Parent().SpanID() != client.SpanContext().SpanID() {
				t.Error("the server's span is not the client's child")
			}
			if failed := server.Status().Code == otelcodes.Error; failed != test.failed {
				t.Errorf("the server's span failed: %t", failed)
			}
		})
	}
}

func TestGRPCStream(t *testing.T) {
	reader, spans := traced(t)
	address, stop := serveItems(t, items{}, everything.GRPCServerOptions()...)
	conn := dialItems(t, address, everything.GRPCDialOptions()...)
	for _, last := range []string{"more", "fail"} {
		stream, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/"+watch)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"a", "b", last} {
			if err := stream.SendMsg(wrapperspb.String(text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.CloseSend(); err != nil {
			t.Fatal(err)
		}
		for err == nil {
			err = stream.RecvMsg(&wrapperspb.StringValue{})
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := conn.NewStream(cancelled, &grpc.StreamDesc{ServerStreams: true}, "/"+watch); status.Code(err) != codes.Canceled {
		t.Errorf("the error is %v", err)
	}
	stop()
	server := durations(t, reader, "rpc.server.call.duration")
	for _, want := range []string{
		"rpc.method=test.v1.Items/Watch,rpc.response.status_code=OK,rpc.system.name=grpc",
		"error.type=DATA_LOSS,rpc.method=test.v1.Items/Watch,rpc.response.status_code=DATA_LOSS,rpc.system.name=grpc",
	} {
		if server[want] != 1 {
			t.Errorf("of the server: %v, want %s", server, want)
		}
	}
	client := durations(t, reader, "rpc.client.call.duration")
	for _, code := range []string{"OK", "DATA_LOSS", "CANCELLED"} {
		n := uint64(0)
		for attributes, count := range client {
			if strings.Contains(attributes, "status_code="+code+",") {
				n += count
			}
		}
		if n != 1 {
			t.Errorf("of the client: %v, want one %s", client, code)
		}
	}
	if n := len(spans.Ended()); n != 5 {
		t.Errorf("%d spans, want 2 of the server and 3 of the client", n)
	}
}

// TestGRPCDeadline gives up before the server answers.
func TestGRPCDeadline(t *testing.T) {
	reader, _ := traced(t)
	address, stop := serveItems(t, items{func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}}, everything.GRPCServerOptions()...)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := call(ctx, dialItems(t, address, everything.GRPCDialOptions()...), find, ""); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("the error is %v", err)
	}
	stop()
	for attributes := range durations(t, reader, "rpc.client.call.duration") {
		if !strings.Contains(attributes, "error.type=DEADLINE_EXCEEDED") {
			t.Errorf("of the client: %s", attributes)
		}
	}
}

// TestGRPCMetadata calls with metadata that the caller goes on to use, and with
// that of a trace that was passed on by hand.
func TestGRPCMetadata(t *testing.T) {
	traced(t)
	var got metadata.MD
	address, stop := serveItems(t, items{func(ctx context.Context, _ string) (string, error) {
		got, _ = metadata.FromIncomingContext(ctx)
		return "", nil
	}}, everything.GRPCServerOptions()...)
	const old = "00-00000000000000000000000000000001-0000000000000002-01"
	md := metadata.Pairs("tenant", "17", "traceparent", old)
	if _, err := call(metadata.NewOutgoingContext(t.Context(), md), dialItems(t, address, everything.GRPCDialOptions()...), find, ""); err != nil {
		t.Fatal(err)
	}
	stop()
	if tenant := got.Get("tenant"); len(tenant) != 1 || tenant[0] != "17" {
		t.Errorf("the metadata are %v", got)
	}
	if parent := got.Get("traceparent"); len(parent) != 1 || parent[0] == old {
		t.Errorf("the trace is %v", parent)
	}
	if md.Get("traceparent")[0] != old {
		t.Error("the caller's metadata were changed")
	}
}

// TestGRPCBounded calls more methods than there may be series, on a server that
// has none and on one that takes all.
func TestGRPCBounded(t *testing.T) {
	for name, options := range map[string][]grpc.ServerOption{
		"none": nil,
		"all":  {grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return status.Error(codes.Aborted, "no") })},
	} {
		t.Run(name, func(t *testing.T) {
			reader, _ := traced(t)
			address, stop := serveItems(t, items{}, append(options, everything.GRPCServerOptions()...)...)
			conn := dialItems(t, address)
			for i := range 50 {
				_, _ = call(t.Context(), conn, "x.X/"+strings.Repeat("x", i+1), "")
			}
			stop()
			counts := durations(t, reader, "rpc.server.call.duration")
			if len(counts) != 1 {
				t.Errorf("%d series: %v", len(counts), counts)
			}
			for attributes, n := range counts {
				if n != 50 || !strings.Contains(attributes, "rpc.method=_OTHER") {
					t.Errorf("%d of %s", n, attributes)
				}
			}
		})
	}
}

// TestGRPCFromStart checks which series of calls are there before the first one.
func TestGRPCFromStart(t *testing.T) {
	reader, _ := traced(t)
	series := map[string]int{}
	for _, p := range histogramPoints(t, reader, "rpc.server.call.duration") {
		method, _ := p.Attributes.Value("rpc.method")
		series[method.AsString()]++
		if p.Count != 0 {
			t.Errorf("%d calls of %s", p.Count, p.Attributes.Encoded(attribute.DefaultEncoder()))
		}
	}
	// An SLI counts the failures of Find: OK, and the six codes of a failure.
	if series[find] != 7 || series[watch] != 1 || len(series) != 2 {
		t.Errorf("series by method: %v", series)
	}
}

// TestGRPCOff calls without telemetry.
func TestGRPCOff(t *testing.T) {
	address, stop := serveItems(t, items{func(_ context.Context, text string) (string, error) { return text, nil }}, everything.GRPCServerOptions()...)
	if answer, err := call(t.Context(), dialItems(t, address, everything.GRPCDialOptions()...), find, "hello"); answer != "hello" || err != nil {
		t.Errorf("%q, %v", answer, err)
	}
	stop()
}
