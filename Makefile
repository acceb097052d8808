# Everything needs only Python 3.11+ and make: the environment is made on first use.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := test
.PHONY: demo test test-all lint types docs unit package proofs bench fuzz browser clients requirements clean database

$(VENV)/.made:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed, and is not at '$(PYTHON)'. Set PYTHON=..."; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet uv
	@touch $@

# The demo needs the package and one extra, so that it starts soon on a fresh machine.
$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --editable ".[demo]"
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --editable . --requirement requirements/dev.txt
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	@$(BIN)/python -m messengerkit.demo $(ARGS)

# What is not the tests takes one core each, and goes side by side.
test: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs=2 lint types docs package
	@$(MAKE) --no-print-directory unit

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pyright --verifytypes messengerkit --ignoreexternal

unit: $(VENV)/.dev
	$(BIN)/coverage erase
	$(BIN)/python tests/in_halves.py $(BIN)/coverage run -m pytest -m "not slow" $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report $$($(BIN)/python tests/desk/sql/postgres_cluster.py)

docs: $(VENV)/.dev
	$(BIN)/mkdocs build --strict --site-dir site

# Built, installed into an environment that has nothing else, imported, and the demo played.
package: $(VENV)/.dev
	rm -rf dist $(VENV)-wheel
	$(UV) build --quiet --python $(BIN)/python
	$(UV) venv --quiet --python $(BIN)/python $(VENV)-wheel
	$(UV) pip install --quiet --python $(VENV)-wheel/bin/python dist/*.whl
	cd dist && ../$(VENV)-wheel/bin/python -c "from messengerkit import *; import messengerkit.admin, messengerkit.sandbox; from importlib.resources import files; assert (files('messengerkit.sandbox') / 'chat/static/index.html').is_file(); print('imported', __import__('messengerkit').__file__)"
	cd dist && ../$(VENV)-wheel/bin/python -c "from messengerkit.demo.panel import files, panel_file; assert 'index.html' in files() and all(map(panel_file, files()))"
	$(UV) pip install --quiet --python $(VENV)-wheel/bin/python "$$(echo dist/*.whl)[demo]"
	cd dist && ../$(VENV)-wheel/bin/messengerkit demo --once > demo.log || { cat demo.log; exit 1; }

# The same tests on every Python from 3.11 to the newest present; then what takes minutes.
test-all: $(VENV)/.dev
	@PYENV_VERSION=$$(pyenv versions --bare 2>/dev/null | paste -sd: -) \
	  MESSENGERKIT_NEEDS_POSTGRES=1 $(BIN)/python tests/every_python.py $(UV)
	@MESSENGERKIT_NEEDS_POSTGRES=1 $(MAKE) --no-print-directory proofs

# Many requests, a real browser, many bodies: the figures are printed.
proofs: $(VENV)/.dev clients
	$(BIN)/python -m pytest -m slow --capture=no $(ARGS)

# Clients that others wrote, for one of the proofs; they would hold back ours. Without npm the
# one of them that is written in JavaScript is skipped.
clients: $(VENV)/.dev
	$(UV) venv --quiet --allow-existing --python $(BIN)/python $(VENV)-clients
	$(UV) pip install --quiet --python $(VENV)-clients/bin/python --requirement tests/proofs/clients/requirements.txt
	cp tests/proofs/clients/package.json $(VENV)-clients/
	@if command -v npm >/dev/null; then \
	  npm install --prefix $(VENV)-clients --silent --no-audit --no-fund --no-package-lock; \
	else echo "THERE IS NO NPM: THE CLIENT IN JAVASCRIPT WILL BE SKIPPED."; fi

# Speeds as ratios, measured side by side in one run; each fails if its limit is not kept.
# The peers need an environment of their own, for they would hold back ours.
bench: $(VENV)/.dev
	$(BIN)/python benchmarks/webhooks.py
	$(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/sandbox.py
	$(BIN)/python benchmarks/desk_load.py
	$(BIN)/python benchmarks/desk_ack.py
	$(BIN)/python benchmarks/crash.py
	$(UV) venv --quiet --allow-existing --python $(BIN)/python $(VENV)-bench
	$(UV) pip install --quiet --python $(VENV)-bench/bin/python --editable . --requirement benchmarks/requirements.txt
	$(VENV)-bench/bin/python benchmarks/sends.py
	$(VENV)-bench/bin/python benchmarks/once.py
	$(VENV)-bench/bin/python benchmarks/chaos.py

# Ten minutes for each target, or ARGS="-max_total_time=60". atheris has wheels for Linux alone.
fuzz: $(VENV)/.dev
	$(UV) venv --quiet --allow-existing --python $(BIN)/python $(VENV)-fuzz
	$(UV) pip install --quiet --python $(VENV)-fuzz/bin/python --editable . atheris
	for target in receive parse headers; do \
	  $(VENV)-fuzz/bin/python tests/fuzz/run.py $$target -max_total_time=600 $(ARGS) || exit 1; done

# What some of the proofs are skipped without. It needs root, and apt-get.
browser:
	@for one in chromium chromium-browser google-chrome; do \
	  if command -v $$one; then exit 0; fi; done; \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes \
	    --no-install-recommends chromium fonts-liberation; } >/dev/null 2>&1 && command -v chromium || \
	  { echo "CHROMIUM COULD NOT BE INSTALLED: THE PROOFS IN A BROWSER WILL BE SKIPPED."; exit 1; }

# The tests' own PostgreSQL, which they start and throw away. As above.
database:
	@for one in initdb /usr/lib/postgresql/*/bin/initdb; do \
	  if command -v $$one; then exit 0; fi; done; \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes \
	    --no-install-recommends postgresql; } >/dev/null 2>&1 && ls /usr/lib/postgresql/*/bin/initdb || \
	  { echo "POSTGRESQL COULD NOT BE INSTALLED: make test-all NEEDS IT."; exit 1; }

# Pins what the checks run with, to the newest there is.
requirements: $(VENV)/.made
	$(UV) pip compile --quiet --universal --upgrade --python-version 3.11 --group dev \
	  --no-header --no-annotate --no-emit-package messengerkit --output-file requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) $(VENV)-* dist site .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
