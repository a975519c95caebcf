# Two commands: `make demo` shows the house, `make test` proves it. Both need Python 3.11+ only.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
export PORT
# Our own environment, never the caller's; without bytecode every start would compile everything.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
export UV_LINK_MODE = copy
# Never console scripts: they break when the clone moves.
RUN = .venv/bin/python
THROWAWAY = $(RUN) -m portal.embedded.throwaway
OURS = portal counselling groups

help:
	@echo "make demo        the whole house on http://localhost:$(PORT)/ (PORT=… for another port)"
	@echo "make demo-reset  forget the demo's data"
	@echo "make test        every check and every test (ARGS=… goes to pytest)"
	@echo "make check       the checks alone: lint, types, walls, templates, settings, words"
	@echo "make bench       measure the pages; make drills: break things on purpose"
	@echo "make messages    collect and compile the words; make screens: take the screenshots"
	@echo "make lock        compile requirements.lock anew from pyproject.toml"

# pip fetches uv in the locked version and with its hashes; uv fetches the rest. Where uv cannot
# reach the packages (it does not read pip's settings), pip does it.
.venv/.ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python lacks venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv; the first time takes up to a minute."
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@awk '/^[a-z0-9]/ { on = /^uv==/ } on' requirements.lock > .venv/uv.lock
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@$(RUN) -m uv pip install --quiet --python .venv/bin/python --compile-bytecode --require-hashes -r requirements.lock \
		|| $(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

demo: .venv/.ready
	@exec $(RUN) -m portal.embedded.demo

demo-reset:
	@if [ -e .venv/.ready ]; then exec $(RUN) -m portal.embedded.demo --reset; else rm -rf .portal; fi

# In the order they stand: the long walks in the browser begin first, so no core waits at the end.
test: check
	@exec $(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.ready
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m djlint templates --lint --quiet
	$(RUN) -c 'from importlinter.cli import lint_imports_command as run; run()'
	$(RUN) -m mypy $(OURS)
	$(THROWAWAY) sh -c '$(RUN) manage.py check --fail-level WARNING && $(RUN) manage.py makemigrations --check --dry-run'
	$(RUN) -m pytest -n 0 -q tests/architecture/test_translations.py

bench: .venv/.ready
	@exec $(THROWAWAY) $(RUN) tests/performance/bench.py $(ARGS)

drills: .venv/.ready
	@exec $(RUN) -m pytest -n 0 tests/drills $(ARGS)

messages: .venv/.ready
	$(RUN) manage.py makemessages --locale id --no-obsolete --no-wrap --add-location file --ignore '.venv/*' --ignore 'tests/*'
	$(RUN) manage.py compilemessages --locale id --ignore '.venv/*'

screens: .venv/.ready
	@exec $(THROWAWAY) $(RUN) docs/screens/take.py $(ARGS)

# For every platform, with hashes, without the address of any index.
lock: .venv/.ready
	$(RUN) -m uv pip compile pyproject.toml --group box --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --output-file requirements.lock

.PHONY: help demo demo-reset test check bench drills messages screens lock
