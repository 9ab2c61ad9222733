package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const tooDeepMessage = "the query is nested too deeply"

// checkSize refuses a text that is empty, too long or not UTF-8.
func checkSize(text string, limit int) []Error {
	switch {
	case strings.TrimSpace(text) == "":
		return emptyQuery(text)
	case len(text) > limit:
		return tidy(text, []Error{{
			Start: limit, End: len(text),
			Message: fmt.Sprintf("the query is longer than %d bytes", limit),
		}})
	case !utf8.ValidString(text):
		at := invalidByte(text)
		return []Error{{Start: at, End: at + 1, Message: "the query is not valid UTF-8"}}
	}
	return nil
}

func invalidByte(text string) int {
	for i, r := range text {
		if _, n := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && n == 1 {
			return i
		}
	}
	return len(text)
}

func emptyQuery(text string) []Error {
	return []Error{{End: len(text), Message: "the query is empty"}}
}
