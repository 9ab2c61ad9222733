package instrument

import (
	"bytes"
	"slices"
	"strings"
)

// joinGo makes one file of several: the first one's head, the imports of all,
// and what comes then. It knows only how our templates look: an import is a
// single block, right after the package clause.
func joinGo(parts [][]byte) []byte {
	if len(parts) < 2 {
		return slices.Concat(parts...)
	}
	var head []byte
	var imports []string
	var bodies [][]byte
	for i, part := range parts {
		before, block, body := splitGo(part)
		if i == 0 {
			head = before
		}
		imports = append(imports, block...)
		bodies = append(bodies, body)
	}
	return slices.Concat(head, importBlock(imports), bytes.Join(bodies, []byte("\n")))
}

// splitGo splits a file at its imports.
func splitGo(file []byte) (head []byte, imports []string, body []byte) {
	at := bytes.Index(file, []byte("\npackage "))
	end := at + 1 + bytes.IndexByte(file[at+1:], '\n') + 1
	head, body = file[:end], bytes.TrimPrefix(file[end:], []byte("\n"))
	block, found := bytes.CutPrefix(body, []byte("import (\n"))
	if !found {
		line, isImport := bytes.CutPrefix(body, []byte("import "))
		if !isImport {
			return head, nil, body
		}
		one, rest, _ := bytes.Cut(line, []byte("\n\n"))
		return head, []string{string(one)}, rest
	}
	block, body, _ = bytes.Cut(block, []byte("\n)\n\n"))
	for line := range strings.Lines(string(block)) {
		if line = strings.TrimSpace(line); line != "" {
			imports = append(imports, line)
		}
	}
	return head, imports, body
}

// importBlock writes the standard library's imports before others.
func importBlock(imports []string) []byte {
	byPath := func(a, b string) int { return strings.Compare(importPath(a), importPath(b)) }
	slices.SortFunc(imports, byPath)
	imports = slices.Compact(imports)
	var std, other []string
	for _, i := range imports {
		if strings.Contains(importPath(i), ".") {
			other = append(other, i)
		} else {
			std = append(std, i)
		}
	}
	var b bytes.Buffer
	b.WriteString("\nimport (\n")
	writeImports(&b, std)
	if len(std) > 0 && len(other) > 0 {
		b.WriteByte('\n')
	}
	writeImports(&b, other)
	b.WriteString(")\n\n")
	return b.Bytes()
}

func writeImports(b *bytes.Buffer, imports []string) {
	for _, i := range imports {
		b.WriteString("\t" + i + "\n")
	}
}

// importPath returns the path of an import, which may have a name before it.
func importPath(line string) string { return line[strings.IndexByte(line, '"'):] }
