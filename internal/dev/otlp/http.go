package otlp

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

const (
	protobufType = "application/x-protobuf"
	jsonType     = "application/json"
)

// message is a request or an answer, in both forms that the protocol has.
type message interface {
	MarshalProto() ([]byte, error)
	MarshalJSON() ([]byte, error)
}

// exchange reads a request of one signal and answers it.
type exchange func(ctx context.Context, body []byte, json bool) (message, error)

// errMalformed says that a request cannot be read. It is wrapped.
var errMalformed = errors.New("the request cannot be read")

// HTTP returns the handler of /v1/traces, /v1/logs and /v1/metrics.
func (r *Receiver) HTTP() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/traces", r.handler(r.exchangeTraces))
	mux.Handle("POST /v1/logs", r.handler(r.exchangeLogs))
	mux.Handle("POST /v1/metrics", r.handler(r.exchangeMetrics))
	return mux
}

func (r *Receiver) handler(do exchange) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		media, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
		switch {
		case !r.may(req.Header.Get("Authorization")):
			fail(w, media, http.StatusUnauthorized, "the token is missing or wrong: send it as Authorization: Bearer TOKEN")
			return
		case media != protobufType && media != jsonType:
			fail(w, jsonType, http.StatusUnsupportedMediaType, "send "+protobufType+" or "+jsonType)
			return
		}
		leave, ok := r.enter()
		if !ok {
			r.failWith(w, media, ErrBusy)
			return
		}
		defer leave()
		ctx, cancel := context.WithTimeout(req.Context(), maxTime)
		defer cancel()
		body, err := readBody(w, req)
		if err != nil {
			r.failWith(w, media, fmt.Errorf("%w: %w", errMalformed, err))
			return
		}
		answer, err := do(ctx, body, media == jsonType)
		if err != nil {
			r.failWith(w, media, err)
			return
		}
		reply(w, media, answer)
	})
}

// readBody reads and decompresses a body, neither of which may be too large.
func readBody(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	var body io.Reader = http.MaxBytesReader(w, req.Body, maxBody)
	switch encoding := req.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		unzip, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = unzip
	default:
		return nil, fmt.Errorf("content encoding %.40q is not known: send gzip or none", encoding)
	}
	content, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	if err == nil && len(content) > maxBody {
		err = &http.MaxBytesError{Limit: maxBody}
	}
	return content, err
}

func (r *Receiver) exchangeTraces(ctx context.Context, body []byte, json bool) (message, error) {
	req := ptraceotlp.NewExportRequest()
	if err := decode(body, json, req.UnmarshalProto, req.UnmarshalJSON); err != nil {
		return nil, err
	}
	return ptraceotlp.NewExportResponse(), r.traces(ctx, req.Traces()).err
}

func (r *Receiver) exchangeLogs(ctx context.Context, body []byte, json bool) (message, error) {
	req := plogotlp.NewExportRequest()
	if err := decode(body, json, req.UnmarshalProto, req.UnmarshalJSON); err != nil {
		return nil, err
	}
	return plogotlp.NewExportResponse(), r.logs(ctx, req.Logs()).err
}

func (r *Receiver) exchangeMetrics(ctx context.Context, body []byte, json bool) (message, error) {
	req := pmetricotlp.NewExportRequest()
	if err := decode(body, json, req.UnmarshalProto, req.UnmarshalJSON); err != nil {
		return nil, err
	}
	out := r.metrics(ctx, req.Metrics())
	return metricsResponse(out), out.err
}

// decode reads a body. A panic of the decoder is an error of the body.
func decode(body []byte, json bool, fromProto, fromJSON func([]byte) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errMalformed, p)
		}
	}()
	read := fromProto
	if json {
		read = fromJSON
	}
	if err := read(body); err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	return nil
}

func reply(w http.ResponseWriter, media string, answer message) {
	marshal := answer.MarshalProto
	if media == jsonType {
		marshal = answer.MarshalJSON
	}
	content, err := marshal()
	if err != nil {
		fail(w, media, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", media)
	_, _ = w.Write(content) // the sender is gone
}

// failWith answers with the status that tells a sender whether to try again.
func (r *Receiver) failWith(w http.ResponseWriter, media string, err error) {
	code := http.StatusInternalServerError
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, ErrBusy):
		w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		code = http.StatusTooManyRequests
	case errors.As(err, &large):
		r.malformed.Add(1)
		code = http.StatusRequestEntityTooLarge
	case errors.Is(err, errMalformed):
		r.malformed.Add(1)
		code = http.StatusBadRequest
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		code = http.StatusServiceUnavailable
	}
	fail(w, media, code, firstLine(err))
}

// fail answers with a Status, as the protocol wants.
func fail(w http.ResponseWriter, media string, code int, text string) {
	of := map[int]codes.Code{
		http.StatusBadRequest: codes.InvalidArgument, http.StatusTooManyRequests: codes.ResourceExhausted,
		http.StatusUnauthorized: codes.Unauthenticated, http.StatusServiceUnavailable: codes.Unavailable,
	}
	status := &statuspb.Status{Code: int32(of[code]), Message: text}
	content, err := proto.Marshal(status)
	if media != protobufType {
		media = jsonType
		content, err = protojson.Marshal(status)
	}
	if err != nil {
		content = nil // the code says the most
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(code)
	_, _ = w.Write(content) // the sender is gone
}
