// Command storefront serves the shop's pages and its public API.
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

	"example.com/shop/services/storefront/telemetry"
)

func main() {
	if err := run(); err != nil {
		slog.Error("storefront failed", "error", err)
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

	server := &http.Server{Addr: address(), Handler: telemetry.HTTPHandler(routes()), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Shutdown(context.WithoutCancel(ctx))
	}()
	slog.InfoContext(ctx, "storefront listens", "address", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func address() string {
	if a := os.Getenv("ADDRESS"); a != "" {
		return a
	}
	return "127.0.0.1:8080"
}

type product struct {
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Price float64 `json:"price"`
}

var products = []product{{"1", "Teapot", 24.5}, {"2", "Cup", 8}, {"3", "Saucer", 4.5}}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, products) })
	mux.HandleFunc("GET /products/{id}", show)
	mux.HandleFunc("POST /checkout", checkout)
	return mux
}

func show(w http.ResponseWriter, r *http.Request) {
	for _, p := range products {
		if p.ID == r.PathValue("id") {
			answer(w, http.StatusOK, p)
			return
		}
	}
	http.NotFound(w, r)
}

func checkout(w http.ResponseWriter, r *http.Request) {
	var cart struct {
		Lines []struct{ Product string } `json:"lines"`
	}
	if err := json.NewDecoder(r.Body).Decode(&cart); err != nil || len(cart.Lines) == 0 {
		http.Error(w, "a cart has lines", http.StatusBadRequest)
		return
	}
	slog.InfoContext(r.Context(), "checked out", "lines", len(cart.Lines))
	answer(w, http.StatusAccepted, map[string]int{"lines": len(cart.Lines)})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
