# make demo   the whole life of a client, on the genuine engine, against an embedded sipgate
# make test   every check: lint, types, import contracts, unit, integration and browser tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint types imports unit fuzz integration browser engine chromium postgres bench clean

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed; name one with make PYTHON=/path/to/python3." >&2; exit 1; }
	@echo "Making the environment $(VENV) and installing into it: about a minute."
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is needed; on Debian and Ubuntu: apt install python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY) ## the whole life of a client, on the genuine engine
	@$(BIN)/python tools/demo

test: lint types imports unit integration browser ## every check there is

lint: $(READY) ## ruff: style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	$(BIN)/mypy

imports: $(READY) ## import contracts: who may know whom
	$(BIN)/lint-imports

unit: $(READY) ## tests without the engine
	$(BIN)/pytest tests/unit -n $(WORKERS)

fuzz: $(READY) ## ten thousand generated declarations, settings and answers: about ten minutes
	$(BIN)/pytest tests/unit/test_anything.py -n $(WORKERS) --hypothesis-profile=full --hypothesis-show-statistics --timeout=1800

integration: $(READY) engine postgres ## tests on the genuine engine
	$(BIN)/pytest tests/integration -n $(WORKERS)

browser: $(READY) engine chromium ## tests in a real browser
	$(BIN)/pytest tests/browser -n $(WORKERS)

engine: $(READY) ## get the genuine engine onto this machine
	@$(BIN)/python tools/engine >/dev/null

# Without one, the tests themselves say what follows from that: a failure in CI, skips elsewhere.
chromium: $(READY) ## get a Chromium onto this machine
	-@$(BIN)/python tools/browser >/dev/null

# Likewise.
postgres: $(READY) ## get a PostgreSQL onto this machine
	-@$(BIN)/python tools/postgres >/dev/null

bench: $(READY) engine ## how fast whole pulumi commands are, beside the engine alone and the usual provider
	$(BIN)/python benchmarks

clean: ## remove what was built here; the engine stays in the user's cache
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
