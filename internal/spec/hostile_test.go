//go:build linux

package spec_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
)

// Specs that would end the process are loaded by another: this binary, told by
// these variables to run TestInChild alone.
const (
	childPath = "OBSBOOT_SPEC_CHILD_PATH"
	childUID  = "OBSBOOT_SPEC_CHILD_UID"
)

func TestInChild(t *testing.T) {
	path, ok := os.LookupEnv(childPath)
	if !ok {
		t.Skip("other tests run this as a process")
	}
	if uid, err := strconv.Atoi(os.Getenv(childUID)); err == nil {
		if err := syscall.Setuid(uid); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Print(told(path, spec.Inputs{}))
	os.Exit(0)
}

// told loads a spec, and generates from it if it is valid. It returns the
// summaries of what is wrong with it, one a line.
func told(path string, inputs spec.Inputs) string {
	file, err := spec.Load(path, inputs)
	if err != nil {
		return "cannot load: " + err.Error() + "\n"
	}
	sys := resolve.System(file)
	var b strings.Builder
	for _, d := range file.Scope.Diags.Sorted() {
		fmt.Fprintln(&b, d.Summary)
	}
	if !file.Scope.Diags.HasErrors() {
		if _, err := generate.All(sys); err != nil {
			return "cannot generate: " + err.Error() + "\n"
		}
	}
	return b.String()
}

// Whatever stands in a file, loading it takes less than this. Most of it is the
// HCL library's, some hundred bytes for each token.
const (
	mostMemory = 1536 << 20
	mostTime   = time.Minute
)

func toldByChild(t *testing.T, path string, env ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), mostTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestInChild$")
	cmd.Env = append(append(os.Environ(), childPath+"="+path), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %.300s", err, stderr.String())
	}
	if peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10; peak > mostMemory {
		t.Errorf("took %d MiB", peak>>20)
	}
	return string(out)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fill repeats a part until the text has a size.
func fill(size int, before, part, after string) string {
	return before + strings.Repeat(part, (size-len(before)-len(after))/len(part)) + after
}

// deep is texts that recursion without a limit does not survive.
var deep = []struct {
	name                string
	before, part, after string
	want                string
}{
	{"brackets", "locals {\n a = ", "[", "\n}\n", "Nested too deeply"},
	{"parentheses", "locals {\n a = ", "(", "\n}\n", "Nested too deeply"},
	{"objects", "locals {\n a = ", "{a=", "\n}\n", "Nested too deeply"},
	{"calls", "locals {\n a = ", "f(", "\n}\n", "Nested too deeply"},
	{"loops", "locals {\n a = ", "[for a in ", "\n}\n", "Nested too deeply"},
	{"blocks", "", "a {\n", "", "Nested too deeply"},
	{"templates", "locals {\n a = ", `"${`, "\n}\n", "Nested too deeply"},
	{"heredocs", "locals {\n a = ", "<<A\n${", "\n}\n", "Nested too deeply"},
	{"closed in strings", "locals {\n a = ", `[")",`, "\n}\n", "Nested too deeply"},
	{"closed in comments", "locals {\n a = ", "[ # )\n", "\n}\n", "Nested too deeply"},
	{"closed in long comments", "locals {\n a = ", "[/*)*/", "\n}\n", "Nested too deeply"},
	{"closed in heredocs", "locals {\n a = ", "[<<A\n]]]]\nA\n,", "\n}\n", "Nested too deeply"},
	{"minus", "locals {\n a = ", "-", "1\n}\n", "Expression too long"},
	{"not", "locals {\n a = ", "!", "true\n}\n", "Expression too long"},
	{"plus", "locals {\n a = ", "1+", "1\n}\n", "Expression too long"},
	{"plus of calls", "locals {\n a = 1", "+f(0,0)", "\n}\n", "Expression too long"},
	{"minus in a loop", "locals {\n a = {for k in x : k => ", "-\n", "1}\n}\n", "Expression too long"},
	{"conditions", "locals {\n a = ", "a ? b : ", "c\n}\n", "Expression too long"},
	{"indexes", "locals {\n a = x", "[a]", "\n}\n", "Expression too long"},
	{"splats", "locals {\n a = x", "[*].b", "\n}\n", "Expression too long"},
	{"namespaces", "locals {\n a = f", "::f", "()\n}\n", "Expression too long"},
	{"directives", "locals {\n a = \"", "%{if true}", "\"\n}\n", "Expression too long"},
	{"directives with calls", "locals {\n a = \"", "%{if f(0,0)}", "\"\n}\n", "Expression too long"},
	{"escaped templates", "locals {\n a = \"", "$${", "\"\n}\n", "Text too long"},
	{"signs", "locals {\n a = \"", "$a", "\"\n}\n", "Text too long"},
	{"lines", "locals {\n a = <<A\n", "a\n", "A\n}\n", "Text too long"},
	{"JSON lists", `{"a":`, "[", "}", "Nested too deeply"},
	{"JSON objects", `{"a":`, `{"a":`, "}", "Nested too deeply"},
	{"JSON closed in strings", `{"a":`, `["]",`, "}", "Nested too deeply"},
	{"JSON closed in a hidden string", `{"a":`, `[ "` + "\u0600" + `" ]]]]] ",`, "}", "Nested too deeply"},
	{"JSON templates", `{"locals":{"a":"${`, "(", `}"}}`, "Nested too deeply"},
	{"JSON escaped templates", `{"locals":{"a":"\u0024\u007b`, `\u0028`, `}"}}`, "Nested too deeply"},
	{"JSON keys", `{"locals":{"a":{"${`, "[", `}":1}}}`, "Nested too deeply"},
	{"JSON directives", `{"locals":{"a":"`, "%{if a}", `"}}`, "Expression too long"},
	{"JSON indexes", `{"locals":{"a":"${x`, "[a]", `}"}}`, "Expression too long"},
	{"JSON signs", `{"locals":{"a":"`, "$a", `"}}`, "Text too long"},
	{"JSON types", `{"variable":{"a":{"default":1,"type":"`, "list(", `"}}}`, "Type too long"},
}

func TestDeepNestingIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second for each text")
	}
	for _, test := range deep {
		name := "obsboot.hcl"
		if strings.HasPrefix(test.name, "JSON ") {
			name += ".json"
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := fill(512<<10, test.before, test.part, test.after)
			if got := toldByChild(t, write(t, name, text)); !strings.Contains(got, test.want+"\n") {
				t.Errorf("512 KiB: got %.300s want %s", got, test.want)
			}
			text = fill(16<<20, test.before, test.part, test.after)
			if got := toldByChild(t, write(t, name, text)); !strings.Contains(got, test.want+"\n") && !strings.Contains(got, "Too much for one file\n") {
				t.Errorf("16 MiB: got %.300s want %s", got, test.want)
			}
		})
	}
}

// TestNestingBelowTheLimits guards against limits that people would meet.
func TestNestingBelowTheLimits(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"brackets", "a = " + strings.Repeat("[", 50) + strings.Repeat("]", 50)},
		{"plus", "a = 1" + strings.Repeat(" + 1", 900)},
		{"directives", `a = "` + strings.Repeat("%{if true}a%{endif}", 400) + `"`},
		{"values", "a = [" + strings.Repeat("-1, !true, [1][0],\n", 5000) + "]"},
		{"arguments with comments", strings.Repeat("a = -1 # b\n", 5000)},
		{"lines", "a = <<A\n" + strings.Repeat("${1} - $ a\n", 2000) + "A"},
		{"numbers", "a = [0.1, 1e300, 1e-300, -9007199254740993.25]"},
	} {
		for _, d := range spec.Guard([]byte(test.text+"\n"), "test.hcl") {
			t.Errorf("%s: %s", test.name, d)
		}
	}
}

// locals returns the text of local values that each use the one before.
func locals(count int, first, next string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "locals {\n  a0 = %s\n", first)
	for i := range count {
		b.WriteString("  " + strings.NewReplacer("NEXT", fmt.Sprintf("a%d", i+1), "LAST", fmt.Sprintf("local.a%d", i)).Replace(next) + "\n")
	}
	return b.String() + "}\nsystem \"x\" {}\n"
}

func TestValuesStaySmall(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"text that doubles", locals(40, `"aaaaaaaaaa"`, `NEXT = "${LAST}${LAST}"`), "Value too large"},
		{"lists that double", locals(40, `[1]`, `NEXT = [LAST, LAST]`), "Value too large"},
		{"numbers that double", locals(60, `10`, `NEXT = LAST * LAST`), "Value too large"},
		{"numbers in lists", locals(60, `[10]`, `NEXT = [LAST[0] * LAST[0]]`), "Value too large"},
		{"nested lists", locals(20000, `0`, `NEXT = [LAST]`), "Value too large"},
		{"many large values", locals(400, `"`+strings.Repeat("a", 1000000)+`"`, `NEXT = LAST`), "Locals too large"},
		{"a long way", backwards(20000), "Locals too deep"},
		{"a large number", `system "x" { description = 1e1000000000 }`, "Number out of range"},
		{"a large number in a text", `system "x" { description = "a ${1e100000000} b" }`, "Number out of range"},
		{"a small number", `system "x" { description = 1e-1000000000 }`, "Number out of range"},
		{"a long number", `system "x" { description = ` + strings.Repeat("9", 1<<20) + ` }`, "Number out of range"},
		{"a large objective", `system "x" {}` + "\nservice \"a\" {\n http {}\n sli \"b\" {\n objective = 1e1000000000\n availability {}\n }\n}", "Number out of range"},
		{"a large objective in a string", `system "x" {}` + "\nservice \"a\" {\n http {}\n sli \"b\" {\n objective = \"1e100000000\"\n availability {}\n }\n}", "Out of range"},
		{"deep JSON in a text", `locals { a = jsondecode("` + strings.Repeat("[", 1<<20) + `") }`, "Invalid function argument"},
		{"a pattern of many", `system "x" { include = ["` + strings.Repeat("{a,b}", 40) + `"] }`, "Pattern too broad"},
		{"a pattern of everywhere", `system "x" { include = ["` + strings.Repeat("**/", 12) + `a"] }`, "Pattern too broad"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			if got := toldByChild(t, write(t, "obsboot.hcl", test.text)); !strings.Contains(got, test.want+"\n") {
				t.Errorf("got %.300s want %s", got, test.want)
			}
			if took := time.Since(start); took > mostTime/2 {
				t.Errorf("took %s", took)
			}
		})
	}
	for _, number := range []string{"1e1000000000", "-1e-1000000000", strings.Repeat("9", 1<<20)} {
		if got := told(write(t, "obsboot.hcl.json", `{"system":{"x":{"description":`+number+`}}}`), spec.Inputs{}); got != "Number out of range\n" {
			t.Errorf("%.20s: %s", number, got)
		}
	}
}

// backwards is locals of which each uses the one behind it.
func backwards(count int) string {
	var b strings.Builder
	b.WriteString("locals {\n")
	for i := range count {
		fmt.Fprintf(&b, "  a%06d = local.a%06d\n", i, i+1)
	}
	fmt.Fprintf(&b, "  a%06d = 1\n}\n", count)
	return b.String()
}
