# Two commands: `make run` and `make test`. Each sets up what it needs; a second time that takes a second.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
QUICK := tests/unit tests/contract tests/architecture
DATA := tests/integration/datacenter
# What tests write, hundreds of databases among it, lies in memory where there is room: a disk may let everybody wait for seconds over it.
ROOM := $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 8000000 ] 2>/dev/null && echo /dev/shm)

.PHONY: help run test setup simulate faults format lint types unit integration check clean

help: ## shows this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: ## sets up what is missing, then starts everything of the demo; Ctrl-C stops it
	@.ci/setup run
	@exec $(BIN)/cti up

test: ## sets up what is missing, then runs every check and every test
	@.ci/setup test
	@$(MAKE) --no-print-directory lint types
	@.ci/console test
# Those that only compute take what is left of the machine, beside those of the data center and then those in which sound flows in real time.
	@export TMPDIR=$${TMPDIR:-$(or $(ROOM),/tmp)}; \
	chrt -i 0 $(BIN)/pytest -q $(QUICK) tests/simulation >.hotline/quick.log 2>&1 & quick=$$!; \
	$(BIN)/pytest -q $(DATA); status=$$?; \
	$(BIN)/pytest -q tests/integration --ignore=$(DATA) || status=$$?; \
	wait $$quick || status=$$?; cat .hotline/quick.log; exit $$status

setup: ## only sets up, for development
	@.ci/setup test

format: ## rewrites the code in the house's form
	$(BIN)/ruff check --fix --quiet
	$(BIN)/ruff format

simulate: ## simulates a center while everything goes wrong: make simulate SEEDS=10000
	@.ci/setup run
	$(BIN)/cti simulate --seeds $(or $(SEEDS),200)

faults: ## breaks things at random moments under load, on real parts: make faults MOMENTS=50
	@.ci/setup test
	$(BIN)/python -m tests.faults --moments $(or $(MOMENTS),50)

lint: ## form, suspicious code, direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: ## types; benches and the fault suite too, which no test runs
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases --follow-imports=silent tests/bench tests/faults

unit: ## tests that need nothing but Python
	$(BIN)/pytest -q $(QUICK)

integration: ## tests on real Asterisk, PostgreSQL and Chromium
	$(BIN)/pytest -q tests/integration

check: lint types unit ## what to run before a commit

clean: ## removes what was made here; the cached Asterisk root stays (see `cti pbx prepare`)
	rm -rf .hotline .venv cti/console/node_modules cti/console/dist build *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
