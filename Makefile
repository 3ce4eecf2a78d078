# make run     bring everything up: http://127.0.0.1:8000    (PORT=8001 make run)
# make test    all tests, browser included                   (make test ARGS="tests/portfolio -x")
# make test-system  two organizations through pgbouncer with one server connection (installs it by apt)
# make check   format, lint, types, contracts, migrations, production settings, API schema, translations, holes
# make bench   measure against peers and limits, write README's table    (make bench ARGS="pdf api --report")
# make pictures  take the README's pictures anew, into .github/pictures
# make reset   delete the data and start over                (RESET=yes does not ask)
# make sbom    the software bill of materials, into var/sbom.json
# make messages, make schema                                what is generated and committed
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
export START_AT := $(shell date +%s.%N)
.DEFAULT_GOAL := run
.PHONY: run test test-system check bench pictures reset messages schema sbom install install-dev

run: install
	@exec $(BIN)/python manage.py up $(ARGS)

install:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "python3 is missing: apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) portfolio/stack/bootstrap.py

install-dev:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "python3 is missing: apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) portfolio/stack/bootstrap.py dev

test: install-dev
	@$(BIN)/python -m portfolio.stack.checks test $(ARGS)

test-system: install-dev
	@$(BIN)/python -m portfolio.stack.checks test-system $(ARGS)

check: install-dev
	@$(BIN)/python -m portfolio.stack.checks check

bench: install-dev
	@$(BIN)/python -m portfolio.stack.checks bench $(ARGS)

pictures: install-dev
	@$(BIN)/python -m tests.browser.pictures $(ARGS)

messages schema sbom: install-dev
	@$(BIN)/python -m portfolio.stack.checks $@ $(ARGS)

reset:
	@[ -x $(BIN)/python ] || { echo "Nothing to delete: make run has not been here."; exit 0; }; \
	 exec $(BIN)/python -m portfolio.stack.reset
