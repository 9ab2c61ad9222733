package everything_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/XSAM/otelsql"
	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"

	"example.com/everything/everything"
)

// eachSampler runs a benchmark with a trace that is sampled, and with one that
// is not.
func eachSampler(b *testing.B, run func(b *testing.B)) {
	for name, sampler := range map[string]sdktrace.Sampler{"sampled": sdktrace.AlwaysSample(), "unsampled": sdktrace.NeverSample()} {
		b.Run(name, func(b *testing.B) {
			start(b, everything.WithSampler(sampler), everything.WithSpanProcessor(sdktrace.NewBatchSpanProcessor(nowhere{})))
			run(b)
		})
	}
}

// grpcSide is instrumentation of a server, of a client, or of neither.
type grpcSide struct {
	name   string
	server []grpc.ServerOption
	client []grpc.DialOption
}

// BenchmarkGRPC calls a server on this host; bare is without instrumentation,
// the others have it on the side that their names say.
func BenchmarkGRPC(b *testing.B) {
	own := []grpcSide{
		{"bare", nil, nil},
		{"server/helper", everything.GRPCServerOptions(), nil},
		{"client/helper", nil, everything.GRPCDialOptions()},
	}
	b.Run("off", func(b *testing.B) { callEach(b, own) }) // before Setup
	eachSampler(b, func(b *testing.B) {
		callEach(b, append(own,
			grpcSide{"server/otelgrpc", []grpc.ServerOption{grpc.StatsHandler(otelgrpc.NewServerHandler())}, nil},
			grpcSide{"client/otelgrpc", nil, []grpc.DialOption{grpc.WithStatsHandler(otelgrpc.NewClientHandler())}},
		))
	})
}

func callEach(b *testing.B, sides []grpcSide) {
	for _, side := range sides {
		b.Run(side.name, func(b *testing.B) {
			address, _ := serveItems(b, items{func(_ context.Context, text string) (string, error) { return text, nil }}, side.server...)
			conn := dialItems(b, address, side.client...)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := call(b.Context(), conn, find, "hello"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const query = "SELECT name FROM items WHERE id = $1 AND kind = 'used'"

// BenchmarkSQLOff asks a driver that does nothing before Setup; bare is without
// the helper.
func BenchmarkSQLOff(b *testing.B) {
	own, plain := everything.OpenDBConnector(everything.SQLDatabaseOrders, deaf{}), sql.OpenDB(deaf{})
	b.Cleanup(func() { _ = errors.Join(own.Close(), plain.Close()) })
	b.Run("helper", func(b *testing.B) { execute(b, own) })
	b.Run("bare", func(b *testing.B) { execute(b, plain) })
}

func execute(b *testing.B, db *sql.DB) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.ExecContext(b.Context(), query); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSQL asks a driver that does nothing.
func BenchmarkSQL(b *testing.B) {
	eachSampler(b, func(b *testing.B) {
		own := everything.OpenDBConnector(everything.SQLDatabaseOrders, deaf{})
		theirs := otelsql.OpenDB(deaf{}, otelsql.WithAttributes(attribute.String("db.system.name", "postgresql")),
			otelsql.WithSpanOptions(otelsql.SpanOptions{OmitConnResetSession: true}))
		b.Cleanup(func() { _ = errors.Join(own.Close(), theirs.Close()) })
		b.Run("helper", func(b *testing.B) { execute(b, own) })
		b.Run("otelsql", func(b *testing.B) { execute(b, theirs) })
	})
}

// BenchmarkPgx plays a query to the tracers alone, in a span of its own, without
// which otelpgx traces nothing.
func BenchmarkPgx(b *testing.B) {
	eachSampler(b, func(b *testing.B) {
		b.Run("helper", func(b *testing.B) { playQuery(b, everything.PgxTracer(everything.SQLDatabaseOrders)) })
		b.Run("otelpgx", func(b *testing.B) { playQuery(b, otelpgx.NewTracer()) })
	})
}

func playQuery(b *testing.B, tracer pgx.QueryTracer) {
	parent, span := everything.StartTick(b.Context())
	defer span.End(nil)
	b.ReportAllocs()
	for b.Loop() {
		ctx := tracer.TraceQueryStart(parent, nil, pgx.TraceQueryStartData{SQL: query})
		tracer.TraceQueryEnd(ctx, nil, pgx.TraceQueryEndData{CommandTag: pgconn.CommandTag{}})
	}
}
