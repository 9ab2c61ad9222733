package send

import (
	"fmt"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/traffic"
)

const (
	schemaURL  = "https://opentelemetry.io/schemas/1.43.0"
	sdkVersion = "1.47.0"
	// runtimeScope is that of the Go runtime's metrics.
	runtimeScope = "go.opentelemetry.io/contrib/instrumentation/runtime"
)

// describe fills in the resource of an instance of a service.
func describe(resource pcommon.Resource, sys *model.System, service string, instance int) {
	to := resource.Attributes()
	to.PutStr("service.name", service)
	to.PutStr("service.namespace", sys.Name)
	to.PutStr("service.instance.id", traffic.InstanceID(service, instance))
	to.PutStr("service.version", traffic.Version)
	if sys.Environment != "" {
		to.PutStr("deployment.environment.name", sys.Environment)
	}
	to.PutStr("host.name", traffic.HostName(service, instance))
	to.PutStr("telemetry.sdk.language", "go")
	to.PutStr("telemetry.sdk.name", "opentelemetry")
	to.PutStr("telemetry.sdk.version", sdkVersion)
}

// scopeOf is the scope of what a service's helpers send: their package.
func scopeOf(sys *model.System, service string) string {
	for i := range sys.Services {
		s := &sys.Services[i]
		if s.Name == service && len(s.Instruments) > 0 {
			return s.Instruments[0].Dir
		}
	}
	return service
}

func inScope(scope pcommon.InstrumentationScope, name string) {
	scope.SetName(name)
	scope.SetVersion(traffic.Version)
}

// put adds attributes with values of their types.
func put(to pcommon.Map, attributes []traffic.Attribute) {
	for _, a := range attributes {
		switch a.Type {
		case model.BoolType:
			to.PutBool(a.Name, a.Value == "true")
		case model.NumberType:
			if n, err := strconv.ParseInt(a.Value, 10, 64); err == nil && !a.Declared {
				to.PutInt(a.Name, n)
			} else if f, err := strconv.ParseFloat(a.Value, 64); err == nil {
				to.PutDouble(a.Name, f)
			}
		default:
			to.PutStr(a.Name, a.Value)
		}
	}
}

func stamp(at time.Time) pcommon.Timestamp { return pcommon.NewTimestampFromTime(at) }

// instanceKey tells resources apart.
func instanceKey(service string, instance int) string { return fmt.Sprintf("%s/%d", service, instance) }
