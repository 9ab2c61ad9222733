package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/dev"
)

// terminal is written to by the watcher while the test reads it.
type terminal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *terminal) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// TestWatch changes a spec under a running engine: a valid change is taken over, an
// invalid one is shown while the one before it stays in force.
func TestWatch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "obsboot.hcl")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`system "shop" {}`)
	said := &terminal{}
	d := &devEngine{pipeline: pipeline{streams: &streams{out: io.Discard, err: said}, path: file}}
	sys, err := d.mustLoad()
	if err != nil {
		t.Fatal(err)
	}
	spec, err := d.spec(sys)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := dev.Start(t.Context(), spec, dev.Options{Listen: devFree})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}()
	go d.watch(t.Context(), engine)

	time.Sleep(2 * look) // the watcher looks at the file as it is
	write(`system "shop" {}
service "checkout" {}`)
	await(t, engine, said, "Reloaded", func(services int, problems string) bool { return services == 1 && problems == "" })
	write(`system "shop" {}
service "checkout" { nonsense = 1 }`)
	await(t, engine, said, "Not reloaded", func(services int, problems string) bool {
		return services == 1 && strings.Contains(problems, "obsboot.hcl:2:22") && strings.Contains(problems, "nonsense")
	})
	write(`system "shop" {}
service "checkout" {}
service "payments" {}`)
	await(t, engine, said, "Reloaded", func(services int, problems string) bool { return services == 2 && problems == "" })
}

// await waits until the page shows a number of services and problems, and the terminal
// has said so.
func await(t *testing.T, engine *dev.Engine, said *terminal, word string, is func(services int, problems string) bool) {
	t.Helper()
	var overview struct{ Services []any }
	var status struct{ Problems struct{ Text string } }
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		for path, into := range map[string]any{"overview": &overview, "status": &status} {
			r, err := http.Get("http://" + engine.Ports().Page + "/api/obsboot/" + path)
			if err != nil {
				t.Fatal(err)
			}
			err = json.NewDecoder(r.Body).Decode(into)
			_ = r.Body.Close() // it was read
			if err != nil {
				t.Fatal(err)
			}
		}
		if is(len(overview.Services), status.Problems.Text) && strings.Contains(said.String(), word) {
			return
		}
	}
	t.Fatalf("there are %d services and the problems %q; the terminal says %s", len(overview.Services), status.Problems.Text, said)
}
