// Package naming is the one place where names are made: Prometheus series and
// labels, Go identifiers, dashboard UIDs, file names.
//
// In: names as the spec writes them. Out: names as another system wants them;
// the same input always gives the same name. Whether two inputs collide is the
// caller's question. The package imports no other package of obsboot but model.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/prometheus/otlptranslator"

	"github.com/obsboot/obsboot/internal/model"
)

// The translation is the one that Prometheus applies to OTLP by default:
// translation_strategy UnderscoreEscapingWithSuffixes, with
// label_name_preserve_multiple_underscores.
var (
	metricNamer = otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes)
	labelNamer  = otlptranslator.LabelNamer{PreserveMultipleUnderscores: true}
)

var metricTypes = map[model.MetricKind]otlptranslator.MetricType{
	model.Counter:       otlptranslator.MetricTypeMonotonicCounter,
	model.UpDownCounter: otlptranslator.MetricTypeNonMonotonicCounter,
	model.Gauge:         otlptranslator.MetricTypeGauge,
	model.Histogram:     otlptranslator.MetricTypeHistogram,
}

// Series returns the Prometheus name of an OpenTelemetry metric, for
// histograms without _bucket, _count and _sum. The error says that nothing of
// the name is left.
func Series(kind model.MetricKind, name, unit string) (string, error) {
	return metricNamer.Build(otlptranslator.Metric{Name: name, Unit: unit, Type: metricTypes[kind]})
}

// SeriesOf returns the names of all series that a metric makes in Prometheus,
// given its base name. A native histogram is a single series.
func SeriesOf(m model.Metric) []string {
	if m.Kind != model.Histogram || m.Native {
		return []string{m.Series}
	}
	return []string{m.Series + "_bucket", m.Series + "_count", m.Series + "_sum"}
}

// Label returns the Prometheus label of an OpenTelemetry attribute.
func Label(attribute string) (string, error) { return labelNamer.Build(attribute) }

// Job returns the job label of a service whose metrics arrive over OTLP:
// service.namespace and service.name.
func Job(system, service string) string { return system + "/" + service }

// GoName returns an exported Go identifier for a name: "shop.order.value" is
// ShopOrderValue. Initialisms that Go people expect in capitals are so: "id" is
// ID. It returns "" if nothing of the name can stand in an identifier.
func GoName(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var b strings.Builder
	for _, word := range words {
		if upper := strings.ToUpper(word); initialisms[upper] {
			b.WriteString(upper)
			continue
		}
		runes := []rune(word)
		b.WriteRune(unicode.ToUpper(runes[0]))
		b.WriteString(string(runes[1:]))
	}
	identifier := b.String()
	if identifier == "" {
		return ""
	}
	if first := []rune(identifier)[0]; !unicode.IsUpper(first) {
		return "X" + identifier
	}
	return identifier
}

var initialisms = map[string]bool{
	"API": true, "CPU": true, "DB": true, "DNS": true, "GRPC": true, "HTTP": true, "HTTPS": true, "ID": true, "IP": true,
	"JSON": true, "RPC": true, "SQL": true, "TCP": true, "TLS": true, "UDP": true, "URI": true, "URL": true, "UUID": true,
}

// Slug returns a name for files, anchors and UIDs: lower-case letters and
// digits of ASCII, joined with single dashes. Names that differ otherwise may
// share a slug; an empty one means that nothing was left.
func Slug(name string) string {
	fields := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(fields, "-")
}

// maxUID is Grafana's limit for the UID of a dashboard.
const maxUID = 40

// DashboardUID returns the UID of a dashboard: obsboot- and the slugs of the
// parts, such as the system and the service. It never changes for the same
// parts. What would be too long ends in a hash of the whole instead.
func DashboardUID(parts ...string) string {
	slugs := make([]string, len(parts))
	for i, part := range parts {
		slugs[i] = Slug(part)
	}
	uid := "obsboot-" + strings.Join(slugs, "-")
	if len(uid) <= maxUID {
		return uid
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	hash := hex.EncodeToString(sum[:4])
	return strings.TrimRight(uid[:maxUID-len(hash)-1], "-") + "-" + hash
}

// Anchor returns the fragment by which Markdown renderers know a heading: lower
// case, with letters, digits, - and _ kept and spaces as dashes.
func Anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
