package generate

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/obsboot/obsboot/internal/artifact"
	"github.com/obsboot/obsboot/internal/model"
	"github.com/obsboot/obsboot/internal/naming"
	"github.com/obsboot/obsboot/internal/query"
)

// watchdogRunbook is the page of the one alert that belongs to no service.
const watchdogRunbook = "_system/watchdog.md"

// runbooks makes runbooks/<service>/<alert>.md: what an alert means, where to
// look first, how it is computed, whom to ask and how to silence it.
func runbooks(sys *model.System) ([]artifact.File, error) {
	found := make([][]artifact.File, len(sys.Services)+1)
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range sys.Services {
		work.Go(func() (err error) {
			found[i], err = serviceRunbooks(sys, &sys.Services[i])
			return err
		})
	}
	work.Go(func() (err error) {
		found[len(sys.Services)], err = watchdogPage(sys)
		return err
	})
	err := work.Wait()
	var files []artifact.File
	for _, made := range found {
		files = append(files, made...)
	}
	return files, err
}

func watchdogPage(sys *model.System) ([]artifact.File, error) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "watchdog.md.tmpl", watchdogData{sys.Stack.URLs, sys.Stack.Watchdog != "", watchdog(sys).Expr}); err != nil {
		return nil, fmt.Errorf("render the watchdog's runbook: %w", err)
	}
	return []artifact.File{{Tree: artifact.Out, Path: "runbooks/" + watchdogRunbook, Content: b.Bytes()}}, nil
}

// watchdogData is what the watchdog's page shows.
type watchdogData struct {
	model.URLs
	Heard bool // a dead man's switch hears of it
	Expr  string
}

func serviceRunbooks(sys *model.System, s *model.Service) ([]artifact.File, error) {
	var files []artifact.File
	add := func(sli *model.SLI, alerts []watched) error {
		for _, a := range alerts {
			file, err := runbookFile(sys, s, sli, a)
			if err != nil {
				return err
			}
			files = append(files, file)
		}
		return nil
	}
	for i := range s.SLIs {
		if sli := &s.SLIs[i]; sli.Objective != 0 {
			if err := add(sli, (&sloRules{sys, s, sli}).watched()); err != nil {
				return nil, err
			}
		}
	}
	return files, add(nil, serviceWatched(sys, s))
}

// runbookFile renders the page of an alert; sli is nil for those of no SLO.
func runbookFile(sys *model.System, s *model.Service, sli *model.SLI, w watched) (artifact.File, error) {
	data := runbookPage{
		Subject: w.subject, Problem: w.problem, Means: w.means,
		Service: s, Rules: w.rules, Looks: runbookLooks(sys, s, sli), Base: runbookBase(s, sli),
		Silence: silenceLink(sys, w.silence), Alertmanager: sys.Stack.URLs.Alertmanager, Matchers: w.silence,
	}
	for i := range sys.Teams {
		if sys.Teams[i].Name == s.Team {
			team := catalogTeamOf(sys, sys.Teams[i])
			data.Team = &team
		}
	}
	var b bytes.Buffer
	path := "runbooks/" + naming.Slug(s.Name) + "/" + w.page + ".md"
	if err := pages.ExecuteTemplate(&b, "runbook.md.tmpl", data); err != nil {
		return artifact.File{}, fmt.Errorf("render %s: %w", path, err)
	}
	return artifact.File{Tree: artifact.Out, Path: path, Content: b.Bytes()}, nil
}

// runbookLooks are the places to look at first, the likeliest first.
func runbookLooks(sys *model.System, s *model.Service, sli *model.SLI) []link {
	var out []link
	if sli != nil {
		out = append(out, link{"the SLO: since when, and how much of the budget is gone", sloLink(sys, s, sli, lately)})
	}
	out = append(out, link{"the service: which operation, since which version", serviceLink(sys, s, lately)})
	if sli != nil {
		if found := tracesLink(sys, s, sli, lately); found != "" {
			out = append(out, link{"traces of what was bad", found})
		}
	}
	if s.Source == nil {
		out = append(out, link{"what it logged of warnings and errors", logsLink(sys, s, lately)})
	}
	for _, ref := range s.Calls {
		for i := range sys.Services {
			if other := &sys.Services[i]; ref.Kind == model.RefService && other.Name == ref.Name {
				out = append(out, link{"the service " + other.Name + ", which it calls", serviceLink(sys, other, lately)})
			}
		}
	}
	return out
}

// runbookBase are the queries that an SLI is made of.
func runbookBase(s *model.Service, sli *model.SLI) []runbookQuery {
	if sli == nil {
		return nil
	}
	language, rates := "promql", query.Rates{}
	if sli.Kind == model.Logs {
		language, rates = "logql", query.LogRates(sli.Logs, baseWindow)
	} else {
		rates = query.SLIRates(s, sli, baseWindow, "")
	}
	return []runbookQuery{{"All events, per second", language, rates.Total}, {"Bad events, per second", language, rates.Errors}}
}

// markdownBlock shows a text as it is, in a block of code.
func markdownBlock(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimSpace(text) + "\n" + fence
}

// shellWord quotes a text for a POSIX shell.
func shellWord(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// runbookPage is what the page of an alert shows.
type runbookPage struct {
	Subject, Problem string
	Means            []string
	Service          *model.Service
	Team             *catalogTeam
	Rules            []rule
	Base             []runbookQuery
	Looks            []link
	Silence          string
	Alertmanager     string
	Matchers         []model.Label
}

type link struct{ Text, URL string }

type runbookQuery struct{ What, Language, Query string }
