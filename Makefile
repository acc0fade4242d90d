PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
RUNTIME := $(VENV)/.runtime
TOOLS := $(VENV)/.tools
BY_MEANING := $(VENV)/.meaning
DOCS := $(VENV)/docs

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

.PHONY: install run test test-postgres bench chaos fuzz transcripts screenshots i18n lint docs lock clean
.DEFAULT_GOAL := run

install: $(RUNTIME)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "kcrush-bot needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml requirements.lock | $(BIN)/python
	@echo "Installing the pinned packages into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(BY_MEANING): requirements-meaning.lock $(RUNTIME)
	@echo "Installing the pinned packages of the search by meaning into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-meaning.lock
	@touch $@

$(TOOLS): requirements-dev.lock $(RUNTIME)
	@echo "Installing the pinned test tools into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# `make run MEANING=on` hands the setting on, and brings what it needs.
run: install $(if $(filter on,$(MEANING)),$(BY_MEANING))
	@$(BIN)/python -m bot run --or-demo

# The tests start many processes; with bytecode on disk none of them compiles the bot anew.
test: $(TOOLS)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 3 --dist worksteal

test-postgres: $(TOOLS)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m tests.postgres

bench: $(TOOLS)
	@$(BIN)/python -m benchmarks

chaos: $(TOOLS)
	@$(BIN)/python -m tests.chaos --kills 100
	@$(BIN)/python -m tests.chaos --kills 100 --nonce-window 0
	@$(BIN)/python -m tests.chaos --kills 100 --garbled 0.03

fuzz: $(TOOLS)
	@$(BIN)/python -m fuzz

transcripts: $(TOOLS)
	@$(BIN)/python -m benchmarks.transcripts

screenshots: $(TOOLS)
	@$(BIN)/python -m tests.screenshots
	@echo "The pictures are in build/screenshots."

# Brings the catalogues of all languages up to date; LANGUAGE=de begins another.
i18n: $(TOOLS)
	@$(BIN)/python -m tests.catalogues $(LANGUAGE)

lint: $(TOOLS)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

docs: $(DOCS)/.installed
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict --quiet
	@echo "The documentation's site is in build/docs."

$(DOCS)/.installed: docs/requirements.lock | $(BIN)/python
	@$(BIN)/python -m venv $(DOCS)
	@$(DOCS)/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r $<
	@touch $@

# Maintainers only: needs uv. Pins every package, with hashes, for every Python from 3.11 on.
lock:
	$(COMPILE) pyproject.toml requirements.build.in -o requirements.lock
	$(COMPILE) --extra meaning -c requirements.lock pyproject.toml -o requirements-meaning.lock
	$(COMPILE) --extra dev -c requirements.lock pyproject.toml requirements.build.in -o requirements-dev.lock
	$(COMPILE) --group docs -o docs/requirements.lock

clean:
	rm -rf $(VENV)
