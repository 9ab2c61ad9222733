package query

// MatchOp is how a matcher compares a label with its value. Both languages
// write the four operators the same way.
type MatchOp string

// The match operators. Builders read the zero MatchOp as MatchEqual.
const (
	MatchEqual     MatchOp = "="
	MatchNotEqual  MatchOp = "!="
	MatchRegexp    MatchOp = "=~"
	MatchNotRegexp MatchOp = "!~"
)

// Matcher is one condition on a label. Parsers set Start and End, the byte
// offsets of the whole matcher in the query text; builders ignore them.
type Matcher struct {
	Label      string
	Op         MatchOp
	Value      string
	Start, End int
}

// Label is a label name that a query mentions, and where. The offsets include
// the quotes of a quoted name.
type Label struct {
	Name       string
	Start, End int
}

// Grouping is a list of labels after by, without, on, ignoring, group_left or
// group_right. The offsets cover the keyword and the parentheses.
type Grouping struct {
	Keyword    string
	Labels     []Label
	Start, End int
}
