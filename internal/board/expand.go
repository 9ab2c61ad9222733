package board

import "strings"

// Placeholders that every rendering fills in, beside the variables.
const (
	Rate = "rate"  // a window for rates: four times the interval of scrapes, or the step if that is longer
	Span = "range" // the range that is shown
	Step = "step"  // the time between two points
	// RowLabel is the beginning of those that stand for a label of a row or series.
	RowLabel = "row."
)

// Expand replaces each ${name} of a text by what value gives for the name. For
// names that it does not know it returns false, and they stay: the text of a
// spec may hold such a thing, too.
func Expand(text string, value func(name string) (string, bool)) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, "${")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			b.WriteString("${" + after)
			return b.String()
		}
		if with, known := value(name); known {
			b.WriteString(with)
			text = rest
			continue
		}
		b.WriteString("${")
		text = after
	}
}

// Placeholders lists the names of a text's placeholders, in order.
func Placeholders(text string) []string {
	var names []string
	Expand(text, func(name string) (string, bool) {
		names = append(names, name)
		return "", false
	})
	return names
}
