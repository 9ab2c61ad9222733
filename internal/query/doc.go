// Package query builds and checks PromQL and LogQL.
//
// Strings come in; what a query selects and returns comes out, or errors with
// byte offsets into the text, so that a caller can point at the mistake. The
// builders go the other way: names and values come in, query text that is
// quoted for its language comes out.
//
// The parsers stay hidden: no type of theirs is exported. The package imports
// no HCL and nothing else of this module; it knows neither spec nor model.
package query
