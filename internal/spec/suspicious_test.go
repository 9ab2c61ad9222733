package spec

import (
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// TestSuspicious checks that ordinary specs take the fast way, and that
// whatever the scanner of tokens refuses does not.
func TestSuspicious(t *testing.T) {
	example, err := os.ReadFile("../../examples/shop/obsboot.hcl")
	if err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]string{
		"the example without its heredoc": strings.ReplaceAll(string(example), "<<-MD", "\"\" #"),
		"names with digits":               "a1e5 = var.e2e + x.e\nb = 1.5\nc = \"${a1}e\"\n",
		"many short lines":                strings.Repeat("a = 1 + 2\n", 5000),
	} {
		if suspicious([]byte(source)) {
			t.Errorf("%s: suspicious", name)
		}
	}
	long := strings.Repeat("+1", maxOperators+5)
	for name, source := range map[string]string{
		"operators":                  "a = 1" + long,
		"operators in brackets":      "a = (1\n" + strings.ReplaceAll(long, "+", "\n+") + ")",
		"operators behind a comment": "a = (1 # )\n" + strings.ReplaceAll(long, "+", "\n+") + ")",
		"depth":                      "a = " + strings.Repeat("(", maxDepth+1),
		"depth in a template":        "a = \"" + strings.Repeat("${(", maxDepth+1),
		"directives":                 "a = \"" + strings.Repeat("%{ if x }", maxOperators+5),
		"an exponent":                "a = 1e999",
		"an exponent behind a minus": "a = 5-1e999",
		"digits":                     "a = " + strings.Repeat("9", maxNumber+1),
	} {
		tokens, _ := hclsyntax.LexConfig([]byte(source), "", hcl.InitialPos)
		if !guardTokens(tokens).HasErrors() {
			t.Errorf("%s: not refused", name)
		}
		if !suspicious([]byte(source)) {
			t.Errorf("%s: not suspicious", name)
		}
	}
}
