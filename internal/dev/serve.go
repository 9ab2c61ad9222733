package dev

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
	"golang.org/x/net/netutil"

	"github.com/obsboot/obsboot/internal/dev/api"
	"github.com/obsboot/obsboot/internal/dev/guard"
	"github.com/obsboot/obsboot/internal/dev/promapi"
	"github.com/obsboot/obsboot/internal/dev/web"
)

// maxConnections is how many are open at a time, for each address.
const maxConnections = 512

// listeners are open from before the stores are, so that an address that is taken is
// said at once.
type listeners struct{ page, grpc, http net.Listener }

func (l *listeners) close() {
	for _, one := range []net.Listener{l.page, l.grpc, l.http} {
		if one != nil {
			_ = one.Close() // nothing was served
		}
	}
}

func (e *Engine) listen(ctx context.Context) (*listeners, error) {
	l := &listeners{}
	for _, one := range []struct {
		name, flag, address string
		to                  *net.Listener
		port                *string
	}{
		{"the page", "--listen", e.options.Listen, &l.page, &e.ports.Page},
		{"OTLP over gRPC", "--otlp-grpc", e.options.OTLPGRPC, &l.grpc, &e.ports.GRPC},
		{"OTLP over HTTP", "--otlp-http", e.options.OTLPHTTP, &l.http, &e.ports.HTTP},
	} {
		if one.address == "" {
			continue
		}
		opened, err := new(net.ListenConfig).Listen(ctx, "tcp", one.address)
		if err != nil {
			l.close()
			return nil, fmt.Errorf("listen for %s: %w; choose another address with %s", one.name, err, one.flag)
		}
		*one.to = netutil.LimitListener(opened, maxConnections)
		*one.port = opened.Addr().String()
	}
	return l, nil
}

func (e *Engine) serve(l *listeners) {
	if l.page != nil {
		policy := guard.Policy{Token: e.options.Token, Host: hostOf(e.options.Listen)}
		e.serveHTTP(l.page, policy.Wrap(e.pages()))
	}
	if l.http != nil {
		policy := guard.Policy{Host: hostOf(e.options.OTLPHTTP), AnyLoopbackOrigin: true}
		e.serveHTTP(l.http, policy.Wrap(e.Receiver.HTTP())) // the receiver checks the token
	}
	if l.grpc != nil {
		e.grpc = e.Receiver.GRPC()
		go func() {
			if err := e.grpc.Serve(l.grpc); err != nil {
				e.failed <- fmt.Errorf("serve OTLP over gRPC: %w", err)
			}
		}()
	}
}

// maxQueries is how many queries of Prometheus's API run at a time.
const maxQueries = 10

func (e *Engine) pages() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/", guard.Limit(maxQueries, 20*time.Second, promapi.Handler(e.Metrics, e.options.Version)))
	mux.Handle(api.Prefix+"/", api.Handler(&api.Source{
		Version: e.options.Version, Started: e.started, Metrics: e.Metrics, Store: e.Store, Receiver: e.Receiver, Observer: e.Observer,
		Graph: e.graph, Ports: e.ports,
		Spec: func() *api.Spec {
			e.mu.RLock()
			defer e.mu.RUnlock()
			return &e.spec.Spec
		},
		Problems: func() api.Problems {
			e.mu.RLock()
			defer e.mu.RUnlock()
			return e.problems
		},
	}))
	ready := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "obsboot is ready.") }
	mux.HandleFunc("GET /-/ready", ready)
	mux.HandleFunc("GET /-/healthy", ready)
	mux.Handle("/", web.Handler())
	return mux
}

func (e *Engine) serveHTTP(l net.Listener, handler http.Handler) {
	s := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	e.servers = append(e.servers, s)
	go func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			e.failed <- fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
	}()
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	return host
}

// checkToken refuses to listen to others without a token.
func checkToken(o Options) error {
	for _, address := range []string{o.Listen, o.OTLPGRPC, o.OTLPHTTP} {
		if address == "" {
			continue
		}
		host := hostOf(address)
		ip := net.ParseIP(host)
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) && o.Token == "" {
			return fmt.Errorf("%s is open to other machines, and whoever reaches it would see everything: set a token in the variable OBSBOOT_DEV_TOKEN, or listen on 127.0.0.1", address)
		}
	}
	return nil
}

// lock keeps a second engine out of a folder.
func lock(dir string) (func() error, error) {
	file := filepath.Join(dir, "lock")
	type result struct {
		unlock func()
		err    error
	}
	done := make(chan result, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(file).Lock()
		done <- result{unlock, err}
	}()
	select {
	case r := <-done:
		return func() error { r.unlock(); return nil }, r.err
	case <-time.After(2 * time.Second):
		return nil, fmt.Errorf("another obsboot dev uses %s: choose another folder with --data", dir)
	}
}

// maxClose is how long requests may take to end.
const maxClose = 3 * time.Second

// Close stops listening, writes what is in memory and removes what is temporary.
func (e *Engine) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), maxClose)
	defer cancel()
	if e.grpc != nil {
		stopped := time.AfterFunc(maxClose, e.grpc.Stop)
		e.grpc.GracefulStop()
		stopped.Stop()
	}
	var errs []error
	for _, s := range e.servers {
		if s.Shutdown(ctx) != nil { // somebody watches the logs
			errs = append(errs, s.Close())
		}
	}
	if e.Store != nil {
		errs = append(errs, e.Store.Close())
	}
	if e.Metrics != nil {
		errs = append(errs, e.Metrics.Close())
	}
	if e.unlock != nil {
		errs = append(errs, e.unlock())
	}
	if e.temp != "" {
		errs = append(errs, os.RemoveAll(e.temp))
	}
	return errors.Join(errs...)
}
