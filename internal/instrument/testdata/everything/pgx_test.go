package everything_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/attribute"

	"example.com/everything/everything"
)

// postgres starts a PostgreSQL that listens on a socket only, and returns where.
// Without its programs the test is skipped: Debian has them in postgresql.
func postgres(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		t.Skip("PostgreSQL is not installed")
	}
	bin := filepath.Dir(slices.Max(found))
	dir, err := os.MkdirTemp("", "pg") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	attributes := servant(t, dir)
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(t.Context(), filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir = attributes, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off") //nolint:noctx // it is stopped below
	server.SysProcAttr, server.Dir = attributes, dir
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT)
		_ = server.Wait()
	})
	url := "postgres:///postgres?user=postgres&host=" + dir
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		conn, err := pgx.Connect(t.Context(), url)
		if err == nil {
			_ = conn.Close(t.Context())
			return url
		}
		if time.Now().After(deadline) {
			t.Fatalf("PostgreSQL does not answer: %v", err)
		}
	}
}

// servant is whom PostgreSQL runs as, since it refuses to be root.
func servant(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	someone, err := user.Lookup("postgres")
	if err != nil {
		t.Skip("PostgreSQL does not run as root, and there is no user postgres")
	}
	uid, _ := strconv.Atoi(someone.Uid)
	gid, _ := strconv.Atoi(someone.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func TestPgx(t *testing.T) {
	url := postgres(t)
	reader, spans := traced(t)
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1
	config.ConnConfig.Tracer = everything.PgxTracer(everything.SQLDatabaseOrders)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	ctx, root := everything.StartTick(t.Context())
	ask(ctx, t, pool)
	root.End(nil)

	got := durations(t, reader, "db.client.operation.duration")
	const in, of = "db.namespace=postgres,db.operation.name=", ",db.system.name=postgresql"
	for want, n := range map[string]uint64{
		in + "CONNECT" + of: 1,
		"db.collection.name=items," + in + "CREATE" + of:                                                     1,
		"db.collection.name=items," + in + "INSERT" + of:                                                     2,
		"db.collection.name=items," + in + "SELECT" + of:                                                     2,
		"db.collection.name=items," + in + "COPY" + of:                                                       1,
		"db.collection.name=items," + in + "BATCH INSERT" + of:                                               1,
		in + "BATCH" + ",db.response.status_code=22P02" + of + ",error.type=22P02":                           1,
		"db.collection.name=items," + in + "INSERT,db.response.status_code=23505" + of + ",error.type=23505": 1,
		in + "BEGIN" + of: 1, in + "ROLLBACK" + of: 1,
	} {
		if got[want] != n {
			t.Errorf("%d of %s, want %d in %v", got[want], want, n, got)
		}
	}
	quiet(t, spans, root.SpanContext().TraceID().String())
	pools(ctx, t, pool, func(name, with string) int64 {
		return sums(all(t, reader)[name])["db.client.connection.pool.name=orders"+with]
	})
}

// ask does what one does with a database.
func ask(ctx context.Context, t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	exec := func(query string, args ...any) error {
		_, err := pool.Exec(ctx, query, args...)
		return err
	}
	expect := func(err error, code string) {
		t.Helper()
		var known *pgconn.PgError
		if errors.As(err, &known) && known.Code == code || err == nil && code == "" {
			return
		}
		t.Errorf("the error is %v, want %q", err, code)
	}
	expect(exec("CREATE TABLE items (id int, name text UNIQUE)"), "")
	expect(exec("INSERT INTO items VALUES ($1, $2)", 1, "secret"), "")
	expect(exec("INSERT INTO items VALUES (2, 'secret 2')"), "")
	expect(exec("INSERT INTO items VALUES (3, 'secret')"), "23505")
	var name string
	expect(pool.QueryRow(ctx, "SELECT name FROM items WHERE id = $1", 1).Scan(&name), "")
	if err := pool.QueryRow(ctx, "SELECT name FROM items WHERE name = 'no secret'").Scan(&name); !errors.Is(err, pgx.ErrNoRows) {
		t.Error(err)
	}
	_, err := pool.CopyFrom(ctx, pgx.Identifier{"items"}, []string{"id", "name"}, pgx.CopyFromRows([][]any{{4, "secret 4"}}))
	expect(err, "")
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO items VALUES ($1, $2)", 5, "secret 5")
	batch.Queue("INSERT INTO items VALUES ($1, $2)", 6, "secret 6")
	expect(pool.SendBatch(ctx, batch).Close(), "")
	batch = &pgx.Batch{}
	batch.Queue("SELECT 1")
	batch.Queue("DELETE FROM items WHERE id = 'secret'::int")
	expect(pool.SendBatch(ctx, batch).Close(), "22P02")
	tx, err := pool.Begin(ctx)
	expect(err, "")
	expect(tx.Rollback(ctx), "")
}

// pools looks at the metrics of a pool whose connection is taken, while somebody
// waits for it.
func pools(ctx context.Context, t *testing.T, pool *pgxpool.Pool, metric func(name, with string) int64) {
	t.Helper()
	conn, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithCancel(ctx)
	done := make(chan error)
	go func() {
		_, err := pool.Acquire(waiting)
		done <- err
	}()
	for deadline := time.Now().Add(time.Minute); metric("db.client.connection.pending_requests", "") != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody waits for a connection")
		}
	}
	if used := metric("db.client.connection.count", ",db.client.connection.state=used"); used != 1 {
		t.Errorf("%d connections are used", used)
	}
	if most := metric("db.client.connection.max", ""); most != 1 {
		t.Errorf("%d connections at most", most)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	conn.Release()
	if pending := metric("db.client.connection.pending_requests", ""); pending != 0 {
		t.Errorf("%d wait for a connection", pending)
	}
}

// TestPgxUnreachable connects to nothing: that is an error of the database, too.
func TestPgxUnreachable(t *testing.T) {
	reader, _ := traced(t)
	config, err := pgxpool.ParseConfig("postgres:///orders?user=someone&sslmode=disable&host=" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.Tracer = everything.PgxTracer(everything.SQLDatabaseOrders)
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Fatal("it connected")
	}
	if n := sumOf(t, reader, "db.client.operation.duration", attribute.String("db.operation.name", "CONNECT")); n == 0 {
		t.Error("no connection was attempted")
	}
	for attributes := range durations(t, reader, "db.client.operation.duration") {
		if !strings.Contains(attributes, "error.type=") || !strings.Contains(attributes, "db.namespace=orders") {
			t.Errorf("attributes %s", attributes)
		}
	}
}
