package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func logsCommand(s *streams) *cobra.Command {
	l := &servers{pipeline: pipeline{streams: s}}
	var follow bool
	var since, tail string
	cmd := &cobra.Command{
		Use:       "logs [SERVER...]",
		Short:     "Print what the servers of the stack said",
		Long:      "Print what the servers of the stack said themselves: all of them, or those named.\nWhat your services log is in Grafana.",
		Example:   "  obsboot logs\n  obsboot logs collector --follow\n  obsboot logs loki tempo --since 10m",
		ValidArgs: []string{"collector", "prometheus", "alertmanager", "loki", "tempo", "grafana"},
		Args:      cobra.OnlyValidArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			flags := []string{"--tail", tail}
			if follow {
				flags = append(flags, "--follow")
			}
			if since != "" {
				flags = append(flags, "--since", since)
			}
			err := l.logs(ctx, append(flags, args...))
			if follow && ctx.Err() != nil {
				return nil // how following ends
			}
			return err
		},
	}
	l.addFlags(cmd)
	cmd.Flags().StringVar(&l.path, "path", ".", "the `spec`, or its folder")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on as they say more")
	cmd.Flags().StringVar(&since, "since", "", "only what was said after a `time`, or for so long: 10m")
	cmd.Flags().StringVar(&tail, "tail", "all", "only the last `lines` of each")
	return cmd
}

func (l *servers) logs(ctx context.Context, args []string) error {
	opened, engine, err := l.open(ctx)
	if err != nil {
		return err
	}
	return engine.Logs(ctx, opened, l.streams.out, l.err, args...)
}
