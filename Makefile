# `make demo` and `make test` are all a newcomer needs. Python 3.11+; uv is used when it is installed, else pip.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EXTRAS := all
WORKERS ?= 2
PYTHONS ?= python3.11 python3.12 python3.13
STAMP := $(VENV)/.installed
UV := $(shell command -v uv 2>/dev/null)
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider

.PHONY: demo test test-all lint types layers unit crash browser coverage bench record schema clean

demo: $(STAMP)
	$(BIN)/clonedesk-sync demo

test: lint types layers unit crash browser coverage

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
ifdef UV
	uv pip install --quiet --python $(BIN)/python --editable '.[$(EXTRAS)]' --group test
else
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS)]' --group test
endif
	touch $@

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

unit: $(STAMP)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n $(WORKERS) --dist loadfile -m 'not crash and not browser' tests

crash: $(STAMP)
	$(PYTEST) -q -n $(WORKERS) -m crash -rP tests

browser: $(STAMP)
	$(PYTEST) -m browser tests

coverage: unit
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=90 --precision=1
	$(BIN)/coverage json --quiet -o .coverage.json
	$(BIN)/python tests/coverage_floor.py .coverage.json 75

# The suite on every interpreter that is here, each in an environment of its own.
test-all:
	for python in $(PYTHONS); do \
	  if $$python -c '' 2>/dev/null; then \
	    version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	    $(MAKE) PYTHON=$$python VENV=.venv-$$version test || exit 1; \
	  else echo "$$python is not here: skipped"; fi; \
	done

bench: $(STAMP)
	$(BIN)/python benchmarks/pull.py

# Records the cassettes again, from the sandbox helpdesks.
record: $(STAMP)
	$(PYTEST) --record-mode=rewrite tests/cassettes

schema: $(STAMP)
	$(BIN)/python -m clonedesk_connectors.model.schema > docs/ticket.schema.json

clean:
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
