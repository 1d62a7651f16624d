.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
FOLDER ?= var/demo

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL_PINNED := $(PIP) install --quiet --require-hashes --no-deps -r
# The build backend is among the pinned packages, so building fetches nothing.
INSTALL_TIMEBANK := $(PIP) install --quiet --no-deps --no-build-isolation --editable .
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
PIN_OURS := --extra postgres pyproject.toml --group build
TEXTS := web/timebank_web/translations

.PHONY: help
help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r name words; do printf '  make %-12s %s\n' "$$name" "$$words"; done

.PHONY: demo
demo: $(VENV)/.runtime ## eight weeks of a wijk in FOLDER=var/demo, then its pages on PORT=8000 (SERVE=0: none)
	$(BIN)/timebank demo $(if $(filter 0,$(SERVE)),--no-serve,--port $(PORT)) --folder $(FOLDER)

.PHONY: runtime
runtime: $(VENV)/.runtime ## make .venv with only what a server needs

.PHONY: install
install: $(VENV)/.development ## make .venv with everything that development needs

.PHONY: test
test: $(VENV)/.development ## run every test, those in a browser included
	.ci/browser
	.ci/postgres
	.ci/ledgers
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: agree
agree: $(VENV)/.development ## change bundles 6,000 times and compare the two verifiers on each
	$(BIN)/python -m tests.verifier.agree

.PHONY: replay
replay: $(VENV)/.development ## a year of another currency through the engine; HISTORY=FILE: yours
	.ci/ledgers
	$(BIN)/python -m tests.replays.replay $(HISTORY)

.PHONY: check
check: $(VENV)/.development ## formatting, lint, types and the direction of imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(VENV)/.development ## format the code and repair what lint can repair
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

.PHONY: bench
bench: $(VENV)/.development $(VENV)-bench/.done ## measure, into docs/benchmarks.md; QUICK=1: little, into var
	.ci/browser
	.ci/postgres
	.ci/ledgers
	$(BIN)/python -m tests.benchmarks $(if $(QUICK),--quick)

.PHONY: translations
translations: $(VENV)/.development ## bring the translations in line with the texts, and compile them
	mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping $(TEXTS)/sources.txt --keyword later --add-location file \
		--width 100 --output build/messages.pot web/timebank_web
	$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
		--width 100 --input-file build/messages.pot --output-dir $(TEXTS)
	$(BIN)/pybabel --quiet compile --statistics --directory $(TEXTS)

.PHONY: screenshots
screenshots: $(VENV)/.development ## draw docs/images anew
	.ci/browser
	$(BIN)/python -m tests.screenshots

.PHONY: lock
lock: $(VENV)/.development ## pin the packages that pyproject.toml names
	$(PIN) $(PIN_OURS) --output-file requirements.txt
	$(PIN) $(PIN_OURS) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(PIN) --group bench --output-file requirements-bench.txt

.PHONY: upgrade
upgrade: PIN += --upgrade
upgrade: lock ## pin their newest versions

.PHONY: clean
clean: ## remove .venv, caches and what is in var
	rm -rf $(VENV) $(VENV)-bench build *.egg-info var/demo var/benchmarks .hypothesis .*_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("needs Python 3.11: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# The stamps are written last: an installation that was cut short is done again.
$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	$(INSTALL_PINNED) requirements.txt
	$(INSTALL_TIMEBANK)
	@touch $@

$(VENV)/.development: requirements.txt requirements-dev.txt pyproject.toml | $(BIN)/python
	$(INSTALL_PINNED) requirements-dev.txt
	$(INSTALL_TIMEBANK)
	@touch $(VENV)/.runtime $@

# Other ledgers, apart: what they need is no part of ours.
$(VENV)-bench/.done: requirements-bench.txt
	$(PYTHON) -m venv $(VENV)-bench || { rm -rf $(VENV)-bench; exit 1; }
	$(VENV)-bench/bin/python -m pip --disable-pip-version-check --no-input install --quiet \
		--require-hashes --no-deps -r requirements-bench.txt
	@touch $@
