# `make demo` and `make test` are all it takes: each sets up its own virtual environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := tests/clients/node_modules

.PHONY: demo test lint clean

demo: $(VENV)/.ready
	@cd fixtures/projects/shop && ../../../$(BIN)/dagdock check --exit-zero

test: $(VENV)/.ready $(CLIENTS)/.ready
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

# Programs of others that some tests need; where there is no npm, those tests say so and are skipped.
$(CLIENTS)/.ready: tests/clients/package-lock.json
	@if command -v npm >/dev/null; then \
		npm ci --prefix tests/clients --ignore-scripts --no-audit --no-fund --silent && touch $@; \
	fi || echo "npm could not install the programs of tests/clients"

clean:
	rm -rf $(VENV) $(CLIENTS) build dist .mypy_cache .ruff_cache .pytest_cache
