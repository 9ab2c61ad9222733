// Package cli is the command line: flags, streams and exit codes. Each command
// walks the pipeline and stops at another point of it.
//
// In: arguments and streams. Out: text, JSON, files, and an exit status: 0 fine,
// 1 the answer is no (invalid, drift), 2 could not run. The package decides
// nothing about specs or artifacts.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// errNo means that the command ran and that its answer is no. What is wrong was
// printed already.
var errNo = errors.New("the answer is no")

// streams are where a command reads and writes: results on out, progress and
// diagnostics on err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Main runs a command line and returns the exit status.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	// The process is over before most of its garbage needs collecting; this
	// saves a tenth of the processor time for a large spec and costs a fifth more
	// memory. A command that stays must set it back.
	debug.SetGCPercent(200)
	s := &streams{in: in, out: out, err: errOut}
	root := newRoot(s)
	root.SetArgs(longFlags(args))
	switch err := root.ExecuteContext(context.Background()); {
	case err == nil:
		return 0
	case errors.Is(err, errNo):
		return 1
	default:
		fmt.Fprintf(errOut, "%s %s\n", painterFor(errOut).red("Error:"), err)
		return 2
	}
}

// longFlags accepts -var and -var-file with one dash, as Terraform writes them.
func longFlags(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		name, _, _ := strings.Cut(arg, "=")
		if name == "-var" || name == "-var-file" {
			arg = "-" + arg
		}
		out[i] = arg
	}
	return out
}

func newRoot(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "obsboot",
		Short: "One spec of services and SLIs becomes dashboards, alerts and instrumentation that fit",
		Long: `obsboot bootstraps observability. From one HCL spec of services and SLIs it
generates what a team otherwise writes by hand several times over, so that the
parts fit together.`,
		Example:       "  obsboot init\n  obsboot validate\n  obsboot generate",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see: %s --help", err, cmd.CommandPath())
	})
	root.SetVersionTemplate("obsboot {{.Version}}\n")
	root.AddCommand(initCommand(s), validateCommand(s), fmtCommand(s), generateCommand(s), diffCommand(s),
		devCommand(s), trafficCommand(s), rehearseCommand(s), backtestCommand(s), sloCommand(s), capacityCommand(s),
		upCommand(s), downCommand(s), statusCommand(s), logsCommand(s))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// version is the module's version, or "dev" for a build from a checkout.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return info.Main.Version
	}
	return "dev"
}

// pathArgument returns the PATH argument, by default the current folder.
func pathArgument(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// environ is the environment that variables are read from.
func environ() []string { return os.Environ() }
