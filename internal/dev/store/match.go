package store

import (
	"context"
	"encoding/json"
	"math/bits"
	"strconv"
	"strings"
)

func resourceToken(id int64) string { return "zqr" + strconv.FormatInt(id, 36) }

func traceToken(trace string) string { return "zqt" + trace }

// Filter is what records have in common that are searched for. Empty fields want
// nothing.
type Filter struct {
	Services   []string
	Attributes []Attribute // of the record or its resource; a value of nil: any
	Text       string      // words of the record, the last perhaps begun; in quotes, they stand so
	Trace      string
	From, To   int64 // nanoseconds since 1970; 0: without bound
	Limit      int
}

// terms collects the parts of a query of the index, all of which must hold.
type terms []string

func (t *terms) anyOf(tokens ...string) {
	switch {
	case len(tokens) == 1:
		*t = append(*t, tokens[0])
	case len(tokens) > 1:
		*t = append(*t, "("+strings.Join(tokens, " OR ")+")")
	}
}

func (t *terms) facts(kind string, values []string) {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = fact(kind, value)
	}
	t.anyOf(all...)
}

// words wants words of a text. The last one may be the beginning of a word, as while
// somebody types, unless there are too many of those.
func (t *terms) words(text string) {
	for word := range words(text) {
		*t = append(*t, quoted(word))
	}
	if last := beginning(text); last != "" {
		(*t)[len(*t)-1] = quoted(last) + "*"
	}
}

// beginning returns the last word of a text if it may be the beginning of one.
func beginning(text string) string {
	last := ""
	for word := range words(text) {
		last = word
	}
	if text == "" || !inWord(text[len(text)-1]) || len(last) < 3 {
		return ""
	}
	return last
}

// quoted keeps a word from being syntax. It holds no quotes.
func quoted(word string) string { return `"` + word + `"` }

// atLeast wants a duration that is as long as this or longer.
func (t *terms) atLeast(nanoseconds int64) {
	if nanoseconds <= 0 {
		return
	}
	var all []string
	for n := bits.Len64(uint64(nanoseconds)); n <= 63; n++ {
		all = append(all, "zqd"+strconv.Itoa(n))
	}
	t.anyOf(all...)
}

func (t terms) query() string { return strings.Join(t, " AND ") }

// common adds what the filters of logs and traces share. Attributes may be those of
// a resource, which stand in a table of their own.
func (s *Store) common(ctx context.Context, p *partition, f *Filter) (terms, error) {
	var t terms
	t.facts("service", f.Services)
	if f.Trace != "" {
		t = append(t, traceToken(f.Trace))
	}
	t.words(f.Text)
	for _, a := range f.Attributes {
		if a.Value == nil {
			continue
		}
		tokens := []string{fact("attribute", a.Key, Text(a.Value))}
		ids, err := s.resourcesWith(ctx, p, a)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			tokens = append(tokens, resourceToken(id))
		}
		t.anyOf(tokens...)
	}
	return t, nil
}

// maxResources is how many resources a search by an attribute of theirs considers.
const maxResources = 200

func (s *Store) resourcesWith(ctx context.Context, p *partition, a Attribute) ([]int64, error) {
	rows, err := s.read.QueryContext(ctx, p.sql(`select id from resources_$ where exists (select 1 from json_each(attributes)
		where value ->> 'key' = ? and cast(value ->> 'value' as text) = ?) limit ?`), a.Key, Text(a.Value), maxResources)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// has reports whether one of several lists holds an attribute.
func has(want Attribute, lists ...[]Attribute) bool {
	for _, list := range lists {
		for _, a := range list {
			if a.Key == want.Key && (want.Value == nil || Text(a.Value) == Text(want.Value)) {
				return true
			}
		}
	}
	return false
}

// phrases returns the parts of a text that stand in quotes, in lower case.
func phrases(text string) []string {
	parts := strings.Split(text, `"`)
	var out []string
	for i := 1; i < len(parts); i += 2 {
		if parts[i] != "" {
			out = append(out, lower(parts[i]))
		}
	}
	return out
}

// holds reports whether every phrase stands in one of the texts.
func holds(phrases []string, texts ...string) bool {
	for _, phrase := range phrases {
		found := false
		for _, text := range texts {
			found = found || strings.Contains(lower(text), phrase)
		}
		if !found {
			return false
		}
	}
	return true
}

// texts are what is searched of attributes.
func texts(all []Attribute) []string {
	var out []string
	for _, a := range all {
		if s, ok := a.Value.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// resources caches the resources of a partition during a search.
type resourceCache map[int64]resourceInfo

type resourceInfo struct {
	service    string
	attributes []Attribute
}

func (s *Store) resource(ctx context.Context, p *partition, cache resourceCache, id int64) (resourceInfo, error) {
	if r, ok := cache[id]; ok {
		return r, nil
	}
	var r resourceInfo
	var text string
	err := s.read.QueryRowContext(ctx, p.sql("select service, attributes from resources_$ where id = ?"), id).Scan(&r.service, &text)
	if err != nil {
		return r, err
	}
	err = json.Unmarshal([]byte(text), &r.attributes)
	cache[id] = r
	return r, err
}
