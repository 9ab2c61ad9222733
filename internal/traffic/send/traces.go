package send

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
)

var spanKinds = map[string]ptrace.SpanKind{
	"server": ptrace.SpanKindServer, "client": ptrace.SpanKindClient, "producer": ptrace.SpanKindProducer,
	"consumer": ptrace.SpanKindConsumer, "internal": ptrace.SpanKindInternal,
}

// Traces returns the spans of requests.
func Traces(sys *model.System, requests []*traffic.Request) ptrace.Traces {
	out := ptrace.NewTraces()
	scopes := map[string]ptrace.ScopeSpans{}
	for _, r := range requests {
		for i := range r.Spans {
			s := &r.Spans[i]
			key := instanceKey(s.Service, s.Instance)
			scope, ok := scopes[key]
			if !ok {
				resource := out.ResourceSpans().AppendEmpty()
				resource.SetSchemaUrl(schemaURL)
				describe(resource.Resource(), sys, s.Service, s.Instance)
				scope = resource.ScopeSpans().AppendEmpty()
				scope.SetSchemaUrl(schemaURL)
				inScope(scope.Scope(), scopeOf(sys, s.Service))
				scopes[key] = scope
			}
			writeSpan(scope.Spans().AppendEmpty(), r, s)
		}
	}
	return out
}

func writeSpan(to ptrace.Span, r *traffic.Request, s *traffic.TraceSpan) {
	to.SetTraceID(r.TraceID)
	to.SetSpanID(s.ID)
	to.SetName(s.Name)
	to.SetKind(spanKinds[s.Kind])
	to.SetStartTimestamp(stamp(s.Start))
	to.SetEndTimestamp(stamp(s.End))
	to.SetFlags(1) // it is sampled
	put(to.Attributes(), s.Attributes)
	if s.Parent >= 0 {
		to.SetParentSpanID(r.Spans[s.Parent].ID)
	}
	if s.Linked {
		link := to.Links().AppendEmpty()
		link.SetTraceID(r.TraceID)
		link.SetSpanID(r.Spans[s.Parent].ID)
	}
	if s.Failed {
		to.Status().SetCode(ptrace.StatusCodeError)
		to.Status().SetMessage(s.Message)
	}
	if s.Failed && s.Message != "" {
		event := to.Events().AppendEmpty()
		event.SetName("exception")
		event.SetTimestamp(stamp(s.End))
		event.Attributes().PutStr("exception.type", attribute(s.Attributes, "error.type"))
		event.Attributes().PutStr("exception.message", s.Message)
	}
}

func attribute(all []traffic.Attribute, name string) string {
	for _, a := range all {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// severities are those of log/slog in OpenTelemetry.
var severities = map[string]plog.SeverityNumber{
	"debug": plog.SeverityNumberDebug, "info": plog.SeverityNumberInfo, "warn": plog.SeverityNumberWarn, "error": plog.SeverityNumberError,
}

// Logs returns the log records of requests.
func Logs(sys *model.System, requests []*traffic.Request) plog.Logs {
	out := plog.NewLogs()
	scopes := map[string]plog.ScopeLogs{}
	for _, r := range requests {
		for _, l := range r.Logs {
			s := &r.Spans[l.Span]
			key := instanceKey(s.Service, s.Instance)
			scope, ok := scopes[key]
			if !ok {
				resource := out.ResourceLogs().AppendEmpty()
				resource.SetSchemaUrl(schemaURL)
				describe(resource.Resource(), sys, s.Service, s.Instance)
				scope = resource.ScopeLogs().AppendEmpty()
				scope.SetSchemaUrl(schemaURL)
				inScope(scope.Scope(), scopeOf(sys, s.Service))
				scopes[key] = scope
			}
			record := scope.LogRecords().AppendEmpty()
			record.SetTimestamp(stamp(l.At))
			record.SetObservedTimestamp(stamp(l.At))
			record.SetSeverityNumber(severities[l.Severity])
			record.SetSeverityText(strings.ToUpper(l.Severity))
			record.Body().SetStr(l.Body)
			record.SetEventName(l.Event)
			put(record.Attributes(), l.Attributes)
			record.SetTraceID(r.TraceID)
			record.SetSpanID(pcommon.SpanID(s.ID))
			record.SetFlags(plog.DefaultLogRecordFlags.WithIsSampled(true))
		}
	}
	return out
}
