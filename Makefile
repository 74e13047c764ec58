# Chamberlain's commands; `make help` tells them. For GNU make >= 3.81 (macOS) and any POSIX shell.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
WORKERS := 2
# Hundreds of short processes: each would compile everything anew where this is set, as it is in many containers.
unexport PYTHONDONTWRITEBYTECODE

FRONTEND := $(shell find frontend src/chamberlain/web/templates \
	\( -name node_modules -prune \) -o -type f -print 2>/dev/null)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: help env demo demo-reset frontend test format-check lint types layers audit tests browser-tests lock sbom
.NOTPARALLEL:

help:
	@echo "make demo        start Chamberlain with a simulated tenant; the first time makes the environment"
	@echo "make demo-reset  forget what the demo kept: its data and the tenant's"
	@echo "make env         make the environment: $(BIN)/chamberlain runs after it"
	@echo "make test        everything: format, lint, types, layers, tests, browser tests"
	@echo "make frontend    build what the browser loads"
	@echo "make audit       ask for known vulnerabilities of what is locked, and what is overdue"
	@echo "make sbom        write the bill of materials, dist/chamberlain.cdx.json"
	@echo "make lock        lock the dependencies anew (requirements/*.in -> *.txt)"

env: $(STAMPS)/project $(STAMPS)/frontend

demo: env
	@$(BIN)/chamberlain demo

demo-reset: env
	@$(BIN)/chamberlain demo --reset

frontend: $(STAMPS)/frontend

# Each step of the environment leaves a stamp, so that a second run takes no time.
$(STAMPS)/venv: scripts/make_venv.sh
	@echo "== Environment: $(VENV)"
	@scripts/make_venv.sh $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/uv: $(STAMPS)/venv requirements/uv.txt
	@echo "== Installer"
	@$(BIN)/python -m ensurepip --default-pip > /dev/null
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(STAMPS)/packages: $(STAMPS)/uv requirements/dev.txt
	@echo "== Packages"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt
	@touch $@

$(STAMPS)/project: $(STAMPS)/packages pyproject.toml requirements/runtime.in
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/frontend: $(STAMPS)/packages requirements/frontend.py $(FRONTEND)
	@if [ -f frontend/package.json ]; then echo "== Front end" && $(BIN)/python requirements/frontend.py; fi
	@touch $@

test: format-check lint types layers audit tests browser-tests

format-check: env
	@echo "== Format (ruff format)"
	@$(BIN)/ruff format --check .

lint: env
	@echo "== Lint (ruff check)"
	@$(BIN)/ruff check .

types: env
	@echo "== Types (mypy)"
	@$(BIN)/mypy

layers: env
	@echo "== Layers (import-linter)"
	@$(BIN)/lint-imports

audit: env
	@echo "== Known vulnerabilities (osv.dev)"
	@$(BIN)/python requirements/audit.py
	@echo "== Overdue packages (registries)"
	@$(BIN)/python requirements/overdue.py

tests: env
	@echo "== Tests (pytest)"
	@$(BIN)/pytest -q -n $(WORKERS) -m "not browser"

browser-tests: env
	@echo "== Browser tests (pytest)"
	@scripts/browser_tests.sh $(BIN)/pytest

lock: $(STAMPS)/uv
	@for name in uv runtime dev; do \
		echo "== requirements/$$name.txt"; \
		$(LOCK) $(UPGRADE) --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

sbom: env
	@mkdir -p dist
	@$(BIN)/python requirements/sbom.py > dist/chamberlain.cdx.json
	@echo "dist/chamberlain.cdx.json"
