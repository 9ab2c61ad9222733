package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/obsboot/obsboot/internal/dev"
	"github.com/obsboot/obsboot/internal/model"
)

// devEngine runs the embedded engine.
type devEngine struct {
	pipeline
	options      dev.Options
	maxSize      int64 // MiB
	maxAge       string
	headless     bool
	verify       bool
	allowMissing bool
	traffic      bool
	faults       []string
	command      []string // what to run beside it
}

// Where the engine listens unless told otherwise: the ports of OTLP, and one for the
// page.
const (
	devPage = "127.0.0.1:8888"
	devGRPC = "127.0.0.1:4317"
	devHTTP = "127.0.0.1:4318"
	devFree = "127.0.0.1:0"
)

// devToken is the variable that the token is read from, so that it stands in no list
// of processes.
const devToken = "OBSBOOT_DEV_TOKEN"

func devCommand(s *streams) *cobra.Command {
	d := &devEngine{pipeline: pipeline{streams: s}}
	cmd := &cobra.Command{
		Use:   "dev [PATH] [-- COMMAND...]",
		Short: "See what your services emit: metrics, logs, traces, SLOs and alerts, in one process",
		Long: `Receive OpenTelemetry on the usual ports and show it on a page: the generated
dashboards, logs, traces, SLOs, firing alerts, and how what arrives differs from the
spec. The rules are evaluated by Prometheus's own code; its API is at /api/v1. No
Docker is needed. A change of the spec is taken over while it runs.

With a COMMAND, it is run with the OTEL_* variables set, and both stop together.
Without --data everything is kept in a temporary folder and goes with the process.

It listens on this machine only. Another address needs a token in the variable
` + devToken + `, which senders and browsers must show.

Exit status: 0 stopped, and what was run and verified was fine; 1 the spec is invalid,
the command failed, or with --verify telemetry does not keep to the spec; 2 could not
run.`,
		Example: "  obsboot dev\n  obsboot dev examples/shop -- go run ./services/storefront\n  obsboot dev --headless --verify -- go test ./...",
		Args: func(cmd *cobra.Command, args []string) error {
			if n := cmd.ArgsLenAtDash(); n > 1 || n < 0 && len(args) > 1 {
				return errors.New("there is more than one PATH; what is to be run stands behind --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if n := cmd.ArgsLenAtDash(); n >= 0 {
				args, d.command = args[:n], args[n:]
			}
			d.path = pathArgument(args)
			d.defaults(cmd)
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return d.run(ctx)
		},
	}
	d.addSpecFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&d.options.Listen, "listen", devPage, "`address` of the page and of Prometheus's API")
	flags.StringVar(&d.options.OTLPGRPC, "otlp-grpc", devGRPC, "`address` that receives OTLP over gRPC")
	flags.StringVar(&d.options.OTLPHTTP, "otlp-http", devHTTP, "`address` that receives OTLP over HTTP")
	flags.StringVar(&d.options.Dir, "data", "", "keep data in this `folder`, from one start to the next")
	flags.Int64Var(&d.maxSize, "max-size", 2048, "keep at most so many `MiB` of logs and traces")
	flags.StringVar(&d.maxAge, "max-age", "3d", "keep data for so `long`")
	flags.BoolVar(&d.traffic, "traffic", false, "send telemetry for everything that the spec declares, as the services would")
	flags.StringArrayVar(&d.faults, "fault", nil, "with --traffic, `what` goes wrong, such as 'payments:errors=30%,after=2m'; may be repeated")
	flags.BoolVar(&d.headless, "headless", false, "without the page, and on free ports unless they are given: for pipelines")
	flags.BoolVar(&d.verify, "verify", false, "at the end, compare what arrived with the spec and exit with 1 if it differs")
	flags.BoolVar(&d.allowMissing, "allow-missing", false, "with --verify, accept that what is declared did not arrive")
	return cmd
}

// defaults takes free ports in pipelines, where several may run at a time.
func (d *devEngine) defaults(cmd *cobra.Command) {
	if !d.headless {
		return
	}
	for flag, address := range map[string]*string{"listen": &d.options.Listen, "otlp-grpc": &d.options.OTLPGRPC, "otlp-http": &d.options.OTLPHTTP} {
		if !cmd.Flags().Changed(flag) {
			*address = devFree
		}
	}
	if !cmd.Flags().Changed("listen") {
		d.options.Listen = ""
	}
}

// memoryLimit is what the process tries to stay below, by collecting garbage more
// often. It can be set with GOMEMLIMIT.
const memoryLimit = 280 << 20

func (d *devEngine) run(ctx context.Context) error {
	begun := time.Now()    //nolint:forbidigo // how long the start takes
	debug.SetGCPercent(75) // this stays; see Main
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	age, err := model.ParseDuration(d.maxAge)
	if err != nil {
		return fmt.Errorf("--max-age: %w", err)
	}
	sys, err := d.mustLoad()
	if err != nil {
		return err
	}
	send, err := d.prepareTraffic(sys)
	if err != nil {
		return err
	}
	d.options.MaxBytes, d.options.MaxAge = d.maxSize<<20, age
	d.options.Version, d.options.Token = version(), os.Getenv(devToken)
	spec, err := d.spec(sys)
	if err != nil {
		return err
	}
	engine, err := dev.Start(ctx, spec, d.options)
	if err != nil {
		return err
	}
	d.printReady(engine, sys, time.Since(begun)) //nolint:forbidigo // as above
	err = d.stay(ctx, engine, send)
	closeErr := engine.Close()
	return errors.Join(err, closeErr)
}

// spec generates what the engine runs. Its links lead to the page.
func (d *devEngine) spec(sys *model.System) (*dev.Spec, error) {
	return dev.NewSpec(sys, "http://"+local(d.options.Listen))
}

func (d *devEngine) printReady(engine *dev.Engine, sys *model.System, took time.Duration) {
	ports, p := engine.Ports(), painterFor(d.err)
	fmt.Fprintf(d.err, "%s obsboot dev runs %q, ready in %d ms.\n\n", p.green("Ready."), sys.Name, took.Milliseconds())
	if ports.Page != "" {
		page := "http://" + local(ports.Page) + "/"
		if d.options.Token != "" {
			page += "?token=" + d.options.Token
		}
		fmt.Fprintf(d.err, "  %-16s %s\n", "page", page)
		fmt.Fprintf(d.err, "  %-16s %s\n", "Prometheus API", "http://"+local(ports.Page)+"/api/v1")
	}
	fmt.Fprintf(d.err, "  %-16s %s\n", "OTLP over gRPC", ports.GRPC)
	fmt.Fprintf(d.err, "  %-16s %s\n\n", "OTLP over HTTP", "http://"+ports.HTTP)
}

// stay runs until it is interrupted, a server stops, or the command ends.
func (d *devEngine) stay(ctx context.Context, engine *dev.Engine, send func(context.Context, *dev.Engine)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !d.headless {
		go d.watch(ctx, engine)
	}
	if send != nil {
		var sending sync.WaitGroup
		defer sending.Wait()
		defer cancel()
		sending.Go(func() { send(ctx, engine) })
	}
	ended := make(chan error, 1)
	if len(d.command) > 0 {
		go func() { ended <- d.runCommand(ctx, engine) }()
	}
	var err error
	over := false
	select {
	case <-ctx.Done():
	case err = <-ended:
		over = true
	case err = <-engine.Failed():
		cancel()
	}
	if len(d.command) > 0 && !over { // it is told to stop, too
		err = errors.Join(err, <-ended)
	}
	if d.verify {
		err = errors.Join(err, d.compare(engine))
	}
	return err
}

// compare prints where telemetry does not keep to the spec.
func (d *devEngine) compare(engine *dev.Engine) error {
	report := engine.Report()
	p, faults := painterFor(d.streams.out), 0
	for _, f := range report.Faults() {
		if f.State == "missing" && d.allowMissing {
			continue
		}
		faults++
		fmt.Fprintf(d.streams.out, "%s %s %s of %s\n", p.red(string(f.State)+":"), f.Kind, f.Name, f.Service)
		for _, detail := range f.Details {
			fmt.Fprintf(d.streams.out, "  %s\n", detail)
		}
	}
	var parts []string
	for _, state := range []string{"seen", "missing", "unknown", "wrong"} {
		for s, n := range report.Count {
			if string(s) == state {
				parts = append(parts, fmt.Sprintf("%d %s", n, state))
			}
		}
	}
	summary := strings.Join(parts, ", ")
	if faults > 0 {
		fmt.Fprintf(d.streams.out, "%s telemetry does not keep to the spec: %s.\n", p.red("Differs:"), summary)
		return errNo
	}
	fmt.Fprintf(d.streams.out, "%s telemetry keeps to the spec: %s.\n", p.green("Verified:"), summary)
	return nil
}
