package standing

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText prints SLOs as a table.
func WriteText(w io.Writer, slos []SLO) error {
	if len(slos) == 0 {
		_, err := fmt.Fprintln(w, "The spec has no SLO: no sli has an objective.")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SLO\tobjective\tgood\tbudget left\tburn\truns out\tcovered\tfiring")
	for _, s := range slos {
		fmt.Fprintf(table, "%s\t%s %% in %s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.SLO, s.Objective, s.Window,
			percent(s.Good, 5), percent(s.Budget, 3), times(s.Burn), s.runsOut(), percent(s.Covered, 3), strings.Join(s.Firing, ", "))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, s := range slos {
		if s.Good != nil || s.Budget != nil {
			return nil
		}
	}
	_, err := fmt.Fprintln(w, "\nNothing is recorded. Does this Prometheus read the generated rules, and do the services send metrics?")
	return err
}

func (s *SLO) runsOut() string {
	switch {
	case s.Budget == nil:
		return "?"
	case *s.Budget <= 0:
		return "gone"
	case s.RunsOut == nil:
		return "-"
	}
	return "in " + lasts(*s.RunsOut)
}

func percent(v *float64, digits int) string {
	if v == nil {
		return "?"
	}
	return fmt.Sprintf("%.*g %%", digits, 100**v)
}

func times(v *float64) string {
	if v == nil {
		return "?"
	}
	return fmt.Sprintf("%.2gx", *v)
}
