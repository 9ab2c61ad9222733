package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Limits of one file. The parsers that read it recurse, and a stack that
// overflows ends the process, so what is nested deeper is refused unread. No
// spec that a person writes comes near.
const (
	maxFileSize  = 16 << 20 // bytes
	maxDepth     = 100      // of brackets, braces, templates
	maxOperators = 1000     // in one expression
)

// guardNative finds what would overflow the stack of the parser.
func guardNative(source []byte, filename string) hcl.Diagnostics {
	if !suspicious(source) {
		return nil
	}
	tokens, _ := hclsyntax.LexConfig(source, filename, hcl.InitialPos)
	return guardTokens(tokens)
}

// suspicious is a fast check that errs on the side of suspicion.
func suspicious(source []byte) bool {
	depth, operators := 0, 0
	for _, c := range source {
		switch c {
		case '(', '[', '{':
			if depth++; depth > maxDepth {
				return true
			}
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case '+', '-', '*', '/', '!', '?', '&', '|', '<', '>', '=', '%':
			if operators++; operators > maxOperators {
				return true
			}
		case '\n':
			// An expression goes on over lines only inside brackets, and those
			// of a block's body count too.
			if depth == 0 {
				operators = 0
			}
		}
	}
	return false
}

func guardTokens(tokens hclsyntax.Tokens) hcl.Diagnostics {
	var open []hclsyntax.TokenType
	operators := 0
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp,
			hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			if open = append(open, token.Type); len(open) > maxDepth {
				return tooComplex(token.Range, "Nested too deeply", "Brackets, blocks and templates nest at most %d levels deep. Use locals to give parts a name.", maxDepth)
			}
		case hclsyntax.TokenTemplateControl:
			open = append(open, token.Type)
			operators++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd,
			hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			open = open[:max(len(open)-1, 0)]
		case hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
			hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenEqualOp,
			hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq, hclsyntax.TokenGreaterThan,
			hclsyntax.TokenGreaterThanEq:
			operators++
		case hclsyntax.TokenNewline:
			if len(open) == 0 || open[len(open)-1] == hclsyntax.TokenOBrace {
				operators = 0
			}
		case hclsyntax.TokenComma:
			operators = 0
		}
		if operators > maxOperators {
			return tooComplex(token.Range, "Expression too long", "An expression has at most %d operators. Use locals to give parts a name.", maxOperators)
		}
	}
	return nil
}

// guardJSON does the same for a JSON file, where templates hide in strings.
func guardJSON(source []byte, filename string) hcl.Diagnostics {
	depth, operators, nested, inString, inTemplate := 0, 0, 0, false, false
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case inString && c == '\\':
			i++
		case c == '"':
			inString, inTemplate, operators, nested = !inString, false, 0, 0
		case !inString && (c == '{' || c == '['):
			depth++
		case !inString && (c == '}' || c == ']'):
			depth--
		case inString && c == '{' && (source[i-1] == '$' || source[i-1] == '%'):
			inTemplate = true
			nested++
		case inTemplate && (c == '(' || c == '[' || c == '{'):
			nested++
		case inTemplate && (c == ')' || c == ']' || c == '}'):
			nested--
		case inTemplate && isOperator(c):
			operators++
		}
		if depth > maxDepth || nested > maxDepth || operators > maxOperators {
			return tooComplex(byteRange(source, filename, i), "Nested too deeply", "Objects, lists and templates nest at most %d levels deep, and a template holds at most %d operators.", maxDepth, maxOperators)
		}
	}
	return nil
}

func isOperator(c byte) bool {
	switch c {
	case '+', '-', '*', '/', '!', '?', '&', '|', '<', '>', '%':
		return true
	}
	return false
}

func byteRange(source []byte, filename string, offset int) hcl.Range {
	start := advance(hcl.InitialPos, source[:offset])
	return hcl.Range{Filename: filename, Start: start, End: advance(start, source[offset:offset+1])}
}

func tooComplex(at hcl.Range, summary, detail string, args ...any) hcl.Diagnostics {
	var d Diags
	d.Error(at, summary, detail, args...)
	return d.list
}

// Guard reports what makes native HCL unsafe to parse. Whoever parses without
// Parse asks it first.
func Guard(source []byte, filename string) hcl.Diagnostics { return guardNative(source, filename) }
