package spec

// suspicious reports whether native syntax has to be looked at token by token
// to tell whether it is safe to parse. It is many times faster than the scanner
// of the HCL library and errs on the side of suspicion.
func suspicious(source []byte) bool {
	s := skim{source: source}
	for ; s.at < len(source) && !s.found; s.at++ {
		if s.quoted {
			s.text()
		} else {
			s.code()
		}
		s.found = s.found || s.depth > maxDepth || s.operators > maxOperators
	}
	return s.found
}

// skim walks native syntax as the scanner of the HCL library does. It gives up
// on what is rare: heredocs, comments over lines, strings over lines, escaped
// templates.
type skim struct {
	source    []byte
	at        int
	quoted    bool
	depth     int
	operators int
	parts     int // of the outermost text
	digits    int
	braces    int
	sequences []int // how many braces are open inside of each ${ and %{
	found     bool
}

func (s *skim) next() byte {
	if s.at+1 < len(s.source) {
		return s.source[s.at+1]
	}
	return 0
}

func (s *skim) text() {
	switch c := s.source[s.at]; c {
	case '"':
		s.quoted = false
		s.close()
	case '\\':
		s.at++
		s.found = s.at < len(s.source) && s.source[s.at] < ' '
	case '\n', '\r':
		s.found = true
	case '$', '%':
		s.parts += 2 // itself, and what stands behind it
		s.found = s.parts > maxParts
		if s.next() != '{' {
			return
		}
		s.found = s.found || s.source[s.at-1] == c // $${ is no template
		s.at++
		s.quoted = false
		s.braces++
		s.sequences = append(s.sequences, s.braces)
		s.open()
		s.operators++
	}
}

func (s *skim) open() { s.depth++ }

func (s *skim) close() { s.depth = max(s.depth-1, 0) }

func (s *skim) code() {
	c := s.source[s.at]
	s.number(c)
	switch c {
	case '"':
		s.quoted = true
		if len(s.sequences) == 0 {
			s.parts = 0
		}
		s.open()
	case '(':
		s.open()
	case '[':
		s.open()
		s.operators++
	case '{':
		s.open()
		s.braces++
	case ')', ']':
		s.close()
	case '}':
		s.closeBrace()
	case '#':
		s.comment()
	case '/', '<':
		s.found = c == '/' && s.next() == '*' || c == '<' && s.next() == '<'
		if c == '/' && s.next() == '/' {
			s.comment()
		}
		s.operators++
	case '+', '-', '*', '!', '?', '&', '|', '>', '=', '%', ':':
		s.operators++
	case '\n':
		// An expression goes on over lines only inside brackets, and those of
		// a block's body count too.
		if s.depth == 0 {
			s.operators = 0
		}
	}
}

func (s *skim) closeBrace() {
	if n := len(s.sequences); n > 0 && s.sequences[n-1] == s.braces {
		s.sequences = s.sequences[:n-1]
		s.quoted = true
	}
	s.braces--
	s.close()
}

// comment goes to the end of the line.
func (s *skim) comment() {
	for s.at+1 < len(s.source) && s.source[s.at+1] != '\n' {
		s.at++
	}
}

// number finds long numbers, and exponents.
func (s *skim) number(c byte) {
	digit := c >= '0' && c <= '9'
	switch {
	case digit && s.digits == 0 && s.at > 0 && inName(s.source[s.at-1]):
		// of a name, such as x1e5
	case digit || c == '.' && s.digits > 0:
		s.digits++
	case (c == 'e' || c == 'E') && s.digits > 0:
		s.found = true
	default:
		s.digits = 0
	}
	s.found = s.found || s.digits > maxNumber
}

// inName reports whether a digit behind this byte certainly belongs to a name.
func inName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
