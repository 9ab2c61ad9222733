package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// WholeTrace is a trace with all that belongs to it.
type WholeTrace struct {
	Trace
	All  []Span `json:"all"` // parents before children, siblings by their start
	Logs []Log  `json:"logs"`
}

// FindTrace reads a trace and the log records that name it.
func (s *Store) FindTrace(ctx context.Context, id string) (*WholeTrace, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.MaxSearch)
	defer cancel()
	id = strings.ToLower(id)
	spans, err := s.spansOfTrace(ctx, id, spanColumns, s.scanSpan)
	if err != nil {
		return nil, fmt.Errorf("read trace %s: %w", id, err)
	}
	if len(spans) == 0 {
		return nil, ErrNoTrace
	}
	logs, err := s.SearchLogs(ctx, LogFilter{Filter: Filter{Trace: id, Limit: maxLimit}})
	if err != nil {
		return nil, fmt.Errorf("read the logs of trace %s: %w", id, err)
	}
	slices.Reverse(logs.Records)
	out := &WholeTrace{Trace: summarize(id, spans), All: spans, Logs: logs.Records}
	markCritical(out.All)
	out.All = inOrder(out.All)
	return out, nil
}

// children are the indexes of spans by their parent's id. Spans whose parent is not
// here are roots, under "".
func children(spans []Span) map[string][]int {
	here := map[string]bool{}
	for _, span := range spans {
		here[span.ID] = true
	}
	out := map[string][]int{}
	for i, span := range spans {
		parent := span.Parent
		if !here[parent] || parent == span.ID {
			parent = ""
		}
		out[parent] = append(out[parent], i)
	}
	return out
}

// inOrder puts children behind their parents. What is left over hangs in a circle.
func inOrder(spans []Span) []Span {
	below, out := children(spans), make([]Span, 0, len(spans))
	placed := make([]bool, len(spans))
	stack := slices.Clone(below[""])
	slices.Reverse(stack)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if placed[i] {
			continue
		}
		placed[i] = true
		out = append(out, spans[i])
		next := below[spans[i].ID]
		for _, child := range slices.Backward(next) {
			if spans[i].ID != "" {
				stack = append(stack, child)
			}
		}
	}
	for i, done := range placed {
		if !done {
			out = append(out, spans[i])
		}
	}
	return out
}

// markCritical marks the critical path: from the end of the root backwards, always
// into the child that ended last before the point that is reached. A child that ends
// after its parent, such as a consumer's, was not waited for.
func markCritical(spans []Span) {
	below := children(spans)
	roots := below[""]
	if len(roots) == 0 {
		return
	}
	// The spans are sorted by their start. Of several roots the longest counts.
	root := slices.MaxFunc(roots, func(a, b int) int { return int(min(max(spans[a].Duration-spans[b].Duration, -1), 1)) })
	type step struct {
		span int
		end  int64 // from where backwards
	}
	stack := []step{{root, spans[root].start + spans[root].Duration}}
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		span := &spans[at.span]
		if span.Critical {
			continue // a circle
		}
		span.Critical = true
		if span.ID == "" {
			continue
		}
		kids := slices.Clone(below[span.ID])
		ends := func(i int) int64 { return spans[i].start + spans[i].Duration }
		slices.SortStableFunc(kids, func(a, b int) int { return int(min(max(ends(b)-ends(a), -1), 1)) })
		point := at.end
		for _, kid := range kids {
			if end := ends(kid); end <= point && spans[kid].start >= span.start {
				stack = append(stack, step{kid, end})
				point = spans[kid].start
			}
		}
	}
}
