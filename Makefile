# make demo      the whole life of a client, on the genuine engine, against an embedded sipgate
# make test      what a change is checked with: at most 10 minutes on two cores, once the engine is cached
# make test-all  that, and what takes long or seldom says anything new; what CI runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Tests wait for each other's processes, sockets and deadlines, so two cores can serve more than two at a time.
WORKERS ?= 4
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist worksteal
# Like pip, with the certificates that this machine trusts.
UV := $(BIN)/uv --quiet --system-certs
COMPILE = $(UV) pip compile --universal --python-version 3.10 --generate-hashes --no-annotate \
  --custom-compile-command 'make lock'
# What `dev` is, on every Python that is supported, with the hash of each file.
LOCK := tools/requirements.txt
# What `make demo` installs of it.
DEMO_LOCK := tools/demo.txt
FLOOR := build/floor
BENCH := build/bench
DEMO := build/demo
# MkDocs alone builds the manual. What the pages say of the code is checked in.
MKDOCS := build/mkdocs
MKDOCS_LOCK := tools/mkdocs-requirements.txt
OLDEST = $(shell for python in python3.10 $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.10.*/bin/python $(PYTHON); do \
  $$python -c 'import sys; print(sys.executable)' 2>/dev/null && break; done)

define NEW_ENOUGH
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
  { echo "Python 3.10 or newer is needed; name one with make PYTHON=/path/to/python3." >&2; exit 1; }
endef
define make_venv
$(PYTHON) -m venv $(1) || \
  { echo "Python's venv module is needed; on Debian and Ubuntu: apt install python3-venv." >&2; exit 1; }
endef

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint types imports unit contract integration browser full keycloak languages package floor fuzz \
	engine chromium postgres typescript golang java sdk plugin pages bench readme dist docs lock clean

help: ## what there is to do, and what it costs on two cores
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml $(LOCK)
	@$(NEW_ENOUGH)
	@echo "Making the environment $(VENV) and installing into it: about a minute."
	@$(call make_venv,$(VENV))
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(MKDOCS)/.ready: $(MKDOCS_LOCK)
	@$(NEW_ENOUGH)
	@echo "Making the environment $(MKDOCS): half a minute, 150 MB."
	@$(call make_venv,$(MKDOCS))
	@$(MKDOCS)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
	  --requirement $(MKDOCS_LOCK)
	@touch $@

# The package, the simulator and psutil, as pinned as development is. uv is used where there is one; Pulumi asks pip for
# what is installed.
$(DEMO)/.ready: pyproject.toml $(DEMO_LOCK)
	@$(NEW_ENOUGH)
	@echo "Making the environment $(DEMO): about 150 MB and 40 seconds; with uv, 120 MB and 15 seconds."
	@$(call make_venv,--clear $(DEMO))
	@if command -v uv >/dev/null; then \
	  export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true; \
	  install="uv --quiet pip install --python $(DEMO)"; \
	else \
	  install="$(DEMO)/bin/python -m pip install --quiet --disable-pip-version-check"; \
	fi; \
	$$install --require-hashes --requirement $(DEMO_LOCK) && \
	$$install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(DEMO)/.ready ## the whole life of a client, on the genuine engine
	@$(DEMO)/bin/python tools demo

# What is quick and often fails comes first.
.NOTPARALLEL:
test: lint types imports unit integration browser ## the six below, as a change is checked: about 8 minutes

test-all: test full keycloak languages package floor fuzz ## everything, as CI runs it: about 50 minutes

lint: $(READY) ## ruff, style and formatting: 1 s
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict, and what users see under pyright, strict: 10 s
	$(BIN)/mypy
	$(BIN)/basedpyright

imports: $(READY) ## import contracts, who may know whom: 1 s
	$(BIN)/lint-imports

unit: $(READY) ## tests without the engine: 1 minute
	$(PYTEST) tests/unit tests/contract -m 'not full'

# Make hands SIPGATE_… variables on, whether they are set in the environment or behind the target.
contract: $(READY) ## what sipgate does, asked with an account: SIPGATE_TOKEN_ID=… SIPGATE_TOKEN=…
	@$(BIN)/pytest tests/contract --on-account --timeout 0 --report build/contract.json

integration: $(READY) engine postgres typescript sdk ## tests on the genuine engine, each with one case: 5 minutes
	$(PYTEST) tests/integration -m 'not full'

browser: $(READY) $(MKDOCS)/.ready engine chromium ## tests in a real browser: half a minute
	$(PYTEST) tests/browser -m 'not full'

full: $(READY) $(MKDOCS)/.ready engine chromium postgres typescript sdk ## tests marked full: other cases and hosts, long faults, the commands of the READMEs: 12 minutes
	$(PYTEST) tests/unit tests/integration tests/browser -m full

# Go and Maven fetch and compile for minutes the first time; what they have compiled is kept.
languages: $(READY) engine typescript golang java sdk ## the same program in every language, on the genuine engine
	$(BIN)/pytest tests/languages -n $(WORKERS) --dist loadfile

# One process: each would start a Keycloak of its own.
keycloak: $(READY) engine chromium ## tests with a genuine Keycloak, which Maven gets: 1 minute
	-@$(BIN)/python tools keycloak >/dev/null
	$(BIN)/pytest tests/keycloak

package: $(READY) $(MKDOCS)/.ready engine ## wheel, sdist and manual, that nothing is missing and that they work alone: half a minute
	$(BIN)/pytest tests/packaging

# In a folder without the package, so that what is tested is the wheel. Left out is what takes long and depends
# least on other packages.
floor: $(READY) engine ## the oldest dependencies that are allowed, on the oldest Python of this machine: 4 minutes
	rm -rf $(FLOOR)
	$(UV) venv --no-python-downloads --python "$(OLDEST)" $(FLOOR)
	$(UV) build --build-constraints $(LOCK) --require-hashes --out-dir $(FLOOR)/dist
	$(UV) pip install --python $(FLOOR) --resolution lowest-direct -r pyproject.toml --extra test
	$(UV) pip install --python $(FLOOR) --no-deps $(FLOOR)/dist/*.whl
	$(UV) pip list --python $(FLOOR)
	mkdir $(FLOOR)/checkout
	tar -xf $(FLOOR)/dist/*.tar.gz -C $(FLOOR)/checkout --strip-components 1
	rm -r $(FLOOR)/checkout/sipgate_provider
	cd $(FLOOR)/checkout && ../bin/pytest tests/unit -n $(WORKERS) --dist worksteal \
	  $(patsubst %,--ignore tests/unit/%,tools test_anything.py test_installation.py clients/test_fault_matrix.py examples/test_with_other_resources.py) \
	  -k 'not silent_connection and not HTTPS_PROXY'
	cd $(FLOOR)/checkout && ../bin/pytest tests/integration/test_client.py tests/integration/test_drift.py -n $(WORKERS) \
	  --dist worksteal \
	  -k 'creates or second_up or every_property or every_changed or destroy or says_nothing_certain or missing_credential'

fuzz: $(READY) ## three thousand generated declarations, settings and responses: 3 minutes
	$(PYTEST) tests/unit/test_anything.py --hypothesis-profile=full --hypothesis-show-statistics --timeout=1800

engine: $(READY) ## get the genuine engine onto this machine
	@$(BIN)/python tools engine >/dev/null

# Without one, the tests themselves say what follows from that: a failure in CI, skips elsewhere.
chromium: $(READY) ## get a Chromium onto this machine
	-@$(BIN)/python tools browser >/dev/null

# Likewise.
postgres: $(READY) ## get a PostgreSQL onto this machine
	-@$(BIN)/python tools postgres >/dev/null

golang: $(READY) ## get Go onto this machine
	@$(BIN)/python tools golang >/dev/null

# Without Java, the tests say what follows from that.
java: $(READY) ## get Pulumi's language host for Java onto this machine
	-@$(BIN)/python tools java >/dev/null

typescript: $(READY) ## get TypeScript and Pulumi's SDK for Node.js onto this machine, from npm
	@$(BIN)/python tools typescript >/dev/null

sdk: $(READY) ## the SDK for TypeScript, generated from what the plugin says of itself, in build/nodejs
	@rm -rf build/nodejs
	@mkdir -p build
	@$(BIN)/pulumi-resource-sipgate --schema >build/schema.json
	@$(BIN)/python tools sdk nodejs build/schema.json build/nodejs

# In an environment as users have it: for each `pulumi-…` package that is installed beside ours the engine looks for
# plugins before every command, and the development environment has two large ones.
bench: $(READY) engine ## how fast whole pulumi commands are, beside the engine alone and the usual provider
	$(UV) venv --clear --seed --python $(BIN)/python $(BENCH)
	$(UV) pip install --python $(BENCH) --editable '.[simulator]'
	$(BENCH)/bin/python benchmarks --json $(BENCH)/benchmark.json

readme: $(READY) engine ## paste into README.md what `pulumi up` prints for its program
	$(BIN)/python tools readme

dist: $(READY) ## wheel and sdist, in dist/, checked as the package index does
	rm -rf dist
	$(UV) build --build-constraints $(LOCK) --require-hashes
	$(BIN)/twine check --strict dist/*

plugin: $(READY) ## the native plugin with a Python of its own, as Pulumi installs it, in dist/
	@$(BIN)/python tools plugin

pages: $(READY) ## write into docs/ what comes from docstrings, schema, commands and examples
	@$(BIN)/python tools manual
	@$(BIN)/python tools registry

docs: $(MKDOCS)/.ready ## the manual as a site, in build/docs: 2 s
	@NO_MKDOCS_2_WARNING=1 $(MKDOCS)/bin/mkdocs build --strict --quiet
	@echo "Open build/docs/index.html in a browser."

lock: $(READY) ## write the lock files anew, after a change of pyproject.toml's dependencies or for newer ones
	$(COMPILE) --extra dev --upgrade --output-file $(LOCK) pyproject.toml
	printf 'psutil\nhatchling\neditables\n' | \
	  $(COMPILE) --extra simulator --constraints $(LOCK) --output-file $(DEMO_LOCK) pyproject.toml -
	$(COMPILE) --group docs --upgrade --output-file $(MKDOCS_LOCK)

clean: ## remove what was built here; the engine stays in the user's cache
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
