package store

import (
	"hash/fnv"
	"math/bits"
	"strconv"
	"strings"
)

const (
	// maxWords is how many words of a record are searchable.
	maxWords = 96
	// maxWord is how many bytes of a word count.
	maxWord = 40
)

// fact makes a token of something that is searched for as a whole. Its kind keeps
// equal texts of different meaning apart; words cannot equal it but by chance.
func fact(kind string, parts ...string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind))
	for _, part := range parts {
		_, _ = h.Write([]byte{0})
		_, _ = h.Write([]byte(part))
	}
	return "zq" + strconv.FormatUint(h.Sum64(), 36)
}

// magnitude is the token of a duration: the power of two that it is below.
func magnitude(nanoseconds int64) string {
	return "zqd" + strconv.Itoa(bits.Len64(uint64(max(nanoseconds, 0))))
}

// tokens collects the tokens of a record.
type tokens struct {
	b     strings.Builder
	words int
}

func (t *tokens) add(token string) {
	t.b.WriteString(token)
	t.b.WriteByte(' ')
}

// text adds the words of a text.
func (t *tokens) text(text string) {
	for word := range words(text) {
		if t.words++; t.words > maxWords {
			return
		}
		t.add(word)
	}
}

func (t *tokens) String() string { return t.b.String() }

// words splits a text where neither letters nor digits of ASCII stand, in lower
// case; other bytes belong to words.
func words(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		start := -1
		for i := 0; i <= len(text); i++ {
			if i < len(text) && inWord(text[i]) {
				if start < 0 {
					start = i
				}
				continue
			}
			if start >= 0 {
				if !yield(lower(text[start:min(i, start+maxWord)])) {
					return
				}
				start = -1
			}
		}
	}
}

func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// lower changes ASCII only, as the index does.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if b[j] >= 'A' && b[j] <= 'Z' {
					b[j] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
