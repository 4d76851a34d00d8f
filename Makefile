# Each target sets up .venv on a fresh machine and runs; it needs Python 3.11 to 3.13 and make.

PYTHON ?= python3
BIN := .venv/bin
# Arguments for one run: make test TESTS=tests/wire, make lab LAB=--no-browser
TESTS ?=
LAB ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.PHONY: help lab demo test lint peers picture clean

help:
	@echo "make lab    JupyterLab on notebooks/01-tour.ipynb, the embedded exchange behind it"
	@echo "            (make lab LAB=--no-browser only prints the URL)"
	@echo "make demo   the same in a terminal, about a minute"
	@echo "make test   linters and all tests"
	@echo "make peers  other people's clients on the embedded exchange"

lab: .venv/.lab
	$(BIN)/binance-lab lab $(LAB)

demo: .venv/.lab
	$(BIN)/binance-lab demo

test: .venv/.test lint
	@sh tests/browser/chromium.sh
	$(BIN)/python -m pytest --ignore=tests/peers $(TESTS)

# Other people's clients on the embedded exchange, in an environment of their own.
peers: .venv-peers/.ready
	.venv-peers/bin/python -m pytest tests/peers

.venv-peers/.ready: .venv/.python pyproject.toml
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-peers/bin/python -m pip install --quiet --editable . python-binance binance-sdk-spot pytest pytest-timeout
	@touch $@

lint: .venv/.test
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "binance_lab needs Python 3.11 to 3.13; $(PYTHON) is another. Try: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/.lab: .venv/.python pyproject.toml
	@echo "Installing binance_lab into .venv (once, a minute or two) ..."
	$(BIN)/python -m pip install --quiet --editable ".[lab,history]"
	@touch $@

.venv/.test: .venv/.lab
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

# The picture in README: a screenshot of the desk, taken by its own test.
picture: .venv/.test
	$(BIN)/python -m pytest --quiet tests/browser/test_desk.py
	mkdir -p notebooks/images && cp build/screenshots/desk.png notebooks/images/desk.png

clean:
	rm -rf .venv .venv-peers build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
