# Each target does all its own set-up on a fresh machine: it needs make, a Python 3.11 to 3.13 and a package index.
.DEFAULT_GOAL := help
.PHONY: help up test check bench nightly lock acceptance audit reference figures clean

PY := .venv/bin/python
PYTEST := $(PY) -m pytest -p tests.rigs.acceptance
# Two workers fit two cores; each worker starts its own database.
WORKERS ?= 2
DATA ?= ../shared/data
NAME ?= all

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

up:  ## install what is needed and start Verivita on this machine
	@sh scripts/setup.sh up
	@.venv/bin/verivita up

test:  ## fast gates, then all tests with coverage (below 15 minutes on two cores)
	@sh scripts/setup.sh dev
	@sh scripts/test.sh $(WORKERS)

check:  ## every gate: format, lint, layers, types, dead code, dependencies, licences, documents
	@sh scripts/setup.sh dev
	@sh scripts/check.sh all

nightly:  ## the heavy tests that `make test` leaves out
	@sh scripts/setup.sh dev
	@sh scripts/nightly_tools.sh
	@$(PYTEST) -m nightly

bench:  ## measure everything on the data sets in DATA and write the tables of the documents
	@sh scripts/setup.sh bench
	@$(PY) -m bench $(NAME) --data "$(DATA)" --json "artefacts/bench"

figures:  ## write the tables of the documents again from artefacts/bench
	@sh scripts/setup.sh dev
	@$(PY) -m bench.report artefacts/bench

reference:  ## write the generated parts of docs/reference again from the code
	@sh scripts/setup.sh dev
	@$(PY) scripts/reference.py
	@$(PY) scripts/openapi.py

acceptance:  ## the acceptance rows and the tests that carry them
	@sh scripts/setup.sh dev
	@$(PY) scripts/acceptance.py

audit:  ## ask the package index for known weaknesses of the locked packages (needs the network)
	@sh scripts/audit.sh

lock:  ## resolve the three lock files again
	@sh scripts/setup.sh dev
	@sh scripts/lock.sh

clean:  ## remove the environment, caches and build outputs; your data in .data/ stays
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* \
		build dist artefacts
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +
