package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/charmbracelet/huh"
	"golang.org/x/term"

	"github.com/obsboot/obsboot/internal/detect"
	"github.com/obsboot/obsboot/internal/scaffold"
)

// terminalOf returns the terminal that a stream is, or nil.
func terminalOf(in io.Reader) *os.File {
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return file
	}
	return nil
}

// form asks a person. It draws on stderr, or on the terminal itself if stderr leads
// elsewhere.
type form struct {
	ctx    context.Context
	in     *os.File
	out    io.Writer
	opened *os.File
	plain  bool // one question a line, for screen readers and simple terminals
}

func newForm(ctx context.Context, in *os.File, errOut io.Writer) *form {
	f := &form{ctx: ctx, in: in, out: errOut, plain: os.Getenv("ACCESSIBLE") != "" || os.Getenv("TERM") == "dumb"}
	if file, ok := errOut.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return f
	}
	if file, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
		f.out, f.opened = file, file
	}
	return f
}

func (f *form) close() {
	if f.opened != nil {
		_ = f.opened.Close()
	}
}

func (f *form) run(fields ...huh.Field) error {
	theme := huh.ThemeBase16()
	if os.Getenv("NO_COLOR") != "" {
		theme = huh.ThemeBase()
	}
	err := huh.NewForm(huh.NewGroup(fields...)).WithInput(f.in).WithOutput(f.out).WithAccessible(f.plain).WithTheme(theme).RunWithContext(f.ctx)
	if errors.Is(err, huh.ErrUserAborted) {
		fmt.Fprintln(f.out, "Nothing was written.")
		return errNo
	}
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	return nil
}

// confirm asks whether to do something that loses what the text names. No is errNo.
func (f *form) confirm(text, question string) error {
	fmt.Fprintln(f.out, text)
	yes := false
	if err := f.run(huh.NewConfirm().Title(question).Value(&yes)); err != nil {
		return err
	}
	if !yes {
		fmt.Fprintln(f.out, "Nothing was written.")
		return errNo
	}
	return nil
}

// choices asks for all choices; what they are at first is the proposal.
func (f *form) choices(c *scaffold.Choices, found *detect.Repository) error {
	fields := []huh.Field{
		huh.NewInput().Title("Name of the system").Description("What all services together are called.").Value(&c.System).Validate(checkBlockName),
	}
	first := scaffold.Extra{Name: c.System, Kind: "http"}
	switch {
	case len(found.Services) > 0:
		fields = append(fields, servicesField(c, found))
	case len(c.Extra) == 0:
		fields = append(fields,
			huh.NewInput().Title("Name of the first service").Value(&first.Name).Validate(checkBlockName),
			huh.NewSelect[string]().Title("What does it do?").Value(&first.Kind).Options(
				huh.NewOption("It serves HTTP", "http"), huh.NewOption("It serves gRPC", "grpc"),
				huh.NewOption("It consumes messages", "consumer"), huh.NewOption("It runs on a schedule", "job")))
	}
	fields = append(fields,
		huh.NewInput().Title("Team that is told of alerts").Description("Empty: nobody yet.").Value(&c.Team).Validate(func(name string) error {
			if name == "" {
				return nil
			}
			return checkBlockName(name)
		}),
		objectiveField(&c.Availability), latencyField(&c.Latency))
	if err := f.run(fields...); err != nil {
		return err
	}
	if len(found.Services) == 0 && len(c.Extra) == 0 {
		c.Extra = []scaffold.Extra{first}
	}
	if len(c.Services) == 0 && len(c.Extra) == 0 {
		return errors.New("no service was chosen; nothing was written")
	}
	write := true
	if err := f.run(huh.NewConfirm().Title("Write " + specName + " and generate?").Value(&write)); err != nil {
		return err
	}
	if !write {
		fmt.Fprintln(f.out, "Nothing was written.")
		return errNo
	}
	return nil
}

func servicesField(c *scaffold.Choices, found *detect.Repository) huh.Field {
	options := make([]huh.Option[string], len(found.Services))
	for i, s := range found.Services {
		options[i] = huh.NewOption(s.Name+": "+visible(scaffold.Facts(s, found)), s.Name)
	}
	return huh.NewMultiSelect[string]().Title("Services").Description("Which of these programs are services?").Options(options...).Value(&c.Services)
}

// objectiveField says what each objective means.
func objectiveField(value *float64) huh.Field {
	steps := []float64{99, 99.5, 99.9, 99.95}
	if !slices.Contains(steps, *value) {
		steps = append(steps, *value)
	}
	options := make([]huh.Option[float64], len(steps))
	for i, step := range steps {
		outage := scaffold.Outage(step)
		options[i] = huh.NewOption(fmt.Sprintf("%s %%: %s of outage in 30 days", strconv.FormatFloat(step, 'f', -1, 64), outage), step)
	}
	return huh.NewSelect[float64]().Title("How many requests must not fail?").Options(options...).Value(value)
}

func latencyField(value *string) huh.Field {
	steps := []string{"100ms", "250ms", "500ms", "1s", "2s"}
	if !slices.Contains(steps, *value) {
		steps = append(steps, *value)
	}
	options := make([]huh.Option[string], len(steps))
	for i, step := range steps {
		options[i] = huh.NewOption(step, step)
	}
	return huh.NewSelect[string]().Title("In what time are 99 % of requests to be answered?").Description("As the server sees it.").Options(options...).Value(value)
}
