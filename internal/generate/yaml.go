package generate

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// yamlWriter writes the YAML of rules and of their tests, of which there is so
// much that a general encoder would take most of the time. What it writes reads
// back as it was; tests compare the two.
type yamlWriter struct {
	b      []byte
	indent int
	dash   bool // the next key is the first of an item
}

// marshaler is what writes itself.
type marshaler interface{ writeYAML(w *yamlWriter) }

func (w *yamlWriter) key(name string) {
	n := w.indent
	if w.dash {
		n -= 2
	}
	for range n {
		w.b = append(w.b, ' ')
	}
	if w.dash {
		w.b = append(w.b, "- "...)
		w.dash = false
	}
	w.b = append(w.b, name...)
	w.b = append(w.b, ':')
}

// text writes a key and its value.
func (w *yamlWriter) text(key, value string) {
	w.key(key)
	w.b = append(w.b, ' ')
	w.scalar(value)
	w.b = append(w.b, '\n')
}

// optional writes a key and its value unless it is empty.
func (w *yamlWriter) optional(key, value string) {
	if value != "" {
		w.text(key, value)
	}
}

// texts writes a key and what stands under it, sorted; nothing if that is empty.
func (w *yamlWriter) texts(key string, values map[string]string) {
	if len(values) == 0 {
		return
	}
	w.key(key)
	w.b = append(w.b, '\n')
	w.indent += 2
	for _, name := range slices.Sorted(maps.Keys(values)) {
		w.text(w.keyOf(name), values[name])
	}
	w.indent -= 2
}

// keyOf is a string as a key. Readers take one of 1024 bytes at most, unless a
// question mark announces it.
func (w *yamlWriter) keyOf(name string) string {
	key := name
	if !plainYAML(name) {
		key = string(appendEscaped(nil, name))
	}
	if len(key) > 1000 {
		return "? " + string(appendEscaped(nil, name)) + "\n" + strings.Repeat(" ", w.indent)
	}
	return key
}

// list writes a key and items, each of which writes its keys.
func list[T any](w *yamlWriter, key string, items []T, write func(*yamlWriter, T)) {
	w.key(key)
	if len(items) == 0 {
		w.b = append(w.b, " []\n"...)
		return
	}
	w.b = append(w.b, '\n')
	w.indent += 4
	for _, item := range items {
		w.dash = true
		write(w, item)
	}
	w.indent -= 4
}

func (w *yamlWriter) scalar(value string) { w.b = appendScalar(w.b, value, w.indent+2) }

// appendScalar writes a string in the first style that keeps it: plain, as a
// block of lines, in single quotes, in double quotes.
func appendScalar(b []byte, value string, indent int) []byte {
	switch {
	case plainYAML(value):
		return append(b, value...)
	case blockYAML(value):
		return appendBlock(b, value, indent)
	case quotableYAML(value):
		return appendQuoted(b, value)
	}
	return appendEscaped(b, value)
}

// plainYAML reports whether a string stands for itself: it starts harmlessly,
// has no sign that ends it, and is no number, date or word of another type.
func plainYAML(s string) bool {
	if s == "" || !plainStart(s[0]) || s[len(s)-1] == ' ' || s[len(s)-1] == ':' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~':
			return false
		case c == '#' && s[i-1] == ' ', c == ':' && s[i+1] == ' ':
			return false
		}
	}
	if s[0] >= '0' && s[0] <= '9' {
		return plainAfterDigit(s)
	}
	return !yamlWords[strings.ToLower(s)]
}

func plainStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_/(${^", c) >= 0 && c != '{'
}

// plainAfterDigit reports whether a string that starts with a digit has a letter
// that no number or date has, such as a unit.
func plainAfterDigit(s string) bool {
	if len(s) > 1 && s[0] == '0' && strings.IndexByte("xXoObB", s[1]) >= 0 {
		return false
	}
	return strings.ContainsFunc(s, func(r rune) bool {
		return (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') && !strings.ContainsRune("eEtTzZ", r)
	})
}

// yamlWords are of another type in some version of YAML.
var yamlWords = map[string]bool{
	"null": true, "true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true,
}

// blockYAML reports whether a string of several lines can stand as a block: its
// first line must not start with a space, nor any line end with one, and nothing
// in it may need an escape.
func blockYAML(s string) bool {
	if !strings.Contains(s, "\n") || s[0] == ' ' || s[0] == '\n' || s[len(s)-1] == '\n' {
		return false
	}
	for i, r := range s {
		switch {
		case r == '\n':
			if s[i-1] == ' ' {
				return false
			}
		case !printableYAML(r):
			return false
		}
	}
	return s[len(s)-1] != ' '
}

func appendBlock(b []byte, value string, indent int) []byte {
	b = append(b, "|-"...)
	for line := range strings.SplitSeq(value, "\n") {
		b = append(b, '\n')
		if line == "" {
			continue
		}
		for range indent {
			b = append(b, ' ')
		}
		b = append(b, line...)
	}
	return b
}

func quotableYAML(s string) bool {
	for _, r := range s {
		if !printableYAML(r) {
			return false
		}
	}
	return !numberLikeYAML(s)
}

// numberLikeYAML keeps numbers in double quotes, as is the custom.
func numberLikeYAML(s string) bool {
	return s == "" || s[0] >= '0' && s[0] <= '9' || yamlWords[strings.ToLower(s)]
}

// printableYAML reports whether a character may stand for itself in quotes and
// blocks, on one line, under every reader.
func printableYAML(r rune) bool {
	return r >= ' ' && r <= '~' || r > 0xa0 && r != utf8.RuneError && r != '\ufeff' && unicode.IsPrint(r)
}

func appendQuoted(b []byte, value string) []byte {
	b = append(b, '\'')
	b = append(b, strings.ReplaceAll(value, "'", "''")...)
	return append(b, '\'')
}

// appendEscaped writes a string in double quotes, with the escapes that YAML
// shares with JSON.
func appendEscaped(b []byte, value string) []byte {
	b = append(b, '"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case printableYAML(r):
			b = utf8.AppendRune(b, r)
		case r > 0xffff:
			b = appendHex(append(b, '\\', 'U'), r, 8)
		default:
			b = appendHex(append(b, '\\', 'u'), r, 4)
		}
	}
	return append(b, '"')
}

func appendHex(b []byte, r rune, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b = append(b, "0123456789ABCDEF"[r>>shift&15])
	}
	return b
}

// number writes a key and a number.
func (w *yamlWriter) number(key string, value float64) {
	w.key(key)
	w.b = append(w.b, ' ')
	w.b = strconv.AppendFloat(w.b, value, 'f', -1, 64)
	w.b = append(w.b, '\n')
}

// values writes a key and a list of strings.
func (w *yamlWriter) values(key string, items []string) {
	w.key(key)
	if len(items) == 0 {
		w.b = append(w.b, " []"...)
	}
	for _, item := range items {
		w.b = append(w.b, '\n')
		for range w.indent + 2 {
			w.b = append(w.b, ' ')
		}
		w.b = append(w.b, "- "...)
		w.b = appendScalar(w.b, item, w.indent+4)
	}
	w.b = append(w.b, '\n')
}
