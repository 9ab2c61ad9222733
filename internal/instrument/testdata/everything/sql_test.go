package everything_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	_ "modernc.org/sqlite"

	"example.com/everything/everything"
)

func openSQLite(tb testing.TB) *sql.DB {
	tb.Helper()
	db, err := everything.OpenDB(everything.SQLDatabaseArchive, "sqlite", filepath.Join(tb.TempDir(), "archive.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(3)
	return db
}

func TestSQL(t *testing.T) {
	reader, spans := traced(t)
	db := openSQLite(t)
	ctx, root := everything.StartTick(t.Context())
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.ExecContext(ctx, "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
	stmt, err := db.PrepareContext(ctx, "INSERT INTO items (name) VALUES (?)")
	if err != nil {
		t.Fatal(err)
	}
	must(stmt.ExecContext(ctx, "secret"))
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelDefault})
	if err != nil {
		t.Fatal(err)
	}
	must(tx.ExecContext(ctx, "UPDATE items SET name = :name WHERE name = 'secret'", sql.Named("name", "secret2")))
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	var name string
	if err := db.QueryRowContext(ctx, "SELECT name FROM items WHERE id = ?", 1).Scan(&name); err != nil || name != "secret2" {
		t.Fatal(name, err)
	}
	if err := db.QueryRowContext(ctx, "SELECT name FROM items WHERE id = 77").Scan(&name); !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	if _, err := stmt.ExecContext(ctx, "secret2"); err == nil {
		t.Fatal("a name is there twice")
	}
	if err := stmt.Close(); err != nil {
		t.Fatal(err)
	}
	root.End(nil)
	got := durations(t, reader, "db.client.operation.duration")
	for want, n := range map[string]uint64{
		"db.operation.name=CONNECT,db.system.name=sqlite":                                                             1,
		"db.collection.name=items,db.operation.name=CREATE,db.system.name=sqlite":                                     1,
		"db.collection.name=items,db.operation.name=INSERT,db.system.name=sqlite":                                     1,
		"db.operation.name=BEGIN,db.system.name=sqlite":                                                               1,
		"db.collection.name=items,db.operation.name=UPDATE,db.system.name=sqlite":                                     1,
		"db.operation.name=COMMIT,db.system.name=sqlite":                                                              1,
		"db.collection.name=items,db.operation.name=SELECT,db.system.name=sqlite":                                     2,
		"db.collection.name=items,db.operation.name=INSERT,db.system.name=sqlite,error.type=modernc.org/sqlite.Error": 0,
		"db.collection.name=items,db.operation.name=INSERT,db.system.name=sqlite,error.type=*sqlite.Error":            1,
	} {
		if got[want] != n {
			t.Errorf("%d of %s, want %d in %v", got[want], want, n, got)
		}
	}
	quiet(t, spans, root.SpanContext().TraceID().String())
	pools := sums(all(t, reader)["db.client.connection.count"])
	if pools["db.client.connection.pool.name=archive,db.client.connection.state=idle"] != 1 {
		t.Errorf("connections: %v", pools)
	}
	if most := sums(all(t, reader)["db.client.connection.max"])["db.client.connection.pool.name=archive"]; most < 3 {
		t.Errorf("%d connections at most", most)
	}
}

// quiet checks that spans tell no values, and belong to a trace.
func quiet(t *testing.T, spans *tracetest.SpanRecorder, traceID string) {
	t.Helper()
	for _, span := range spans.Ended() {
		if span.SpanContext().TraceID().String() != traceID {
			t.Errorf("%s is in a trace of its own", span.Name())
		}
		told := span.Status().Description + span.Name()
		for _, a := range span.Attributes() {
			told += " " + a.Value.String()
		}
		for _, e := range span.Events() {
			for _, a := range e.Attributes {
				told += " " + a.Value.String()
			}
		}
		if strings.Contains(told, "secret") {
			t.Errorf("%s tells a secret: %s", span.Name(), told)
		}
	}
}

// bare is the least that a driver must have, as the older ones.
type bare struct{ queries *[]string }

func (b bare) Open(string) (driver.Conn, error) { return b, nil }
func (b bare) Close() error                     { return nil }
func (b bare) Begin() (driver.Tx, error)        { return b, nil }
func (b bare) Commit() error                    { return nil }
func (b bare) Rollback() error                  { return driver.ErrBadConn }

func (b bare) Prepare(query string) (driver.Stmt, error) {
	*b.queries = append(*b.queries, query)
	return bareStmt{b}, nil
}

type bareStmt struct{ bare }

func (bareStmt) NumInput() int                              { return -1 }
func (bareStmt) Exec([]driver.Value) (driver.Result, error) { return driver.RowsAffected(1), nil }
func (bareStmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.New("no rows here") }

// TestSQLBareDriver asks a driver that has none of the optional interfaces.
func TestSQLBareDriver(t *testing.T) {
	reader, _ := traced(t)
	var queries []string
	sql.Register("bare", bare{&queries})
	db, err := everything.OpenDB(everything.SQLDatabaseLegacy, "bare", "dsn")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ctx := t.Context()
	if _, err := db.ExecContext(ctx, "DELETE FROM items WHERE id = ?", 1); err != nil {
		t.Error(err)
	}
	if _, err := db.ExecContext(ctx, "DELETE FROM items WHERE id = :id", sql.Named("id", 1)); err == nil {
		t.Error("the driver takes a name that it does not have")
	}
	if rows, err := db.QueryContext(ctx, "SELECT * FROM items"); err == nil {
		t.Error(rows.Err())
	}
	if err := db.PingContext(ctx); err != nil {
		t.Error(err)
	}
	if _, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}); err == nil {
		t.Error("the driver takes an isolation that it does not have")
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); !errors.Is(err, driver.ErrBadConn) {
		t.Error(err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Raw(func(c any) error {
		if _, ok := c.(interface{ Raw() driver.Conn }).Raw().(bare); !ok {
			t.Errorf("the driver's connection is %T", c)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	got := durations(t, reader, "db.client.operation.duration")
	for _, want := range []string{
		"db.collection.name=items,db.operation.name=DELETE,db.system.name=mysql",
		"db.collection.name=items,db.operation.name=SELECT,db.system.name=mysql,error.type=*errors.errorString",
		"db.operation.name=ROLLBACK,db.system.name=mysql,error.type=bad_connection",
	} {
		if got[want] != 1 {
			t.Errorf("none of %s in %v", want, got)
		}
	}
}

// told is what spans tell of a query.
func told(tb testing.TB, spans *tracetest.SpanRecorder, db *sql.DB, query string) (text, name string) {
	tb.Helper()
	spans.Reset()
	_, _ = db.ExecContext(tb.Context(), query)
	for _, span := range spans.Ended() {
		for _, a := range span.Attributes() {
			if a.Key == "db.query.text" {
				text = a.Value.AsString()
			}
		}
		if span.Name() != "CONNECT" {
			name = span.Name()
		}
	}
	return text, name
}

// deaf is a driver that does nothing.
type deaf struct{ bare }

func (d deaf) Connect(context.Context) (driver.Conn, error) { return d, nil }
func (d deaf) Driver() driver.Driver                        { return d }

func (deaf) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(0), nil
}

// FuzzStatements checks that spans tell no literal, wherever it stands.
func FuzzStatements(f *testing.F) {
	f.Add("SELECT a FROM b WHERE c = ", " AND d = 1")
	f.Add("SELECT $tag$", "'")
	f.Add("SELECT `a`, [b] -- '", "\"")
	spans := tracetest.NewSpanRecorder()
	start(f, everything.WithSpanProcessor(spans), everything.WithSampler(sdktrace.AlwaysSample()))
	var dbs []*sql.DB
	for _, d := range []everything.SQLDatabase{everything.SQLDatabaseArchive, everything.SQLDatabaseLegacy, everything.SQLDatabaseOrders} {
		db := everything.OpenDBConnector(d, deaf{})
		defer func() { _ = db.Close() }()
		dbs = append(dbs, db)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "zqsecretqz"
		if strings.Contains(strings.ToLower(before+after), "zq") {
			t.Skip()
		}
		for i, db := range dbs {
			plain, _ := told(t, spans, db, before) // empty: it ends within something
			text, name := told(t, spans, db, before+" '"+secret+"' "+after)
			if plain != "" && strings.Contains(text+name, secret) {
				t.Errorf("%d: %q and %q are told as %q, %q", i, before, after, name, text)
			}
		}
	})
}

func sumOf(t *testing.T, reader sdkmetric.Reader, name string, with attribute.KeyValue) (n uint64) {
	t.Helper()
	for _, p := range histogramPoints(t, reader, name) {
		if value, ok := p.Attributes.Value(with.Key); ok && value == with.Value {
			n += p.Count
		}
	}
	return n
}

// TestSQLBounded asks for more tables than there may be series.
func TestSQLBounded(t *testing.T) {
	reader, spans := traced(t)
	db := everything.OpenDBConnector(everything.SQLDatabaseOrders, deaf{})
	defer func() { _ = db.Close() }()
	for i := range 3000 {
		if _, err := db.ExecContext(t.Context(), "DELETE FROM t"+strings.Repeat("x", i%110)+strings.Repeat("y", i/110)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(histogramPoints(t, reader, "db.client.operation.duration")); n > 2000 {
		t.Errorf("%d series", n)
	}
	if sumOf(t, reader, "db.client.operation.duration", attribute.Bool("otel.metric.overflow", true)) == 0 {
		t.Error("nothing is in the overflow")
	}
	failed := slices.ContainsFunc(spans.Ended(), func(s sdktrace.ReadOnlySpan) bool { return s.Status().Code == codes.Error })
	if failed {
		t.Error("a span failed")
	}
}
