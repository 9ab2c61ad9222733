// Package diff compares two models in words that a reviewer can use.
//
// In: the model that was generated from last, and the new one. Out: changes,
// each with its subject, what it was and is, and, if it breaks queries, what
// used it. The package knows no file and no command.
package diff

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/obsboot/obsboot/internal/model"
)

// Action is what happened to a subject or a part of it.
type Action string

// The actions.
const (
	Added   Action = "added"
	Removed Action = "removed"
	Changed Action = "changed"
)

// Change is one difference.
type Change struct {
	Subject  string   `json:"subject"`        // "SLO checkout/availability"
	Part     string   `json:"part,omitempty"` // "attribute channel"; empty for the subject itself
	Action   Action   `json:"action"`
	Field    string   `json:"field,omitempty"` // of a changed subject or part: "objective"
	Old      string   `json:"old,omitempty"`
	New      string   `json:"new,omitempty"`
	Breaking bool     `json:"breaking"`       // queries that worked find no data now
	Uses     []string `json:"uses,omitempty"` // of breaking changes: what used it
}

// Text says the change in a line.
func (c Change) Text() string {
	var b strings.Builder
	b.WriteString(c.Subject + ": ")
	if c.Part != "" {
		b.WriteString(c.Part + " ")
	}
	switch {
	case c.Action != Changed:
		b.WriteString(string(c.Action))
	case c.Old == "":
		fmt.Fprintf(&b, "%s added: %s", c.Field, c.New)
	case c.New == "":
		fmt.Fprintf(&b, "%s removed: %s", c.Field, c.Old)
	default:
		fmt.Fprintf(&b, "%s %s -> %s", c.Field, c.Old, c.New)
	}
	switch {
	case c.Breaking && len(c.Uses) == 1:
		fmt.Fprintf(&b, ", breaking: %s uses it", c.Uses[0])
	case c.Breaking && len(c.Uses) > 1:
		last := len(c.Uses) - 1
		fmt.Fprintf(&b, ", breaking: %s and %s use it", strings.Join(c.Uses[:last], ", "), c.Uses[last])
	case c.Breaking:
		b.WriteString(", breaking: nothing in the spec used it, but other queries may")
	}
	return b.String()
}

// Compare returns what changed, sorted by subject. Without an old model
// everything is added.
func Compare(old, new *model.System) []Change {
	if old == nil {
		old = &model.System{}
	}
	before, after := describe(old), describe(new)
	var changes []Change
	for _, key := range unionKeys(before, after) {
		was, is := before[key], after[key]
		switch {
		case was == nil && is.part != "" && before[is.subject] == nil, is == nil && was.part != "" && after[was.subject] == nil:
			// the subject as a whole was added or removed
		case was == nil:
			changes = append(changes, Change{Subject: is.subject, Part: is.part, Action: Added})
		case is == nil:
			changes = append(changes, Change{Subject: was.subject, Part: was.part, Action: Removed, Breaking: was.breaks})
		default:
			changes = append(changes, compareFields(was, is)...)
		}
	}
	for i := range changes {
		if changes[i].Breaking {
			changes[i].Uses = usesOf(old, changes[i])
		}
	}
	return changes
}

func unionKeys(a, b map[string]*entity) []string {
	var keys []string
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func compareFields(was, is *entity) []Change {
	var changes []Change
	for i, f := range is.fields {
		before := was.fields[i]
		if f.list {
			changes = append(changes, compareLists(is, before, f)...)
			continue
		}
		if before.value != f.value {
			changes = append(changes, Change{
				Subject: is.subject, Part: is.part, Action: Changed, Field: f.name,
				Old: before.value, New: f.value, Breaking: f.breaks && before.value != "",
			})
		}
	}
	return changes
}

// compareLists reports what joined and what left a list; removing breaks, if
// the field does.
func compareLists(is *entity, before, after field) []Change {
	var changes []Change
	change := Change{Subject: is.subject, Part: is.part, Action: Changed, Field: after.name}
	if gone := without(before.items, after.items); len(gone) > 0 {
		removed := change
		removed.Old, removed.Breaking = strings.Join(gone, ", "), after.breaks
		changes = append(changes, removed)
	}
	if came := without(after.items, before.items); len(came) > 0 {
		added := change
		added.New = strings.Join(came, ", ")
		changes = append(changes, added)
	}
	return changes
}

func without(items, others []string) []string {
	var left []string
	for _, item := range items {
		if !slices.Contains(others, item) {
			left = append(left, item)
		}
	}
	return left
}

// format is the version of the record; a change of the model's shape that old
// records cannot be read as raises it.
const format = 1

type record struct {
	Format int
	Model  *model.System
}

// Encode writes a model for Decode.
func Encode(sys *model.System) ([]byte, error) {
	data, err := json.MarshalIndent(record{format, sys}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode the model: %w", err)
	}
	return append(data, '\n'), nil
}

// Decode reads a model that Encode wrote, of this version or an older one.
func Decode(data []byte) (*model.System, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("read the last model: %w; run obsboot generate to write it anew", err)
	}
	if r.Format != format || r.Model == nil {
		return nil, fmt.Errorf("read the last model: it has format %d and this obsboot reads format %d; use the newer obsboot, or run generate to write it anew", r.Format, format)
	}
	return r.Model, nil
}
