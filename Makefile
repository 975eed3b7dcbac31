# make run    set everything up and serve the demo on http://127.0.0.1:8000
# make test   set everything up and run all tests
# The rest is for those who work on the program.

.DEFAULT_GOAL := run
.PHONY: run test lint format lock catalogues wheel clean

PYTHON ?= $(shell sh tools/find-python.sh)
PORT ?= 8000
WORKERS ?= 2
BIN := .venv/bin
CATALOGUES := $(wildcard eventapp/translations/*/LC_MESSAGES/messages.po)

run: .venv/run-ready $(CATALOGUES:.po=.mo)
	@$(BIN)/eventapp serve --demo --port $(PORT)

test: .venv/test-ready $(CATALOGUES:.po=.mo)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

lint: .venv/test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: .venv/test-ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/made: tools/find-python.sh
	@sh tools/check-python.sh "$(PYTHON)"
	@"$(PYTHON)" -m venv .venv
	@touch $@

.venv/run-ready: .venv/made requirements.lock pyproject.toml hatch_build.py
	@echo "Installing what eventapp needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/test-ready: .venv/run-ready requirements-dev.lock
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

%.mo: %.po
	@$(BIN)/python tools/catalogues.py compile

# After a change of the dependencies in pyproject.toml.
lock: .venv/test-ready
	$(BIN)/uv pip compile pyproject.toml --group build -o requirements.lock $(LOCK)
	$(BIN)/uv pip compile pyproject.toml --group build --group dev -o requirements-dev.lock $(LOCK)

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --quiet --upgrade

# After a change of any text that people see.
catalogues: .venv/test-ready
	$(BIN)/python tools/catalogues.py update

wheel: .venv/test-ready $(CATALOGUES:.po=.mo)
	$(BIN)/python -m hatchling build --target wheel

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
