package spec

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// guardJSON finds what a JSON file must not have before it is parsed. It walks
// the file as the scanner of the HCL library does.
func guardJSON(source []byte, filename string) hcl.Diagnostics {
	if diags := guardSize(source, filename); diags.HasErrors() {
		return diags
	}
	depth := 0
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return refuse(byteRange(source, filename, i), "Nested too deeply", "Objects and lists nest at most %d levels deep.", maxDepth)
			}
		case c == '}' || c == ']':
			depth = max(depth-1, 0)
		case c == '"':
			end := stringEnd(source, i)
			if diags := guardString(source, i, end, filename); diags.HasErrors() {
				return diags
			}
			i = end - 1
		case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
			end := i + len(source[i:]) - len(bytes.TrimLeft(source[i:], "-+.eE0123456789"))
			if hugeNumber(source[i:end]) {
				return hugeNumberAt(spanRange(source, filename, i, end))
			}
			i = end - 1
		}
	}
	return nil
}

// stringEnd returns where the string ends that starts at an offset.
func stringEnd(source []byte, start int) int {
	for i := start + 1; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\' && i+1 < len(source) && source[i+1] >= ' ':
			i++
		case c < ' ':
			return i
		case c == '"' && !joins(source[:i]):
			return i + 1
		}
	}
	return len(source)
}

// joins reports whether a text makes one character with a quote behind it. The
// scanner of the HCL library does not see such a quote; some signs of Arabic
// and Indian scripts do that.
func joins(before []byte) bool {
	if before[len(before)-1] < utf8.RuneSelf {
		return false
	}
	_, size := utf8.DecodeLastRune(before)
	last := append(bytes.Clone(before[len(before)-size:]), '"')
	return advance(hcl.InitialPos, last).Column == hcl.InitialPos.Column+1
}

// guardString looks into a string for templates, which escapes may hide.
func guardString(source []byte, start, end int, filename string) hcl.Diagnostics {
	raw := source[start:end]
	if !bytes.Contains(raw, []byte("${")) && !bytes.Contains(raw, []byte("%{")) && !bytes.Contains(raw, []byte(`\u`)) && len(raw) < maxParts {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil // the parser will say so
	}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), filename, hcl.InitialPos)
	diags := guardTokens(tokens)
	for _, diag := range diags {
		at := spanRange(source, filename, start, end)
		diag.Subject = &at
	}
	return diags
}

func spanRange(source []byte, filename string, start, end int) hcl.Range {
	from := advance(hcl.InitialPos, source[:start])
	return hcl.Range{Filename: filename, Start: from, End: advance(from, source[start:end])}
}
