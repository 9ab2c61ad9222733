package generate

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// oddTexts are what people and attackers write into descriptions.
var oddTexts = []string{
	"", " ", "plain", "a | b", `a \| b`, `\`, `a\`, `\\|`, "`", "``", "a`b``c", "` `", "<script>alert(1)</script>", "a < b > c & d",
	"**bold** _it_ ~~no~~", "# title", "- item", "+ item", "= x", "1. item", "12) item", "1.5 times", "2024. ", "> quote", "---", "***", "[a](b)", "![a](b)",
	"line\nline", "\r\n", "\t", "a\u2028b\u2029c\u0085d", "\u202eabc\u2066", "\u061c", "\x00\x1b[31m", "a\xffb", "\ufeff", "\u00a0",
	"&amp; &#60;", "@someone #1 $x$", "${a} {{ b }} %{c}", "*/ /* //", "\"'", "https://example.com/a_b?c=d&e", "😀 日本 e\u0301", "#34; #quot;", ";",
	strings.Repeat("a ", 5000),
}

func FuzzMarkdownText(f *testing.F) {
	for _, text := range oddTexts {
		f.Add(text)
	}
	list := regexp.MustCompile(`^([-+=]|[0-9]+[.)]( |$))`)
	f.Fuzz(func(t *testing.T, text string) {
		got := markdownText(text)
		checkLine(t, text, got)
		if list.MatchString(got) {
			t.Errorf("%q starts a list in %q", text, got)
		}
		if plain := unescaped(t, got); plain != oneLine(text) {
			t.Errorf("%q reads as %q", text, plain)
		}
	})
}

// unescaped reads Markdown that has no markup but backslashes.
func unescaped(t *testing.T, text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", text[i+1]) >= 0:
			i++
		case strings.IndexByte("\\`*_{}[]<>#|~$&@!", c) >= 0:
			t.Errorf("markup %q in %q", c, text)
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func FuzzMarkdownCode(f *testing.F) {
	for _, text := range oddTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := markdownCode(text)
		checkLine(t, text, got)
		fence := got[:len(got)-len(strings.TrimLeft(got, "`"))]
		if got == "" || fence == "" {
			if got != oneLine(text) {
				t.Errorf("%q becomes %q, no code span", text, got)
			}
			return
		}
		inside, ok := strings.CutSuffix(got[len(fence):], fence)
		if !ok || slices.Contains(regexp.MustCompile("`+").FindAllString(inside, -1), fence) {
			t.Fatalf("%q becomes %q, a code span that ends elsewhere", text, got)
		}
		if len(fence) > 1 {
			inside = strings.TrimSuffix(strings.TrimPrefix(inside, " "), " ")
		}
		if plain := strings.ReplaceAll(inside, `\|`, "|"); plain != oneLine(text) {
			t.Errorf("%q reads as %q", text, plain)
		}
	})
}

// FuzzTableRow puts texts side by side: neither may end its cell.
func FuzzTableRow(f *testing.F) {
	for i, text := range oddTexts {
		f.Add(text, oddTexts[len(oddTexts)-1-i])
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		row := "| " + markdownText(one) + " | " + markdownCode(other) + "<br>" + markdownText(other) + " |"
		bars := 0
		for i := range len(row) {
			if row[i] == '|' && (i == 0 || row[i-1] != '\\') { // as GitHub splits rows
				bars++
			}
		}
		if bars != 3 {
			t.Errorf("%q and %q make a row of %d cells: %s", one, other, bars-1, row)
		}
	})
}

func FuzzMermaidText(f *testing.F) {
	for _, text := range oddTexts {
		f.Add(text)
	}
	entity := regexp.MustCompile(`#([0-9]+);`)
	f.Fuzz(func(t *testing.T, text string) {
		got := mermaidText(text)
		checkLine(t, text, got)
		if rest := entity.ReplaceAllString(got, ""); strings.ContainsAny(rest, "\"#&<>\\`;") {
			t.Errorf("%q becomes %q, which ends the label", text, got)
		}
		plain := entity.ReplaceAllStringFunc(got, func(e string) string {
			var r rune
			for _, digit := range e[1 : len(e)-1] {
				r = r*10 + digit - '0'
			}
			return string(r)
		})
		if plain != oneLine(text) {
			t.Errorf("%q reads as %q", text, plain)
		}
	})
}

// checkLine wants a single line in which nothing acts on what stands around it.
func checkLine(t *testing.T, text, got string) {
	if !utf8.ValidString(got) {
		t.Errorf("%q becomes %q, no UTF-8", text, got)
	}
	for _, r := range got {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			t.Errorf("%q becomes %q, with %q", text, got, r)
		}
	}
}
