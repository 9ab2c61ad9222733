package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
)

// SourceFile is one file of a spec.
type SourceFile struct {
	Path     string // as the user would name it
	Bytes    []byte
	JSON     bool
	Override bool // its blocks change those of the other files
	Included bool // it is here because another one names it
	document Document
}

// Parsed is the files of a spec, found and parsed.
type Parsed struct {
	Root    string // the project's folder
	Main    string // the spec's first file, relative to Root, with slashes
	Sources []*SourceFile
	Diags   Diags
	broken  bool // a file did not parse
}

// Parse finds the files of the spec at path, a file or a folder, and those
// that it includes, and parses them. The error says that there is nothing to
// parse; what is wrong inside the files is in Diags.
func Parse(path string) (*Parsed, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("no spec at %s: %w", path, cause(err))
	}
	p := &Parsed{Root: path}
	names := []string{filepath.Base(path)}
	if info.IsDir() {
		if names, err = specFiles(path); err != nil {
			return nil, err
		}
	} else {
		p.Root = filepath.Dir(path)
	}
	p.Main = names[0]
	for _, name := range names {
		if err := p.load(filepath.Join(p.Root, name), nil); err != nil {
			return nil, err
		}
	}
	// The files of the folder itself come first: the system is described there.
	slices.SortStableFunc(p.Sources, func(a, b *SourceFile) int {
		if a.Included != b.Included {
			if b.Included {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Path, b.Path)
	})
	return p, nil
}

// specFiles lists the spec files of a folder; obsboot.hcl comes first.
func specFiles(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("cannot list %s: %w", folder, cause(err))
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && IsSpecFile(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no spec in %s: it has no obsboot.hcl and no *.obsboot.hcl; write one, or name a file", folder)
	}
	slices.SortFunc(names, func(a, b string) int {
		if isMain(a) != isMain(b) {
			if isMain(a) {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return names, nil
}

func isMain(name string) bool { return name == "obsboot.hcl" || name == "obsboot.hcl.json" }

// IsSpecFile reports whether a folder's file of this name belongs to its spec.
func IsSpecFile(name string) bool {
	name = strings.TrimSuffix(name, ".json")
	return name == "obsboot.hcl" || strings.HasSuffix(name, ".obsboot.hcl") && !strings.HasPrefix(name, ".")
}

// isOverride reports whether a file changes the blocks of others, by
// Terraform's convention.
func isOverride(name string) bool {
	name = strings.TrimSuffix(name, ".json")
	return name == "override.obsboot.hcl" || strings.HasSuffix(name, "_override.obsboot.hcl")
}

// cause strips the operation and path that a file error repeats.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// load parses one file, and then what it includes. The chain is the files that
// led here.
func (p *Parsed) load(path string, chain []string) error {
	for _, source := range p.Sources {
		if source.Path == path {
			return nil
		}
	}
	source, err := p.read(path)
	if err != nil {
		return err
	}
	source.Included = len(chain) > 0
	p.Sources = append(p.Sources, source)
	p.parse(source)
	return p.include(source, append(slices.Clone(chain), path))
}

func (p *Parsed) read(path string) (*SourceFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %s: it is no regular file", path)
	}
	content, err := readLimited(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, cause(err))
	}
	name := filepath.Base(path)
	return &SourceFile{Path: path, Bytes: content, JSON: isJSON(name), Override: isOverride(name)}, nil
}

// readLimited reads a file of at most maxFileSize, whatever its folder says of
// its size.
func readLimited(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(content) > maxFileSize {
		err = fmt.Errorf("it has more than %d MiB; split it into several *.obsboot.hcl files", maxFileSize>>20)
	}
	return content, err
}

func (p *Parsed) parse(source *SourceFile) {
	source.document = Document{}
	body, diags := parseBody(source.Bytes, source.Path)
	p.Diags.Add(firstUnclosed(diags)...)
	p.broken = p.broken || diags.HasErrors()
	if body != nil {
		p.decode(body, &source.document)
	}
}

// decode reads the blocks of a file. In a large native file each processor
// takes a part of them.
func (p *Parsed) decode(body hcl.Body, document *Document) {
	native, ok := body.(*hclsyntax.Body)
	if !ok || len(native.Blocks) < 20 {
		p.Diags.Add(misplaced(gohcl.DecodeBody(body, nil, document))...)
		return
	}
	size := (len(native.Blocks)-1)/runtime.GOMAXPROCS(0) + 1
	chunks := slices.Collect(slices.Chunk(native.Blocks, size))
	parts := make([]*SourceFile, len(chunks))
	var wg sync.WaitGroup
	for i, chunk := range chunks {
		part := *native
		part.Blocks = chunk
		if i > 0 {
			part.Attributes = nil // none is allowed; they are reported once
		}
		parts[i] = &SourceFile{}
		wg.Go(func() { p.Diags.Add(misplaced(gohcl.DecodeBody(&part, nil, &parts[i].document))...) })
	}
	wg.Wait()
	*document = *merge(parts, &p.Diags)
}

// parseBody parses a file, native or JSON by its name; a nil body means that
// there is nothing to decode.
func parseBody(source []byte, path string) (hcl.Body, hcl.Diagnostics) {
	if i := invalidUTF8(source); i >= 0 {
		return nil, refuse(byteRange(source, path, i), "Not UTF-8", "A spec is UTF-8 text; this byte (0x%02x) is not. Save the file as UTF-8.", source[i])
	}
	parse, guard := hclsyntax.ParseConfig, guardNative
	if isJSON(path) {
		parse, guard = json.ParseWithStartPos, guardJSON
	}
	if diags := guard(source, path); diags.HasErrors() {
		return nil, diags
	}
	file, diags := parse(source, path, hcl.InitialPos)
	clip(diags, source)
	if file == nil {
		return nil, diags
	}
	return file.Body, diags
}

// clip pulls diagnostics into the file. The HCL library's parser of JSON points
// behind the end if a string is not closed.
func clip(diags hcl.Diagnostics, source []byte) {
	for _, diag := range diags {
		if at := diag.Subject; at != nil && at.End.Byte > len(source) {
			inside := spanRange(source, at.Filename, min(at.Start.Byte, len(source)), len(source))
			diag.Subject = &inside
		}
	}
}

func isJSON(path string) bool { return strings.HasSuffix(path, ".json") }

// misplaced explains blocks of the top level that stand inside another one:
// what is missing is the brace before them.
func misplaced(diags hcl.Diagnostics) hcl.Diagnostics {
	schema, _ := gohcl.ImpliedBodySchema(Document{})
	for _, diag := range diags {
		for _, block := range schema.Blocks {
			if strings.HasPrefix(diag.Detail, fmt.Sprintf("Blocks of type %q are not expected here.", block.Type)) {
				diag.Summary = "Block inside a block"
				diag.Detail = fmt.Sprintf("A %s block stands at the top level of a file, not inside another block. Is the } missing that ends the block before it?", block.Type)
			}
		}
	}
	return diags
}

// firstUnclosed drops what follows from a quote that is not closed: behind it
// every line looks wrong in the same way.
func firstUnclosed(diags hcl.Diagnostics) hcl.Diagnostics {
	unclosed := false
	return slices.DeleteFunc(diags, func(diag *hcl.Diagnostic) bool {
		ofQuote := strings.Contains(diag.Summary, "multi-line string") || strings.Contains(diag.Summary, "Unterminated template")
		repeated := ofQuote && unclosed
		unclosed = unclosed || ofQuote
		return repeated
	})
}

func invalidUTF8(source []byte) int {
	if utf8.Valid(source) {
		return -1
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(source[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}
