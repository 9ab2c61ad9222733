package resolve_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/tools/txtar"

	"github.com/obsboot/obsboot/internal/generate"
	"github.com/obsboot/obsboot/internal/resolve"
	"github.com/obsboot/obsboot/internal/spec"
	"github.com/obsboot/obsboot/internal/spec/spectest"
)

// FuzzLoad wants a model or a diagnostic inside of the file for whatever the
// file holds, and from a model the same artifacts each time.
func FuzzLoad(f *testing.F) {
	for _, text := range nasty {
		f.Add([]byte(text), false)
	}
	for _, text := range nastyJSON {
		f.Add([]byte(text), true)
	}
	f.Add([]byte(spectest.Large(2, 5)), false)
	addFile(f, "../../examples/shop/obsboot.hcl")
	for _, pattern := range []string{"testdata/*.txtar", "../generate/testdata/*.txtar"} {
		archives, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, archive := range archives {
			addFile(f, archive)
		}
	}
	native := filepath.Join(memoryDir(f), "obsboot.hcl")
	inJSON := filepath.Join(memoryDir(f), "obsboot.hcl.json") // where no include finds the other
	f.Fuzz(func(t *testing.T, text []byte, isJSON bool) {
		path := native
		if isJSON {
			path = inJSON
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := spec.Load(path, spec.Inputs{})
		if err != nil {
			t.Fatal(err) // there is a file, and it is small
		}
		sys := resolve.System(file)
		for _, d := range file.Scope.Diags.Sorted() {
			checkDiagnostic(t, d, path, text)
		}
		if file.Scope.Diags.HasErrors() {
			return
		}
		first, err := generate.All(sys)
		if err != nil {
			t.Fatalf("generate from a valid spec: %s", err)
		}
		second, err := generate.All(resolve.System(reload(t, path)))
		if err != nil {
			t.Fatalf("generate again: %s", err)
		}
		for i, file := range first.Files() {
			if other := second.Files()[i]; file.Path != other.Path || !bytes.Equal(file.Content, other.Content) {
				t.Errorf("%s differs from one time to the other", file.Path)
			}
		}
	})
}

// addFile adds a spec, or the specs of an archive.
func addFile(f *testing.F, path string) {
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	if !strings.HasSuffix(path, ".txtar") {
		f.Add(content, false)
		return
	}
	for _, file := range txtar.Parse(content).Files {
		switch {
		case strings.HasSuffix(file.Name, ".hcl"):
			f.Add(file.Data, false)
		case strings.HasSuffix(file.Name, ".hcl.json"):
			f.Add(file.Data, true)
		}
	}
}

// memoryDir is a folder for a file that is rewritten thousands of times a
// second, in memory where the system has such folders.
func memoryDir(f *testing.F) string {
	dir, err := os.MkdirTemp("/dev/shm", "obsboot-fuzz-")
	if err != nil {
		return f.TempDir()
	}
	f.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			f.Error(err)
		}
	})
	return dir
}

func reload(t *testing.T, path string) *spec.File {
	file, err := spec.Load(path, spec.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// loneReturn is what some count as the end of a line and others do not.
var loneReturn = regexp.MustCompile(`\r([^\n]|$)`)

func checkDiagnostic(t *testing.T, d *hcl.Diagnostic, path string, text []byte) {
	if d.Summary == "" || d.Detail == "" {
		t.Errorf("a diagnostic without a summary or a detail: %#v", d)
	}
	if d.Subject == nil {
		t.Fatalf("a diagnostic without a place: %s: %s", d.Summary, d.Detail)
	}
	at := *d.Subject
	switch {
	case at.Filename != path:
		t.Errorf("%q: %s", at.Filename, d)
	case at.Start.Byte < 0 || at.Start.Byte > at.End.Byte || at.End.Byte > len(text):
		t.Errorf("bytes %d to %d of %d: %s", at.Start.Byte, at.End.Byte, len(text), d)
	case at.Start.Line < 1 || at.Start.Column < 1 || at.End.Line < at.Start.Line || at.End.Column < 1:
		t.Errorf("%v: %s", at, d)
	case at.End.Line == at.Start.Line && at.End.Column < at.Start.Column:
		t.Errorf("%v ends before it starts: %s", at, d)
	case !loneReturn.Match(text) && at.Start.Line != 1+bytes.Count(text[:at.Start.Byte], []byte("\n")):
		t.Errorf("byte %d is not on line %d: %s", at.Start.Byte, at.Start.Line, d)
	}
}

// nasty specs reach what the examples do not.
var nasty = []string{
	"",
	"\ufeffsystem \"x\" {}\r\n",
	"system \"x\" {\n  description = \"\xff\"\n}",
	"system \"x\" { description = 1e1000000000 }",
	"system \"x\" {}\nsystem \"x\" {}\nsystem \"\" {}",
	"system \"x\" {\n  description = \"$${a} %%{b} \\u00e9 \\n ${\"${1 + 1}\"} %{if true}a%{else}b%{endif}\"\n}",
	"system \"x\" {\n  description = <<-EOT\n    a ${1}\n      b\n  EOT\n  labels = { a = null, \"b-c\" = 1, for = true }\n  include = [\"**\"]\n}",
	"locals {\n  a = local.b\n  b = local.a\n  c = [for x in [1, 2] : x * 2 if x > 1]\n  d = {for k, v in {a = 1} : k => v...}\n}",
	"locals {\n  a = \"aaaaaaaa\"\n  b = \"${local.a}${local.a}\"\n  c = try(jsondecode(\"{\\\"a\\\": [1, null]}\").b, [1][0], {a = 1}[*])\n}",
	"variable \"a\" {\n  type = list(string)\n  default = [1, true]\n  validation {\n    condition = length(var.a) > 5\n    error_message = \"short\"\n  }\n}\nvariable \"b\" { type = object({ a = optional(number) }) }",
	"system \"x\" {}\nservice \"a\" {\n  team = team.b\n  calls = [service.a, service.b, \"service.a\", null, 1]\n  tier = 1.5\n  labels = { job = \"x\", __a = 1 }\n}",
	"system \"x\" {}\nqueue \"q\" { system = \"nats\" }\nservice \"a\" {\n  consumer \"c\" { queue = queue.q }\n  job \"j\" { every = \"1h\" }\n  sli \"s\" {\n    objective = 99.9\n    calendar = \"month\"\n    availability { of = \"job\" }\n  }\n  sli \"t\" {\n    logs {\n      total { logql = \"{service_name=\\\"a\\\"}\" }\n      bad { logql = \"{service_name=\\\"a\\\"} |= `x`\" }\n    }\n  }\n  panel \"p\" {\n    query \"l\" { promql = \"up\" }\n    query \"m\" { logql = \"sum(count_over_time({a=\\\"b\\\"}[5m]))\" }\n  }\n  runbook { url = \"https://example.com\" }\n  dashboard { hide = [\"logs\"] }\n}",
	"system \"x\" {}\nservice \"a\" {\n  source \"prometheus\" {\n    targets = [\"a:80\"]\n    http {\n      duration = \"x_seconds_bucket\"\n      buckets = [0.1, 0.25]\n    }\n    grpc { duration = \"y_ms\" }\n    consumer { duration = \"z\" }\n    jobs { duration = \"w\" }\n  }\n  sli \"l\" {\n    latency { threshold = \"250ms\" }\n  }\n  gauge \"my_gauge\" {}\n}",
	"system \"x\" {}\nservice \"a\" {\n  counter \"c\" {\n    attribute \"b\" { type = bool }\n    attribute \"n\" {\n      type = number\n      max_cardinality = 7\n    }\n    attribute \"b\" { values = [\"x\", \"x\", \"\", \"\\u0000\", \"a|b`c<d>\"] }\n  }\n  alert \"a\" {\n    summary = \"|`<b>\\n\"\n    severity = \"page\"\n    promql = \"sum(rate(${series(\"c\", { b = \"true\" })}[5m])) > 0 # é ${\"x\"}\"\n  }\n  instrument \"go\" { native_histograms = true }\n}",
	"system \"x\" {}\nteam \"t\" {\n  notify \"email\" { to = \"a@b\" }\n  notify \"slack\" {\n    severities = [\"page\", \"x\"]\n    api_url = \"https://hooks.slack.com/x\"\n  }\n}\nstack \"local\" {\n  ports { grafana = 9090 }\n  images { grafana = \"x\" }\n  sampling { ratio = 2 }\n  exporter \"e\" {\n    endpoint = \"x:1\"\n    signals = [\"logs\"]\n    headers = \"a\"\n  }\n  retention { metrics = \"1h\" }\n  smtp {\n    smarthost = \"x\"\n    from = \"a b\"\n    auth_username = 1\n    auth_password = \"a\"\n  }\n  watchdog { url_file = \"../x\" }\n}",
	"system \"x\" {}\nservice \"a\" {\n  http {\n    route \"GET /|`{x}\" {}\n    route \"/<script>\" { description = \"\\u202e \\u0085 \\\\ | \" }\n  }\n  kpi \"k\" {\n    unit = \"a|b\"\n    promql = <<-EOT\n      sum(\n        up{job=~\".+\"}\n      )\n    EOT\n  }\n  capacity \"c\" {\n    limit = 1e300\n    promql = \"max by (x) (y)\"\n  }\n}",
	"variable \"a\" { type = A(",
	"a = [[[[[[\"${[for a in b : \"%{for c in d}\"]}\"]]]]]]",
	"service \"a\" {\n  sli \"x\" {\n    objective = 99.99999999999\n    window = \"999999999999d\"\n    latency {\n      threshold = \"0.1us\"\n      metric = \"\"\n      where = [1]\n    }\n    events {}\n  }",
}

var nastyJSON = []string{
	"",
	"[]",
	"\"",
	"\r\"",
	`{"system": {"x": {"description": "\u0024{1 + 1} ${[1][0]} é", "labels": {"a": null}, "include": ["*"]}}}`,
	`{"system": [{"x": {}}, {"y": [{}, {}]}], "locals": {"a": "${local.b}", "b": [1, {"${1}": 2}]}}`,
	`{"system": {"x": {}}, "queue": {"q": {"system": "nats"}}, "service": {"a": {"team": "team.b", "uses": ["queue.q", "${queue.q}"], "http": {"route": {"GET /": {}}}, "sli": {"s": {"objective": 99.9, "availability": {}}}, "alert": {"b": {"summary": "s", "severity": "page", "promql": "sum(rate(${series(\"http.server.request.duration\", \"count\")}[5m])) > 1 and"}}}}}`,
	`{"variable": {"a": {"type": "list(string)", "default": ["x"]}}, "system": {"x": {"description": "${join(\", \", var.a)}"}}}`,
	`{"a": "` + "\u0600" + `" , "b": [1e999]}`,
	"{\"a\": \"\n\"}",
}
