package query

import "fmt"

// pipeline reads stages. In a range aggregation it may end with unwrap and
// label filters after it; the token is that of unwrap, or of another kind.
func (p *logQLParser) pipeline(inRange bool) (stages int, unwrap token) {
	for ; ; stages++ {
		switch {
		case p.at(tokenPunct, "|="), p.at(tokenPunct, "|~"), p.at(tokenPunct, "|>"),
			p.at(tokenPunct, "!="), p.at(tokenPunct, "!~"), p.at(tokenPunct, "!>"):
			if unwrap.kind == tokenKeyword {
				p.unexpected("", "line filters go before unwrap")
				return stages, unwrap
			}
			p.lineFilter(p.next())
		case p.at(tokenPunct, "|"):
			p.next()
			t := p.peek()
			switch {
			case unwrap.kind == tokenKeyword && t.kind == tokenKeyword:
				p.unexpected("a label filter", "only label filters can follow unwrap")
			case t.kind == tokenKeyword && t.text == "unwrap":
				unwrap = p.unwrap(inRange)
			default:
				p.stage()
			}
		default:
			return stages, unwrap
		}
	}
}

func (p *logQLParser) unwrap(inRange bool) token {
	keyword := p.next()
	if !inRange {
		p.fail(keyword, "unwrap works only inside a range aggregation", "such as avg_over_time({…} | unwrap … [5m])")
	}
	conversion, after := p.peek(), p.peekAt(1)
	if after.kind != tokenPunct || after.text != "(" {
		p.labelName()
		return keyword
	}
	if !p.accept(tokenFunction, unwrapConversions...) {
		p.fail(conversion, fmt.Sprintf("unwrap has no conversion %q", conversion.text), "bytes, duration and duration_seconds exist")
	}
	open := p.expectPunct("(")
	p.labelName()
	p.expectClose(open)
	return keyword
}

func (p *logQLParser) lineFilter(op token) {
	for {
		isIP := p.accept(tokenFunction, "ip")
		if isIP {
			p.ipArgument()
			if op.text != "|=" && op.text != "!=" {
				p.report(op.start, op.end, "ip(…) works only with |= and !=", "")
			}
		} else {
			p.lineFilterValue(op, p.expect(tokenString, "a quoted string or ip(…)"))
		}
		if !p.accept(tokenKeyword, "or") {
			return
		}
	}
}

func (p *logQLParser) lineFilterValue(op, value token) {
	switch op.text {
	case "|~", "!~":
		p.checkRegexp(value)
	case "|>", "!>":
		p.checkLinePattern(value)
	}
}

func (p *logQLParser) ipArgument() {
	open := p.expectPunct("(")
	p.checkIP(p.expect(tokenString, "an address as a string"))
	p.expectClose(open)
}

// stage reads what follows a pipe.
func (p *logQLParser) stage() {
	t := p.peek()
	if t.kind != tokenKeyword {
		p.filterStage()
		return
	}
	p.next()
	switch t.text {
	case "json":
		p.extractions(p.checkJSONPath)
	case "logfmt":
		for p.accept(tokenFlag) {
		}
		p.extractions(p.checkLogfmtKey)
	case "pattern":
		p.checkParserPattern(p.expect(tokenString, "a pattern as a string"))
	case "regexp":
		p.checkParserRegexp(p.expect(tokenString, "a regular expression as a string"))
	case "line_format":
		p.checkTemplate(p.expect(tokenString, "a template as a string"))
	case "label_format":
		p.labelFormats()
	case "drop", "keep":
		p.labelList()
	case "unpack", "decolorize":
	default:
		p.pos--
		p.unexpected("a parser, a filter or a formatter", "")
	}
}

// filterStage reads a label filter, which is also where a misspelt stage ends.
func (p *logQLParser) filterStage() {
	t, after := p.peek(), p.peekAt(1)
	isName := t.kind == tokenIdent || t.kind == tokenFunction
	if isName && (after.kind != tokenPunct || !filterOperator(after.text)) {
		p.fail(t, fmt.Sprintf("unknown stage %q", t.text), didYouMean(t.text, stages))
		return
	}
	p.labelFilter()
}

// extractions reads the parameters of a parser: labels, each with an
// expression that says where its value is, or which say it themselves.
func (p *logQLParser) extractions(check func(token)) {
	if !p.at(tokenIdent) {
		return
	}
	for {
		where := p.labelName()
		if p.accept(tokenPunct, "=") {
			where = p.expect(tokenString, "a quoted string")
		}
		check(where)
		if !p.accept(tokenPunct, ",") {
			return
		}
	}
}

func (p *logQLParser) labelFormats() {
	seen := map[string]bool{}
	for {
		name := p.labelName()
		switch {
		case name.text == "__error__":
			p.report(name.start, name.end, "__error__ cannot be formatted", "")
		case seen[name.text]:
			p.report(name.start, name.end, fmt.Sprintf("label %q is formatted twice", name.text), "use a second label_format stage")
		}
		seen[name.text] = true
		p.expectPunct("=")
		if !p.accept(tokenIdent) {
			p.checkTemplate(p.expect(tokenString, "a label name or a template as a string"))
		}
		if !p.accept(tokenPunct, ",") {
			return
		}
	}
}

// labelList reads the labels of drop and keep, with or without a condition.
func (p *logQLParser) labelList() {
	for {
		after := p.peekAt(1)
		switch {
		case after.kind == tokenPunct && filterOperator(after.text) && !p.at(tokenKeyword):
			p.matcher()
		default:
			p.labelName()
		}
		if !p.accept(tokenPunct, ",") {
			return
		}
	}
}
