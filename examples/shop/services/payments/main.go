// Command payments talks to the card processors.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/shop/services/payments/telemetry"
)

func main() {
	if err := run(); err != nil {
		slog.Error("payments failed", "error", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	shutdown, err := telemetry.Setup(ctx)
	if err != nil {
		slog.Error("telemetry is off", "error", err)
	}
	defer func() { _ = shutdown(context.Background()) }()

	p := &payments{
		acquirer: os.Getenv("ACQUIRER_URL"),
		client:   &http.Client{Transport: telemetry.HTTPTransport(nil), Timeout: 2 * time.Second},
	}
	server := &http.Server{Addr: address(), Handler: telemetry.HTTPHandler(p.routes()), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Shutdown(context.WithoutCancel(ctx))
	}()
	slog.InfoContext(ctx, "payments listens", "address", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func address() string {
	if a := os.Getenv("ADDRESS"); a != "" {
		return a
	}
	return "127.0.0.1:8082"
}

type payments struct {
	acquirer string
	client   *http.Client
}

func (p *payments) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charges", p.charge)
	mux.HandleFunc("GET /charges/{id}", p.show)
	return mux
}

func (p *payments) charge(w http.ResponseWriter, r *http.Request) {
	if p.acquirer == "" {
		answer(w, http.StatusCreated, map[string]string{"id": "ch_1", "state": "captured"})
		return
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, p.acquirer+"/captures", nil)
	if err != nil {
		http.Error(w, "the acquirer's address is wrong", http.StatusInternalServerError)
		return
	}
	response, err := p.client.Do(request)
	if err != nil {
		slog.ErrorContext(r.Context(), "the acquirer does not answer", "error", err)
		http.Error(w, "try again later", http.StatusBadGateway)
		return
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusInternalServerError {
		http.Error(w, "the acquirer failed", http.StatusBadGateway)
		return
	}
	answer(w, http.StatusCreated, map[string]string{"id": "ch_1", "state": "captured"})
}

func (p *payments) show(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]string{"id": r.PathValue("id"), "state": "captured"})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
