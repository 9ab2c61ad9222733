package standing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client asks a Prometheus.
type Client struct {
	base string
	http http.Client
}

// New returns a client of the Prometheus at a URL.
func New(address string) (*Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" && u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q is no URL of a Prometheus; write one such as http://localhost:9090", address)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q: write http:// or https:// before it", address)
	case u.Host == "":
		return nil, fmt.Errorf("%q names no host; write one such as http://localhost:9090", address)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q: write the address of the server only, such as http://localhost:9090", address)
	}
	return &Client{base: strings.TrimSuffix(u.String(), "/"), http: http.Client{Timeout: 30 * time.Second}}, nil
}

// Sample is a value of a series.
type Sample struct {
	Labels map[string]string
	Value  float64
}

// answer is what Prometheus's API says.
type answer struct {
	Status string
	Error  string
	Data   struct {
		ResultType string
		Result     []struct {
			Metric map[string]string
			Value  [2]any
			Values [][2]any
		}
		Stats struct {
			Samples struct{ TotalQueryableSamples int64 }
		}
	}
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 20

// Query evaluates a query now.
func (c *Client) Query(ctx context.Context, query string) ([]Sample, error) {
	a, err := c.ask(ctx, "query", url.Values{"query": {query}})
	if err != nil {
		return nil, err
	}
	return a.samples()
}

// ask sends a form to a part of the API.
func (c *Client) ask(ctx context.Context, part string, form url.Values) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/api/v1/"+part, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("no Prometheus answers at %s; start the stack with obsboot up, or name another with --prometheus: %w", c.base, cause(err))
	}
	defer func() { _ = response.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", c.base, err)
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || a.Status == "" {
		return nil, fmt.Errorf("what answers at %s is no Prometheus (%s); check the address and the path before /api/v1", c.base, response.Status)
	}
	if a.Status != "success" {
		return nil, fmt.Errorf("%s refuses the query: %s", c.base, a.Error)
	}
	return &a, nil
}

// cause leaves out the request that the error of a client repeats.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (a *answer) samples() ([]Sample, error) {
	var out []Sample
	for _, r := range a.Data.Result {
		text, _ := r.Value[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("read the answer: %w", err)
		}
		out = append(out, Sample{r.Metric, value})
	}
	return out, nil
}

// Point is a value at a time.
type Point struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

// Range evaluates a query that gives at most one series at every step of a time.
func (c *Client) Range(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]Point, error) {
	a, err := c.ask(ctx, "query_range", url.Values{
		"query": {query}, "start": {seconds(from)}, "end": {seconds(to)}, "step": {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
	})
	if err != nil {
		return nil, err
	}
	if len(a.Data.Result) > 1 {
		return nil, fmt.Errorf("%s gives %d series, and one is wanted", query, len(a.Data.Result))
	}
	out := []Point{}
	for _, r := range a.Data.Result {
		for _, v := range r.Values {
			at, isTime := v[0].(float64)
			text, _ := v[1].(string)
			value, err := strconv.ParseFloat(text, 64)
			if err != nil || !isTime {
				return nil, fmt.Errorf("read the answer of %s: %v is no sample", c.base, v)
			}
			out = append(out, Point{time.UnixMilli(int64(at * 1000)), value})
		}
	}
	return out, nil
}

// Cost is how many samples one evaluation of a query reads on the server.
func (c *Client) Cost(ctx context.Context, query string) (int64, error) {
	a, err := c.ask(ctx, "query", url.Values{"query": {query}, "stats": {"all"}})
	if err != nil {
		return 0, err
	}
	return a.Data.Stats.Samples.TotalQueryableSamples, nil
}

// Now is the server's time.
func (c *Client) Now(ctx context.Context) (time.Time, error) {
	now, err := c.one(ctx, "vector(time())")
	if err != nil || now == nil {
		return time.Time{}, errors.Join(err, ctx.Err())
	}
	return time.UnixMilli(int64(*now * 1000)), nil
}

func seconds(at time.Time) string {
	return strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)
}
