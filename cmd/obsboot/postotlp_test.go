package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// postOTLP stands for a user's service: it sends the file of its second argument to
// where the variables of OpenTelemetry say.
func postOTLP() {
	endpoint, err := url.Parse(os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"))
	switch {
	case err != nil || endpoint.Port() == "":
		fmt.Fprintln(os.Stderr, "OTEL_EXPORTER_OTLP_ENDPOINT is no address")
		os.Exit(4)
	case len(os.Args) == 1:
		return
	case len(os.Args) != 3:
		os.Exit(3)
	}
	body, err := os.ReadFile(os.Args[2])
	if err == nil {
		err = post(endpoint.JoinPath("v1", os.Args[1]).String(), body)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(5)
	}
	fmt.Printf("posted to %s, %s\n", endpoint.Hostname(), os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL"))
}

func post(address string, body []byte) error {
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if name, value, ok := strings.Cut(os.Getenv("OTEL_EXPORTER_OTLP_HEADERS"), "="); ok {
		value, err = url.PathUnescape(value)
		if err != nil {
			return err
		}
		r.Header.Set(name, value)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer w.Body.Close() //nolint:errcheck // the status is all
	if w.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", w.Status)
	}
	return nil
}
