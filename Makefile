# make run | test | faults | conform | demo | bench | check | clean | reset
# Settings pass through the environment: PORT=8001 make run, DATABASE_URL=postgresql://… make run

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
CATALOGUES := $(VENV)/.catalogues
PO_FILES := $(shell find . -path ./$(VENV) -prune -o -name '*.po' -print 2>/dev/null)
PURE := config campaigns messaging routing compliance carriers

.PHONY: help run test fuzz faults conform demo bench check catalogues venv tools clean reset

help: ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: $(INSTALLED) $(CATALOGUES) ## everything: servers, demo data, all processes; Ctrl-C stops it
	@exec $(PY) manage.py run $(ARGS)

test: $(TOOLS) $(CATALOGUES) ## the whole suite (ARGS="-k name" selects)
	@exec $(PY) -m pytest --numprocesses=4 --dist=loadfile \
		--hypothesis-profile=steady $(ARGS)

fuzz: $(TOOLS) ## spoiled octets against everything that reads octets (SECONDS=600 of CPU time)
	@exec nice -n 19 $(PY) -m tests.fuzz --seconds $(or $(SECONDS),600) $(ARGS)

faults: $(TOOLS) $(CATALOGUES) ## kill, freeze, cut and corrupt a platform, 20,000 messages each time (FAULTS=name selects)
	@FAULTS=$${FAULTS:-all} exec $(PY) -m pytest tests/faults \
		$(if $(filter-out all,$(FAULTS)),,tests/acceptance/test_brownouts.py) $(ARGS)

conform: $(TOOLS) $(CATALOGUES) ## thousands of requests by the API's description, on a platform of its own
	@CONFORM=full exec $(PY) -m pytest tests/acceptance/test_description.py $(ARGS)

demo: $(INSTALLED) $(CATALOGUES) ## a campaign through the simulator; starts the platform if need be
	@exec $(PY) manage.py run --then demo $(ARGS)

bench: $(INSTALLED) $(CATALOGUES) ## the figures, on servers of its own (BENCH=decisions,encoder,routing,throughput,latency selects)
	@exec $(PY) manage.py bench $(ARGS)

check: $(TOOLS) ## format, lint, import contracts, types
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/mypy $(PURE)

catalogues: $(INSTALLED) ## compile the translations
	@$(PY) manage.py catalogues
	@touch $(CATALOGUES)

venv: $(INSTALLED)

tools: $(TOOLS)

clean: ## remove caches and compiled files; the data under var/ stays
	@find . -path ./$(VENV) -prune -o -type d -name __pycache__ -print0 | xargs -0 rm -rf
	@find . -path ./$(VENV) -prune -o -name '*.mo' -print0 | xargs -0 rm -f
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache var/static $(CATALOGUES)

reset: $(INSTALLED) ## delete all data of this checkout: database, demo accounts, journals
	@$(PY) manage.py services --remove
	@rm -rf var

$(CATALOGUES): $(INSTALLED) $(PO_FILES)
	@$(PY) manage.py catalogues
	@touch $@

$(INSTALLED): requirements.txt $(PY)
	@echo "installing requirements.txt"
	@$(PIP) install -r requirements.txt
	@touch $@

$(TOOLS): requirements.txt tests/requirements.txt $(PY)
	@echo "installing tests/requirements.txt"
	@$(PIP) install -r tests/requirements.txt
	@touch $@ $(INSTALLED)

# The oldest supported Python is 3.11, the newest tried 3.13.
$(PY):
	@fits() { "$$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }; \
	for python in "$(PYTHON)" python3.13 python3.12 python3.11; do \
	  if fits "$$python"; then \
	    echo "making $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv $(VENV) || { \
	      echo "Python's venv module does not work here. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	      rm -rf $(VENV); exit 1; }; \
	    exit 0; \
	  fi; \
	done; \
	echo "Signalbox needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1 || true). Install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1
