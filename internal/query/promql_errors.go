package query

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// promQLReserved are the words that PromQL may not take for a metric name,
// depending on what stands before or after them.
var promQLReserved = reservedWords()

func reservedWords() map[string]bool {
	words := map[string]bool{}
	for _, word := range parser.Keywords() {
		words[word] = true
	}
	return words
}

// promQLFunctions are the names that can be called, sorted.
var promQLFunctions = callableNames()

func callableNames() []string {
	names := []string{
		"avg", "bottomk", "count", "count_values", "group", "max", "min",
		"quantile", "stddev", "stdvar", "sum", "topk",
	}
	for name, f := range parser.Functions {
		if !f.Experimental {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// promQLHints says what to try, by a part of the parser's message.
var promQLHints = []struct{ part, hint string }{
	{"got instant vector", "add a range to the selector, such as [5m]"},
	{"ranges only allowed for vector selectors", "put the range on the selector inside, or use a subquery, such as [5m:1m]"},
	{"expected type instant vector", "a range vector needs a function around it, such as rate(…)"},
	{"operator == in label matching", "a matcher has a single ="},
	{"vector selector must contain at least one non-empty matcher", "name a metric, or add a matcher that does not match the empty string"},
	{"comparisons between scalars must use bool modifier", "write bool after the operator"},
	{"is experimental", "Prometheus has it behind a feature flag only"},
	{"is not enabled", "Prometheus has it behind a feature flag only"},
	{`unexpected "="`, "compare values with =="},
}

// promQLErrors turns what the parser returned into errors of our own.
func promQLErrors(text string, err error, items []parser.Item) []Error {
	list, ok := errors.AsType[parser.ParseErrors](err)
	if !ok {
		return []Error{{End: len(text), Message: "the query cannot be parsed"}}
	}
	var errs []Error
	for _, pe := range list {
		message := plainMessage(strings.Replace(pe.Err.Error(), "error parsing regexp", "broken regular expression", 1))
		e := Error{
			Start:   int(pe.PositionRange.Start),
			End:     int(pe.PositionRange.End),
			Message: message,
		}
		pointAtUnclosed(&e, items)
		pointAtDoubleEquals(&e, text)
		pointAtToken(&e)
		e.Hint = promQLHint(e.Message)
		errs = append(errs, e)
	}
	return tidy(text, withoutSequels(errs))
}

// withoutSequels drops errors about arguments that are missing only because
// they could not be parsed, which is an error of its own.
func withoutSequels(errs []Error) []Error {
	isSequel := func(e Error) bool { return e.Message == noArguments }
	if kept := slices.DeleteFunc(slices.Clone(errs), isSequel); len(kept) > 0 {
		return kept
	}
	return errs
}

// noArguments is the parser's message for a call such as sum().
const noArguments = "no arguments for aggregate expression provided"

// parserTag is how the parser writes a token of a class, such as <op:==>.
var parserTag = regexp.MustCompile(`<(?:(op|aggr):)?([^\s<>]*[^\s]*?)>`)

// plainMessage rewrites the parser's notation and its upper-case words.
func plainMessage(message string) string {
	message = parserTag.ReplaceAllStringFunc(message, func(tag string) string {
		m := parserTag.FindStringSubmatch(tag)
		switch {
		case m[1] == "op":
			return "operator " + m[2]
		case m[2] == "timestamp": // @ <timestamp> is no token
			return "timestamp"
		}
		return "keyword " + m[2]
	})
	for _, word := range []string{"BOOL", "GROUP", "ON"} {
		message = strings.ReplaceAll(message, " "+word+" ", " "+strings.ToLower(word)+" ")
	}
	return message
}

func promQLHint(message string) string {
	if rest, ok := strings.CutPrefix(message, "unknown function with name "); ok {
		return didYouMean(strings.Trim(rest, `"`), promQLFunctions)
	}
	for _, h := range promQLHints {
		if strings.Contains(message, h.part) {
			return h.hint
		}
	}
	return ""
}

// pointAtUnclosed moves an error about an unclosed bracket from the end of the
// text, where the parser noticed, to the bracket.
func pointAtUnclosed(e *Error, items []parser.Item) {
	var open parser.ItemType
	switch e.Message {
	case "unclosed left parenthesis":
		open = parser.LEFT_PAREN
	case "unclosed left bracket":
		open = parser.LEFT_BRACKET
	case "unexpected end of input inside braces":
		e.Message = "unclosed left brace"
		open = parser.LEFT_BRACE
	default:
		return
	}
	if i := lastUnclosed(items, open); i >= 0 {
		e.Start = int(items[i].Pos)
		e.End = e.Start + 1
	}
}

// lastUnclosed returns the index of the innermost open bracket of the type.
func lastUnclosed(items []parser.Item, open parser.ItemType) int {
	closers := map[parser.ItemType]parser.ItemType{
		parser.RIGHT_PAREN:   parser.LEFT_PAREN,
		parser.RIGHT_BRACKET: parser.LEFT_BRACKET,
		parser.RIGHT_BRACE:   parser.LEFT_BRACE,
	}
	var stack []int
	for i, item := range items {
		switch {
		case item.Typ == open:
			stack = append(stack, i)
		case closers[item.Typ] == open && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	if len(stack) == 0 {
		return -1
	}
	return stack[len(stack)-1]
}

// pointAtDoubleEquals widens an error at the second of two equals signs.
func pointAtDoubleEquals(e *Error, text string) {
	if e.Start > 0 && e.End <= len(text) && strings.HasPrefix(e.Message, "unexpected") &&
		text[e.Start-1:e.End] == "==" {
		e.Start--
		e.Message = "unexpected operator == in label matching"
	}
}

// pointAtToken mends positions of which the parser gets one end wrong: those
// of its lexer reach to the end of the text, those of operators end too soon.
func pointAtToken(e *Error) {
	switch {
	case strings.HasPrefix(e.Message, "unexpected right parenthesis"):
		e.Start, e.End = e.Start-1, e.Start
		e.Message = "unexpected right parenthesis"
	case strings.HasPrefix(e.Message, "unexpected character after"):
		e.End = e.Start + 2
	case strings.HasPrefix(e.Message, "unexpected character"),
		strings.HasPrefix(e.Message, "unexpected right bracket"),
		strings.HasPrefix(e.Message, "unexpected left b"),
		strings.HasPrefix(e.Message, "unexpected colon"):
		e.End = e.Start + 1
	case strings.HasPrefix(e.Message, "bool modifier"),
		strings.HasPrefix(e.Message, "comparisons between scalars"),
		strings.HasPrefix(e.Message, "label ") && strings.Contains(e.Message, " must not occur in "):
		e.End++
	}
}
