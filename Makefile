# Thin: each recipe is a line that a person could type.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
.DEFAULT_GOAL := help
DEMO = --size $(or $(SIZE),default) --seed $(or $(SEED),1)
TRUTH_HOME = $(or $(HOME_DIR),data-truth)
CALM_HOME = $(TRUTH_HOME)-calm

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

READY := $(VENV)/ready
$(READY): requirements.txt
	@echo "Setting up $(VENV) from requirements.txt"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rapport needs Python 3.11 or newer; give PYTHON=")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --no-deps -r requirements.txt
	@touch $@

setup: $(READY) ## Install the pinned packages and parse the dbt project
	@$(BIN)/python -m orchestration parse

run: setup ## Load, check, build, check, publish: the demo brand, EXAMPLE= and SOURCE=, or LANDING=
	$(BIN)/python -m orchestration run

test: setup ## Run every test
	$(BIN)/python -m pytest

lint: setup ## Check Python, SQL and YAML
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict .
	$(BIN)/sqlfluff lint models tests/dbt

dev: setup ## Open the Dagster UI on http://127.0.0.1:3000
	$(BIN)/python -m orchestration dev --host 127.0.0.1 --port $(or $(PORT),3000)

demo: setup ## Write the demo brand to LANDING= (default data/landing): SIZE=, SEED=, MESS=1, TRUTH=<folder>
	$(BIN)/python -m demo --landing $(or $(LANDING),data/landing) $(DEMO) $(if $(TRUTH),--truth $(TRUTH)) $(if $(filter 1,$(MESS)),--mess)

truth: setup ## Run everything on the demo brand (SIZE=, SEED=), then on the calm one (CALM_SIZE=), and compare the marts with the truth
	$(BIN)/python -m demo --landing $(TRUTH_HOME)/landing --truth $(TRUTH_HOME)/truth $(DEMO)
	LANDING=$(TRUTH_HOME)/landing HOME_DIR=$(TRUTH_HOME) $(BIN)/python -m orchestration run
	$(BIN)/python -m tests.truth --home $(TRUTH_HOME) --truth $(TRUTH_HOME)/truth
	$(BIN)/python -m demo --landing $(CALM_HOME)/landing --truth $(CALM_HOME)/truth --calm --size $(or $(CALM_SIZE),20k) --seed $(or $(SEED),1)
	LANDING=$(CALM_HOME)/landing HOME_DIR=$(CALM_HOME) $(BIN)/python -m orchestration run
	$(BIN)/python -m tests.truth --home $(CALM_HOME) --truth $(CALM_HOME)/truth --calm

publications: setup ## List the publications of the data home
	$(BIN)/python -m orchestration publications

switch: setup ## Point current at publication NUMBER=
	$(BIN)/python -m orchestration switch $(NUMBER)

bench: bench-clv bench-identity bench-ror bench-scores bench-sentiment ## Every bench

bench-clv: setup ## Fit and score customer values: published figures, and lifetimes side by side
	$(BIN)/python bench/clv.py

bench-identity: setup ## Merge 1.2 million identifiers with a chain of 1,000 links and a shared mailbox
	$(BIN)/python bench/identity.py

bench-ror: setup ## Hold ROR against the truth of SEEDS= (default 40) demo brands, some minutes each, with LOTS= (10) lots drawn anew in each; time ten million customers
	$(BIN)/python bench/ror.py --rows 10000000
	$(BIN)/python bench/ror.py --seeds $(or $(SEEDS),40) --lots $(or $(LOTS),10)

bench-scores: setup ## Does the relationship score of HOME_DIR= (default data) rank customers by the margin to come?
	$(BIN)/python bench/scores.py

bench-sentiment: setup ## Hold the sentiment scores against the library, people's labels and one core
	$(BIN)/python bench/sentiment.py $(if $(SENTIMENT_SCORER),--scorer $(SENTIMENT_SCORER))

pins: $(READY) ## Show that what is installed is what is pinned
	$(BIN)/python .ci/pins.py

lock: $(READY) ## Pin what pyproject.toml asks for, without addresses
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --no-annotate --no-header --no-emit-package dbt-core-experimental-parser pyproject.toml -o requirements.txt
	rm -r .venv-lock

clean: ## Remove the data homes, the set-up and everything built
	chmod -R u+w data data-* 2>/dev/null || true
	rm -rf data data-* target logs $(VENV) .pytest_cache .ruff_cache

.PHONY: help setup run test lint dev demo truth publications switch bench bench-clv bench-identity bench-ror bench-scores bench-sentiment pins lock clean
