package store

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
)

// tailBuffer is how many records wait for a reader that is slow. Above it records
// are left out and counted.
const tailBuffer = 1000

// Tail is the records of a filter as they are written.
type Tail struct {
	Records chan Log
	filter  LogFilter
	hub     *hub
	missed  int // under hub.mu
}

// hub hands new records to those who watch.
type hub struct {
	mu     sync.Mutex
	tails  map[*Tail]bool
	closed bool
}

// TailLogs starts to watch. The channel closes when the store does.
func (s *Store) TailLogs(f LogFilter) *Tail {
	t := &Tail{Records: make(chan Log, tailBuffer), filter: f, hub: &s.hub}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.hub.closed {
		close(t.Records)
		return t
	}
	if s.hub.tails == nil {
		s.hub.tails = map[*Tail]bool{}
	}
	s.hub.tails[t] = true
	return t
}

// Missed returns how many records were left out since it was called last.
func (t *Tail) Missed() int {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	n := t.missed
	t.missed = 0
	return n
}

// Close stops watching.
func (t *Tail) Close() {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	delete(t.hub.tails, t)
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for t := range h.tails {
		close(t.Records)
	}
	h.tails = nil
}

func (s *Store) publish(batches []*batch) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if len(s.hub.tails) == 0 {
		return
	}
	p := s.newest()
	row := p.logs
	for _, b := range batches {
		row -= int64(len(b.logs))
	}
	for _, b := range batches {
		cache := b.cache()
		for i := range b.logs {
			row++
			s.publishLog(p, row, &b.logs[i], cache)
		}
	}
}

func (b *batch) cache() resourceCache {
	out := resourceCache{}
	for _, r := range b.resources {
		info := resourceInfo{service: r.service}
		_ = json.Unmarshal([]byte(r.attributes), &info.attributes) // it was encoded here
		out[r.id] = info
	}
	return out
}

func (s *Store) publishLog(p *partition, id int64, r *logRow, cache resourceCache) {
	record, err := s.scanLog(context.Background(), p, cache, func(to ...any) error {
		*to[0].(*int64), *to[1].(*int64), *to[2].(*int64), *to[3].(*int) = id, r.time, r.resource, r.severity
		*to[4].(*[]byte), *to[5].(*[]byte), *to[6].(*[]byte) = r.trace[:], r.span[:], r.data
		return nil
	})
	if err != nil {
		return
	}
	for t := range s.hub.tails {
		if !t.filter.wants(&record) || !t.filter.wantsWords(&record) {
			continue
		}
		select {
		case t.Records <- record:
		default:
			t.missed++
		}
	}
}

// wantsWords checks the words of a filter, which a search leaves to the index.
func (f *LogFilter) wantsWords(l *Log) bool {
	if f.Text == "" {
		return true
	}
	var all tokens
	for _, text := range append(texts(l.Attributes), l.Event, l.Body) {
		all.text(text)
	}
	have := " " + all.String()
	begun := beginning(f.Text)
	for word := range words(f.Text) {
		if word != begun {
			word += " "
		}
		if !strings.Contains(have, " "+word) {
			return false
		}
	}
	return true
}
