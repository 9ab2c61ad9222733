package query

import "slices"

// filterOperator reports whether the operator compares a label.
func filterOperator(op string) bool {
	return slices.Contains([]string{"=", "!=", "=~", "!~", "==", ">", ">=", "<", "<="}, op)
}

// labelFilter reads conditions joined by and, or, a comma or nothing.
func (p *logQLParser) labelFilter() {
	p.enter()
	defer p.leave()
	for {
		p.condition()
		switch {
		case p.accept(tokenKeyword, "and", "or"), p.accept(tokenPunct, ","):
		case p.at(tokenIdent), p.at(tokenPunct, "("):
		default:
			return
		}
	}
}

func (p *logQLParser) condition() {
	if open := p.peek(); p.accept(tokenPunct, "(") {
		p.labelFilter()
		p.expectClose(open)
		return
	}
	p.labelName()
	op := p.peek()
	if op.kind != tokenPunct || !filterOperator(op.text) {
		p.unexpected("a comparison", "")
		return
	}
	p.next()
	p.comparand(op)
}

// comparand reads the value after a comparison.
func (p *logQLParser) comparand(op token) {
	value := p.peek()
	isMatch := op.text == "=" || op.text == "!="
	isRegexp := op.text == "=~" || op.text == "!~"
	switch {
	case value.kind == tokenString && isMatch:
		p.next()
	case isRegexp:
		p.checkRegexp(p.expect(tokenString, "a regular expression as a string"))
	case value.kind == tokenString:
		p.unexpected("a number, a duration or a size", "compare strings with = or =~")
	case value.kind == tokenFunction && value.text == "ip":
		if !isMatch {
			p.fail(op, "ip(…) works only with = and !=", "")
		}
		p.next()
		p.ipArgument()
	case value.kind == tokenDuration, value.kind == tokenBytes:
		p.next()
	case value.kind == tokenNumber, value.kind == tokenPunct && (value.text == "-" || value.text == "+"):
		p.number()
	default:
		p.unexpected("a string, a number, a duration or a size", "")
	}
}
