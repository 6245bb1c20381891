# The words people type. Every target stands on `make env`, which is quick when nothing changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.built-from
TRYTON_STAMP := .venv-tryton/.built-from
export GX_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help env demo demo-clean test test-erp test-postgres soak bench-chain bench-deciding bench-history bench-reading bench-mapping bench-splitting bench-storing bench-supply lint dagster fuzz lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

env: $(STAMP)  ## Build the environment in .venv from the hashed lock

$(STAMP): requirements.lock pyproject.toml .ci/build-env
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash .ci/build-env
	@touch $(STAMP)

demo: env  ## Real wholesale returns, from retailers' files to posted credit notes
	@$(BIN)/backhaul demo

demo-clean: env  ## Forget the demonstration's state
	@$(BIN)/backhaul demo --forget

dagster: env  ## Open Dagster's page on the demonstration's state
	@$(BIN)/backhaul dagster

lint: env  ## Style, import rules and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

test: env  ## The test suite, the real SFTP transfer included
	@$(BIN)/pytest -n 2 --dist loadfile

test-erp: env $(TRYTON_STAMP)  ## The ERP contract and more against a real Tryton server, on loopback
	@$(BIN)/pytest -m "tryton and not soak" tests/contracts tests/tryton

$(TRYTON_STAMP): connectors/erp/tryton/server-module/requirements.lock .ci/build-tryton $(wildcard connectors/erp/tryton/server-module/*.toml connectors/erp/tryton/server-module/backhaul_key/*)
	@PYTHON="$(PYTHON)" bash .ci/build-tryton
	@touch $(TRYTON_STAMP)

test-postgres: env  ## The whole test suite on PostgreSQL alone
	@BACKHAUL_NEEDS_POSTGRES=1 BACKHAUL_DATABASE=postgresql $(BIN)/pytest -n 2 --dist loadfile

bench-chain: env  ## How long each step of the chain takes; JSON on the last line
	@$(BIN)/python -m benchmarks.chain

bench-deciding: env  ## Returned units decided and priced beside other ways; LINES, DATABASE; JSON on the last line
	@$(BIN)/python -m benchmarks.deciding $(if $(LINES),--lines $(LINES)) $(if $(DATABASE),--database $(DATABASE))

bench-history: env  ## The same day on a short and a long history, step by step; LINES, LARGE, DATABASE; JSON on the last line
	@$(BIN)/python -m benchmarks.history $(if $(LINES),--lines $(LINES)) $(if $(LARGE),--large $(LARGE)) $(if $(DATABASE),--database $(DATABASE))

bench-mapping: env  ## Files to canonical lines beside the plain way; JSON on the last line
	@$(BIN)/python -m benchmarks.mapping $(LINES)

bench-reading: env  ## Reading EDI beside other readers, on MB megabytes; JSON on the last line
	@$(BIN)/python -m benchmarks.reading $(MB)

bench-splitting: env  ## Mixed boxes on years of sales beside other ways; LINES, SALES, WORLD; JSON last
	@$(BIN)/python -m benchmarks.splitting $(if $(LINES),--lines $(LINES)) $(if $(SALES),--sales $(SALES)) $(if $(WORLD),--world $(WORLD))

bench-storing: env  ## How many lines a second are persisted on SQLite and PostgreSQL; LINES; JSON on the last line
	@$(BIN)/python -m benchmarks.storing $(if $(LINES),--lines $(LINES))

bench-supply: env  ## A full export of invoice lines, a delta and a repeat, loaded from a folder; LINES; JSON on the last line
	@$(BIN)/python -m benchmarks.supply $(if $(LINES),--lines $(LINES))

soak: env $(TRYTON_STAMP)  ## The long forms: fault models, kill drills
	@BACKHAUL_FUZZ=1 $(BIN)/pytest -m soak -n 2 --dist worksteal --timeout 7200
	@BACKHAUL_KILLS=40 $(BIN)/pytest tests/drills/test_killed_demo.py

fuzz: env  ## Fifty times as many random files for the readers (a quarter of an hour)
	@BACKHAUL_FUZZ=50 $(BIN)/pytest -n 2 tests/formats/test_large.py tests/formats/test_oracle.py --timeout 7200

lock: env  ## Resolve the dependencies anew into requirements.lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --all-extras --upgrade pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade connectors/erp/tryton/server-module/requirements.in -o connectors/erp/tryton/server-module/requirements.lock

clean:  ## Remove the environment and all state
	rm -rf $(VENV) .venv-tryton .state
