package detect

import (
	"fmt"
	"go/ast"
	"strings"
	"time"
)

// readJobs finds the jobs of github.com/robfig/cron.
func (d *detection) readJobs(p *program) {
	p.visit(func(c call) {
		if (c.name != "AddFunc" && c.name != "AddJob") || len(c.expr.Args) < 2 || !importsCron(c.file) {
			return
		}
		place := d.position(c.expr.Args[0].Pos())
		schedule, ok := d.text(c.file, c.expr.Args[0])
		every := Every(schedule)
		if !ok || every == "" {
			every = "24h"
			d.note(place, "This schedule could not be read: the spec says once a day.")
		}
		name := jobName(c.expr.Args[1])
		if name == "" {
			name = fmt.Sprintf("job-%d", len(p.service.Jobs)+1)
		}
		for _, job := range p.service.Jobs {
			if job.Name == name {
				name = fmt.Sprintf("%s-%d", name, len(p.service.Jobs)+1)
			}
		}
		p.service.Jobs = append(p.service.Jobs, Job{name, every, place})
	}, func(*goFile, *ast.CompositeLit) {})
}

func importsCron(file *goFile) bool {
	for _, imported := range file.imports {
		if strings.HasPrefix(imported, "github.com/robfig/cron") {
			return true
		}
	}
	return false
}

// jobName is the name of the function that a job runs.
func jobName(run ast.Expr) string {
	switch run := run.(type) {
	case *ast.Ident:
		return Identifier(kebab(run.Name))
	case *ast.SelectorExpr:
		return Identifier(kebab(run.Sel.Name))
	case *ast.FuncLit:
		for _, stmt := range run.Body.List {
			if expr, ok := stmt.(*ast.ExprStmt); ok {
				if call, ok := expr.X.(*ast.CallExpr); ok {
					return jobName(call.Fun)
				}
			}
		}
	}
	return ""
}

// kebab parts the words of an identifier.
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Every returns the longest time between two runs of a cron schedule as a duration,
// or nothing if it is none that is understood.
func Every(schedule string) string {
	named := map[string]string{"@hourly": "1h", "@daily": "24h", "@midnight": "24h", "@weekly": "7d", "@monthly": "31d", "@yearly": "366d", "@annually": "366d"}
	if every := named[schedule]; every != "" {
		return every
	}
	if text, ok := strings.CutPrefix(schedule, "@every "); ok {
		if every, err := time.ParseDuration(text); err == nil && every >= time.Second {
			return duration(every)
		}
		return ""
	}
	fields := strings.Fields(schedule)
	if len(fields) != 5 {
		return ""
	}
	units := []struct {
		suffix string
		whole  string
	}{{"m", "1h"}, {"h", "24h"}, {"d", "31d"}, {"", "366d"}}
	every := "1m"
	for i, unit := range units {
		if step, ok := strings.CutPrefix(fields[i], "*/"); ok && unit.suffix != "" && number(step) {
			every = step + unit.suffix
		} else if fields[i] != "*" {
			every = unit.whole
		}
	}
	if fields[4] != "*" && (every == "24h" || fields[2] == "*" && strings.HasSuffix(every, "h")) {
		every = "7d"
	}
	return every
}

// duration writes a duration in its largest whole unit.
func duration(every time.Duration) string {
	switch {
	case every%time.Hour == 0:
		return fmt.Sprintf("%dh", every/time.Hour)
	case every%time.Minute == 0:
		return fmt.Sprintf("%dm", every/time.Minute)
	}
	return fmt.Sprintf("%ds", every/time.Second)
}

func number(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == "" && text[0] != '0'
}
