package everything_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"example.com/everything/everything"
)

// These tests pass messages through servers: NATS itself, and Kafka's protocol
// as franz-go's own tests have it.

// patience is for machines that are slow.
const patience = 5 * time.Minute

func natsServer(t *testing.T) *nats.Conn {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	nc, err := nats.Connect(s.ClientURL(), nats.Timeout(patience))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// tally returns the sums of a counter or the counts of a histogram by attributes,
// those above zero.
func tally(t *testing.T, reader sdkmetric.Reader, name string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	switch data := all(t, reader)[name].(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			if p.Value > 0 {
				out[p.Attributes.Encoded(attribute.DefaultEncoder())] = p.Value
			}
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			if p.Count > 0 {
				out[p.Attributes.Encoded(attribute.DefaultEncoder())] = int64(p.Count)
			}
		}
	}
	return out
}

func wantTally(t *testing.T, reader sdkmetric.Reader, name string, want map[string]int64) {
	t.Helper()
	got := tally(t, reader, name)
	for attributes, n := range want {
		if got[attributes] != n {
			t.Errorf("%s has %d of %s, want %d; it has %v", name, got[attributes], attributes, n, got)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s has %v, want %v", name, got, want)
	}
}

// pair returns the spans of a producer and a consumer.
func pair(t *testing.T, spans *tracetest.SpanRecorder) (producer, consumer sdktrace.ReadOnlySpan) {
	t.Helper()
	for _, span := range spans.Ended() {
		switch span.SpanKind() {
		case trace.SpanKindProducer:
			producer = span
		case trace.SpanKindConsumer:
			consumer = span
		}
	}
	if producer == nil || consumer == nil {
		t.Fatalf("the spans are %v", spans.Ended())
	}
	return producer, consumer
}

// wantOneTrace checks that a consumer's span follows from the producer's, and
// that both are told apart as the spec's queries do it.
func wantOneTrace(t *testing.T, spans *tracetest.SpanRecorder, system, sent, destination string) {
	t.Helper()
	producer, consumer := pair(t, spans)
	if producer.Name() != sent+" "+destination || consumer.Name() != "process "+destination {
		t.Errorf("the spans are %q and %q", producer.Name(), consumer.Name())
	}
	if consumer.Parent().SpanID() != producer.SpanContext().SpanID() || consumer.SpanContext().TraceID() != producer.SpanContext().TraceID() {
		t.Errorf("the consumer's span %v is no child of %v", consumer.Parent(), producer.SpanContext())
	}
	if links := consumer.Links(); len(links) == 0 || links[0].SpanContext.SpanID() != producer.SpanContext().SpanID() {
		t.Errorf("the consumer's span is linked with %v", links)
	}
	for span, operation := range map[sdktrace.ReadOnlySpan]string{producer: "send", consumer: "process"} {
		for _, want := range []attribute.KeyValue{
			attribute.String("messaging.system", system), attribute.String("messaging.destination.name", destination),
			attribute.String("messaging.operation.type", operation), attribute.Int("messaging.message.body.size", 5),
		} {
			if !slices.Contains(span.Attributes(), want) {
				t.Errorf("%s has %v, want %v", span.Name(), span.Attributes(), want)
			}
		}
	}
}

func TestNATS(t *testing.T) {
	nc := natsServer(t)
	reader, spans := traced(t)
	processed := make(chan error, 1)
	_, err := nc.QueueSubscribe("orders.paid.*", "shippers", func(m *nats.Msg) {
		processed <- everything.ProcessShipping(context.Background(), m, func(ctx context.Context, m *nats.Msg) error {
			if string(m.Data) != "hello" || m.Header.Get("own") != "kept" || !trace.SpanContextFromContext(ctx).IsValid() {
				return fmt.Errorf("the message is %q with %v", m.Data, m.Header)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	m := &nats.Msg{Subject: "orders.paid.17", Data: []byte("hello"), Header: nats.Header{"own": {"kept"}}}
	if err := everything.PublishPaid(t.Context(), nc, m); err != nil {
		t.Fatal(err)
	}
	if len(m.Header) != 1 {
		t.Errorf("the caller's message was changed: %v", m.Header)
	}
	if err := <-processed; err != nil {
		t.Error(err)
	}
	wantOneTrace(t, spans, "nats", "publish", "orders.paid")
	_, consumer := pair(t, spans)
	if want := attribute.String("nats.subject", "orders.paid.17"); !slices.Contains(consumer.Attributes(), want) {
		t.Errorf("the span has %v", consumer.Attributes())
	}
	const where = "messaging.destination.name=orders.paid,messaging.operation.name="
	wantTally(t, reader, "messaging.client.operation.duration", map[string]int64{where + "publish,messaging.operation.type=send,messaging.system=nats": 1})
	wantTally(t, reader, "messaging.client.sent.messages", map[string]int64{where + "publish,messaging.system=nats": 1})
	wantTally(t, reader, "messaging.client.consumed.messages", map[string]int64{where + "process,messaging.system=nats": 1})
	wantTally(t, reader, "messaging.process.duration", map[string]int64{"messaging.consumer.group.name=shippers," + where + "process,messaging.system=nats": 1})
}

func TestNATSPublishFails(t *testing.T) {
	nc := natsServer(t)
	reader, spans := traced(t)
	nc.Close()
	if err := everything.PublishPaid(t.Context(), nc, &nats.Msg{Data: []byte("hello")}); !errors.Is(err, nats.ErrConnectionClosed) {
		t.Errorf("the error is %v", err)
	}
	if span := spans.Ended()[0]; span.Status().Code != codes.Error {
		t.Errorf("the span has the status %v", span.Status())
	}
	wantTally(t, reader, "messaging.client.sent.messages", map[string]int64{
		"error.type=*errors.errorString,messaging.destination.name=orders.paid,messaging.operation.name=publish,messaging.system=nats": 1,
	})
}

func TestJetStream(t *testing.T) {
	nc := natsServer(t)
	reader, spans := traced(t)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stream, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}})
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{Durable: "shippers"})
	if err != nil {
		t.Fatal(err)
	}
	ack, err := everything.PublishPaidJetStream(ctx, js, &nats.Msg{Data: []byte("hello")}, jetstream.WithMsgID("one"))
	if err != nil || ack.Stream != "ORDERS" {
		t.Fatalf("%v, %v", ack, err)
	}
	m, err := consumer.Next(jetstream.FetchMaxWait(patience))
	if err != nil {
		t.Fatal(err)
	}
	if err := everything.ProcessShippingJetStream(ctx, m, func(_ context.Context, m jetstream.Msg) error { return m.DoubleAck(ctx) }); err != nil {
		t.Fatal(err)
	}
	wantOneTrace(t, spans, "nats", "publish", "orders.paid")
	wantTally(t, reader, "messaging.process.duration", map[string]int64{"messaging.destination.name=orders.paid,messaging.operation.name=process,messaging.system=nats": 1})
}

func kafkaServer(t *testing.T, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(cluster.ListenAddrs()...), everything.KafkaHooks()}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func TestKafka(t *testing.T) {
	reader, spans := traced(t)
	client := kafkaServer(t, kgo.ConsumerGroup("auditors"), kgo.ConsumeTopics("audit"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	record := &kgo.Record{Topic: "audit", Value: []byte("hello"), Headers: []kgo.RecordHeader{{Key: "own", Value: []byte("kept")}}}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if trace.SpanContextFromContext(record.Context).IsValid() {
		t.Error("a record that was sent is still in the span of sending")
	}
	fetches := client.PollFetches(ctx)
	if err := fetches.Err(); err != nil || fetches.NumRecords() != 1 {
		t.Fatalf("%d records, %v", fetches.NumRecords(), err)
	}
	err := everything.ProcessAuditor(ctx, fetches.Records()[0], func(_ context.Context, r *kgo.Record) error {
		if string(r.Value) != "hello" || r.Headers[0].Key != "own" {
			return fmt.Errorf("the record is %v", r)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	wantOneTrace(t, spans, "kafka", "send", "audit")
	_, consumer := pair(t, spans)
	for _, want := range []attribute.KeyValue{attribute.Int("messaging.kafka.offset", 0), attribute.String("messaging.consumer.group.name", "auditors")} {
		if !slices.Contains(consumer.Attributes(), want) {
			t.Errorf("the span has %v, want %v", consumer.Attributes(), want)
		}
	}
	const where = "messaging.destination.name=audit,messaging.operation.name="
	wantTally(t, reader, "messaging.client.operation.duration", map[string]int64{where + "send,messaging.operation.type=send,messaging.system=kafka": 1})
	wantTally(t, reader, "messaging.client.sent.messages", map[string]int64{where + "send,messaging.system=kafka": 1})
	wantTally(t, reader, "messaging.client.consumed.messages", map[string]int64{where + "poll,messaging.system=kafka": 1})
	wantTally(t, reader, "messaging.process.duration", map[string]int64{"messaging.consumer.group.name=auditors," + where + "process,messaging.system=kafka": 1})
}

// TestKafkaConcurrently sends the same records from many goroutines that share
// their headers, and some that fail.
func TestKafkaConcurrently(t *testing.T) {
	reader, _ := traced(t)
	client := kafkaServer(t, kgo.RecordRetries(0), kgo.UnknownTopicRetries(0))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	shared := make([]kgo.RecordHeader, 1, 8)
	var failed atomic.Int64
	for i := range 300 {
		topic := "audit"
		if i%3 == 0 {
			topic = "nowhere"
		}
		client.Produce(ctx, &kgo.Record{Topic: topic, Headers: shared}, func(_ *kgo.Record, err error) {
			if err != nil {
				failed.Add(1)
			}
		})
	}
	if err := client.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if failed.Load() != 100 {
		t.Fatalf("%d records failed", failed.Load())
	}
	wantTally(t, reader, "messaging.client.sent.messages", map[string]int64{
		"messaging.destination.name=audit,messaging.operation.name=send,messaging.system=kafka":                           200,
		"error.type=*kerr.Error,messaging.destination.name=nowhere,messaging.operation.name=send,messaging.system=kafka": 100,
	})
}

// TestProcessFails processes messages that fail, in both ways.
func TestProcessFails(t *testing.T) {
	reader, spans := traced(t)
	ctx, around := everything.StartTick(t.Context())
	carrier := propagation.MapCarrier{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
	failure := errors.New("no stock")
	if err := everything.ProcessMailer(ctx, carrier, func(context.Context) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("the error is %v", err)
	}
	value := func() (value any) {
		defer func() { value = recover() }()
		return everything.ProcessMailer(ctx, carrier, func(context.Context) error { panic("oops") })
	}()
	if value != "oops" {
		t.Errorf("the panic became %v", value)
	}
	around.End(nil)
	const where = "messaging.destination.name=mail,messaging.operation.name=process,messaging.system=rabbitmq"
	wantTally(t, reader, "messaging.process.duration", map[string]int64{"error.type=*errors.errorString," + where: 1, "error.type=panic," + where: 1})
	wantTally(t, reader, "messaging.client.consumed.messages", map[string]int64{where: 2})
	for i, want := range []string{"no stock", "panic"} {
		span := spans.Ended()[i]
		if span.Status().Code != codes.Error || span.Status().Description != want {
			t.Errorf("the span has the status %v, want %s", span.Status(), want)
		}
		if span.Parent().SpanID().String() != "b7ad6b7169203331" || len(span.Links()) != 2 || !span.Links()[1].SpanContext.Equal(around.SpanContext()) {
			t.Errorf("the span has the parent %v and the links %v", span.Parent(), span.Links())
		}
	}
}

// TestManyErrors gives messages more types of errors than there may be series.
func TestManyErrors(t *testing.T) {
	reader, _ := traced(t)
	const calls = 2100
	for i := range calls {
		_ = everything.SendMail(t.Context(), nil, func(context.Context) error { return namedError(fmt.Sprint(i)) })
	}
	sent := tally(t, reader, "messaging.client.sent.messages")
	var sum int64
	for _, n := range sent {
		sum += n
	}
	if len(sent) > 2000 || sum != calls {
		t.Errorf("%d messages in %d series", sum, len(sent))
	}
	if sent["error.type=_other,messaging.destination.name=mail,messaging.operation.name=send,messaging.system=rabbitmq"] == 0 {
		t.Error("nothing is in the series of other errors")
	}
}

// namedError says its type itself.
type namedError string

func (e namedError) Error() string     { return "failed" }
func (e namedError) ErrorType() string { return string(e) }

// TestMessagesFromStart checks that an SLI's series are there before the first
// message.
func TestMessagesFromStart(t *testing.T) {
	metrics := all(t, start(t))
	var processed []string
	for _, p := range metrics["messaging.process.duration"].(metricdata.Histogram[float64]).DataPoints {
		destination, _ := p.Attributes.Value("messaging.destination.name")
		processed = append(processed, destination.AsString())
		if p.Count != 0 || !slices.Contains(p.Bounds, 0.25) {
			t.Errorf("%v", p)
		}
	}
	slices.Sort(processed)
	if got := strings.Join(processed, " "); got != "audit mail orders.paid" {
		t.Errorf("consumers of %s", got)
	}
	for name, want := range map[string]int{"messaging.client.sent.messages": 3, "messaging.client.consumed.messages": 3} {
		if got := sums(metrics[name]); len(got) != want {
			t.Errorf("%s has %v", name, got)
		}
	}
}

// TestMessagesOff checks that messages pass before Setup as if there were no
// helpers.
func TestMessagesOff(t *testing.T) {
	m, r, ctx := &nats.Msg{}, &kgo.Record{}, t.Context()
	allocations := testing.AllocsPerRun(100, func() {
		_ = everything.ProcessShipping(ctx, m, func(context.Context, *nats.Msg) error { return nil })
		_ = everything.ProcessAuditor(ctx, r, func(context.Context, *kgo.Record) error { return nil })
		_ = everything.SendMail(ctx, nil, func(context.Context) error { return nil })
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
