package instrument

import (
	"fmt"
	"slices"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
)

// queuesPage is what queues.go shows.
type queuesPage struct {
	goPage
	Imports              []string
	Producers, Consumers []goQueue
}

// goQueue is a queue that the service sends to, or a consumer.
type goQueue struct{ Name, Title, Description, System, Destination string }

// kafkaPage is what kafka.go shows.
type kafkaPage struct {
	goPage
	Produces, Consumes bool
}

func (g *goService) producers() []goQueue {
	var queues []goQueue
	for _, ref := range g.service.Uses {
		if ref.Kind == model.RefQueue {
			queues = append(queues, g.queue(ref.Name, ref.Name, ""))
		}
	}
	return queues
}

func (g *goService) consumers() []goQueue {
	var queues []goQueue
	for _, c := range g.service.Consumers {
		queues = append(queues, g.queue(c.Queue, c.Name, c.Description))
	}
	return queues
}

// queue returns a queue under the name of what uses it.
func (g *goService) queue(name, user, description string) goQueue {
	for _, q := range g.sys.Queues {
		if q.Name == name {
			if description == "" {
				description = q.Description
			}
			return goQueue{naming.GoName(user), user, sentence(description), q.System, q.Destination}
		}
	}
	return goQueue{}
}

func (g *goService) queues() queuesPage {
	page := queuesPage{goPage: g.page, Producers: g.producers(), Consumers: g.consumers()}
	page.Imports = []string{"context", ""}
	add := func(when bool, path string) {
		if when {
			page.Imports = append(page.Imports, path)
		}
	}
	add(g.speaksNATS(), "github.com/nats-io/nats.go")
	add(g.speaksNATS(), "github.com/nats-io/nats.go/jetstream")
	add(slices.ContainsFunc(page.Consumers, isKafka), "github.com/twmb/franz-go/pkg/kgo")
	add(slices.ContainsFunc(slices.Concat(page.Producers, page.Consumers), isOtherQueue), "go.opentelemetry.io/otel/propagation")
	return page
}

func (g *goService) kafka() kafkaPage {
	return kafkaPage{g.page, g.sendsKafka(), g.processesKafka()}
}

func isNATS(q goQueue) bool       { return q.System == "nats" }
func isKafka(q goQueue) bool      { return q.System == "kafka" }
func isOtherQueue(q goQueue) bool { return !isNATS(q) && !isKafka(q) }

func (g *goService) sends() bool          { return len(g.producers()) > 0 }
func (g *goService) processes() bool      { return len(g.consumers()) > 0 }
func (g *goService) sendsNATS() bool      { return slices.ContainsFunc(g.producers(), isNATS) }
func (g *goService) processesNATS() bool  { return slices.ContainsFunc(g.consumers(), isNATS) }
func (g *goService) sendsKafka() bool     { return slices.ContainsFunc(g.producers(), isKafka) }
func (g *goService) processesKafka() bool { return slices.ContainsFunc(g.consumers(), isKafka) }
func (g *goService) speaksNATS() bool     { return g.sendsNATS() || g.processesNATS() }
func (g *goService) speaksKafka() bool    { return g.sendsKafka() || g.processesKafka() }
func (g *goService) hasMessages() bool    { return g.sends() || g.processes() }

// sendsItself reports whether a helper does the sending: of Kafka, hooks see it.
func (g *goService) sendsItself() bool {
	return slices.ContainsFunc(g.producers(), func(q goQueue) bool { return !isKafka(q) })
}

func (g *goService) worksOnMessages() bool { return g.sendsItself() || g.processes() }

// messageSources are the sources of messages' metrics, and what makes their
// series exist from the start.
func (g *goService) messageSources() (sources, prepare []string) {
	for _, s := range []struct{ name, format string }{
		{"messaging.client.operation.duration", "messageDurations(%s, &messageOperations)"},
		{"messaging.client.sent.messages", "messageCounts(%s, &messagesSent)"},
		{"messaging.process.duration", "messageDurations(%s, &messagesProcessed)"},
		{"messaging.client.consumed.messages", "messageCounts(%s, &messagesConsumed)"},
	} {
		if m := g.standard(s.name); m != nil {
			sources = append(sources, fmt.Sprintf(s.format, instrumentOf(*m)))
		}
	}
	for _, q := range g.producers() {
		operation := "send"
		if isNATS(q) {
			operation = "publish"
		}
		prepare = append(prepare, fmt.Sprintf("producesTo(%q, %q, %q)", q.System, q.Destination, operation))
	}
	for _, q := range g.consumers() {
		delivery := "process"
		if isKafka(q) {
			delivery = "poll"
		}
		prepare = append(prepare, fmt.Sprintf("consumesFrom(%q, %q, %q)", q.System, q.Destination, delivery))
	}
	return sources, prepare
}

// messagesPage is what messaging_test.go shows.
type messagesPage struct {
	goPage
	Imports              []string
	Producers, Consumers []goQueue
	Helpers              bool
}

func (g *goService) messages() messagesPage {
	page := messagesPage{goPage: g.page, Producers: g.producers(), Consumers: g.consumers(), Helpers: g.worksOnMessages()}
	add := func(when bool, path string) {
		if when {
			page.Imports = append(page.Imports, path)
		}
	}
	add(page.Helpers, "context")
	add(true, "testing")
	add(true, "")
	add(g.speaksNATS(), "github.com/nats-io/nats.go")
	add(g.speaksKafka(), "github.com/twmb/franz-go/pkg/kgo")
	add(slices.ContainsFunc(slices.Concat(page.Producers, page.Consumers), isOtherQueue), "go.opentelemetry.io/otel/propagation")
	add(g.processes(), "go.opentelemetry.io/otel/trace")
	return page
}
