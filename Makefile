# `make demo` and `make test` are all it takes: each sets up its own virtual environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := tests/clients/node_modules
VSCODE := editors/vscode

.PHONY: demo test lint vscode clean

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

# The extension for Visual Studio Code, as $(VSCODE)/dagdock.vsix; its tests talk to the server of this checkout.
vscode: $(VENV)/.ready $(VSCODE)/node_modules/.ready
	cd $(VSCODE) && npm run --silent package && npm test --silent

$(VSCODE)/node_modules/.ready: $(VSCODE)/package-lock.json
	npm ci --prefix $(VSCODE) --silent && touch $@

clean:
	rm -rf $(VENV) $(CLIENTS) $(addprefix $(VSCODE)/,node_modules dist out dagdock.vsix) build dist .mypy_cache .ruff_cache .pytest_cache
