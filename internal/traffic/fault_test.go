package traffic_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/traffic"
)

func TestParseFault(t *testing.T) {
	five := 5.0
	none := 0.0
	for text, want := range map[string]traffic.Fault{
		"payments:errors=30%,after=2m,for=5m":   {Target: "payments", Errors: 0.3, After: 2 * time.Minute, For: 5 * time.Minute},
		"payments: errors=0.3 , after=2m":       {Target: "payments", Errors: 0.3, After: 2 * time.Minute},
		"orders:latency=10x,ramp=1m,for=1h":     {Target: "orders", Latency: 10, Ramp: time.Minute, For: time.Hour},
		"payments/POST /charges:slow=12.5%":     {Target: "payments/POST /charges", Slow: 0.125},
		"acquirer:outage,for=10m":               {Target: "acquirer", Outage: true, For: 10 * time.Minute},
		"storefront:rate=5x":                    {Target: "storefront", Load: &five},
		"storefront:rate=0x,latency=150%":       {Target: "storefront", Load: &none, Latency: 1.5},
		"database.orders:errors=100%,latency=2": {Target: "database.orders", Errors: 1, Latency: 2},
	} {
		got, err := traffic.ParseFault(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
}

func TestParseFaultSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "write who fails and how",
		"payments":                          "write who fails and how",
		":errors=3%":                        "write who fails and how",
		"payments:":                         "write who fails and how",
		"payments:eror=3%":                  `did you mean "errors"?`,
		"payments:wind=3%":                  "there are errors, slow",
		"payments:errors":                   "no share; write a percentage",
		"payments:errors=30":                "write errors=30%",
		"payments:errors=130%":              "between 0% and 100%",
		"payments:errors=0%":                "between 0% and 100%",
		"payments:errors=NaN":               "between 0% and 100%",
		"payments:latency=500ms":            "a factor is wanted: latency=3x",
		"payments:latency=fast":             "such as latency=3x",
		"payments:latency=-2x":              "between 0x and 1000x",
		"payments:latency=0x":               "no time at all",
		"payments:outage=30%":               "write errors=30% for a part",
		"payments:errors=3%,for=5":          "has no unit",
		"payments:errors=3%,for=5y":         "is no unit of time",
		"payments:after=3m":                 "says when, but not what",
		"payments:errors=3%,ramp=2m,for=1m": "is longer than for=1m",
	} {
		if got, err := traffic.ParseFault(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %+v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestFaultOfWhatIsNotThere(t *testing.T) {
	sys := shop(t)
	for text, want := range map[string]string{
		"paymets:errors=3%":               `did you mean "payments"?`,
		"xyz:errors=3%":                   "there are checkout, fulfilment",
		"payments/POST /charge:errors=3%": `did you mean "POST /charges"?`,
		"orders:rate=3x":                  "only a service has a rate",
	} {
		if _, err := traffic.New(sys, traffic.Options{Faults: []traffic.Fault{fault(t, text)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want an error with %q", text, err, want)
		}
	}
}
