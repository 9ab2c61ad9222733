# `make help` lists the targets.

GO       ?= go
FUZZTIME ?= 20s
BENCH    ?= .
MUTANTS  ?= .
TOOLS    := $(CURDIR)/bin

# Modules whose code is generated: the example, and a package with every feature.
MODULES := examples/shop internal/instrument/testdata/everything

.PHONY: help build page test lint generate bench mutants fuzz man release-check e2e e2e-tools e2e-load clean

help: ## Show this text
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/obsboot
	$(GO) build -trimpath -o bin/obsboot ./cmd/obsboot

page: ## Build the page of obsboot dev, and look at it in Chromium; needs Node
	cd internal/dev/web && npm ci --no-audit --no-fund && npm run build
	$(GO) test -count=1 -run TestBrowser ./internal/dev

test: lint ## Run everything that needs no server: linters, tests with the race detector
	$(GO) test -race ./...
	@set -e; for dir in $(MODULES); do echo "$$dir"; (cd $$dir && $(GO) test -race ./...); done

lint: $(TOOLS)/golangci-lint ## Run the linters
	$(GO) mod verify >/dev/null
	$(TOOLS)/golangci-lint fmt --diff
	$(TOOLS)/golangci-lint run
	@set -e; for dir in $(MODULES); do (cd $$dir && $(GO) vet ./... && \
		$(TOOLS)/golangci-lint fmt --diff -c $(CURDIR)/.golangci.modules.yml && \
		$(TOOLS)/golangci-lint run -c $(CURDIR)/.golangci.modules.yml); done

# The tools live in a module of their own, so that their dependencies are not ours.
$(TOOLS)/golangci-lint: tools/go.mod tools/go.sum
	cd tools && $(GO) build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

generate: build ## Write what is generated in this repository: docs/spec.md, the examples, golden files
	bin/obsboot generate examples/shop
	$(GO) test ./internal/spec/specdoc ./internal/cli ./internal/generate ./internal/instrument ./cmd/obsboot -update

bench: ## Run the benchmarks of docs/benchmarks.md; BENCHFLAGS=-short leaves out the largest spec
	$(GO) test -run '^$$' $(BENCHFLAGS) -bench '$(BENCH)' -benchtime 5x ./cmd/obsboot
	$(GO) test -run '^$$' $(BENCHFLAGS) -bench '$(BENCH)' -benchtime 10x ./internal/board
	$(GO) test -run '^$$' $(BENCHFLAGS) -bench '$(BENCH)' -benchtime 1x ./internal/rehearse
	$(GO) test -run '^$$' $(BENCHFLAGS) -bench '$(BENCH)' -benchtime 1x -benchmem ./internal/traffic
	$(GO) test -run '^$$' $(BENCHFLAGS) -bench '$(BENCH)' -benchtime 5x ./internal/incident
	$(GO) test -run '^$$' $(BENCHFLAGS) -bench '$(BENCH)' -benchtime 1x ./internal/dev/store
	cd internal/instrument/testdata/everything && $(GO) test -run '^$$' $(BENCHFLAGS) -bench '$(BENCH)' -benchtime 200ms .

mutants: ## Spoil the generated rules in many ways and see that the generated tests notice; MUTANTS=SERVICE/SLO for some
	MUTANTS='$(MUTANTS)' $(GO) test -count=1 -timeout 4h -run TestMutants -v ./internal/generate

# go test fuzzes one target at a time.
fuzz: ## Run each fuzzer for FUZZTIME (default 20s)
	@set -e; for file in $$(grep -l --include='*_test.go' -r '^func Fuzz' internal); do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$file); do \
			echo "$$(dirname $$file) $$name"; \
			(cd $$(dirname $$file) && $(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s .); \
		done; \
	done

man: ## Write the man pages into bin/man
	$(GO) run ./cmd/obsboot-docs bin/man

# goreleaser pulls in hundreds of modules and is not needed to work here, so it is no
# part of make test.
$(TOOLS)/goreleaser: tools/goreleaser/go.mod tools/goreleaser/go.sum
	cd tools/goreleaser && $(GO) build -o $@ github.com/goreleaser/goreleaser/v2

release-check: $(TOOLS)/goreleaser ## Check .goreleaser.yaml, from which releases are made
	$(TOOLS)/goreleaser check

e2e-tools: ## Build the servers of the stack into the user's cache: Prometheus, Loki, Tempo and the others
	$(GO) run ./e2e/cmd/e2e-tools

e2e: ## Run the stack on the real servers; needs Docker, or root and docker.io to start it
	$(GO) test -count=1 -run 'TestReadme|TestScripts' ./cmd/obsboot
	$(GO) test -count=1 -tags e2e -timeout 45m -v ./e2e

e2e-load: ## Measure the stack as docs/benchmarks.md has it: five minutes of load, outages of a minute
	E2E_LOAD=5m E2E_OUTAGE=60s E2E_FLOOD=60s $(GO) test -count=1 -tags e2e -timeout 60m -run 'TestLoad|TestOutages|TestBadInput' -v ./e2e

clean: ## Remove what was built
	rm -rf bin
