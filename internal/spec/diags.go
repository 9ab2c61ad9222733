package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/obsboot/obsboot/internal/nearest"
)

// Diags collects what is wrong with a spec. The zero value is empty. Several
// goroutines may add to it.
type Diags struct {
	mu   sync.Mutex
	list hcl.Diagnostics
	seen map[string]bool
}

// Add appends diagnostics that the HCL library reports.
func (d *Diags) Add(diags ...*hcl.Diagnostic) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, diag := range diags {
		if at := diag.Subject; at != nil && at.End.Byte < at.Start.Byte {
			diag.Subject = &hcl.Range{Filename: at.Filename, Start: at.Start, End: at.Start} // of what is not closed, the library does not know the end
		}
		key := fmt.Sprint(diag.Subject, diag.Severity, diag.Summary, diag.Detail)
		if d.seen[key] {
			continue // the same fault of a profile, seen from another service
		}
		if d.seen == nil {
			d.seen = map[string]bool{}
		}
		d.seen[key] = true
		d.list = append(d.list, diag)
	}
}

// Error reports an error at a place. The detail says what to do about it.
func (d *Diags) Error(at hcl.Range, summary, detail string, args ...any) {
	d.add(hcl.DiagError, at, summary, detail, args)
}

// Warn reports a warning: the spec works, but perhaps not as meant.
func (d *Diags) Warn(at hcl.Range, summary, detail string, args ...any) {
	d.add(hcl.DiagWarning, at, summary, detail, args)
}

func (d *Diags) add(severity hcl.DiagnosticSeverity, at hcl.Range, summary, detail string, args []any) {
	d.Add(&hcl.Diagnostic{Severity: severity, Summary: summary, Detail: fmt.Sprintf(detail, args...), Subject: &at})
}

// HasErrors reports whether an error is among the diagnostics.
func (d *Diags) HasErrors() bool { return d.list.HasErrors() }

// Sorted returns the diagnostics by file and position.
func (d *Diags) Sorted() hcl.Diagnostics {
	out := slices.Clone(d.list)
	slices.SortStableFunc(out, func(a, b *hcl.Diagnostic) int {
		ra, rb := subject(a), subject(b)
		return cmp.Or(
			strings.Compare(ra.Filename, rb.Filename),
			cmp.Compare(ra.Start.Byte, rb.Start.Byte),
			cmp.Compare(ra.End.Byte, rb.End.Byte),
			cmp.Compare(a.Severity, b.Severity),
			strings.Compare(a.Summary, b.Summary),
			strings.Compare(a.Detail, b.Detail),
		)
	})
	return out
}

func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

// Suggest returns the sentence that offers the nearest known name, if one is
// near. It is for details that list the known names anyway.
func Suggest(name string, known []string) string {
	if best := nearest.Name(name, known); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	return ""
}

// DidYouMean returns the sentence that offers the nearest known name; without
// a near one it lists the known names, if they are few enough to help.
func DidYouMean(name string, known []string) string {
	if best := Suggest(name, known); best != "" {
		return best
	}
	if len(known) == 0 || len(known) > 12 {
		return ""
	}
	return fmt.Sprintf(" Known: %s.", Quoted(known))
}

// Quoted joins names in quotes.
func Quoted(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}

// Place returns "file:line" of a range, for details that name a second place.
func Place(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }
