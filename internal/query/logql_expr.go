package query

import (
	"fmt"
	"strconv"
)

const wrapHint = "turn log lines into series with count_over_time({…}[5m]) or rate({…}[5m])"

// expression reads operators that bind at least as tightly as minimum.
func (p *logQLParser) expression(minimum int) part {
	p.enter()
	defer p.leave()
	left := p.operand()
	for {
		op := p.peek()
		precedence := logQLPrecedence[op.text]
		isOperator := op.kind == tokenPunct || op.kind == tokenKeyword
		if !isOperator || precedence == 0 || precedence < minimum {
			return left
		}
		p.next()
		p.matching()
		next := precedence + 1
		if op.text == "^" {
			next = precedence
		}
		left = p.binary(op, left, p.expression(next))
	}
}

func (p *logQLParser) binary(op token, left, right part) part {
	kind := series
	if left.kind == literal && right.kind == literal {
		kind = literal
	}
	for _, side := range []part{left, right} {
		switch {
		case side.kind == logLines:
			p.report(side.start, side.end, "operator "+op.text+" needs metric queries, got a log query", wrapHint)
		case side.kind == literal && logQLPrecedence[op.text] <= 2:
			p.report(side.start, side.end, "operator "+op.text+" needs vectors, got a number", "write vector(…) around the number")
		}
	}
	return part{kind: kind, start: left.start, end: right.end}
}

// matching reads what may follow a binary operator.
func (p *logQLParser) matching() {
	p.accept(tokenKeyword, "bool")
	if !p.at(tokenKeyword, "on", "ignoring") {
		if p.at(tokenKeyword, "group_left", "group_right") {
			p.unexpected("", "on(…) or ignoring(…) goes before it")
		}
		return
	}
	p.grouping(p.next())
	if !p.at(tokenKeyword, "group_left", "group_right") {
		return
	}
	keyword := p.next()
	if p.at(tokenPunct, "(") {
		p.grouping(keyword)
		return
	}
	p.out.Groupings = append(p.out.Groupings, Grouping{Keyword: keyword.text, Start: keyword.start, End: keyword.end})
}

// grouping reads the labels after a keyword.
func (p *logQLParser) grouping(keyword token) Grouping {
	g := Grouping{Keyword: keyword.text, Start: keyword.start}
	open := p.expectPunct("(")
	if !p.at(tokenPunct, ")") {
		for {
			name := p.labelName()
			g.Labels = append(g.Labels, Label{Name: name.text, Start: name.start, End: name.end})
			if !p.accept(tokenPunct, ",") {
				break
			}
		}
	}
	p.expectClose(open)
	g.End = p.end()
	p.out.Groupings = append(p.out.Groupings, g)
	return g
}

func (p *logQLParser) labelName() token {
	if t := p.peek(); t.kind == tokenKeyword {
		p.fail(t, fmt.Sprintf("%q is a keyword and cannot be a label name", t.text), "")
		return t
	}
	return p.expect(tokenIdent, "a label name")
}

func (p *logQLParser) operand() part {
	t := p.peek()
	switch {
	case t.kind == tokenPunct && t.text == "(":
		p.next()
		inner := p.expression(0)
		p.expectClose(t)
		return part{kind: inner.kind, start: t.start, end: p.end()}
	case t.kind == tokenPunct && t.text == "{":
		p.selector()
		p.pipeline(false)
		return part{kind: logLines, start: t.start, end: p.end()}
	case t.kind == tokenNumber, t.kind == tokenPunct && (t.text == "+" || t.text == "-"):
		p.number()
		return part{kind: literal, start: t.start, end: p.end()}
	case t.kind == tokenFunction:
		p.function()
		return part{kind: series, start: t.start, end: p.end()}
	}
	p.notAnOperand()
	return part{kind: series, start: t.start, end: t.end}
}

func (p *logQLParser) notAnOperand() {
	t, after := p.peek(), p.peekAt(1)
	switch {
	case t.kind == tokenIdent && after.kind == tokenPunct && after.text == "(":
		p.fail(t, fmt.Sprintf("unknown function %q", t.text), didYouMean(t.text, logQLFunctions))
	case t.kind == tokenIdent && after.kind == tokenPunct && after.text == "{":
		p.fail(t, "unexpected "+t.describe()+" before a stream selector", "LogQL has no metric names")
	case t.kind == tokenKeyword && t.text == "variants":
		p.fail(t, "variants is experimental and not supported", "")
	default:
		p.unexpected("a stream selector or a function", "")
	}
}

// number reads a literal with at most one sign.
func (p *logQLParser) number() token {
	if !p.accept(tokenPunct, "+") {
		p.accept(tokenPunct, "-")
	}
	return p.expect(tokenNumber, "a number")
}

func (p *logQLParser) function() {
	p.enter()
	defer p.leave()
	name := p.peek()
	_, isRange := rangeFunctions[name.text]
	_, isVector := vectorFunctions[name.text]
	switch {
	case isRange:
		p.rangeAggregation(p.next())
	case isVector:
		p.vectorAggregation(p.next())
	case name.text == "label_replace":
		p.labelReplace()
	case name.text == "vector":
		p.next()
		open := p.expectPunct("(")
		p.expect(tokenNumber, "a number without sign")
		p.expectClose(open)
	default:
		p.unexpected("a stream selector or a function", name.text+"(…) goes into a pipeline")
	}
}

func (p *logQLParser) labelReplace() {
	p.next()
	open := p.expectPunct("(")
	p.metricArgument("label_replace")
	for _, expected := range []string{"the target label", "the replacement", "the source label"} {
		p.expectPunct(",")
		p.expect(tokenString, expected+" as a string")
	}
	p.expectPunct(",")
	p.checkRegexp(p.expect(tokenString, "a regular expression as a string"))
	p.expectClose(open)
}

func (p *logQLParser) metricArgument(function string) {
	arg := p.expression(0)
	if arg.kind == logLines && !p.at(tokenRange) {
		p.report(arg.start, arg.end, function+" needs a metric query, got a log query", wrapHint)
	}
}

func (p *logQLParser) vectorAggregation(name token) {
	spec := vectorFunctions[name.text]
	grouped := false
	var group Grouping
	if p.at(tokenKeyword, "by", "without") {
		group, grouped = p.grouping(p.next()), true
	}
	open := p.expectPunct("(")
	p.vectorParameter(name, spec)
	p.metricArgument(name.text)
	p.expectClose(open)
	if !grouped && p.at(tokenKeyword, "by", "without") {
		group, grouped = p.grouping(p.next()), true
	}
	// Loki lets sort have an empty list.
	if grouped && !spec.grouping && (len(group.Labels) > 0 || spec.param) {
		p.report(group.Start, group.End, name.text+" takes no "+group.Keyword, "")
	}
}

func (p *logQLParser) vectorParameter(name token, spec vectorFunction) {
	n, after := p.peek(), p.peekAt(1)
	given := n.kind == tokenNumber && after.kind == tokenPunct && after.text == ","
	if !given {
		if spec.param {
			p.report(name.start, name.end, name.text+" needs a number before the metric query", "such as "+name.text+"(10, …)")
		}
		return
	}
	p.next()
	p.next()
	if !spec.param {
		p.report(n.start, n.end, name.text+" takes no parameter", "")
		return
	}
	if k, err := strconv.Atoi(n.text); err != nil || k <= 0 {
		p.report(n.start, n.end, "the parameter of "+name.text+" is a whole number above 0", "")
	}
}
