package board

import (
	"hash/fnv"
	"slices"
)

// Columns is the width of the grid.
const Columns = 24

// Arrange puts the panels of each row side by side in their order, as wide and
// high as they say, and numbers them. A panel that no longer fits beside the
// others begins a line of its own.
func (d *Dashboard) Arrange() {
	taken, y := map[int]bool{}, 0
	for i := range d.Rows {
		row := &d.Rows[i]
		if row.Title != "" {
			y++ // the title of the row
		}
		y = row.arrange(y)
		for j := range row.Panels {
			p := &row.Panels[j]
			p.ID = panelID(taken, row.Title, p.Title)
		}
	}
	for i := range d.Rows {
		d.Rows[i].ID = panelID(taken, "row", d.Rows[i].Title)
	}
}

// arrange returns where the next row begins.
func (r *Row) arrange(y int) int {
	x, height := 0, 0
	for i := range r.Panels {
		box := &r.Panels[i].At
		if x+box.W > Columns {
			x, y, height = 0, y+height, 0
		}
		box.X, box.Y = x, y
		x, height = x+box.W, max(height, box.H)
	}
	return y + height
}

// panelID derives a number from names, so that it stays when others come and
// go. It fits the integers of JavaScript and of 32 bits. Of two names with the
// same hash, which is rare, the later one takes the next number.
func panelID(taken map[int]bool, parts ...string) int {
	h := fnv.New32a()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	id := int(h.Sum32()>>2) + 1
	for taken[id] {
		id++
	}
	taken[id] = true
	return id
}

// Panels lists all panels, in order.
func (d *Dashboard) Panels() []Panel {
	var out []Panel
	for _, row := range d.Rows {
		out = append(out, row.Panels...)
	}
	return out
}

// Variable finds a variable.
func (d *Dashboard) Variable(name string) (Variable, bool) {
	i := slices.IndexFunc(d.Variables, func(v Variable) bool { return v.Name == name })
	if i < 0 {
		return Variable{}, false
	}
	return d.Variables[i], true
}
