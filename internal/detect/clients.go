package detect

import (
	"cmp"
	"go/ast"
	"slices"
	"strings"
)

// client is a library that speaks to a store or a queue. Its packages begin with
// prefix.
type client struct {
	prefix, kind, name, system string
}

// clients are the libraries that are known. Systems are named as in OpenTelemetry's
// semantic conventions for databases and messaging.
var clients = []client{
	{"github.com/jackc/pgx", "database", "postgres", "postgresql"},
	{"github.com/lib/pq", "database", "postgres", "postgresql"},
	{"github.com/go-pg/pg", "database", "postgres", "postgresql"},
	{"gorm.io/driver/postgres", "database", "postgres", "postgresql"},
	{"github.com/uptrace/bun/driver/pgdriver", "database", "postgres", "postgresql"},
	{"github.com/go-sql-driver/mysql", "database", "mysql", "mysql"},
	{"gorm.io/driver/mysql", "database", "mysql", "mysql"},
	{"github.com/mattn/go-sqlite3", "database", "sqlite", "sqlite"},
	{"modernc.org/sqlite", "database", "sqlite", "sqlite"},
	{"gorm.io/driver/sqlite", "database", "sqlite", "sqlite"},
	{"github.com/microsoft/go-mssqldb", "database", "mssql", "microsoft.sql_server"},
	{"github.com/denisenkom/go-mssqldb", "database", "mssql", "microsoft.sql_server"},
	{"github.com/sijms/go-ora", "database", "oracle", "oracle.db"},
	{"go.mongodb.org/mongo-driver", "database", "mongo", "mongodb"},
	{"github.com/gocql/gocql", "database", "cassandra", "cassandra"},
	{"github.com/ClickHouse/clickhouse-go", "database", "clickhouse", "clickhouse"},
	{"github.com/elastic/go-elasticsearch", "database", "elasticsearch", "elasticsearch"},
	{"github.com/opensearch-project/opensearch-go", "database", "opensearch", "opensearch"},
	{"github.com/neo4j/neo4j-go-driver", "database", "neo4j", "neo4j"},
	{"github.com/couchbase/gocb", "database", "couchbase", "couchbase"},
	{"github.com/aws/aws-sdk-go-v2/service/dynamodb", "database", "dynamodb", "aws.dynamodb"},
	{"cloud.google.com/go/spanner", "database", "spanner", "gcp.spanner"},
	{"github.com/redis/go-redis", "cache", "redis", "redis"},
	{"github.com/go-redis/redis", "cache", "redis", "redis"},
	{"github.com/redis/rueidis", "cache", "redis", "redis"},
	{"github.com/gomodule/redigo", "cache", "redis", "redis"},
	{"github.com/valkey-io/valkey-go", "cache", "valkey", "valkey"},
	{"github.com/bradfitz/gomemcache", "cache", "memcached", "memcached"},
	{"github.com/nats-io/nats.go", "queue", "nats", "nats"},
	{"github.com/nats-io/stan.go", "queue", "nats", "nats"},
	{"github.com/segmentio/kafka-go", "queue", "kafka", "kafka"},
	{"github.com/IBM/sarama", "queue", "kafka", "kafka"},
	{"github.com/Shopify/sarama", "queue", "kafka", "kafka"},
	{"github.com/twmb/franz-go", "queue", "kafka", "kafka"},
	{"github.com/confluentinc/confluent-kafka-go", "queue", "kafka", "kafka"},
	{"github.com/rabbitmq/amqp091-go", "queue", "rabbitmq", "rabbitmq"},
	{"github.com/streadway/amqp", "queue", "rabbitmq", "rabbitmq"},
	{"github.com/apache/pulsar-client-go", "queue", "pulsar", "pulsar"},
	{"github.com/aws/aws-sdk-go-v2/service/sqs", "queue", "sqs", "aws_sqs"},
	{"cloud.google.com/go/pubsub", "queue", "pubsub", "gcp_pubsub"},
}

// clientOf returns the library of an imported package.
func clientOf(imported string) (client, bool) {
	for _, c := range clients {
		if imported == c.prefix || strings.HasPrefix(imported, c.prefix+"/") {
			return c, true
		}
	}
	return client{}, false
}

// queueCall is a call that sends or receives. The destination is the argument at
// index topic; -1 says that the call names none.
type queueCall struct {
	library, name string // the library by its name in clients
	receives      bool
	topic         int
}

var queueCalls = []queueCall{
	{"nats", "Subscribe", true, 0},
	{"nats", "QueueSubscribe", true, 0},
	{"nats", "SubscribeSync", true, 0},
	{"nats", "QueueSubscribeSync", true, 0},
	{"nats", "PullSubscribe", true, 0},
	{"nats", "ChanSubscribe", true, 0},
	{"nats", "CreateOrUpdateConsumer", true, 1},
	{"nats", "Consumer", true, 1},
	{"nats", "Publish", false, 0},
	{"nats", "PublishAsync", false, 0},
	{"nats", "Publish", false, 1}, // of jetstream: behind the context
	{"kafka", "ConsumePartition", true, 0},
	{"kafka", "ConsumeTopics", true, 0},
	{"kafka", "Consume", true, 1}, // of sarama's groups
	{"kafka", "SubscribeTopics", true, 0},
	{"kafka", "ReadMessage", true, -1},
	{"kafka", "FetchMessage", true, -1},
	{"kafka", "PollFetches", true, -1},
	{"kafka", "DefaultProduceTopic", false, 0},
	{"kafka", "WriteMessages", false, -1},
	{"kafka", "SendMessage", false, -1},
	{"kafka", "ProduceSync", false, -1},
	{"rabbitmq", "Consume", true, 0},
	{"rabbitmq", "ConsumeWithContext", true, 1},
	{"rabbitmq", "Publish", false, 1},
	{"rabbitmq", "PublishWithContext", false, 2},
	{"pulsar", "Receive", true, -1},
	{"sqs", "ReceiveMessage", true, -1},
	{"sqs", "SendMessage", false, -1},
	{"pubsub", "Receive", true, -1},
	{"pubsub", "Subscription", true, 0},
	{"pubsub", "Topic", false, 0},
}

// queueLiterals are composite literals that name a destination.
var queueLiterals = map[string]struct {
	field    string
	receives bool
}{
	"ReaderConfig": {"Topic", true}, "Writer": {"Topic", false}, "WriterConfig": {"Topic", false},
	"ProducerMessage": {"Topic", false}, "Record": {"Topic", false}, "Message": {"Topic", false},
	"ConsumerOptions": {"Topic", true}, "ProducerOptions": {"Topic", false},
}

// traffic is what a program does with one messaging system.
type traffic struct {
	client          client
	receives, sends []string // destinations
	does            [2]bool  // sends, receives at all
}

// readClients finds the stores and queues that a program uses.
func (d *detection) readClients(p *program) {
	queues := map[string]*traffic{}
	var systems []string
	for _, imported := range p.imports {
		c, ok := clientOf(imported)
		switch {
		case !ok:
		case c.kind == "queue":
			if queues[c.system] == nil {
				queues[c.system] = &traffic{client: c}
				systems = append(systems, c.system)
			}
		default:
			p.service.Stores = appendNew(p.service.Stores, c.name)
			if !slices.ContainsFunc(d.out.Stores, func(s Store) bool { return s.Name == c.name }) {
				d.out.Stores = append(d.out.Stores, Store{c.kind, c.name, c.system, c.prefix})
			}
		}
	}
	if len(systems) > 0 {
		d.readTraffic(p, queues)
	}
	for _, system := range systems {
		d.addTraffic(p.service, queues[system])
	}
	slices.Sort(p.service.Stores)
}

// readTraffic looks for the calls that send and receive, in the files that import a
// library for it.
func (d *detection) readTraffic(p *program, queues map[string]*traffic) {
	p.visit(func(c call) {
		for _, known := range queueCalls {
			t := trafficIn(c.file, queues)
			if t == nil || t.client.name != known.library || c.name != known.name || c.from != "" && known.topic < 0 {
				continue
			}
			destination, ok := d.text(c.file, at(c.expr.Args, known.topic))
			if known.topic >= 0 && !ok && known.name == "Publish" {
				t.does[0] = true
				continue
			}
			t.add(destination, known.receives)
		}
	}, func(file *goFile, literal *ast.CompositeLit) {
		from, name := typeOf(file, literal.Type)
		c, ok := clientOf(from)
		known, found := queueLiterals[name]
		if ok && found && queues[c.system] != nil {
			if destination, ok := d.text(file, field(literal, known.field)); ok {
				queues[c.system].add(destination, known.receives)
			}
		}
	})
}

func trafficIn(file *goFile, queues map[string]*traffic) *traffic {
	systems := make([]string, 0, 1)
	for _, imported := range file.imports {
		if c, ok := clientOf(strings.TrimPrefix(imported, "_")); ok && c.kind == "queue" {
			systems = append(systems, c.system)
		}
	}
	if len(systems) == 0 {
		return nil
	}
	return queues[slices.Min(systems)]
}

func (t *traffic) add(destination string, receives bool) {
	if receives {
		t.does[1] = true
		t.receives = appendNew(t.receives, destination)
	} else {
		t.does[0] = true
		t.sends = appendNew(t.sends, destination)
	}
}

// field returns the value of a field in a composite literal.
func field(literal *ast.CompositeLit, name string) ast.Expr {
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
				return pair.Value
			}
		}
	}
	return nil
}

func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// addTraffic gives a service its queues.
func (d *detection) addTraffic(s *Service, t *traffic) {
	receives, sends := known(t.receives), known(t.sends)
	if t.does[1] && len(receives) == 0 {
		receives = []string{""}
	}
	if t.does[0] && len(sends) == 0 {
		sends = []string{""}
	}
	if !t.does[0] && !t.does[1] {
		d.note(Position{File: s.Dir}, "%s imports %s, but no call that sends or receives was found; the spec says that it sends.", s.Name, t.client.prefix)
		sends = []string{""}
	}
	for _, destination := range receives {
		s.Consumes = appendNew(s.Consumes, d.queue(t.client, destination))
	}
	for _, destination := range sends {
		s.Sends = appendNew(s.Sends, d.queue(t.client, destination))
	}
	slices.Sort(s.Consumes)
	slices.Sort(s.Sends)
}

// known drops the destinations that could not be read.
func known(destinations []string) []string {
	return slices.DeleteFunc(destinations, func(s string) bool { return s == "" })
}

// queue returns the name of a queue, which it adds if it is new.
func (d *detection) queue(c client, destination string) string {
	name := cmp.Or(Identifier(destination), c.name)
	for i := 2; ; i++ {
		at := slices.IndexFunc(d.out.Queues, func(q Queue) bool { return q.Name == name })
		if at < 0 {
			d.out.Queues = append(d.out.Queues, Queue{name, c.system, destination, c.prefix})
			return name
		}
		if q := d.out.Queues[at]; q.System == c.system && q.Destination == destination {
			return name
		}
		name = Identifier(c.name + "-" + cmp.Or(Identifier(destination), "queue"))
		if i > 2 {
			name += "-" + string(rune('0'+i%10))
		}
	}
}
