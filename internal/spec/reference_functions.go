package spec

import "slices"

var functionDocs = slices.Concat(
	grouped("Of the spec", []FunctionDoc{
		{Name: "series", Text: "The Prometheus series of a metric of this service, with its selector: see [Queries](#queries).", Example: `series("shop.orders", { outcome = "failed" })`},
	}),
	grouped("Numbers", []FunctionDoc{
		{Name: "abs", Text: "A number without its sign.", Example: `abs(-3)`, Gives: `3`},
		{Name: "ceil", Text: "The next whole number up.", Example: `ceil(1.2)`, Gives: `2`},
		{Name: "floor", Text: "The next whole number down.", Example: `floor(1.8)`, Gives: `1`},
		{Name: "int", Text: "The whole part of a number.", Example: `int(1.8)`, Gives: `1`},
		{Name: "log", Text: "The logarithm of a number to a base.", Example: `log(16, 2)`, Gives: `4`},
		{Name: "max", Text: "The greatest of the numbers.", Example: `max(1, 3, 2)`, Gives: `3`},
		{Name: "min", Text: "The least of the numbers.", Example: `min(1, 3, 2)`, Gives: `1`},
		{Name: "parseint", Text: "The whole number that a string writes in a base.", Example: `parseint("ff", 16)`, Gives: `255`},
		{Name: "pow", Text: "A number to the power of another.", Example: `pow(2, 10)`, Gives: `1024`},
		{Name: "signum", Text: "-1, 0 or 1: the sign of a number.", Example: `signum(-3)`, Gives: `-1`},
	}),
	grouped("Strings", []FunctionDoc{
		{Name: "chomp", Text: "A string without the line breaks at its end.", Example: `chomp("a\n")`, Gives: `"a"`},
		{Name: "format", Text: "A string from a pattern with verbs, as in Go.", Example: `format("%s-%02d", "web", 3)`, Gives: `"web-03"`},
		{Name: "formatlist", Text: "The same for each element of lists.", Example: `formatlist("%s.internal", ["a", "b"])`, Gives: `["a.internal", "b.internal"]`},
		{Name: "indent", Text: "A string whose lines, all but the first, begin with so many spaces more.", Example: `indent(2, "a\nb")`, Gives: `"a\n  b"`},
		{Name: "join", Text: "Strings in one, with a separator.", Example: `join(", ", ["a", "b"])`, Gives: `"a, b"`},
		{Name: "lower", Text: "Small letters.", Example: `lower("ABC")`, Gives: `"abc"`},
		{Name: "regex", Text: "The first match of a regular expression (RE2); its groups, if it has any.", Example: `regex("[0-9]+", "a12b3")`, Gives: `"12"`},
		{Name: "regexall", Text: "All matches.", Example: `regexall("[0-9]+", "a12b3")`, Gives: `["12", "3"]`},
		{Name: "regexreplace", Text: "A string with all matches replaced.", Example: `regexreplace("a12b3", "[0-9]+", "-")`, Gives: `"a-b-"`},
		{Name: "replace", Text: "A string with all occurrences of another replaced.", Example: `replace("a.b.c", ".", "-")`, Gives: `"a-b-c"`},
		{Name: "split", Text: "The parts of a string between separators.", Example: `split(",", "a,b")`, Gives: `["a", "b"]`},
		{Name: "strlen", Text: "The number of characters of a string.", Example: `strlen("abc")`, Gives: `3`},
		{Name: "strrev", Text: "A string from its end to its start.", Example: `strrev("abc")`, Gives: `"cba"`},
		{Name: "substr", Text: "A part of a string: offset and length.", Example: `substr("hello", 1, 3)`, Gives: `"ell"`},
		{Name: "title", Text: "A capital at the start of each word.", Example: `title("hello world")`, Gives: `"Hello World"`},
		{Name: "trim", Text: "A string without the given characters at its ends.", Example: `trim("--a--", "-")`, Gives: `"a"`},
		{Name: "trimprefix", Text: "A string without a start.", Example: `trimprefix("v1.2", "v")`, Gives: `"1.2"`},
		{Name: "trimspace", Text: "A string without white space at its ends.", Example: `trimspace(" a ")`, Gives: `"a"`},
		{Name: "trimsuffix", Text: "A string without an end.", Example: `trimsuffix("a.hcl", ".hcl")`, Gives: `"a"`},
		{Name: "upper", Text: "Capital letters.", Example: `upper("abc")`, Gives: `"ABC"`},
	}),
	grouped("Lists, sets and objects", []FunctionDoc{
		{Name: "chunklist", Text: "A list cut into lists of a length.", Example: `chunklist(["a", "b", "c"], 2)`, Gives: `[["a", "b"], ["c"]]`},
		{Name: "coalesce", Text: "The first of its arguments that is not null.", Example: `coalesce(null, "a")`, Gives: `"a"`},
		{Name: "coalescelist", Text: "The first list that is not empty.", Example: `coalescelist([], ["a"])`, Gives: `["a"]`},
		{Name: "compact", Text: "A list of strings without the empty ones.", Example: `compact(["a", "", "b"])`, Gives: `["a", "b"]`},
		{Name: "concat", Text: "Lists in one.", Example: `concat(["a"], ["b"])`, Gives: `["a", "b"]`},
		{Name: "contains", Text: "Whether a list has an element.", Example: `contains(["a", "b"], "b")`, Gives: `true`},
		{Name: "distinct", Text: "A list without repetitions.", Example: `distinct(["a", "b", "a"])`, Gives: `["a", "b"]`},
		{Name: "element", Text: "The element at an index; behind the end it begins again.", Example: `element(["a", "b"], 2)`, Gives: `"a"`},
		{Name: "flatten", Text: "Lists of lists in one.", Example: `flatten([["a"], ["b", ["c"]]])`, Gives: `["a", "b", "c"]`},
		{Name: "keys", Text: "The keys of an object, sorted.", Example: `keys({ b = 1, a = 2 })`, Gives: `["a", "b"]`},
		{Name: "length", Text: "The number of elements of a list or object.", Example: `length(["a", "b"])`, Gives: `2`},
		{Name: "lookup", Text: "The value of a key, or a default.", Example: `lookup({ a = 1 }, "b", 0)`, Gives: `0`},
		{Name: "merge", Text: "Objects in one; the later wins.", Example: `merge({ a = 1 }, { a = 2, b = 3 })`, Gives: `{ a = 2, b = 3 }`},
		{Name: "range", Text: "Numbers from 0, or from one to another.", Example: `range(3)`, Gives: `[0, 1, 2]`},
		{Name: "reverse", Text: "A list from its end to its start.", Example: `reverse(["a", "b"])`, Gives: `["b", "a"]`},
		{Name: "setintersection", Text: "What is in all sets.", Example: `setintersection(["a", "b"], ["b", "c"])`, Gives: `["b"]`},
		{Name: "setproduct", Text: "All combinations of elements.", Example: `setproduct(["a"], ["x", "y"])`, Gives: `[["a", "x"], ["a", "y"]]`},
		{Name: "setsubtract", Text: "What is in the first set only.", Example: `setsubtract(["a", "b"], ["b"])`, Gives: `["a"]`},
		{Name: "setunion", Text: "What is in any set.", Example: `setunion(["a"], ["b"])`, Gives: `["a", "b"]`},
		{Name: "slice", Text: "A part of a list: the first index, and the one behind the last.", Example: `slice(["a", "b", "c"], 0, 2)`, Gives: `["a", "b"]`},
		{Name: "sort", Text: "Strings in order.", Example: `sort(["b", "a"])`, Gives: `["a", "b"]`},
		{Name: "values", Text: "The values of an object, in the order of its keys.", Example: `values({ b = 1, a = 2 })`, Gives: `[2, 1]`},
		{Name: "zipmap", Text: "An object of keys and values.", Example: `zipmap(["a", "b"], [1, 2])`, Gives: `{ a = 1, b = 2 }`},
	}),
	grouped("Types and fallbacks", []FunctionDoc{
		{Name: "can", Text: "Whether an expression has a value.", Example: `can(tonumber("x"))`, Gives: `false`},
		{Name: "try", Text: "The first of its arguments that has a value.", Example: `try(tonumber("x"), 0)`, Gives: `0`},
		{Name: "tobool", Text: "The bool that a value means.", Example: `tobool("true")`, Gives: `true`},
		{Name: "tolist", Text: "A value as a list, its elements of one type.", Example: `tolist(["a", 1])`, Gives: `["a", "1"]`},
		{Name: "tomap", Text: "A value as a map, its elements of one type.", Example: `tomap({ a = "x", b = 1 })`, Gives: `{ a = "x", b = "1" }`},
		{Name: "tonumber", Text: "The number that a value means.", Example: `tonumber("1.5")`, Gives: `1.5`},
		{Name: "toset", Text: "A value as a set: no repetitions, no order.", Example: `toset(["b", "a", "b"])`, Gives: `["a", "b"]`},
		{Name: "tostring", Text: "A value as a string.", Example: `tostring(1.5)`, Gives: `"1.5"`},
	}),
	grouped("Encodings and times", []FunctionDoc{
		{Name: "csvdecode", Text: "A list of objects from CSV with a header.", Example: `csvdecode("a,b\n1,2")`, Gives: `[{ a = "1", b = "2" }]`},
		{Name: "jsondecode", Text: "The value that JSON writes.", Example: `jsondecode("[1, true]")`, Gives: `[1, true]`},
		{Name: "jsonencode", Text: "A value as JSON.", Example: `jsonencode({ a = 1 })`, Gives: `"{\"a\":1}"`},
		{Name: "formatdate", Text: "A time in a format.", Example: `formatdate("YYYY-MM-DD", "2026-01-02T03:04:05Z")`, Gives: `"2026-01-02"`},
		{Name: "timeadd", Text: "A time so much later.", Example: `timeadd("2026-01-02T03:04:05Z", "1h")`, Gives: `"2026-01-02T04:04:05Z"`},
	}),
)

// grouped puts functions into a group.
func grouped(name string, docs []FunctionDoc) []FunctionDoc {
	for i := range docs {
		docs[i].Group = name
	}
	return docs
}
