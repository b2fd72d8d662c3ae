# Curbstop. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test install check bench docs lock install-dev check-browser-code

# The first Python on PATH that is new enough; name another with PYTHON=…
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.14 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; exit; }; done; echo none)
endif
BIN := .venv/bin
PORT ?= 8000
DATA ?= data
# PHONE=1 serves HTTPS on the LAN address, so that a real phone's camera works.
PHONE ?=

help: ## what can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  make run PORT=9000 DATA=/some/folder   elsewhere;  make run PHONE=1   for a real phone in your network'

run: install ## the demo city on http://127.0.0.1:8000
	@exec $(BIN)/curbstop demo --hints make --port "$(PORT)" --data "$(DATA)" $(if $(PHONE),--phone)

install: ## only the set-up: .venv from the locked list
	@if [ "$(PYTHON)" = none ]; then echo "Curbstop needs Python 3.11 or newer, and found none. Install it, or name one: make $@ PYTHON=/path/to/python3" >&2; exit 1; fi
	@$(PYTHON) requirements/install.py runtime

install-dev:
	@if [ "$(PYTHON)" = none ]; then echo "Curbstop needs Python 3.11 or newer, and found none. Install it, or name one: make test PYTHON=/path/to/python3" >&2; exit 1; fi
	@$(PYTHON) requirements/install.py dev

check: install-dev ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory check-browser-code

# TypeScript only checks the JSDoc types; nothing it makes is ever served.
TSC_VERSION := 5.9.3
TSC := build/typescript/node_modules/.bin/tsc
check-browser-code:
	@if command -v npm >/dev/null && command -v node >/dev/null; then \
		[ -x $(TSC) ] || npm install --silent --no-audit --no-fund --prefix build/typescript typescript@$(TSC_VERSION); \
		echo "tsc --checkJs"; $(TSC) -p static; \
	elif [ -n "$$CI_REQUIRE_ALL" ]; then \
		echo "FAILED: node and npm are needed to check the browser code's types" >&2; exit 1; \
	else \
		echo "SKIPPED: browser code's types (needs node and npm)" >&2; \
	fi

# First what starts products and pages, three at a time, since much of it is waiting. Then the calls, which need the
# machine to themselves; what they leave of it is for the patient: tests that promise nothing in seconds, and that
# nothing happens to when they wait. They speak at the end.
PYTEST := $(BIN)/python -m pytest
SPREAD := --dist loadfile --no-loadscope-reorder
PATIENT := tests/architecture tests/migration \
	$(addprefix tests/unit/,assist benchmarks demo field forms grid network static territory) \
	$(wildcard $(addprefix tests/,unit/webrtc/test_*.py journey/test_assist_doors.py journey/test_assist_uploads.py \
	journey/test_simulated_day.py \
	$(addprefix contract/test_,assist_*.py field_*.py grid_*.py *erasing.py event_order.py network.py \
	absences.py shifts.py ogc.py positions.py territories.py zone_sources.py zone_records.py places.py demo_day.py openapi.py)))
# Reading six thousand tests takes three times as long where what was compiled is not kept.
test: export PYTHONDONTWRITEBYTECODE =
# The calls are looked for only where some are: reading all tests takes as long as a call.
ALONE = $(shell grep -rl --include='*.py' 'mark\.alone' tests | sort)
test: install-dev ## everything that is tested
	@$(PYTHON) requirements/install.py debian
	@mkdir -p build
	@$(PYTEST) -n 3 $(SPREAD) -m 'not alone' $(addprefix --ignore=,$(PATIENT)); first=$$?; \
		nice -n 19 $(PYTEST) -n 3 $(SPREAD) --timeout=600 $(sort $(PATIENT)) > build/patient.txt 2>&1 & \
		$(PYTEST) -m alone $(ALONE); alone=$$?; \
		wait $$!; patient=$$?; cat build/patient.txt; \
		exit $$(( first ? first : alone ? alone : patient ))

bench: install-dev ## the figures of the benchmarks, one JSON object a line
	@$(PYTHON) requirements/install.py peers
	@$(BIN)/python -m benchmarks

docs: install-dev ## renew what documents take from the program
	@$(BIN)/python -m app.settings_document > docs/settings.md
	@$(BIN)/python -m app.state_document > docs/states.md

lock: ## renew the locked lists from requirements/*.in
	@$(PYTHON) requirements/install.py dev
	@cd requirements && for list in build runtime dev peers; do \
		../$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' \
			$$( [ $$list = dev -o $$list = peers ] && echo '-c runtime.txt' ) $$( [ $$list = peers ] && echo '-c dev.txt' ) $$list.in -o $$list.txt || exit 1; done
