.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL_PINNED := $(PIP) install --quiet --require-hashes --no-deps -r
# The build backend is among the pinned packages, so building fetches nothing.
INSTALL_TIMEBANK := $(PIP) install --quiet --no-deps --no-build-isolation --editable .

.PHONY: help
help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

.PHONY: install
install: $(VENV)/.development ## make .venv with everything that development needs

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The stamps are written last: an installation that was cut short is done again.
$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	$(INSTALL_PINNED) requirements.txt
	$(INSTALL_TIMEBANK)
	@touch $@

$(VENV)/.development: requirements.txt requirements-dev.txt pyproject.toml | $(BIN)/python
	$(INSTALL_PINNED) requirements-dev.txt
	$(INSTALL_TIMEBANK)
	@touch $(VENV)/.runtime $@
