package query

import (
	"maps"
	"slices"
)

// The words of LogQL as of Loki 3.7, from its grammar in pkg/logql/syntax.

// rangeFunction says what a range aggregation takes.
type rangeFunction struct {
	lines    bool // counts lines: may do without unwrap
	unwrap   bool // aggregates values: may have unwrap
	param    bool // has a number before the range
	grouping bool // may have by or without after it
}

var rangeFunctions = map[string]rangeFunction{
	"absent_over_time":   {lines: true, unwrap: true},
	"avg_over_time":      {unwrap: true, grouping: true},
	"bytes_over_time":    {lines: true},
	"bytes_rate":         {lines: true},
	"count_over_time":    {lines: true},
	"first_over_time":    {unwrap: true, grouping: true},
	"last_over_time":     {unwrap: true, grouping: true},
	"max_over_time":      {unwrap: true, grouping: true},
	"min_over_time":      {unwrap: true, grouping: true},
	"quantile_over_time": {unwrap: true, param: true, grouping: true},
	"rate":               {lines: true, unwrap: true},
	"rate_counter":       {unwrap: true},
	"stddev_over_time":   {unwrap: true, grouping: true},
	"stdvar_over_time":   {unwrap: true, grouping: true},
	"sum_over_time":      {unwrap: true},
}

// vectorFunction says what a vector aggregation takes.
type vectorFunction struct {
	param    bool // has a positive whole number before the vector
	grouping bool // may have by or without with labels
}

var vectorFunctions = map[string]vectorFunction{
	"approx_topk": {param: true},
	"avg":         {grouping: true},
	"bottomk":     {param: true, grouping: true},
	"count":       {grouping: true},
	"max":         {grouping: true},
	"min":         {grouping: true},
	"sort":        {},
	"sort_desc":   {},
	"stddev":      {grouping: true},
	"stdvar":      {grouping: true},
	"sum":         {grouping: true},
	"topk":        {param: true, grouping: true},
}

// otherFunctions are words that count as functions if a parenthesis follows.
var otherFunctions = []string{"bytes", "duration", "duration_seconds", "ip", "label_replace", "vector"}

// logQLKeywords can never be a label name.
var logQLKeywords = []string{
	"and", "bool", "by", "decolorize", "drop", "group_left", "group_right",
	"ignoring", "json", "keep", "label_format", "line_format", "logfmt", "of",
	"offset", "on", "or", "pattern", "regexp", "unless", "unpack", "unwrap",
	"variants", "without",
}

// stages are the words that can follow a pipe, but for label names.
var stages = []string{
	"decolorize", "drop", "json", "keep", "label_format", "line_format",
	"logfmt", "pattern", "regexp", "unpack", "unwrap",
}

var unwrapConversions = []string{"bytes", "duration", "duration_seconds"}

// logQLFunctions are the names that can start an expression, sorted.
var logQLFunctions = slices.Sorted(func(yield func(string) bool) {
	for _, names := range [][]string{
		slices.Collect(maps.Keys(rangeFunctions)),
		slices.Collect(maps.Keys(vectorFunctions)),
		{"label_replace", "vector"},
	} {
		for _, name := range names {
			if !yield(name) {
				return
			}
		}
	}
})

// operators of expressions and how tightly they bind.
var logQLPrecedence = map[string]int{
	"or":  1,
	"and": 2, "unless": 2,
	"==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3,
	"+": 4, "-": 4,
	"*": 5, "/": 5, "%": 5,
	"^": 6,
}

// templateFunctions are those of line_format and label_format.
var templateFunctions = []string{
	"Replace", "ToLower", "ToUpper", "Trim", "TrimLeft", "TrimPrefix",
	"TrimRight", "TrimSpace", "TrimSuffix", "__line__", "__timestamp__", "add",
	"addf", "alignLeft", "alignRight", "b64dec", "b64enc", "bytes", "ceil",
	"contains", "count", "date", "default", "div", "divf", "duration",
	"duration_seconds", "float64", "floor", "fromJson", "hasPrefix",
	"hasSuffix", "indent", "int", "lower", "max", "maxf", "min", "minf", "mod",
	"mul", "mulf", "nindent", "now", "regexReplaceAll",
	"regexReplaceAllLiteral", "repeat", "replace", "round", "sub", "subf",
	"substr", "title", "toDate", "toDateInZone", "trim", "trimAll",
	"trimPrefix", "trimSuffix", "trunc", "unixEpoch", "unixEpochMillis",
	"unixEpochNanos", "unixToTime", "upper", "urldecode", "urlencode",
}

// Go's own template functions, which every template has.
var templateBuiltins = []string{
	"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt",
	"ne", "not", "or", "print", "printf", "println", "slice", "urlquery",
}
