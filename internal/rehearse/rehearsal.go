package rehearse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
)

// defaultInterval is that of groups that name none: Prometheus's default.
const defaultInterval = time.Minute

// Rehearsal evaluates rules on a storage. Those of one storage may build on what
// others recorded.
type Rehearsal struct {
	// Offset is how long after the full interval groups are evaluated.
	// Prometheus gives each group one of its own.
	Offset time.Duration

	// Until says up to when queries with @ end() mean what they do at a time, for
	// Backfill, which refuses them if it is nil.
	Until func(time.Time) time.Time

	storage *Storage
	groups  []*rules.Group // in the order of the files
	costs   costs
	alerts  timeline
}

// New returns a rehearsal without rules.
func New(s *Storage) *Rehearsal {
	return &Rehearsal{storage: s, costs: costs{}}
}

// Load adds the groups of a rule file. Of their rules it takes those that keep
// wants, or all if it is nil.
func (r *Rehearsal) Load(name string, content []byte, keep func(rulefmt.Rule) bool) error {
	loader := &loader{content: content, keep: keep, parser: r.storage.parser, logger: promslog.NewNopLogger()}
	manager := rules.NewManager(&rules.ManagerOptions{
		AppendableV2: r.storage.db,
		Queryable:    r.storage.db,
		QueryFunc:    r.query,
		NotifyFunc:   r.alerts.notify,
		ResendDelay:  math.MaxInt64, // once when it fires, once when it resolves
		GroupLoader:  loader,
		Logger:       loader.logger,
		Parser:       loader.parser,
	})
	groups, errs := manager.LoadGroups(defaultInterval, labels.EmptyLabels(), "", nil, false, name)
	if errs != nil {
		return fmt.Errorf("load %s: %w", name, errors.Join(errs...))
	}
	for _, group := range loader.order {
		g := groups[rules.GroupKey(name, group)]
		for _, alert := range g.AlertingRules() {
			alert.SetRestored(true) // there is no state of an earlier process to wait for
		}
		r.groups = append(r.groups, g)
	}
	return nil
}

// query answers a rule and notes what it cost.
func (r *Rehearsal) query(ctx context.Context, query string, at time.Time) (promql.Vector, error) {
	result, read, err := r.storage.instant(ctx, query, at)
	r.costs.note(rules.FromOriginContext(ctx), read, len(result))
	return result, err
}

// Play evaluates each group as often as its interval wants, from one time to
// another, both included. Intervals are counted from the epoch, plus Offset.
func (r *Rehearsal) Play(ctx context.Context, from, to time.Time) error {
	step := r.step()
	for at := r.slot(from, step); !at.After(to); at = at.Add(step) {
		for _, g := range r.groups {
			if !r.slot(at, g.Interval()).Equal(at) {
				continue
			}
			if err := r.eval(ctx, g, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// Eval evaluates all groups once.
func (r *Rehearsal) Eval(ctx context.Context, at time.Time) error {
	for _, g := range r.groups {
		if err := r.eval(ctx, g, at); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rehearsal) eval(ctx context.Context, g *rules.Group, at time.Time) error {
	g.Eval(ctx, at)
	for _, rule := range g.Rules() {
		if err := rule.LastError(); err != nil {
			return fmt.Errorf("evaluate %s of %s at %s: %w", rule.Name(), g.Name(), at.UTC(), err)
		}
		r.costs.took(rule)
	}
	return nil
}

// step is the longest time that hits all evaluations.
func (r *Rehearsal) step() time.Duration {
	step := time.Duration(0)
	for _, g := range r.groups {
		for a, b := step, g.Interval(); ; a, b = b, a%b {
			if b == 0 {
				step = a
				break
			}
		}
	}
	return max(step, time.Second)
}

// slot is the first evaluation of an interval at or after a time.
func (r *Rehearsal) slot(at time.Time, interval time.Duration) time.Time {
	rest := time.Duration(at.Add(-r.Offset).UnixNano() % int64(interval))
	if rest == 0 {
		return at
	}
	return at.Add(interval - rest)
}

// Check reads a file of rules as Prometheus would, and says what is wrong with it.
func Check(name string, content []byte) error {
	_, errs := rulefmt.Parse(content, false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
	if errs != nil {
		return fmt.Errorf("load %s: %w", name, errors.Join(errs...))
	}
	return nil
}

// loader hands Prometheus the rules of one file, and notes the order of groups.
type loader struct {
	content []byte
	keep    func(rulefmt.Rule) bool
	parser  parser.Parser
	logger  *slog.Logger
	order   []string
}

func (l *loader) Load(_ string, ignoreUnknown bool, names model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	file, errs := rulefmt.Parse(l.content, ignoreUnknown, names, l.parser, l.logger)
	if errs != nil {
		return nil, errs
	}
	kept := file.Groups[:0]
	for _, g := range file.Groups {
		if g.Rules = l.wanted(g.Rules); len(g.Rules) > 0 {
			kept = append(kept, g)
			l.order = append(l.order, g.Name)
		}
	}
	file.Groups = kept
	return file, nil
}

func (l *loader) wanted(all []rulefmt.Rule) []rulefmt.Rule {
	if l.keep == nil {
		return all
	}
	var wanted []rulefmt.Rule
	for _, rule := range all {
		if l.keep(rule) {
			wanted = append(wanted, rule)
		}
	}
	return wanted
}

func (l *loader) Parse(query string) (parser.Expr, error) { return l.parser.ParseExpr(query) }
