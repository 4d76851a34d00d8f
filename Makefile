# Each target sets up .venv on a fresh machine and runs; it needs Python 3.11 to 3.13 and make.

PYTHON ?= python3
BIN := .venv/bin
# Arguments for one run: make test TESTS=tests/wire, make lab LAB=--no-browser, make faults MINUTES=1
TESTS ?=
LAB ?=
MINUTES ?= 10
HOURS ?= 1
SEED ?= 7
KILLS ?= 100
PYTHONS ?= $(PYTHON)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.PHONY: help lab demo test lint peers bench faults kills history s3 soak wheel audit picture clean

help:
	@echo "make lab    JupyterLab on notebooks/01-tour.ipynb, the embedded exchange behind it"
	@echo "            (make lab LAB=--no-browser only prints the URL)"
	@echo "make demo   the same in a terminal, about a minute"
	@echo "make test   linters and all tests"
	@echo "make peers  other people's clients on the embedded exchange"
	@echo "make bench  ours beside the peers, some ten minutes; make bench ONLY=streams one area,"
	@echo "            make bench BENCH='--readme README.md' also writes README's table"
	@echo "make soak HOURS=1 of four notebooks at once: memory, threads, sockets, holes, CPU;"
	@echo "            make soak SOAK='--readme README.md' also writes README's section"
	@echo "make wheel  the wheel in empty environments, its demo run there: PYTHONS='python3.12 python3.13',"
	@echo "            WHEEL=--lowest with the lowest versions allowed, WHEEL='--extras lab,history'"
	@echo "make audit  known vulnerabilities of what is installed, asked of PyPI and OSV"
	@echo "make history a year of minutes of three symbols against the exchange's own, with kills: 20 minutes"
	@echo "make s3     a copy of the store on S3, its protocol on loopback, read by a Dask cluster"
	@echo "make faults MINUTES=10 of random faults, then what live objects hold against the exchange"
	@echo "make kills KILLS=100 times kill -9 of an exchange under load: was all that it acknowledged kept?"

lab: .venv/.lab
	$(BIN)/binance-lab lab $(LAB)

demo: .venv/.lab
	$(BIN)/binance-lab demo

test: .venv/.test lint
	@sh tests/browser/chromium.sh
	$(BIN)/python -m pytest --ignore=tests/peers --ignore=tests/history/test_s3.py $(TESTS)

# Other people's clients on the embedded exchange, in an environment of their own.
peers: .venv-peers/.ready
	.venv-peers/bin/python -m pytest tests/peers

.venv-peers/.ready: .venv/.python pyproject.toml
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-peers/bin/python -m pip install --quiet --editable . python-binance==1.0.37 binance-sdk-spot ccxt pytest pytest-timeout
	.venv-peers/bin/python -m pip install --quiet --no-deps --upgrade --target .venv-peers/connector binance-connector==3.13.0
	! command -v npm >/dev/null || npm install --silent --prefix .venv-peers @binance/connector@3.6.1
	@touch $@

# Also in make test, for half a minute.
faults: .venv/.test
	$(BIN)/python tests/live/fault_run.py --minutes $(MINUTES) --seed $(SEED)

# Also in make test, five times.
kills: .venv/.test
	KILLS=$(KILLS) $(BIN)/python -m pytest --capture=no tests/exchange/server/test_kills.py

# A year of minutes of three symbols, equal row by row, also after twenty kills: some twenty minutes.
history: .venv/.test
	BINANCE_LAB_HISTORY=year $(BIN)/python -m pytest tests/history/test_resume.py

# A copy of the store on S3, its protocol on loopback; what that needs is in an environment of its own.
s3: .venv-s3/.ready
	.venv-s3/bin/python -m pytest tests/history/test_s3.py

.venv-s3/.ready: .venv/.python pyproject.toml
	$(PYTHON) -m venv .venv-s3
	.venv-s3/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-s3/bin/python -m pip install --quiet --editable ".[dask]" s3fs "moto[server]>=5" pytest pytest-timeout
	@touch $@

# Four notebooks, a form that trades and a recorder on one exchange: does anything grow?
soak: .venv/.test
	$(BIN)/python tests/soak --hours $(HOURS) $(SOAK)

# Ours, the peers and the bare libraries, interleaved; the peers in an environment of their own.
bench: .venv/.test .venv-bench/.ready
	$(BIN)/python tests/benchmarks $(if $(ONLY),--only $(ONLY)) $(BENCH)

.venv-bench/.ready: .venv/.python tests/benchmarks/peers.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	.venv-bench/bin/python -m pip install --quiet --requirement tests/benchmarks/peers.txt
	.venv-bench/bin/python -m pip install --quiet --no-deps --upgrade --target .venv-bench/connector binance-connector==3.13.0
	@touch $@

# Builds the wheel, installs it in empty environments, without a compiler, and runs its demo there.
wheel: .venv/.test
	$(BIN)/python tests/try_wheel.py $(WHEEL) $(PYTHONS)

# Known vulnerabilities of what .venv holds, by pip-audit in an environment of its own; see DEPENDENCIES.md.
audit: .venv/.test
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet pip-audit
	build/audit/bin/pip-audit --strict --skip-editable --path $$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))") \
		|| { echo 'Where packages are "not found on PyPI", its advisories cannot be reached: DEPENDENCIES.md has what was reviewed.'; exit 1; }

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
	$(BIN)/python -m pip install --quiet --editable ".[lab,history,dask]"
	@touch $@

.venv/.test: .venv/.lab
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

# The picture in README: a screenshot of the desk, taken by its own test.
picture: .venv/.test
	$(BIN)/python -m pytest --quiet tests/browser/test_desk.py
	mkdir -p notebooks/images && cp build/screenshots/desk.png notebooks/images/desk.png

clean:
	rm -rf .venv .venv-peers .venv-s3 .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
