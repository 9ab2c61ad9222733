package spec

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// FuzzSuspicious wants the fast look at a text never to miss what the look at
// its tokens finds. A part is repeated, because the limits are far away.
func FuzzSuspicious(f *testing.F) {
	for _, part := range []string{
		"[", "(", "{", "a {\n", "f(", `"${`, `"${[}"`, "<<A\n${", `[")",`, `["\")",`, `["${")"}",`, `["$${")",`, `["%%{")",`, "[ # )\n", "[ // )\n", "[/*)*/", "[<<A\n]\nA\n,",
		"-", "1+", "+f(0,0)", "[a]", "[*].b", "::f", "a ? b : ", "-\n", "- # c\n", `"%{if a}`, "%{if f(0,0)}", "$a", "%", "1e999 ", "1E-999,", "a1e999", "{ }", "~}", "\"\n", "\\\"[", "'[", "\"\\", "\"é\"", "\r", "0", "\uf3700",
	} {
		f.Add("locals {\n a = ", part, uint16(1100))
		f.Add("a = \"", part, uint16(10100))
		f.Add("a = \"", part, uint16(5100))
		f.Add("\uf370", part, uint16(600))
	}
	f.Fuzz(func(t *testing.T, before, part string, count uint16) {
		if len(before) > 100 || len(part) > 20 || !utf8.ValidString(before) || !utf8.ValidString(part) {
			return // a file that is not UTF-8 is refused before
		}
		text := []byte(before + strings.Repeat(part, int(count%12_000)))
		if suspicious(text) {
			return
		}
		tokens, _ := hclsyntax.LexConfig(text, "test.hcl", hcl.InitialPos)
		if diags := guardTokens(tokens); diags.HasErrors() {
			t.Errorf("%q and %d times %q: %s", before, count%12_000, part, diags)
		}
	})
}
