# The commands of this project; `make` or `make help` lists them.
# Everything is installed into .venv; everything that runs writes under var/.

VENV := .venv
PY := $(VENV)/bin/python
# The interpreter that makes the virtual environment: the first of these that works and is new enough.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$name && break; done)
# Optional: PORT of the page; WORKERS, the number of training processes; TORCH_INDEX, the index address that
# PyTorch's own install page gives for a CPU or CUDA build; TESTS, what `make pytest` runs; FOLDER, where
# `make pictures` writes; KIND and OPTIONS of `make benchmark`; FAULTS, SEED and MINUTES of `make faults`.
PORT ?=
WORKERS ?=
TORCH_INDEX ?=
TESTS ?=
FOLDER ?=
KIND ?=
OPTIONS ?=
FAULTS ?=
SEED ?=
MINUTES ?=

# Hundreds of processes are started by the tests alone; without bytecode each compiles the product anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: audit lookup help run compiler install test lint style types format pytest pictures benchmark faults services clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/installed compiler ## start everything and print the address; Ctrl-C stops it, nothing is lost
	@exec $(PY) manage.py serve $(if $(PORT),--port $(PORT)) $(if $(WORKERS),--workers $(WORKERS))

# Not needed, so nothing fails here: without one a CPU trains by torch's own operations, half as fast.
compiler: ## install a C compiler if there is none (Debian, as root); `make run` does
	@command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev; \
	  else echo "A C compiler would make training on a CPU twice as fast (on Debian: sudo apt-get install gcc libc6-dev)."; fi; } || true

install: $(VENV)/installed ## make .venv and install the pinned requirements

# What takes a minute and one processor, the types, is checked beside the tests, which often wait.
test: $(VENV)/test-installed services style ## install what the tests need, then run every check
	@$(MAKE) --no-print-directory --jobs=2 pytest types lookup

lint: style types ## check style, types, imports and migrations

style: $(VENV)/test-installed ## check style and migrations alone, within seconds
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PY) manage.py makemigrations --check --dry-run

types: $(VENV)/test-installed ## check types and imports alone
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

format: $(VENV)/test-installed ## mend style where that can be done by itself
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# Two processes; a file's tests stay together, so that what a file starts is started once. Files come in the order of
# tests/build/longest_first.py, not in that of their numbers of tests.
pytest: $(VENV)/test-installed ## run the tests alone, all or TESTS="tests/search -k claim"
	$(PY) -m pytest $(if $(TESTS),$(TESTS),-n 2 --dist loadfile --no-loadscope-reorder)

pictures: $(VENV)/test-installed services ## pictures of every page, light, dark and narrow, into FOLDER=var/pictures
	$(PY) -m tests.browser.pictures $(or $(FOLDER),var/pictures)

# KIND, one of pages, loop, startup, load, trainer, decisions, device, memory (docs/performance.md).
benchmark: $(VENV)/test-installed services ## measure this machine: KIND=loop OPTIONS="--workers 2"
	$(PY) -m tests.benchmarks $(or $(KIND),loop) $(OPTIONS)

# FAULTS, how many; SEED, of the schedule; MINUTES, after which no round begins (docs/faults.md).
faults: $(VENV)/test-installed services ## kill, freeze and lose everything, and audit the database; FAULTS=1000 SEED=1 MINUTES=120
	$(PY) -m tests.faults --faults $(or $(FAULTS),1000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),120)

services: ## install the browser, PostgreSQL, Redis, zsh, libfaketime, shellcheck and g++ for the tests (Debian)
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium fonts-dejavu-core"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	command -v zsh >/dev/null || missing="$$missing zsh"; \
	command -v g++ >/dev/null || missing="$$missing g++"; \
	[ -e "$$("$(PYTHON)" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ] || missing="$$missing python3-dev"; \
	command -v shellcheck >/dev/null || missing="$$missing shellcheck"; \
	ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$$missing libfaketime"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "The tests need$$missing. Install them (on Debian: sudo apt-get install$$missing), then make test." >&2; exit 1; \
	fi; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing

lookup: $(VENV)/test-installed ## audit as a step of make test: without a network it passes, and says that nothing was looked up
	$(PY) -m pip check
	$(PY) -m tests.build.audit

audit: $(VENV)/installed ## look the pinned packages up in the list of known weaknesses (needs a network)
	$(PY) -m pip check
	$(PY) -m tests.build.audit --required

clean: ## remove what tools made; .venv and var/ stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis staticfiles
	find nasweb search visualize tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "nasweb needs Python 3.11 or later; found $$(python3 --version 2>/dev/null || echo none)." >&2; \
	  echo "Install one, or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python could not make a virtual environment (on Debian: apt-get install python3-venv)." >&2; exit 1; }

# Remembers the PyTorch index that was asked for: another one installs that build in place of the present one.
$(VENV)/torch-index: $(PY) $(if $(TORCH_INDEX),FORCE)
	@[ -e $@ ] || touch $@; if [ -n "$(TORCH_INDEX)" ] && [ "$$(cat $@)" != "$(TORCH_INDEX)" ]; then \
	  $(PY) -m pip uninstall --quiet --yes torch torchvision && \
	  $(PY) -m pip install $$(grep -E '^torch(vision)?==' requirements.txt) --index-url "$(TORCH_INDEX)" && \
	  echo "$(TORCH_INDEX)" > $@; fi

$(VENV)/installed: requirements.txt $(VENV)/torch-index
	@echo "Installing the requirements into $(VENV): a few minutes, once."
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test-installed: tests/requirements.txt $(VENV)/installed
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -r tests/requirements.txt
	@touch $@

.PHONY: FORCE
FORCE:
