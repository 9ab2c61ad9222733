package cli_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync/atomic"
	"testing"

	"github.com/obsboot/obsboot/internal/cli"
)

// TestTraffic sends a backfilled hour and a second to a receiver that answers
// to everything, and to one that refuses logs.
func TestTraffic(t *testing.T) {
	for name, refused := range map[string]string{"taken": "", "refused": "/v1/logs"} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				if r.URL.Path == refused {
					http.Error(w, "the disk is full", http.StatusInsufficientStorage)
				}
			}))
			defer server.Close()
			var out, errOut bytes.Buffer
			status := cli.Main([]string{"traffic", "../../examples/shop", "--endpoint", server.URL, "--backfill", "1h", "--for", "1s", "--rate", "2"}, nil, &out, &errOut)
			want, said := 0, `Sending the traffic of "shop" to `
			if refused != "" {
				want, said = 1, `(?s)lost: .*answers 507.*the disk is full.*exports failed`
			}
			if status != want || requests.Load() < 400 || !regexp.MustCompile(`^Sent \d{4,} spans, \d+ log records, \d{4,} data points\.\n$`).MatchString(out.String()) {
				t.Errorf("status %d after %d requests: %s%s", status, requests.Load(), out.String(), errOut.String())
			}
			if !regexp.MustCompile(said).MatchString(errOut.String()) {
				t.Errorf("it says %s", errOut.String())
			}
		})
	}
}
