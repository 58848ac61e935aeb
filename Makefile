# Two commands on a fresh machine that has only Python >= 3.11, git and make: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: setup judges demo test check lint types imports tests rules golden docs bench lock

setup: .venv/.ready  ## make .venv with everything pinned by hash

.venv/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

judges: .judges/.ready  ## other people's programs that judge the books: beancount and Tryton, in an environment of their own

.judges/.ready: requirements/judges.txt
	$(PYTHON) -m venv .judges
	.judges/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/judges.txt
	touch $@

demo: setup  ## a month of billing against the sandbox; ARGS=--once ends by itself
	$(BIN)/bursar demo $(ARGS)

test: setup check tests  ## every check

check: lint types imports

lint: setup
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

tests: setup
	$(BIN)/pytest -n auto --dist loadscope --no-loadscope-reorder $(ARGS)

rules: setup  ## list the rules of the specification that no test names, and why
	$(BIN)/python -m tests.documents.rules

golden: setup  ## renew golden files after looking at the difference
	$(BIN)/pytest --update-golden $(ARGS)

docs: setup  ## renew the generated references
	$(BIN)/python -m bursar.cli.reference cli > docs/guide/cli.md
	$(BIN)/python -m bursar.cli.reference settings > docs/guide/settings.md
	$(BIN)/python -m bursar.cli.reference connectwise-setup > docs/guide/connectwise-setup.md
	$(BIN)/python -m tests.documents.architecture
	$(BIN)/python -m tests.documents.guide

bench: setup  ## ratios measured in one run
	$(BIN)/python -m bench $(ARGS)

lock: setup  ## renew requirements/*.txt after a change in pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -o requirements/runtime.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements/judges.in -o requirements/judges.txt
