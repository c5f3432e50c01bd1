# One blessed path: make setup, make check while you work, make test before you submit.
# Every target sets itself up. What a machine lacks costs named, counted skips, except in CI, where it is a failure.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
WHEELHOUSE := $(VENV)/wheelhouse
JOBS ?= 2
BESIDE := $(or $(filter-out 0 -%,$(shell expr $(JOBS) - 1)),1)
CHECK_SEEDS ?= 200
TEST_SEEDS ?= 2000

# Compiled modules are kept, and kept out of the tree, also on a machine that is told to keep none: without them every
# `openline` that a test starts costs four times as much, and every run of the tests rewrites all assertions anew.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(abspath $(VENV))/compiled

ifneq ($(wildcard simulation/__main__.py),)
SIMULATE = $(BIN)/python -m simulation --seeds $(1)
else
SIMULATE = @echo "simulation: not built yet, $(1) seeds not run"
endif

.DEFAULT_GOAL := help
.PHONY: help setup tools demo demo-2026 demo-radio desk screens lint types walls static check quick quick-rest quick-console seeds test acceptance bench wheel lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(READY) ## a virtual environment in .venv with pinned, hashed packages
	@echo "setup: ready in $(VENV)"

$(READY): requirements/run.txt requirements/dev.txt pyproject.toml Makefile tools/machine
	@bash tools/machine python $(PYTHON)
	@rm -rf $(READY) $(WHEELHOUSE)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setup: installing packages into $(VENV)"
	@mkdir -p $(WHEELHOUSE)
	@$(BIN)/python -m pip download -qq --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements/run.txt -d $(WHEELHOUSE)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: \
		--find-links $(WHEELHOUSE) -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

browser: $(VENV)/browser ## what the tests of screens need on top: a browser's driver, checkers of pages and of the API

$(VENV)/browser: requirements/browser.txt $(READY)
	@echo "browser: installing packages for the tests of screens into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements/browser.txt && touch $@ || { echo "browser: not installed; tests of screens will say so"; \
		test -z "$(CI)"; }

tools: ## what the tests like to find on the machine; installs only as root on Debian
	@bash tools/machine tests

demo: $(READY) ## two stations, one line, a kill, a verified record and a refused forgery
	@$(BIN)/openline demo

demo-2026: $(READY) ## the case of February 2026, each event in the kind of object it was
	@$(BIN)/openline demo 2026

demo-radio: $(READY) ## a FLASH overtakes a long letter over 300 bit/s; about two minutes
	@$(BIN)/openline demo radio

desk: $(READY) ## two desks with a watch under way; prints addresses and sign-ins, stays until Ctrl-C
	@$(BIN)/openline demo desk

screens: browser ## pictures of every page of that watch, in three languages, into screens/
	$(BIN)/python tools/screens

lint: $(READY)
	$(BIN)/ruff check --quiet src tests $(wildcard simulation conformance bench)

types: $(READY)
	$(BIN)/mypy

walls: $(READY)
	@$(BIN)/lint-imports --no-cache > $(VENV)/walls.log || { cat $(VENV)/walls.log; exit 1; }

static: $(READY)
	@$(MAKE) --no-print-directory -j $(JOBS) lint types walls

# Side by side: the tests in two processes, the longer first, and all else after the shorter. Workers that tell each
# other of thousands of short tests cost more than they save on two processors.
QUICK := $(BIN)/python -m pytest -q -m "not acceptance and not whole" --hypothesis-profile=quick
check: $(READY) ## lint, types, walls, quick tests and 200 seeds; under two minutes
	@$(MAKE) --no-print-directory -j $(JOBS) quick-rest quick-console seeds types lint walls

quick: quick-rest quick-console

quick-rest: $(READY)
	$(QUICK) --ignore=tests/rooms/console

quick-console: $(READY)
	$(QUICK) tests/rooms/console

seeds: $(READY)
	$(call SIMULATE,$(CHECK_SEEDS) --jobs $(BESIDE))

test: tools browser static ## everything CI runs; the last line is pytest's own
	$(call SIMULATE,$(TEST_SEEDS))
	$(BIN)/python -m pytest -n $(JOBS) --durations=10

acceptance: tools browser $(READY) ## the long runs: fifty kills, whole correspondences, many more examples
	$(BIN)/python -m pytest -m acceptance --hypothesis-profile=long --durations=10

bench: $(READY) ## what we promise about speed, beside the machine's own limits
	$(BIN)/python -m bench

wheel: $(READY) ## dist/openline-*.whl
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --wheel --outdir dist

lock: ## write the hashed requirements anew; needs uv on the path
	bash tools/lock

clean: ## remove what make made
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
