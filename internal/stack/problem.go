package stack

// Problem is what keeps the stack from starting, in words for its user: what is
// wrong, and what to do about it.
type Problem struct {
	Summary string
	Remedy  string
}

// Error returns both, in a line each.
func (p *Problem) Error() string {
	if p.Remedy == "" {
		return p.Summary
	}
	return p.Summary + "\n" + p.Remedy
}
