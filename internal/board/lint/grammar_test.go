package lint_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/obsboot/obsboot/internal/board"
	"github.com/obsboot/obsboot/internal/board/lint"
)

// TestGrammars parses LogQL and TraceQL with the grammars that Grafana's editors
// use. They come from npm: `npm ci` in tools/queries installs them, as CI does.
func TestGrammars(t *testing.T) {
	const tool = "../../../tools/queries"
	if _, err := os.Stat(tool + "/node_modules/@grafana"); err != nil {
		t.Skip("run npm ci in tools/queries first")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	check := func(queries []board.Query) (string, error) {
		var in bytes.Buffer
		for _, q := range queries {
			if q.Language != board.LogQL && q.Language != board.TraceQL {
				continue
			}
			line, err := json.Marshal(map[string]string{"language": string(q.Language), "text": q.Text})
			if err != nil {
				t.Fatal(err)
			}
			in.Write(append(line, '\n'))
		}
		cmd := exec.Command(node, "check.mjs")
		cmd.Dir, cmd.Stdin = tool, &in
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	var all []board.Query
	for _, sys := range systems(t) {
		all = append(all, lint.Queries(board.All(sys))...)
	}
	if out, err := check(all); err != nil {
		t.Errorf("%s", out)
	}
	for _, broken := range []board.Query{{Language: board.TraceQL, Text: "{ a = }"}, {Language: board.LogQL, Text: `sum(rate({a="b"}[5m])`}} {
		if out, err := check([]board.Query{broken}); err == nil {
			t.Errorf("%s passes: %s", broken.Text, out)
		}
	}
}
