# The verbs of Duecourse. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo stack test test-fast test-nightly test-long check bench seeded-bugs mining pictures requirements clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 16

# An environment is made once, from hash-pinned requirements, and again when they change.
$(VENV)/run: requirements/build.txt requirements/base.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt -r requirements/base.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev: $(VENV)/run requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

# pm4py is large, so it has an environment of its own.
$(VENV)/mining/done: requirements/mining.txt
	$(PYTHON) -m venv $(VENV)/mining
	$(VENV)/mining/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mining.txt
	touch $@

demo: $(VENV)/run ## load the sample province, keep it moving, print the addresses; Ctrl-C stops it
	$(BIN)/duecourse demo

stack: $(VENV)/run ## Kafka, PostgreSQL, all roles, Prometheus and Alertmanager on this machine; Ctrl-C stops it
	$(BIN)/python -m deploy.stack up

test: $(VENV)/dev ## every test; fetches what it needs
	$(PYTEST)

test-fast: $(VENV)/dev ## no database, no Kafka, no browser, properties with few examples: under a minute
	HYPOTHESIS_PROFILE=fast $(PYTEST) -q -m "not slow and not database" $(addprefix --ignore=tests/,runtimes e2e simulation bench services/kafka services/monitoring/test_dashboards.py test_architecture.py)

test-nightly: $(VENV)/dev ## every test, the properties with many more examples
	HYPOTHESIS_PROFILE=nightly $(PYTEST)

test-long: $(VENV)/dev ## crashes, outages, poison and simulation in their long forms: hours
	DUECOURSE_LONG=1 DUECOURSE_SIMULATION_SEEDS=20000 $(PYTEST) tests/runtimes tests/simulation tests/projections/test_mutated_proofs.py tests/services/evidence

check: $(VENV)/dev ## lint, format, strict types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -q tests/test_architecture.py

bench: $(VENV)/dev ## performance, as ratios against peers measured in the same run
	$(BIN)/python -m tests.bench

seeded-bugs: $(VENV)/dev ## plant each known bug in a copy and show that the tests catch it
	$(BIN)/python -m tests.seeded_bugs

mining: $(VENV)/dev $(VENV)/mining/done ## exports read by pm4py (half a gigabyte, in an environment of its own)
	$(BIN)/python -m tests.mining

pictures: $(VENV)/dev ## every dashboard drawn by Grafana's own components into build/pictures (Node, 620 MB under .venv)
	$(BIN)/python -m tests.pictures

requirements: ## pin all requirements anew, with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements/build.in -o requirements/build.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements/base.in -o requirements/base.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements/dev.in -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements/mining.in -o requirements/mining.txt

clean: ## remove the environment and caches; data folders stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
