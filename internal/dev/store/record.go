package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Times are microseconds since 1970, which a browser's numbers hold exactly.

// Attribute is an attribute of a record.
type Attribute struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// Log is a log record.
type Log struct {
	ID         string      `json:"id"`
	Time       int64       `json:"time_us"`
	Service    string      `json:"service"`
	Level      string      `json:"level"`
	Event      string      `json:"event,omitempty"`
	Body       string      `json:"body"`
	Trace      string      `json:"trace_id,omitempty"`
	Span       string      `json:"span_id,omitempty"`
	Attributes []Attribute `json:"attributes"`
	Resource   []Attribute `json:"resource"`
	Scope      string      `json:"scope,omitempty"`
}

// Span is a span of a trace.
type Span struct {
	Trace      string      `json:"trace_id"`
	ID         string      `json:"span_id"`
	Parent     string      `json:"parent_id,omitempty"`
	Service    string      `json:"service"`
	Name       string      `json:"name"`
	Kind       string      `json:"kind"`
	Time       int64       `json:"time_us"`
	Duration   int64       `json:"duration_ns"`
	Failed     bool        `json:"failed"`
	Status     string      `json:"status,omitempty"` // the message of the status
	Attributes []Attribute `json:"attributes"`
	Resource   []Attribute `json:"resource"`
	Scope      string      `json:"scope,omitempty"`
	Events     []Event     `json:"events"`
	Links      []Link      `json:"links"`
	Critical   bool        `json:"critical"` // the trace would have ended sooner without it

	start int64 // nanoseconds
}

// Event is an event of a span.
type Event struct {
	Time       int64       `json:"time_us"`
	Name       string      `json:"name"`
	Attributes []Attribute `json:"attributes"`
}

// Link leads to a span of another trace.
type Link struct {
	Trace string `json:"trace_id"`
	Span  string `json:"span_id"`
}

// spanRow is a span as it is written.
type spanRow struct {
	time, duration int64 // nanoseconds
	trace          [16]byte
	span, parent   [8]byte
	resource       int64
	kind           int
	failed         bool
	name           string
	data           []byte // spanData
	tokens         string
}

// spanData is what of a span has no column of its own.
type spanData struct {
	Status     string      `json:"m,omitempty"`
	Attributes []Attribute `json:"a,omitempty"`
	Scope      string      `json:"s,omitempty"`
	Events     []Event     `json:"e,omitempty"`
	Links      []Link      `json:"l,omitempty"`
}

// logRow is a log record as it is written.
type logRow struct {
	time     int64
	trace    [16]byte
	span     [8]byte
	resource int64
	severity int
	data     []byte // logData
	tokens   string
}

type logData struct {
	Body       string      `json:"b"`
	Event      string      `json:"n,omitempty"`
	Attributes []Attribute `json:"a,omitempty"`
	Scope      string      `json:"s,omitempty"`
}

// resource is who sent records.
type resource struct {
	id         int64
	service    string
	attributes string // JSON of []Attribute
}

// Limits of a record; what is above them is cut.
const (
	maxAttributes = 128
	maxValue      = 8 << 10 // bytes of an attribute's value or name
	maxBody       = 64 << 10
	maxEvents     = 128
)

// attributes reads attributes as plain values that have a form in JSON.
func attributes(m pcommon.Map) []Attribute {
	out := make([]Attribute, 0, min(m.Len(), maxAttributes))
	for key, value := range m.All() {
		if len(out) == maxAttributes {
			break
		}
		out = append(out, Attribute{cut(key, maxValue), plain(value)})
	}
	return out
}

func plain(v pcommon.Value) any {
	switch v.Type() {
	case pcommon.ValueTypeBool:
		return v.Bool()
	case pcommon.ValueTypeInt:
		// A browser would round what is larger.
		if n := v.Int(); n > -1<<53 && n < 1<<53 {
			return n
		}
	case pcommon.ValueTypeDouble:
		if d := v.Double(); !math.IsNaN(d) && !math.IsInf(d, 0) {
			return d
		}
	}
	return cut(v.AsString(), maxValue)
}

// Text is the form of a value that is shown and compared.
func Text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	return fmt.Sprint(value)
}

// cut shortens a text and makes it valid UTF-8.
func cut(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// encode cannot fail: the values are plain.
func encode(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}

func hexID(id []byte) string {
	for _, b := range id {
		if b != 0 {
			return hex.EncodeToString(id)
		}
	}
	return ""
}

// Levels by name, with the first severity number of each.
var levels = []struct {
	name  string
	first int
}{{"trace", 1}, {"debug", 5}, {"info", 9}, {"warn", 13}, {"error", 17}, {"fatal", 21}}

// levelOf names a severity number; records without one count as info.
func levelOf(severity int) string {
	if severity <= 0 {
		return "info"
	}
	name := levels[0].name
	for _, l := range levels {
		if severity >= l.first {
			name = l.name
		}
	}
	return name
}

var kinds = []string{"unspecified", "internal", "server", "client", "producer", "consumer"}

func kindOf(kind int) string {
	if kind < 0 || kind >= len(kinds) {
		return kinds[0]
	}
	return kinds[kind]
}
