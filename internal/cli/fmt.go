package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/spec"
)

func fmtCommand(s *streams) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH]",
		Short: "Format a spec",
		Long: `Rewrite the files of a spec, and those that it includes, in the usual format of
HCL, and print the names of those that changed. With - as PATH, format stdin to
stdout. Files in JSON are left alone.

Exit status: 0 done, or with --check all were formatted; 1 with --check some were
not, or a file does not parse (it is left as it is); 2 could not run.`,
		Example: "  obsboot fmt\n  obsboot fmt --check services/\n  obsboot fmt - < obsboot.hcl",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if path := pathArgument(args); path != "-" {
				return formatFiles(s, path, check)
			}
			return formatStream(s, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; name the files that are not formatted and exit with 1")
	return cmd
}

func formatFiles(s *streams, path string, check bool) error {
	parsed, err := spec.Parse(path)
	if err != nil {
		return err
	}
	r := &report{Sources: map[string][]byte{}}
	changed := false
	for _, source := range parsed.Sources {
		r.Sources[source.Path] = source.Bytes
		if source.JSON {
			continue
		}
		formatted, diags := format(source.Bytes, source.Path)
		r.Diagnostics = append(r.Diagnostics, diags...)
		if formatted == nil || bytes.Equal(formatted, source.Bytes) {
			continue
		}
		changed = true
		fmt.Fprintln(s.out, source.Path)
		if !check {
			if err := replaceFile(source.Path, formatted); err != nil {
				return err
			}
		}
	}
	r.writeText(s.err)
	if r.Diagnostics.HasErrors() || check && changed {
		return errNo
	}
	return nil
}

func formatStream(s *streams, check bool) error {
	const limit = 16 << 20
	source, err := io.ReadAll(io.LimitReader(s.in, limit+1))
	if err != nil {
		return fmt.Errorf("read stdin: %w", err)
	}
	if len(source) > limit {
		return fmt.Errorf("stdin has more than %d MiB, the most that a spec file has", limit>>20)
	}
	formatted, diags := format(source, "<stdin>")
	if diags.HasErrors() {
		(&report{Diagnostics: diags, Sources: map[string][]byte{"<stdin>": source}}).writeText(s.err)
		return errNo
	}
	if check {
		if !bytes.Equal(formatted, source) {
			return errNo
		}
		return nil
	}
	_, err = s.out.Write(formatted)
	return err
}

// format returns the formatted source, or nil and what keeps it from parsing.
func format(source []byte, name string) ([]byte, hcl.Diagnostics) {
	if diags := spec.Guard(source, name); diags.HasErrors() {
		return nil, diags
	}
	if _, diags := hclsyntax.ParseConfig(source, name, hcl.InitialPos); diags.HasErrors() {
		return nil, diags
	}
	return hclwrite.Format(source), nil
}

// replaceFile writes beside a file and renames, so that the file is the old one
// or the new one at any time. It keeps the mode, and follows links.
func replaceFile(path string, content []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(target), ".obsboot-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already if all went well
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Chmod(info.Mode().Perm())
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temporary.Name(), target)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
