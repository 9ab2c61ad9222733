package query

// logRange is the argument of a range aggregation.
type logRange struct {
	ranged bool // has its [5m]
	bare   bool // a selector without a pipeline
	nested bool // stands in parentheses that hold no range
	unwrap token
}

func (p *logQLParser) rangeAggregation(name token) {
	spec := rangeFunctions[name.text]
	open := p.expectPunct("(")
	p.rangeParameter(name, spec)
	start := p.peek().start
	r := p.logRange()
	if !r.ranged && p.at(tokenPunct, ")") {
		p.report(start, p.end(), name.text+" needs a range after the selector", "such as [5m]")
	}
	p.expectClose(open)
	if p.at(tokenKeyword, "by", "without") {
		g := p.grouping(p.next())
		if !spec.grouping {
			p.report(g.Start, g.End, name.text+" takes no "+g.Keyword, "group with sum "+g.Keyword+" (…) around it")
		}
	}
	unwrapped := r.unwrap.kind == tokenKeyword
	switch {
	case unwrapped && !spec.unwrap:
		p.report(r.unwrap.start, r.unwrap.end, name.text+" takes no unwrap", "")
	case !unwrapped && !spec.lines:
		p.report(name.start, name.end, name.text+" needs a value to aggregate", "add | unwrap and a label")
	}
}

func (p *logQLParser) rangeParameter(name token, spec rangeFunction) {
	if !p.at(tokenNumber) {
		if spec.param {
			p.report(name.start, name.end, name.text+" needs a quantile before the selector", "such as "+name.text+"(0.99, …)")
		}
		return
	}
	n := p.next()
	if !spec.param {
		p.report(n.start, n.end, name.text+" takes no parameter", "")
	}
	p.expectPunct(",")
}

// logRange reads a selector with its range, which may stand before or after
// the pipeline.
func (p *logQLParser) logRange() logRange {
	if p.at(tokenPunct, "(") {
		return p.nestedRange()
	}
	if !p.at(tokenPunct, "{") {
		p.notASelector()
		return logRange{}
	}
	p.selector()
	r := logRange{ranged: p.rangeAndOffset()}
	var stages int
	stages, r.unwrap = p.pipeline(true)
	r.bare = stages == 0
	if !r.ranged {
		r.ranged = p.rangeAndOffset()
	}
	return r
}

func (p *logQLParser) nestedRange() logRange {
	p.enter()
	defer p.leave()
	open := p.next()
	r := p.logRange()
	if p.at(tokenEOF) {
		p.fail(open, "unclosed left parenthesis", "")
	}
	p.expectPunct(")")
	if r.ranged {
		return r
	}
	if r.nested {
		p.fail(open, "only one pair of parentheses can stand between a selector and its range", "")
	}
	r.nested = true
	r.ranged = p.rangeAndOffset()
	if r.ranged && r.bare && p.at(tokenPunct, "|") {
		if next := p.peekAt(1); next.kind == tokenKeyword && next.text == "unwrap" {
			_, r.unwrap = p.pipeline(true)
		}
	}
	return r
}

func (p *logQLParser) notASelector() {
	hint := ""
	if p.at(tokenFunction) {
		hint = "a range aggregation takes log lines; LogQL has no subqueries"
	}
	p.unexpected("a stream selector", hint)
}

func (p *logQLParser) rangeAndOffset() bool {
	if !p.accept(tokenRange) {
		return false
	}
	if p.accept(tokenKeyword, "offset") {
		p.expect(tokenDuration, "a duration")
	}
	return true
}

// selector reads a stream selector.
func (p *logQLParser) selector() {
	open := p.expectPunct("{")
	matchers := []Matcher{}
	selective := false
	if !p.at(tokenPunct, "}") {
		for {
			m, matchesEmpty := p.matcher()
			matchers = append(matchers, m)
			selective = selective || !matchesEmpty
			if !p.accept(tokenPunct, ",") {
				break
			}
		}
	}
	if p.at(tokenEOF) {
		p.fail(open, "unclosed left brace", "")
		return
	}
	if !p.accept(tokenPunct, "}") {
		p.unexpected(`"," or "}"`, "")
		return
	}
	if !selective {
		p.report(open.start, p.end(), "a stream selector needs a matcher that does not match the empty string",
			`such as {service_name=~".+"}`)
	}
	p.out.Selectors = append(p.out.Selectors, matchers)
}

// matcher reads a condition on a label and reports whether it holds for a
// stream without that label. A broken regular expression counts as not.
func (p *logQLParser) matcher() (Matcher, bool) {
	name := p.labelName()
	op := p.peek()
	switch {
	case op.kind == tokenPunct && op.text == "==":
		p.fail(op, `unexpected "==", expected "=", "!=", "=~" or "!~"`, "a matcher has a single =")
	case !p.accept(tokenPunct, "=", "!=", "=~", "!~"):
		p.unexpected(`"=", "!=", "=~" or "!~"`, "")
	}
	value := p.expect(tokenString, "a quoted string")
	m := Matcher{Label: name.text, Op: MatchOp(op.text), Value: value.text, Start: name.start, End: value.end}
	if p.dead {
		return m, false
	}
	switch m.Op {
	case MatchEqual:
		return m, m.Value == ""
	case MatchNotEqual:
		return m, m.Value != ""
	}
	re := p.checkRegexp(value)
	return m, re != nil && re.MatchString("") == (m.Op == MatchRegexp)
}
