# `make book` and `make test` are all a newcomer needs; `make help` lists the rest.
# Needs Python 3.11 to 3.13 and make (GNU make 3.81, which macOS ships, is enough).

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# The first Python on this machine that the lock file serves: TensorFlow has no
# wheels for 3.14 yet. Override with `make PYTHON=/path/to/python book`.
SERVED = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if $$python -c "$(SERVED)" 2>/dev/null; then echo $$python; break; fi; done)

.DEFAULT_GOAL := help
.PHONY: help book test lab notebooks bench clean

help:
	@echo "make book       build the book and say where its first page is"
	@echo "make test       run every test, the chapters included (ARGS=\"tests/reference -k conv\" runs some)"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make notebooks  re-run the chapters on the full data and leave them ready to commit (ARGS=chapters/02*.ipynb)"
	@echo "make bench      measure the performance figures, each against a named peer"
	@echo "make clean      remove everything that make made, $(VENV) included"

# The environment in two steps: the locked packages, made anew when the lock
# changes, so that nothing stale stays in it; then this package, linked, not copied.
$(VENV)/.locked: requirements.lock
	@if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c "$(SERVED)"; then \
		echo "Python 3.11, 3.12 or 3.13 is needed; found: $$(python3 --version 2>&1)." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 book" >&2; exit 1; fi
	@if ! $(PYTHON) -c "import venv, ensurepip" 2>/dev/null; then \
		echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; fi
	@echo "Making $(VENV) from requirements.lock with $$($(PYTHON) --version); this takes a few minutes, once."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# --all reads every page anew: a warning in a page that has not changed since would stay silent.
book: $(VENV)/.installed
	$(BIN)/python book/vendor.py
	$(BIN)/jupyter-book build . --all -W -n --keep-going
	@echo "The book is ready: $(CURDIR)/_build/html/index.html"

# Notebooks run without the user's own IPython start-up files.
OWN_IPYTHON := IPYTHONDIR="$(CURDIR)/$(VENV)/ipython"

# loadscope keeps the cells of a notebook together and in order. Each worker may
# hold a TensorFlow of its own, so four are enough for any machine.
test: $(VENV)/.installed
	$(OWN_IPYTHON) $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder -rs $(ARGS)

lab: $(VENV)/.installed
	$(BIN)/python -m jupyterlab --notebook-dir chapters $(ARGS)

notebooks: $(VENV)/.installed
	$(OWN_IPYTHON) $(BIN)/python -m tools.notebooks run $(ARGS)

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) _build build .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
