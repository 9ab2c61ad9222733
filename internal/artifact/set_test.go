package artifact

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetIsSorted(t *testing.T) {
	set, err := NewSet(
		[]File{project("a.go", "1"), out("b/c", "2")},
		nil,
		[]File{out("a", "3"), out("b-c", "4")},
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []File{out("a", "3"), out("b-c", "4"), out("b/c", "2"), project("a.go", "1")}
	if diff := cmp.Diff(want, set.Files()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestSetRefuses(t *testing.T) {
	tests := map[string]struct {
		files []File
		want  string
	}{
		"twice":            {[]File{out("a", "1"), out("a", "1")}, `path "a" is generated twice`},
		"case":             {[]File{out("A/x", "1"), out("a/X", "2")}, `paths "A/x" and "a/X" are the same file`},
		"case of Kelvin":   {[]File{out("K", "1"), out("k", "2")}, "are the same file"},
		"case of Greek":    {[]File{out("Σ", "1"), out("ς", "2")}, "are the same file"},
		"file and folder":  {[]File{out("a", "1"), out("a/b/c", "2"), out("a-b", "3")}, `path "a" is a file, and a folder of "a/b/c"`},
		"folder by case":   {[]File{out("A", "1"), out("a/b", "2")}, `path "A" is a file, and a folder of "a/b"`},
		"absolute":         {[]File{out("/etc/passwd", "1")}, "not a clean relative path"},
		"drive":            {[]File{out("C:/x", "1")}, "colon"},
		"up":               {[]File{out("../x", "1")}, "not a clean relative path"},
		"up inside":        {[]File{out("a/../x", "1")}, "not a clean relative path"},
		"not clean":        {[]File{out("a//x", "1")}, "not a clean relative path"},
		"dot":              {[]File{out("./x", "1")}, "not a clean relative path"},
		"trailing slash":   {[]File{out("a/", "1")}, "not a clean relative path"},
		"empty":            {[]File{out("", "1")}, "path is empty"},
		"root":             {[]File{out(".", "1")}, "path is empty"},
		"backslash":        {[]File{out(`a\b`, "1")}, "backslash"},
		"newline":          {[]File{out("a\nb", "1")}, "control character"},
		"not UTF-8":        {[]File{out("a\xff", "1")}, "not a clean relative path"},
		"manifest":         {[]File{out(".obsboot/manifest.json", "1")}, "is reserved"},
		"manifest by case": {[]File{out(".OBSBOOT/x", "1")}, "is reserved"},
		"temporary":        {[]File{out("a/.x.obsboot-tmp", "1")}, "is reserved"},
		"tree":             {[]File{{Path: "a"}}, "unknown tree"},
		"mode":             {[]File{{Tree: Out, Path: "a", Mode: fs.ModeDir | 0o755}}, "permission bits"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := NewSet(test.files)
			wantError(t, err, test.want)
		})
	}
}

func TestSetNamesEveryProblem(t *testing.T) {
	_, err := NewSet([]File{out("/a", ""), out("b", ""), out("b", ""), project(`c\d`, "")})
	wantError(t, err, `"/a"`, `"b" is generated twice`, `"c\\d"`)
}

func TestSetAllows(t *testing.T) {
	newSet(t,
		out("a", ""), project("a", ""), out("..a", ""), out("ä b", ""), out("x.obsboot-tmp.md", ""),
		project(".obsboot/x", ""), out("b/.obsboot/manifest.json", ""))
}
