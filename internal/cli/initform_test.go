package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/obsboot/obsboot/internal/detect"
	"github.com/obsboot/obsboot/internal/scaffold"
)

// typing runs the form while a key is pressed again and again.
func typing(t *testing.T, key string, ask func(*form) error) error {
	t.Helper()
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- ask(&form{ctx: ctx, in: in, out: io.Discard}) }()
	for {
		select {
		case err := <-done:
			_ = keys.Close()
			_ = in.Close()
			return err
		case <-time.After(20 * time.Millisecond):
			_, _ = keys.WriteString(key)
		}
	}
}

func TestReturnTakesTheProposal(t *testing.T) {
	found := &detect.Repository{Services: []*detect.Service{{Name: "mail", HTTP: true}, {Name: "orders", HTTP: true}}}
	want := scaffold.Choices{System: "tea", Services: []string{"mail", "orders"}, Team: "brewers", Availability: 99.7, Latency: "333ms"}
	got := want
	if err := typing(t, "\r", func(f *form) error { return f.choices(&got, found) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("choices (-proposed +taken):\n%s", diff)
	}
}

func TestInterruptAndReturnOverwriteNothing(t *testing.T) {
	for name, key := range map[string]string{"interrupt": "\x03", "return": "\r"} {
		if err := typing(t, key, func(f *form) error { return f.confirm("A file is there.", "Overwrite it?") }); !errors.Is(err, errNo) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
