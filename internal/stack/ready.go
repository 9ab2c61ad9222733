package stack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// probeReady asks a server whether it does its work. The collector is ready when
// it takes an empty export all the way; the others say so themselves.
func probeReady(ctx context.Context, server Component) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := readyRequest(ctx, server)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("it does not answer yet")
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	body, _ := io.ReadAll(io.LimitReader(response.Body, 512))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %d: %s", response.StatusCode, strings.TrimSpace(string(body)))
	}
	return nil
}

func readyRequest(ctx context.Context, server Component) (*http.Request, error) {
	base := ""
	for _, p := range server.Ports {
		if p.HTTP {
			base = fmt.Sprintf("http://127.0.0.1:%d", p.Published)
		}
	}
	if server.Name != Collector {
		return http.NewRequestWithContext(ctx, http.MethodGet, base+server.Ready, nil)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/logs", strings.NewReader("{}"))
	if err == nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, err
}

// awaitReady waits for every server, and tells say of each that is ready. It
// gives up early on a server that ended.
func (e *Engine) awaitReady(ctx context.Context, s *Stack, say func(string)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	problems := make([]error, len(s.Servers))
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
	)
	for i, server := range s.Servers {
		wait.Go(func() {
			err := e.awaitServer(ctx, s, server)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				say(server.Title + " is ready")
				return
			}
			if ctx.Err() == nil || problems[i] == nil {
				problems[i] = err
			}
		})
	}
	wait.Wait()
	for _, err := range problems {
		if err != nil {
			return err
		}
	}
	return nil
}

// awaitServer asks one server until it is ready.
func (e *Engine) awaitServer(ctx context.Context, s *Stack, server Component) error {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	var last error
	for round := 1; ; round++ {
		if last = probeReady(ctx, server); last == nil {
			return nil
		}
		if round%8 == 0 { // looking at the container costs more
			if err := e.ended(ctx, s, server); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return &Problem{fmt.Sprintf("%s is not ready: %v.", server.Title, last), "See what it says: obsboot logs " + server.Name}
		case <-ticker.C:
		}
	}
}

// ended reports a server whose container stopped or starts again and again.
func (e *Engine) ended(ctx context.Context, s *Stack, server Component) error {
	containers, err := e.own(ctx, s)
	if err != nil {
		return nil //nolint:nilerr // the next round asks again
	}
	for _, c := range containers {
		if c.Service == server.Name && (c.State == "restarting" || c.State == "exited" || c.State == "dead") {
			return &endedError{server, c.Exit, e.lastWords(ctx, c.Name), false}
		}
	}
	return nil
}

// endedError is a server that does not stay up.
type endedError struct {
	server Component
	exit   int
	said   string
	stored bool // there was data before, perhaps of another version
}

// Error says what is wrong and what to do about it, as a Problem does.
func (e *endedError) Error() string {
	remedy := "See more of it: obsboot logs " + e.server.Name
	if e.stored {
		remedy += "\nIf another version stored what it cannot read: name that version's image in the spec, or remove all that\n" +
			"the stack stored with obsboot down --volumes, which asks first."
	}
	p := Problem{fmt.Sprintf("%s does not start: it ended with status %d. It said:\n%s", e.server.Title, e.exit, e.said), remedy}
	return p.Error()
}

// lastWords are the last lines that a container printed.
func (e *Engine) lastWords(ctx context.Context, name string) string {
	var out tailBuffer
	if err := stream(ctx, "", &out, &out, e.Name, "logs", "--tail", "5", name); err != nil {
		return ""
	}
	return "  " + strings.ReplaceAll(strings.TrimSpace(out.String()), "\n", "\n  ")
}
