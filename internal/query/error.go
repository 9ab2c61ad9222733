package query

import (
	"slices"
	"unicode/utf8"

	"github.com/obsboot/obsboot/internal/nearest"
)

// Error is what is wrong with a query, and where.
type Error struct {
	// Start and End are byte offsets in the query text, End exclusive. They
	// are equal where something is missing, such as at the end of the text.
	Start, End int
	// Message is a lower-case sentence without a full stop.
	Message string
	// Hint says what to try instead; it may be empty.
	Hint string
}

// Error returns the message and, in parentheses, the hint.
func (e Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}

// maxErrors is how many errors of one query are worth reading.
const maxErrors = 20

// tidy clips the errors to the text, widens them to whole runes, sorts them by
// position and drops repetitions and any that follow the first few.
func tidy(text string, errs []Error) []Error {
	for i := range errs {
		errs[i].Start, errs[i].End = clip(text, errs[i].Start, errs[i].End)
	}
	slices.SortStableFunc(errs, func(a, b Error) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return a.End - b.End
	})
	errs = slices.Compact(errs)
	return errs[:min(len(errs), maxErrors)]
}

// clip returns the range inside the text that starts and ends between runes.
func clip(text string, start, end int) (int, int) {
	start = min(max(start, 0), len(text))
	end = min(max(end, start), len(text))
	for start > 0 && start < len(text) && !utf8.RuneStart(text[start]) {
		start--
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return start, end
}

// didYouMean makes a hint of the nearest name, if there is one.
func didYouMean(name string, names []string) string {
	if best := nearest.Name(name, names); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}
