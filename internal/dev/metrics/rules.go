package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
)

// defaultInterval is that of groups that name none: the generated stack's.
const defaultInterval = 15 * time.Second

func (s *Store) startRules(ctx context.Context) {
	s.files = &ruleFiles{parser: s.Parser, logger: s.options.Logger}
	s.manager = rules.NewManager(&rules.ManagerOptions{
		Context:         ctx,
		AppendableV2:    s.DB,
		Queryable:       s.DB,
		QueryFunc:       rules.EngineQueryFunc(s.Engine, s.DB),
		NotifyFunc:      func(context.Context, string, ...*rules.Alert) {}, // who looks asks for the state
		ResendDelay:     math.MaxInt64,
		OutageTolerance: time.Hour,
		ForGracePeriod:  10 * time.Second, // after a start, "for" goes on from where it was
		ExternalURL:     &url.URL{},
		GroupLoader:     s.files,
		Logger:          s.options.Logger,
		Parser:          s.Parser,
	})
	go s.manager.Run()
}

// SetRules replaces all rules. Groups that do not change keep their state. If a file
// is invalid, the rules that were stay in force.
func (s *Store) SetRules(files map[string][]byte) error {
	var names []string
	for name, content := range files {
		if _, errs := s.files.parse(content); errs != nil {
			return fmt.Errorf("load %s: %w", name, errors.Join(errs...))
		}
		names = append(names, name)
	}
	slices.Sort(names)
	s.files.set(files)
	return s.manager.Update(defaultInterval, names, labels.EmptyLabels(), "", nil)
}

// RuleGroups returns all groups, sorted by file and name.
func (s *Store) RuleGroups() []*rules.Group { return s.manager.RuleGroups() }

// ruleFiles are files in memory.
type ruleFiles struct {
	parser parser.Parser
	logger *slog.Logger

	mu    sync.Mutex
	files map[string][]byte
}

func (f *ruleFiles) set(files map[string][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files = files
}

func (f *ruleFiles) parse(content []byte) (*rulefmt.RuleGroups, []error) {
	return rulefmt.Parse(content, false, model.UTF8Validation, f.parser, f.logger)
}

// Load implements rules.GroupLoader.
func (f *ruleFiles) Load(name string, _ bool, _ model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	f.mu.Lock()
	content := f.files[name]
	f.mu.Unlock()
	return f.parse(content)
}

// Parse implements rules.GroupLoader.
func (f *ruleFiles) Parse(query string) (parser.Expr, error) { return f.parser.ParseExpr(query) }
